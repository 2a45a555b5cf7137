//! Calls back, between two ends of our own.

use std::sync::mpsc::{self, Receiver, Sender};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::thread::{self, ThreadId};

use futures::executor::block_on;
use futures::future::join_all;
use ipc_runtime::{CapnpContext, DriverLimits, IpcException, destroy, ipc_interface, with_deadline};
use ipc_tests::steps::{Gate, LONG_PATIENCE, PATIENCE, bounded, eventually, joined, received};
use tempfile::TempDir;

use crate::util::Pair;

/// What calls back.
#[ipc_interface(root, twin = RelayAsync)]
trait Relay {
    /// Calls the object.
    fn call(&self, hook: Arc<dyn Hook>, value: u32) -> Result<u32, IpcException>;

    /// Returns what calls as a future.
    fn later(&self) -> Result<Arc<dyn Later>, IpcException>;

    /// Calls the object, and waits for nothing.
    fn tell(&self, hook: Arc<dyn Told>) -> Result<(), IpcException>;

    /// Keeps the object.
    fn keep(&self, hook: Arc<dyn Hook>) -> Result<(), IpcException>;

    /// Calls the object that is kept, from a thread of its own, and does not wait for that.
    fn fire(&self) -> Result<(), IpcException>;

    /// Calls the object that is kept.
    fn call_kept(&self, value: u32) -> Result<u32, IpcException>;

    /// Calls the object when it has passed the gate.
    fn call_after(&self, path: &str, hook: Arc<dyn Hook>, value: u32) -> Result<u32, IpcException>;

    /// Makes an object that waits.
    fn parks(&self) -> Result<Arc<dyn Parks>, IpcException>;

    /// Returns how many of them there are.
    fn parked(&self) -> Result<u32, IpcException>;

    /// Passes the gate.
    fn pass(&self, path: &str) -> Result<(), IpcException>;

    /// Returns at once.
    fn quick(&self) -> Result<u32, IpcException>;
}

/// Exchanges thread maps elsewhere, and by another name.
#[ipc_interface(root(name = "exchange", ordinal = 1))]
trait Elsewhere {
    fn first(&self, hook: Arc<dyn Hook>) -> Result<u32, IpcException>;
    fn second(&self) -> Result<u32, IpcException>;
}

/// Inherits that.
#[ipc_interface]
trait Further: Elsewhere {
    fn third(&self) -> Result<u32, IpcException>;
}

struct Numbers;

impl Elsewhere for Numbers {
    fn first(&self, hook: Arc<dyn Hook>) -> Result<u32, IpcException> {
        hook.call(1)
    }

    fn second(&self) -> Result<u32, IpcException> {
        Ok(2)
    }
}

impl Further for Numbers {
    fn third(&self) -> Result<u32, IpcException> {
        Ok(3)
    }
}

/// What waits.
#[ipc_interface]
trait Parks {
    fn pass(&self, path: &str) -> Result<(), IpcException>;
}

/// Each holds one count.
struct Parked {
    _counted: Arc<()>,
}

impl Parks for Parked {
    fn pass(&self, path: &str) -> Result<(), IpcException> {
        pass(path)
    }
}

fn pass(path: &str) -> Result<(), IpcException> {
    ipc_tests::steps::pass(path).map_err(|error| IpcException::system("gate", error))
}

/// What calls back as a future.
#[ipc_interface]
trait Later {
    /// Calls the object.
    async fn call(&self, hook: Arc<dyn LaterHook>, value: u32) -> Result<u32, IpcException>;

    /// Calls two objects at once, of which the first waits for the second.
    async fn call_both(&self, one: Arc<dyn LaterHook>, two: Arc<dyn LaterHook>) -> Result<u32, IpcException>;
}

/// What is called back.
#[ipc_interface]
trait Hook {
    fn call(&self, value: u32) -> Result<u32, IpcException>;
}

/// The same, as a future.
#[ipc_interface]
trait LaterHook {
    async fn call(&self, value: u32) -> Result<u32, IpcException>;
}

/// What is told.
#[ipc_interface]
trait Told {
    #[ipc(oneway)]
    fn tell(&self, value: u32) -> Result<(), IpcException>;

    fn ask(&self) -> Result<u32, IpcException>;
}

#[derive(Default)]
struct Server {
    kept: Mutex<Option<Arc<dyn Hook>>>,
    served: Mutex<Vec<ThreadId>>,
    parked: Arc<()>,
    outcomes: OnceLock<Mutex<Sender<Result<u32, IpcException>>>>,
}

impl Server {
    fn kept(&self) -> Result<Arc<dyn Hook>, IpcException> {
        let kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner).clone();
        kept.ok_or_else(|| IpcException::failed("nothing is kept"))
    }
}

#[ipc_interface]
impl Relay for Server {
    fn call(&self, hook: Arc<dyn Hook>, value: u32) -> Result<u32, IpcException> {
        self.served.lock().unwrap_or_else(PoisonError::into_inner).push(thread::current().id());
        hook.call(value)
    }

    fn later(&self) -> Result<Arc<dyn Later>, IpcException> {
        Ok(Arc::new(LaterServer))
    }

    fn tell(&self, hook: Arc<dyn Told>) -> Result<(), IpcException> {
        (0..3).try_for_each(|value| hook.tell(value))?;
        // Behind them.
        if hook.ask()? == 3 { Ok(()) } else { Err(IpcException::failed("out of order")) }
    }

    fn keep(&self, hook: Arc<dyn Hook>) -> Result<(), IpcException> {
        let before = self.kept.lock().unwrap_or_else(PoisonError::into_inner).replace(hook);
        drop(before);
        Ok(())
    }

    fn fire(&self) -> Result<(), IpcException> {
        let kept = self.kept()?;
        let outcomes = self.outcomes.get().map(|outcomes| outcomes.lock().unwrap().clone());
        thread::spawn(move || {
            let outcome = kept.call(7);
            outcomes.into_iter().for_each(|outcomes| outcomes.send(outcome.clone()).unwrap());
        });
        Ok(())
    }

    fn call_kept(&self, value: u32) -> Result<u32, IpcException> {
        self.kept()?.call(value)
    }

    fn call_after(&self, path: &str, hook: Arc<dyn Hook>, value: u32) -> Result<u32, IpcException> {
        pass(path)?;
        hook.call(value)
    }

    fn parks(&self) -> Result<Arc<dyn Parks>, IpcException> {
        Ok(Arc::new(Parked { _counted: self.parked.clone() }))
    }

    fn parked(&self) -> Result<u32, IpcException> {
        Ok(Arc::strong_count(&self.parked) as u32 - 1)
    }

    fn pass(&self, path: &str) -> Result<(), IpcException> {
        pass(path)
    }

    fn quick(&self) -> Result<u32, IpcException> {
        Ok(1)
    }
}

struct LaterServer;

#[ipc_interface]
impl Later for LaterServer {
    async fn call(&self, hook: Arc<dyn LaterHook>, value: u32) -> Result<u32, IpcException> {
        hook.call(value).await
    }

    async fn call_both(&self, one: Arc<dyn LaterHook>, two: Arc<dyn LaterHook>) -> Result<u32, IpcException> {
        join_all([one.call(1), two.call(2)]).await.into_iter().sum()
    }
}

/// Calls the relay again until the value is 0, and notes on which threads.
struct Deeper {
    relay: Arc<dyn Relay>,
    threads: Arc<Mutex<Vec<ThreadId>>>,
}

impl Hook for Deeper {
    fn call(&self, value: u32) -> Result<u32, IpcException> {
        self.threads.lock().unwrap_or_else(PoisonError::into_inner).push(thread::current().id());
        let Some(rest) = value.checked_sub(1) else { return Ok(0) };
        let deeper = Self { relay: self.relay.clone(), threads: self.threads.clone() };
        Ok(self.relay.call(Arc::new(deeper), rest)? + 1)
    }
}

/// Says on which thread it was called.
struct Says(Mutex<Sender<ThreadId>>);

impl Says {
    fn with_calls() -> (Arc<dyn Hook>, Receiver<ThreadId>) {
        let (sender, receiver) = mpsc::channel();
        (Arc::new(Self(Mutex::new(sender))), receiver)
    }
}

impl Hook for Says {
    fn call(&self, value: u32) -> Result<u32, IpcException> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).send(thread::current().id()).unwrap();
        Ok(value)
    }
}

fn pair() -> (Pair<dyn Relay>, Arc<Server>) {
    let server = Arc::<Server>::default();
    (Pair::new(server.clone() as Arc<dyn Relay>), server)
}

/// Rule 4.
#[test]
fn calls_back_run_on_the_two_threads_that_wait_to_any_depth() {
    bounded(PATIENCE, || {
        let (pair, server) = pair();
        let threads = Arc::<Mutex<Vec<ThreadId>>>::default();
        let outer = Deeper { relay: pair.remote.clone(), threads: threads.clone() };
        assert_eq!(pair.remote.call(Arc::new(outer), 20).unwrap(), 20);
        let here = thread::current().id();
        assert_eq!(*threads.lock().unwrap(), vec![here; 21]);
        let served = server.served.lock().unwrap();
        assert_eq!(served.len(), 21);
        assert!(served.iter().all(|thread| *thread == served[0] && *thread != here), "{served:?}");
    });
}

/// Rule 1: only in `construct` does the peer learn of the threads here.
#[test]
fn thread_maps_are_exchanged_by_whichever_method_and_also_an_inherited_one() {
    bounded(PATIENCE, || {
        let pair = Pair::<dyn Further>::new(Arc::new(Numbers));
        let (hook, threads) = Says::with_calls();
        assert_eq!(pair.remote.first(hook).unwrap(), 1);
        assert_eq!(received("the call back", &threads), thread::current().id());
        assert_eq!((pair.remote.second().unwrap(), pair.remote.third().unwrap()), (2, 3));
    });
}

/// Rule 4: a stack has an end, and calls go on beyond it.
#[test]
fn calls_back_that_are_too_deep_for_one_stack_go_on_on_another() {
    bounded(PATIENCE, || {
        let (pair, _server) = pair();
        let threads = Arc::<Mutex<Vec<ThreadId>>>::default();
        let outer = Deeper { relay: pair.remote.clone(), threads: threads.clone() };
        assert_eq!(pair.remote.call(Arc::new(outer), 300).unwrap(), 300);
        assert_eq!(threads.lock().unwrap().len(), 301);
    });
}

/// Calls the relay again until the value is 0.
struct DeeperLater(Arc<dyn Later>);

#[ipc_interface]
impl LaterHook for DeeperLater {
    async fn call(&self, value: u32) -> Result<u32, IpcException> {
        let Some(rest) = value.checked_sub(1) else { return Ok(0) };
        Ok(self.0.call(Arc::new(Self(self.0.clone())), rest).await? + 1)
    }
}

fn twin(relay: &Arc<dyn Relay>) -> RelayAsyncClient {
    use ipc_runtime::Interface;
    RelayAsyncClient::new(relay.as_remote().unwrap().clone())
}

/// Rule 4.
#[test]
fn futures_call_each_other_back_to_any_depth() {
    bounded(PATIENCE, || {
        let (pair, _server) = pair();
        let later = pair.remote.later().unwrap();
        assert_eq!(block_on(later.call(Arc::new(DeeperLater(later.clone())), 20)).unwrap(), 20);
    });
}

/// Waits for the other one.
struct Meets(
    Mutex<Option<futures::channel::oneshot::Receiver<()>>>,
    Mutex<Option<futures::channel::oneshot::Sender<()>>>,
);

#[ipc_interface]
impl LaterHook for Meets {
    async fn call(&self, value: u32) -> Result<u32, IpcException> {
        let (waits, tells) = (self.0.lock().unwrap().take(), self.1.lock().unwrap().take());
        if let Some(tells) = tells {
            let _ = tells.send(());
        }
        if let Some(waits) = waits {
            waits.await.map_err(|_| IpcException::failed("the other one was not called"))?;
        }
        Ok(value)
    }
}

/// Two calls that are made at once do not wait for each other, also where one thread waits for both.
/// Passes the gate when it is called.
struct AtGate(String);

impl Hook for AtGate {
    fn call(&self, value: u32) -> Result<u32, IpcException> {
        pass(&self.0)?;
        Ok(value)
    }
}

#[test]
fn a_future_learns_at_once_that_its_connection_has_ended_whatever_has_been_called_back() {
    bounded(PATIENCE, || {
        let directory = TempDir::new().unwrap();
        let gate = Gate::new(directory.path(), "gate").unwrap();
        let (pair, _server) = pair();
        let (relay, hook) = (twin(&pair.remote), Arc::new(AtGate(gate.path().to_owned())));
        let call = thread::spawn(move || block_on(relay.call(hook, 1)));
        let inside = gate.entered();
        pair.disconnect();
        // What was called back runs on.
        assert!(joined("the call fails", call).unwrap_err().is_disconnected());
        drop(inside);
    });
}

#[test]
fn two_calls_back_that_are_made_at_once_run_at_once() {
    bounded(PATIENCE, || {
        let (pair, _server) = pair();
        let (sender, receiver) = futures::channel::oneshot::channel();
        let one: Arc<dyn LaterHook> = Arc::new(Meets(Mutex::new(Some(receiver)), Mutex::default()));
        let two: Arc<dyn LaterHook> = Arc::new(Meets(Mutex::default(), Mutex::new(Some(sender))));
        assert_eq!(block_on(pair.remote.later().unwrap().call_both(one, two)).unwrap(), 3);
    });
}

/// Rule 5.
#[test]
fn a_stored_callback_is_called_from_any_thread_and_when_nobody_waits() {
    bounded(PATIENCE, || {
        let (pair, server) = pair();
        let (sender, outcomes) = mpsc::channel();
        server.outcomes.set(Mutex::new(sender)).unwrap();
        let (hook, threads) = Says::with_calls();
        pair.remote.keep(hook).unwrap();
        pair.remote.fire().unwrap();
        let thread = received("it is called", &threads);
        assert_ne!(thread, thread::current().id());
        assert_eq!(received("it is answered", &outcomes).unwrap(), 7);
        // In a call it runs on the thread that waits for that.
        assert_eq!(pair.remote.call_kept(3).unwrap(), 3);
        assert_eq!(received("it is called", &threads), thread::current().id());
    });
}

/// What it was told.
#[derive(Default)]
struct Listens(Mutex<Vec<u32>>);

impl Told for Listens {
    fn tell(&self, value: u32) -> Result<(), IpcException> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push(value);
        Ok(())
    }

    fn ask(&self) -> Result<u32, IpcException> {
        Ok(self.0.lock().unwrap_or_else(PoisonError::into_inner).len() as u32)
    }
}

#[test]
fn one_way_calls_back_come_before_the_call_behind_them() {
    bounded(PATIENCE, || {
        let (pair, _server) = pair();
        for _ in 0..100 {
            let listens = Arc::<Listens>::default();
            pair.remote.tell(listens.clone()).unwrap();
            assert_eq!(*listens.0.lock().unwrap(), [0, 1, 2]);
        }
    });
}

/// The policy: as many calls as there are callers, none of which waits for another.
#[test]
fn a_hundred_parked_calls_do_not_keep_a_quick_one_waiting() {
    bounded(LONG_PATIENCE, || {
        let (pair, _server) = pair();
        let directory = TempDir::new().unwrap();
        let gate = Gate::new(directory.path(), "gate").unwrap();
        let parked: Vec<_> = (0..100)
            .map(|_| {
                let (relay, path) = (pair.remote.clone(), gate.path().to_owned());
                thread::spawn(move || relay.pass(&path))
            })
            .collect();
        let inside: Vec<_> = (0..100).map(|_| gate.entered()).collect();
        assert_eq!(pair.remote.quick().unwrap(), 1);
        assert_eq!(block_on(twin(&pair.remote).quick()).unwrap(), 1);
        drop(inside);
        parked.into_iter().for_each(|call| joined("a parked call returns", call).unwrap());
    });
}

/// The same for futures, up to the limit; beyond it they wait.
#[test]
fn futures_beyond_the_limit_wait_for_a_thread_and_those_before_do_not() {
    bounded(LONG_PATIENCE, || {
        let server = Arc::<Server>::default();
        let mut limits = DriverLimits::default();
        limits.leased_threads = 10;
        let pair = Pair::<dyn Relay>::with_client_settings(server, CapnpContext::new().with_limits(limits));
        let directory = TempDir::new().unwrap();
        let gate = Gate::new(directory.path(), "gate").unwrap();
        let relay = twin(&pair.remote);
        let (done, finished) = mpsc::channel();
        let path = gate.path().to_owned();
        let tasks = thread::spawn(move || {
            let calls = (0..25).map(|_| async {
                let outcome = relay.pass(&path).await;
                done.send(()).unwrap();
                outcome
            });
            block_on(join_all(calls)).into_iter().collect::<Result<Vec<()>, _>>().map(|all| all.len())
        });
        let mut inside: Vec<_> = (0..10).map(|_| gate.entered()).collect();
        // A thread that waits has one of its own.
        assert_eq!(pair.remote.quick().unwrap(), 1);
        for _ in 10..25 {
            drop(inside.pop());
            received("one has ended", &finished);
            inside.push(gate.entered());
        }
        drop(inside);
        assert_eq!(joined("all have ended", tasks).unwrap(), 25);
    });
}

/// A thread that waits on one connection serves a call back that comes through another.
#[test]
fn a_thread_waiting_on_one_connection_serves_what_comes_over_another() {
    /// Calls over the other connection, and waits there.
    struct Elsewhere {
        other: Arc<dyn Relay>,
        hook: Arc<dyn Hook>,
    }
    impl Hook for Elsewhere {
        fn call(&self, value: u32) -> Result<u32, IpcException> {
            self.other.call(self.hook.clone(), value)
        }
    }
    bounded(PATIENCE, || {
        let ((one, _first), (two, _second)) = (pair(), pair());
        let (hook, threads) = Says::with_calls();
        let elsewhere = Elsewhere { other: two.remote.clone(), hook };
        assert_eq!(one.remote.call(Arc::new(elsewhere), 5).unwrap(), 5);
        assert_eq!(received("it is called", &threads), thread::current().id());
    });
}

/// Rule 17: a call that its caller has given up keeps its thread, so that the next one has another.
#[test]
fn a_call_whose_deadline_has_passed_does_not_hold_up_the_next_one() {
    bounded(PATIENCE, || {
        let (pair, _server) = pair();
        let directory = TempDir::new().unwrap();
        let gate = Gate::new(directory.path(), "gate").unwrap();
        let limit = std::time::Duration::from_millis(1);
        // On a thread of its own first: that it is there is not what takes long.
        assert_eq!(pair.remote.quick().unwrap(), 1);
        let late = with_deadline(limit, || pair.remote.pass(gate.path()));
        assert_eq!(late.unwrap_err().kind(), ipc_runtime::ExceptionKind::TimedOut);
        let inside = gate.entered();
        assert_eq!(pair.remote.quick().unwrap(), 1);
        drop(inside);
        assert_eq!(pair.remote.quick().unwrap(), 1);
    });
}

/// Rule 4: a thread that has given up its call is not there to serve it, and another one is.
#[test]
fn a_call_back_that_comes_when_the_caller_has_given_up_is_served_by_another_thread() {
    bounded(PATIENCE, || {
        let (pair, _server) = pair();
        let directory = TempDir::new().unwrap();
        let gate = Gate::new(directory.path(), "gate").unwrap();
        let (hook, threads) = Says::with_calls();
        let limit = std::time::Duration::from_millis(1);
        assert_eq!(pair.remote.quick().unwrap(), 1);
        let late = with_deadline(limit, || pair.remote.call_after(gate.path(), hook, 1));
        assert_eq!(late.unwrap_err().kind(), ipc_runtime::ExceptionKind::TimedOut);
        drop(gate.entered());
        assert_ne!(received("it is called", &threads), thread::current().id());
        assert_eq!(pair.remote.quick().unwrap(), 1);
    });
}

/// Rule 7: what has no thread any more is not destroyed under the call that still runs, and later ones fail.
#[test]
fn an_object_with_a_call_that_was_given_up_is_freed_when_that_has_ended() {
    bounded(PATIENCE, || {
        let (pair, _server) = pair();
        let directory = TempDir::new().unwrap();
        let gate = Gate::new(directory.path(), "gate").unwrap();
        let parks = pair.remote.parks().unwrap();
        let limit = std::time::Duration::from_millis(1);
        assert!(with_deadline(limit, || parks.pass(gate.path())).is_err());
        let inside = gate.entered();
        destroy(&parks).unwrap();
        assert!(parks.pass(gate.path()).unwrap_err().text().contains("destroyed"));
        drop(parks);
        assert_eq!(pair.remote.parked().unwrap(), 1);
        drop(inside);
        eventually("it is freed", || pair.remote.parked().unwrap() == 0);
    });
}

/// Rule 7.
#[test]
fn destroy_waits_for_the_calls_that_others_wait_for() {
    bounded(PATIENCE, || {
        let (pair, _server) = pair();
        let directory = TempDir::new().unwrap();
        let gate = Gate::new(directory.path(), "gate").unwrap();
        let parks = pair.remote.parks().unwrap();
        let call = {
            let (parks, path) = (parks.clone(), gate.path().to_owned());
            thread::spawn(move || parks.pass(&path))
        };
        let inside = gate.entered();
        let destroying = thread::spawn(move || destroy(&parks));
        assert_eq!(pair.remote.parked().unwrap(), 1);
        drop(inside);
        joined("the call returns", call).unwrap();
        joined("the object is destroyed", destroying).unwrap();
        eventually("it is freed", || pair.remote.parked().unwrap() == 0);
    });
}
