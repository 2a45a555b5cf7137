//! Calls, callbacks, destroyed objects, dropped calls, disconnects and kills at random, with a C++ program as client and as server: it
//! must end by itself, and nothing of ours may be left. A process of its own, since what it counts is the process's.
//!
//! `IPC_STRESS_SEED` repeats a run, as far as two processes can be made to, and `IPC_STRESS_SECONDS` makes it longer.

#![expect(clippy::unwrap_used, clippy::panic, reason = "what the tests share is a test too")]

use std::io::{self, Write};
use std::path::Path;
use std::pin::pin;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::task::{Context, Waker};
use std::thread;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};
use std::{env, fs};

use futures::executor::block_on;
use ipc_peers_tests::cpp::{Served, Server};
use ipc_peers_tests::threads::{Callback, Ours, Threads, ThreadsAsync};
use ipc_peers_tests::tools;
use ipc_runtime::{IpcException, destroy, with_deadline};
use ipc_tests::random::Rng;
use ipc_tests::steps::{LONG_PATIENCE, PATIENCE, bounded, eventually};

/// For each of the two roles of the C++ program.
const SECONDS: u64 = 8;

/// How long one process of it is used.
const ROUND: Duration = Duration::from_millis(700);

/// What a process has that must not be left.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Held {
    descriptors: usize,
    threads: usize,
}

impl Held {
    fn now() -> Self {
        let count = |folder| fs::read_dir(folder).unwrap().count();
        Self { descriptors: count("/proc/self/fd"), threads: count("/proc/self/task") }
    }
}

fn seed() -> u64 {
    let given = env::var("IPC_STRESS_SEED").ok().and_then(|seed| seed.parse().ok());
    given.unwrap_or_else(|| SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs())
}

fn seconds() -> Duration {
    let given = env::var("IPC_STRESS_SECONDS").ok().and_then(|seconds| seconds.parse().ok());
    Duration::from_secs(given.unwrap_or(SECONDS))
}

/// The pause between two things that disturb the others.
fn pause(random: &mut Rng) {
    thread::park_timeout(Duration::from_millis(random.any() % 40));
}

#[test]
fn nothing_is_left_whatever_the_order_of_events() {
    let Some(program) = tools::cpp_peer() else { return };
    let seed = seed();
    // Not `println!`, which the test harness keeps to itself until a test fails, and a hang is no failure.
    let _ = writeln!(io::stderr(), "stress: IPC_STRESS_SEED={seed}");
    let limit = LONG_PATIENCE + 2 * seconds();
    bounded(limit, move || {
        let mut random = Rng(seed);
        // What stays with the process is made before it counts.
        cpp_calls(&program, &mut random);
        cpp_serves(&program, &mut random);
        let before = Held::now();
        for role in [cpp_calls, cpp_serves] {
            let end = Instant::now() + seconds();
            while Instant::now() < end {
                role(&program, &mut random);
            }
        }
        let mut left = Held::now();
        eventually("what was made is gone", || {
            left = Held::now();
            left.descriptors <= before.descriptors && left.threads <= before.threads
        });
    });
}

/// The C++ program is the client, twice; we leave, and end its waits, and kill it.
fn cpp_calls(program: &Path, random: &mut Rng) {
    thread::scope(|scope| {
        for _ in 0..2 {
            let mut random = Rng(random.any());
            scope.spawn(move || one_cpp_calls(program, &mut random));
        }
    });
}

fn one_cpp_calls(program: &Path, random: &mut Rng) {
    let root = Arc::new(Ours::default());
    let served = Arc::new(Served::new::<dyn Threads>(root.clone()));
    let environment = [
        ("IPC_STRESS_SEED", (random.any() >> 33).to_string()),
        ("IPC_STRESS_MILLIS", ROUND.as_millis().to_string()),
    ];
    let mut process = served.start(program, "threads", "stress", &environment);
    let kill = some_moment(random);
    let limit = Instant::now() + PATIENCE;
    while process.try_wait().unwrap().is_none() {
        assert!(Instant::now() < limit, "the C++ client does not end");
        if kill.is_some_and(|kill| Instant::now() >= kill) {
            process.kill().unwrap();
        }
        if random.below(3) == 0 {
            // In the middle of the next call that would wait, beside those of another thread.
            let served = served.clone();
            *root.parks.lock().unwrap() = Some(Box::new(move || served.disconnect()));
        }
        // Also for those that have left while they waited.
        root.go().unwrap();
        pause(random);
    }
    let output = process.wait_with_output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(
        kill.is_some() || output.status.success(),
        "the C++ client ended with {}:\n{said}",
        output.status
    );
    *root.parks.lock().unwrap() = None;
    eventually("all that was made for it is dropped", || {
        root.go().unwrap();
        root.living().unwrap() == 0
    });
}

/// When to kill, in one of three rounds.
fn some_moment(random: &mut Rng) -> Option<Instant> {
    let after = ROUND.mul_f64(random.below(100) as f64 / 100.0);
    (random.below(3) == 0).then(|| Instant::now() + after)
}

/// Calls once more while it is called.
struct Again(Arc<dyn Threads>);

impl Callback for Again {
    fn call(&self, arg: i32) -> Result<i32, IpcException> {
        self.0.number()?;
        Ok(arg + 1)
    }
}

/// The C++ program is the server; we leave, in the middle of calls too, and kill it.
fn cpp_serves(program: &Path, random: &mut Rng) {
    let mut server = Server::start(program, "threads");
    let over = AtomicBool::new(false);
    let wrong = Mutex::new(None);
    let end = Instant::now() + ROUND;
    let kill = some_moment(random);
    {
        let connect = server.connector();
        thread::scope(|scope| {
            let callers: Vec<_> = (0..3)
                .map(|_| {
                    let (mut random, connect, over, wrong) = (Rng(random.any()), &connect, &over, &wrong);
                    scope.spawn(move || {
                        while !over.load(Ordering::Relaxed) {
                            let Ok(threads) = connect.connect::<dyn Threads>() else { break };
                            let Ok(tasks) = connect.connect::<dyn ThreadsAsync>() else { break };
                            if let Err(error) = call(&threads, &tasks, &mut random)
                                && !error.is_disconnected()
                                && !error.text().contains("disconnect")
                            {
                                *wrong.lock().unwrap() = Some(error);
                            }
                        }
                    })
                })
                .collect();
            while Instant::now() < end {
                if kill.is_some_and(|kill| Instant::now() >= kill) {
                    break;
                }
                pause(random);
            }
            over.store(true, Ordering::Relaxed);
            if kill.is_some() {
                server.kill();
            }
            let limit = Instant::now() + PATIENCE;
            while !callers.iter().all(thread::ScopedJoinHandle::is_finished) {
                assert!(Instant::now() < limit, "a caller of ours does not end");
                thread::park_timeout(Duration::from_millis(1));
            }
        });
    }
    if let Some(error) = wrong.into_inner().unwrap() {
        panic!("a call failed with {error:?}");
    }
    if kill.is_none() {
        server.finish();
    }
}

/// Makes some calls, of a thread and of a task. Those that nobody waits for any more take no callback: where a server of
/// libmultiprocess 13 loses its connection in the middle of one that does, its event loop and its thread wait for each other.
fn call(
    threads: &Arc<dyn Threads>,
    tasks: &Arc<dyn ThreadsAsync>,
    random: &mut Rng,
) -> Result<(), IpcException> {
    let again = || Arc::new(Again(threads.clone()));
    let kept = if random.below(2) == 0 { Some(threads.make_object()?) } else { None };
    for _ in 0..random.below(12) {
        let arg = i32::try_from(random.below(100)).unwrap();
        match random.below(10) {
            0 => drop(threads.number()?),
            1 => assert_eq!(threads.give(again(), arg)?, arg + 1),
            2 => assert_eq!(threads.lend(again(), arg)?, arg + 1),
            3 => {
                let object = threads.make_object()?;
                object.touch()?;
                destroy(&object)?;
            }
            4 => drop(threads.make_plain()?),
            5 => destroy(&threads.make_plain()?)?,
            6 => drop(block_on(tasks.number())?),
            // Nobody waits for them any more, and they have their threads until they return.
            7 => drop(pin!(tasks.number()).as_mut().poll(&mut Context::from_waker(Waker::noop()))),
            8 => drop(with_deadline(Duration::from_micros(random.any() % 400), || threads.number())),
            _ => assert_eq!(block_on(tasks.give(again(), arg))?, arg + 1),
        }
    }
    drop(kept);
    if random.below(3) == 0 {
        destroy(threads)?;
    }
    Ok(())
}
