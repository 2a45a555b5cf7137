//! Methods that take their time beside others that do not. Calls that were quick until now are expected to be quick, and one
//! thread runs those that come together in a row: a slow one among them must not keep the others.

use std::future::Future;
use std::pin::Pin;
use std::sync::mpsc::{self, Receiver, Sender};
use std::sync::{Arc, Barrier, Mutex};

use futures::executor::block_on;
use futures::future::{join_all, select_all, try_join_all};
use ipc_runtime::{Client, Interface, IpcException, ipc_interface};
use ipc_tests::steps::{PATIENCE, bounded, received};

use super::util::Pair;

/// Where some wait and others do not.
#[ipc_interface(root, twin = DeskAsync)]
trait Desk {
    fn add(&self, a: i64, b: i64) -> Result<i64, IpcException>;

    /// Waits until the gate is opened.
    fn wait(&self) -> Result<(), IpcException>;

    /// Waits for as many as the barrier is for.
    fn meet(&self) -> Result<(), IpcException>;

    fn another(&self) -> Result<Arc<dyn Counter>, IpcException>;
}

#[ipc_interface(twin = CounterAsync)]
trait Counter {
    fn add(&self, a: i64, b: i64) -> Result<i64, IpcException>;
}

struct Clerk {
    waits: Sender<()>,
    gate: Mutex<Receiver<()>>,
    barrier: Barrier,
}

impl Desk for Clerk {
    fn add(&self, a: i64, b: i64) -> Result<i64, IpcException> {
        Ok(a + b)
    }

    fn wait(&self) -> Result<(), IpcException> {
        // The test may be over. Nothing tells the runtime that this thread is blocked.
        let _ = self.waits.send(());
        let _ = self.gate.lock().unwrap().recv();
        Ok(())
    }

    fn meet(&self) -> Result<(), IpcException> {
        self.barrier.wait();
        Ok(())
    }

    fn another(&self) -> Result<Arc<dyn Counter>, IpcException> {
        Ok(Arc::new(Abacus))
    }
}

struct Abacus;

impl Counter for Abacus {
    fn add(&self, a: i64, b: i64) -> Result<i64, IpcException> {
        Ok(a + b)
    }
}

/// How many meet at the barrier.
const MEETING: usize = 40;

/// A desk, as the other end of a connection has it.
struct Counterpart {
    pair: Pair<dyn Desk>,
    client: Client<dyn DeskAsync>,
    waits: Receiver<()>,
    gate: Sender<()>,
}

type Waiting<'c> = Pin<Box<dyn Future<Output = Result<(), IpcException>> + Send + 'c>>;

impl Counterpart {
    /// All calls so far were quick.
    fn new() -> Self {
        let ((begun, waits), (gate, opened)) = (mpsc::channel(), mpsc::channel());
        let clerk = Clerk { waits: begun, gate: Mutex::new(opened), barrier: Barrier::new(MEETING) };
        let pair = Pair::new(Arc::new(clerk) as Arc<dyn Desk>);
        let client = Client::new(pair.remote.as_remote().unwrap().clone());
        let desk = Self { pair, client, waits, gate };
        for _ in 0..20 {
            desk.add_many();
        }
        desk
    }

    fn add_many(&self) {
        let sums = block_on(try_join_all((0..50).map(|i| self.client.add(i, 1)))).unwrap();
        assert!(sums.into_iter().eq(1..=50));
    }

    /// Sends calls together, of which the one at `place` waits for the gate; returns when the others are answered.
    fn add_around_a_wait(&self, place: usize) -> Waiting<'_> {
        let client = &self.client;
        let add = |i| -> Waiting<'_> {
            Box::pin(async move {
                assert_eq!(client.add(i, 1).await?, i + 1);
                Ok(())
            })
        };
        let mut calls: Vec<Waiting<'_>> = (0..20).map(add).collect();
        calls.insert(place, Box::pin(client.wait()));
        let mut waiting = block_on(async move {
            for _ in 0..20 {
                let (done, _, rest) = select_all(calls).await;
                done.unwrap();
                calls = rest;
            }
            calls
        });
        received("the slow method has begun", &self.waits);
        waiting.pop().unwrap()
    }
}

#[test]
fn a_slow_method_keeps_no_call_that_came_with_it() {
    bounded(PATIENCE, || {
        let desk = Counterpart::new();
        for place in [0, 1, 10, 20] {
            let wait = desk.add_around_a_wait(place);
            // Nor one that comes later, from a thread.
            assert_eq!(desk.pair.remote.add(1, 2).unwrap(), 3);
            desk.gate.send(()).unwrap();
            block_on(wait).unwrap();
            desk.add_many();
        }
    });
}

#[test]
fn a_slow_method_keeps_no_call_of_another_object_or_connection() {
    bounded(PATIENCE, || {
        let (desk, other) = (Counterpart::new(), Counterpart::new());
        let counter = desk.pair.remote.another().unwrap();
        let async_counter = Client::<dyn CounterAsync>::new(counter.as_remote().unwrap().clone());
        let wait = desk.add_around_a_wait(0);
        other.add_many();
        assert_eq!(counter.add(1, 2).unwrap(), 3);
        assert_eq!(block_on(async_counter.add(1, 2)).unwrap(), 3);
        desk.gate.send(()).unwrap();
        block_on(wait).unwrap();
    });
}

#[test]
fn methods_that_wait_for_each_other_all_run() {
    bounded(PATIENCE, || {
        let desk = Counterpart::new();
        for met in block_on(join_all((0..MEETING).map(|_| desk.client.meet()))) {
            met.unwrap();
        }
    });
}

#[test]
fn slow_methods_do_not_keep_a_quick_one_however_many_they_are() {
    bounded(PATIENCE, || {
        let desk = Counterpart::new();
        let mut waits: Vec<Waiting<'_>> =
            (0..100).map(|_| Box::pin(desk.client.wait()) as Waiting<'_>).collect();
        let quick = async {
            // All that wait are sent before.
            let begun = select_all(waits.iter_mut());
            futures::pin_mut!(begun);
            assert!(futures::poll!(begun.as_mut()).is_pending());
            desk.client.add(1, 2).await
        };
        assert_eq!(block_on(quick).unwrap(), 3);
        for _ in 0..100 {
            desk.gate.send(()).unwrap();
        }
        block_on(try_join_all(waits)).unwrap();
    });
}
