//! Closures of one kind that arrive as another, and what each kind promises.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, OnceLock, mpsc};
use std::thread;
use std::time::Duration;

use ipc_runtime::wire::Interface;
use ipc_runtime::{ExceptionKind, IpcException, ipc_interface, with_deadline};
use ipc_tests::steps::{PATIENCE, bounded, joined, received};

use super::{Mutable, Once, Shared};
use crate::util::Pair;

/// What is sent as one kind of closure and received as another one, as a peer in another language may do.
#[ipc_interface(root, id = 0x9d4e_2a11_80c3_7701)]
trait Sender {
    fn call_each(&self, closure: Once, values: Vec<i64>) -> Result<Vec<i64>, IpcException>;
    fn wrap(&self, closure: Mutable) -> Result<Shared, IpcException>;
    fn bounce(&self, closure: Mutable) -> Result<Shared, IpcException>;
    fn bounce_shared(&self, closure: Shared) -> Result<Shared, IpcException>;
}

#[ipc_interface(root, id = 0x9d4e_2a11_80c3_7701)]
trait Receiver {
    fn call_each(&self, closure: Shared, values: Vec<i64>) -> Result<Vec<i64>, IpcException>;
    fn wrap(&self, closure: Shared) -> Result<Shared, IpcException>;
    fn bounce(&self, closure: Shared) -> Result<Shared, IpcException>;
    fn bounce_shared(&self, closure: Shared) -> Result<Shared, IpcException>;
}

/// Remembers the closures that went through it.
#[derive(Default)]
struct Keeper(Mutex<Vec<Shared>>);

impl Keeper {
    fn keep(&self, closure: Shared) -> Result<Shared, IpcException> {
        self.0.lock().unwrap().push(closure.clone());
        Ok(closure)
    }
}

impl Receiver for Keeper {
    fn call_each(&self, closure: Shared, values: Vec<i64>) -> Result<Vec<i64>, IpcException> {
        values.into_iter().map(|value| closure(value)).collect()
    }

    fn wrap(&self, closure: Shared) -> Result<Shared, IpcException> {
        self.keep(Arc::new(move |value| closure(value)))
    }

    fn bounce(&self, closure: Shared) -> Result<Shared, IpcException> {
        Ok(closure)
    }

    fn bounce_shared(&self, closure: Shared) -> Result<Shared, IpcException> {
        self.keep(closure)
    }
}

fn keeper() -> (Arc<Keeper>, Pair<dyn Receiver>, Arc<dyn Sender>) {
    let keeper = Arc::new(Keeper::default());
    let pair = Pair::<dyn Receiver>::new(keeper.clone());
    let sender = SenderClient::new(pair.remote.as_remote().unwrap().clone());
    (keeper, pair, Arc::new(sender))
}

#[test]
fn what_can_be_called_once_fails_the_second_time() {
    bounded(PATIENCE, || {
        let (_keeper, _pair, sender) = keeper();
        let calls = Arc::new(AtomicUsize::new(0));
        let counting = || {
            let calls = calls.clone();
            Box::new(move |value| {
                calls.fetch_add(1, Ordering::SeqCst);
                Ok(value)
            })
        };
        assert_eq!(sender.call_each(counting(), vec![1]).unwrap(), [1]);
        assert_eq!(Arc::strong_count(&calls), 1, "what it held is freed by the call");
        let error = sender.call_each(counting(), vec![1, 2]).unwrap_err();
        assert!(error.text().ends_with("the closure can be called once, and was"), "{error}");
        assert_eq!(calls.load(Ordering::SeqCst), 2);
    });
}

#[test]
fn calls_of_a_mutable_closure_run_one_at_a_time() {
    bounded(PATIENCE, || {
        let (_keeper, _pair, sender) = keeper();
        let inside = AtomicUsize::new(0);
        let mut sum = 0;
        let closure = move |value| {
            assert_eq!(inside.fetch_add(1, Ordering::SeqCst), 0, "two calls at a time");
            thread::yield_now();
            sum += value;
            assert_eq!(inside.fetch_sub(1, Ordering::SeqCst), 1);
            Ok(sum)
        };
        let closure = sender.wrap(Box::new(closure)).unwrap();
        let callers = (0..8).map(|_| {
            let closure = closure.clone();
            thread::spawn(move || (0..20).for_each(|_| assert!(closure(1).unwrap() > 0)))
        });
        callers.collect::<Vec<_>>().into_iter().for_each(|caller| joined("a caller ends", caller));
        assert_eq!(closure(0).unwrap(), 160);
    });
}

#[test]
fn a_call_waits_for_a_mutable_closure_until_its_deadline() {
    bounded(PATIENCE, || {
        let (_keeper, _pair, sender) = keeper();
        let (entered, has_entered) = mpsc::channel();
        let (leave, may_leave) = mpsc::channel::<()>();
        let closure = move |value| {
            if value == 0 {
                entered.send(()).unwrap();
                let _ = may_leave.recv();
            }
            Ok(value)
        };
        let closure = sender.bounce(Box::new(closure)).unwrap();
        let first = thread::spawn({
            let closure = closure.clone();
            move || closure(0)
        });
        received("the first call runs", &has_entered);
        let timed_out = with_deadline(Duration::from_millis(20), || closure(1)).unwrap_err();
        assert_eq!(timed_out.kind(), ExceptionKind::TimedOut);
        drop(leave);
        assert_eq!(joined("the first call ends", first).unwrap(), 0);
        assert_eq!(closure(2).unwrap(), 2);
    });
}

#[test]
fn a_mutable_closure_that_calls_itself_is_told() {
    bounded(PATIENCE, || {
        let (_keeper, _pair, sender) = keeper();
        let myself = Arc::new(OnceLock::<Shared>::new());
        let held = myself.clone();
        let closure: Mutable = Box::new(move |value| match held.get() {
            Some(closure) if value > 0 => closure(value - 1),
            _ => Ok(value),
        });
        let closure = sender.bounce(closure).unwrap();
        assert!(closure.to_remote().is_none(), "it is home");
        myself.set(closure.clone()).ok().unwrap();
        let error = closure(1).unwrap_err();
        assert_eq!(error.text(), "the closure was called again from inside itself");
        assert_eq!(closure(0).unwrap(), 0);
    });
}

#[test]
fn a_mutable_closure_that_panicked_can_be_called_again() {
    bounded(PATIENCE, || {
        let (_keeper, _pair, sender) = keeper();
        let mut calls = 0;
        let closure = move |value: i64| {
            calls += 1;
            assert!(value > 0, "not positive");
            Ok(calls)
        };
        let closure = sender.wrap(Box::new(closure)).unwrap();
        assert_eq!(closure(1).unwrap(), 1);
        assert!(closure(0).unwrap_err().text().contains("not positive"));
        assert_eq!(closure(1).unwrap(), 3);
    });
}

#[test]
fn a_shared_closure_that_comes_home_is_the_original() {
    bounded(PATIENCE, || {
        let (keeper, _pair, sender) = keeper();
        let closure: Shared = Arc::new(Ok);
        let back = sender.bounce_shared(closure.clone()).unwrap();
        assert!(Arc::ptr_eq(&closure, &back), "it came home as something else");

        let theirs = sender.wrap(Box::new(Ok)).unwrap();
        assert!(theirs.to_remote().is_some());
        let again = sender.bounce_shared(theirs).unwrap();
        assert_eq!(again(1).unwrap(), 1);
        let kept = keeper.0.lock().unwrap().clone();
        let [_, first, second] = kept.as_slice() else { panic!("three went through") };
        assert!(Arc::ptr_eq(first, second), "it came home as something else");
    });
}
