//! How often threads go to sleep for a call, in the processes of the caller and of the method together.
//!
//! Each bound is of the best of many rounds: what else the machine does can make threads sleep more often, never less. A round is so short
//! that a busy machine leaves some of them alone, and a bound half a sleep or more above what a quiet one shows; a thread that is woken in vain,
//! or one more that a call passes through, costs a whole one at least, in every round.
//! A binary of its own, since all threads of the process count.

#![expect(clippy::unwrap_used, reason = "what the test calls is a test too")]

use std::fs;
use std::path::Path;
use std::sync::{Arc, Barrier, Mutex, PoisonError};
use std::thread;

use futures::executor::block_on;
use futures::future::try_join_all;
use ipc_runtime::{
    CapnpContext, Client, Interface, IpcException, Remote, Waiting, make_capnp_protocol, make_client_ipc,
    make_process,
};
use ipc_tests::counting::{Counted, CountedAsync};
use ipc_tests::interfaces::{Callback, Peer};
use ipc_tests::steps::{LONG_PATIENCE, bounded};

const PEER: &str = env!("CARGO_BIN_EXE_peer");
const COUNTED: &str = env!("CARGO_BIN_EXE_counted");

const ROUNDS: usize = 400;
const CALLS: u32 = 100;

/// One test at a time: they count the threads of each other.
static ALONE: Mutex<()> = Mutex::new(());

/// A thread that waits sleeps at once.
fn spawn<T: Interface + ?Sized>(program: &str) -> Arc<T> {
    let protocol = make_capnp_protocol(CapnpContext::new().with_waiting(Waiting::Sleeping));
    let process = make_process("switches", std::env::temp_dir());
    make_client_ipc(process, protocol).spawn_process::<T>(program).unwrap()
}

/// Returns how often threads of the processes have slept.
fn sleeps(processes: [u32; 2]) -> u64 {
    let of_process = |process: u32| {
        let tasks = fs::read_dir(Path::new("/proc").join(process.to_string()).join("task")).unwrap();
        let of_task = |task: fs::DirEntry| {
            // A thread may end meanwhile.
            let status = fs::read_to_string(task.path().join("status")).unwrap_or_default();
            let line = status.lines().find(|line| line.starts_with("voluntary_ctxt_switches"));
            line.and_then(|line| line.split_whitespace().last()?.parse::<u64>().ok()).unwrap_or_default()
        };
        tasks.map(|task| of_task(task.unwrap())).sum::<u64>()
    };
    processes.into_iter().map(of_process).sum()
}

/// Fails if each of the calls costs more sleeps than it may.
#[track_caller]
fn check<T: Interface + ?Sized>(
    what: &str,
    peer: &Arc<T>,
    bound: f64,
    call: impl Fn() -> Result<u32, IpcException>,
) {
    let child = peer.as_remote().and_then(Remote::child).unwrap().id();
    let processes = [std::process::id(), child];
    let round = || {
        let before = sleeps(processes);
        let calls = call().unwrap();
        (sleeps(processes).saturating_sub(before)) as f64 / f64::from(calls)
    };
    let mut best = f64::INFINITY;
    for _ in 0..ROUNDS {
        best = best.min(round());
        if best <= bound {
            break;
        }
    }
    println!("{what}: {best:.2} sleeps a call");
    assert!(best <= bound, "{best:.2} sleeps a call, at most {bound} expected: {what}");
}

fn test(run: impl FnOnce() + Send + 'static) {
    let _alone = ALONE.lock().unwrap_or_else(PoisonError::into_inner);
    bounded(LONG_PATIENCE, run);
}

fn add(peer: &dyn Peer, calls: u32) -> Result<u32, IpcException> {
    (0..calls).try_for_each(|_| peer.add(1, 2).map(drop))?;
    Ok(calls)
}

#[test]
fn a_call_is_a_sleep_on_each_side() {
    test(|| {
        let peer = spawn::<dyn Peer>(PEER);
        check("one caller", &peer, 2.5, || add(&*peer, CALLS));
    });
}

struct Inc;

impl Callback for Inc {
    fn call(&self, value: i64) -> Result<i64, IpcException> {
        Ok(value + 1)
    }

    fn echo(&self, data: &[u8]) -> Result<Vec<u8>, IpcException> {
        Ok(data.to_vec())
    }
}

/// It runs on the thread that waits, and the method reads its answer itself.
#[test]
fn a_callback_is_one_more_call() {
    test(|| {
        let peer = spawn::<dyn Peer>(PEER);
        let callback: Arc<dyn Callback> = Arc::new(Inc);
        check("with a callback", &peer, 5.3, || {
            (0..CALLS).try_for_each(|_| peer.call(callback.clone(), 1).map(drop))?;
            Ok(CALLS)
        });
    });
}

#[test]
fn many_callers_of_one_connection_wake_each_other_only_with_answers() {
    for threads in [4, 16] {
        test(move || {
            let peer = spawn::<dyn Peer>(PEER);
            check(&format!("{threads} callers"), &peer, 2.9, || {
                let all = Barrier::new(threads as usize);
                let run = || {
                    let made = peer.add(1, 2);
                    all.wait();
                    made.and_then(|_| add(&*peer, CALLS))
                };
                thread::scope(|scope| {
                    let running: Vec<_> = (0..threads).map(|_| scope.spawn(run)).collect();
                    running.into_iter().try_for_each(|thread| {
                        thread.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)).map(drop)
                    })
                })?;
                Ok(threads * CALLS)
            });
        });
    }
}

#[test]
fn futures_of_one_task_sleep_together() {
    test(|| {
        let counted = spawn::<dyn Counted>(COUNTED);
        let client = Client::<dyn CountedAsync>::new(counted.as_remote().unwrap().clone());
        let client = &client;
        let call = |_| async move {
            for _ in 0..10 {
                client.add(1, 2).await?;
            }
            Ok::<_, IpcException>(())
        };
        check("200 futures", &counted, 0.7, || {
            block_on(try_join_all((0..200).map(call)))?;
            Ok(2000)
        });
    });
}
