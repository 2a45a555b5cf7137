//! Objects that are lent for the time of a call.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{self, Sender};
use std::sync::{Arc, Mutex};
use std::thread::{self, ThreadId};
use std::time::{Duration, Instant};

use ipc_runtime::wire::Interface;
use ipc_runtime::{
    CapnpContext, Client, DriverLimits, ExceptionKind, IpcException, destroy, ipc_interface, with_deadline,
};
use ipc_tests::interfaces::Callback;
use ipc_tests::steps::{PATIENCE, bounded, eventually, joined, pass, received};

use super::util::{Here, Pair, Stopped, assert_disconnected, kill};

#[ipc_interface]
trait Visitor {
    fn visit(&self, value: i64) -> Result<i64, IpcException>;

    /// Is lent another one.
    fn meet(&self, other: &dyn Visitor, value: i64) -> Result<i64, IpcException>;
}

/// What is only told something.
#[ipc_interface]
trait Listener {
    #[ipc(oneway)]
    fn tell(&self, word: &str) -> Result<(), IpcException>;

    fn heard(&self) -> Result<u32, IpcException>;
}

#[ipc_interface]
trait Host {
    /// Calls the object.
    fn go(&self, visitor: &dyn Visitor, value: i64) -> Result<i64, IpcException>;

    /// Calls the object, and returns when the gate at the path is passed.
    fn go_and_wait(&self, visitor: &dyn Visitor, path: &str) -> Result<(), IpcException>;

    /// Calls both, one within the other.
    fn go_two(
        &self,
        first: &dyn Visitor,
        second: Option<&dyn Visitor>,
        value: i64,
    ) -> Result<i64, IpcException>;

    /// Calls an object that may be kept.
    fn go_shared(&self, visitor: &Arc<dyn Visitor>, value: i64) -> Result<i64, IpcException>;

    /// Keeps the object and returns at once.
    fn keep(&self, visitor: &dyn Visitor) -> Result<(), IpcException>;

    /// Keeps the object and calls it.
    fn keep_and_go(&self, visitor: &dyn Visitor, value: i64) -> Result<i64, IpcException>;

    /// Calls what is kept.
    fn go_kept(&self, value: i64) -> Result<i64, IpcException>;

    /// Calls what is kept from several threads at a time; returns how the first calls that end do so.
    fn crowd_kept(&self, threads: u32, first: u32) -> Result<Vec<String>, IpcException>;

    /// Destroys the object, and calls it.
    fn finish(&self, visitor: &dyn Visitor, value: i64) -> Result<i64, IpcException>;

    /// Tells words, the last of them just before it returns.
    fn recite(&self, listener: &dyn Listener, words: Vec<String>) -> Result<(), IpcException>;

    /// Returns an object of this process.
    fn make(&self) -> Result<Arc<dyn Visitor>, IpcException>;

    /// Returns an object of this process that calls what is kept.
    fn make_relay(&self) -> Result<Arc<dyn Visitor>, IpcException>;

    /// Tells whether an object is one of this process.
    fn is_home(&self, visitor: &dyn Visitor) -> Result<bool, IpcException>;

    /// Lends an object of this process to a host that keeps it, and has it called there by a crowd while this thread
    /// does not look; returns how the first calls that end do so.
    fn lend_to_crowd(
        &self,
        host: Arc<dyn Host>,
        threads: u32,
        first: u32,
    ) -> Result<Vec<String>, IpcException>;
}

#[derive(Default)]
struct HostServer {
    kept: Arc<Mutex<Option<Arc<dyn Visitor>>>>,
    /// Told when a relay is called.
    relayed: Mutex<Option<Sender<()>>>,
}

/// A handle that lives longer than the loan.
fn handle(visitor: &dyn Visitor) -> Result<Arc<dyn Visitor>, IpcException> {
    let remote = visitor.as_remote().ok_or_else(|| IpcException::failed("not lent"))?;
    Ok(Arc::new(Client::<dyn Visitor>::new(remote.clone())))
}

fn kept(kept: &Mutex<Option<Arc<dyn Visitor>>>) -> Result<Arc<dyn Visitor>, IpcException> {
    kept.lock().unwrap().clone().ok_or_else(|| IpcException::failed("nothing is kept"))
}

impl Host for HostServer {
    fn go(&self, visitor: &dyn Visitor, value: i64) -> Result<i64, IpcException> {
        visitor.visit(value)
    }

    fn go_and_wait(&self, visitor: &dyn Visitor, path: &str) -> Result<(), IpcException> {
        visitor.visit(1)?;
        pass_gate(path)
    }

    fn go_two(
        &self,
        first: &dyn Visitor,
        second: Option<&dyn Visitor>,
        value: i64,
    ) -> Result<i64, IpcException> {
        match second {
            Some(second) => first.meet(second, value),
            None => first.visit(value),
        }
    }

    fn go_shared(&self, visitor: &Arc<dyn Visitor>, value: i64) -> Result<i64, IpcException> {
        visitor.visit(value)
    }

    fn keep(&self, visitor: &dyn Visitor) -> Result<(), IpcException> {
        *self.kept.lock().unwrap() = Some(handle(visitor)?);
        Ok(())
    }

    fn keep_and_go(&self, visitor: &dyn Visitor, value: i64) -> Result<i64, IpcException> {
        self.keep(visitor)?;
        visitor.visit(value)
    }

    fn go_kept(&self, value: i64) -> Result<i64, IpcException> {
        kept(&self.kept)?.visit(value)
    }

    fn crowd_kept(&self, threads: u32, first: u32) -> Result<Vec<String>, IpcException> {
        let (sender, outcomes) = mpsc::channel();
        for _ in 0..threads {
            let (kept, sender) = (kept(&self.kept)?, sender.clone());
            // Nobody waits for the last ones.
            thread::spawn(move || drop(sender.send(kept.visit(1))));
        }
        let outcomes = (0..first).map(|_| received("a call ends", &outcomes));
        Ok(outcomes.map(|outcome| format!("{outcome:?}")).collect())
    }

    fn finish(&self, visitor: &dyn Visitor, value: i64) -> Result<i64, IpcException> {
        let raw = handle(visitor)?;
        // Beside the handle that `destroy` closes.
        let value = visitor.visit(value)?;
        destroy(&raw)?;
        raw.visit(value)
    }

    fn recite(&self, listener: &dyn Listener, words: Vec<String>) -> Result<(), IpcException> {
        for word in words {
            listener.tell(&word)?;
        }
        Ok(())
    }

    fn make(&self) -> Result<Arc<dyn Visitor>, IpcException> {
        Ok(Arc::new(With(|value| Ok(value * 10))))
    }

    fn is_home(&self, visitor: &dyn Visitor) -> Result<bool, IpcException> {
        Ok(visitor.as_remote().is_none())
    }

    fn make_relay(&self) -> Result<Arc<dyn Visitor>, IpcException> {
        let (object, relayed) = (self.kept.clone(), self.relayed.lock().unwrap().clone());
        let relayed = Mutex::new(relayed);
        Ok(Arc::new(With(move |value| {
            if let Some(relayed) = &*relayed.lock().unwrap() {
                relayed.send(()).unwrap();
            }
            kept(&object)?.visit(value)
        })))
    }

    fn lend_to_crowd(
        &self,
        host: Arc<dyn Host>,
        threads: u32,
        first: u32,
    ) -> Result<Vec<String>, IpcException> {
        let outcomes = Arc::new(Mutex::new(Vec::new()));
        let (inner, noted) = (host.clone(), outcomes.clone());
        let visitor = With(move |value| {
            if value == 0 {
                let host = inner.clone();
                let crowd = thread::spawn(move || host.crowd_kept(threads, first));
                *noted.lock().unwrap() = joined("the first calls end", crowd)?;
            }
            Ok(value)
        });
        host.keep_and_go(&visitor, 0)?;
        Ok(outcomes.lock().unwrap().clone())
    }
}

fn pass_gate(path: &str) -> Result<(), IpcException> {
    pass(path).map_err(|error| IpcException::system("gate", error))
}

/// What a function says.
struct With<F>(F);

impl<F: Fn(i64) -> Result<i64, IpcException> + Send + Sync + 'static> Visitor for With<F> {
    fn visit(&self, value: i64) -> Result<i64, IpcException> {
        (self.0)(value)
    }

    fn meet(&self, other: &dyn Visitor, value: i64) -> Result<i64, IpcException> {
        other.visit((self.0)(value)?)
    }
}

fn host() -> Pair<dyn Host> {
    Pair::new(Arc::<HostServer>::default() as Arc<dyn Host>)
}

fn ended<T: std::fmt::Debug>(outcome: Result<T, IpcException>) {
    let error = outcome.unwrap_err();
    assert_eq!(error.kind(), ExceptionKind::Failed);
    assert!(error.text().ends_with("the object was lent for a call that has ended"), "{error:?}");
}

/// Calls the host again, lending itself, until the value is 0.
struct Nesting {
    hosts: Vec<Arc<dyn Host>>,
    threads: Mutex<Vec<ThreadId>>,
}

impl Visitor for Nesting {
    fn visit(&self, value: i64) -> Result<i64, IpcException> {
        self.threads.lock().unwrap().push(thread::current().id());
        let Some(next) = value.checked_sub(1).filter(|next| *next >= 0) else { return Ok(0) };
        let host = self.hosts.iter().cycle().nth(next as usize).unwrap();
        host.go(self, next).map(|depth| depth + 1)
    }

    fn meet(&self, other: &dyn Visitor, value: i64) -> Result<i64, IpcException> {
        other.visit(value)
    }
}

#[test]
fn calls_on_a_lent_object_run_on_the_thread_that_waits_to_any_depth() {
    bounded(PATIENCE, || {
        let (one, two) = (host(), host());
        let hosts = vec![one.remote.clone(), two.remote.clone()];
        let nesting = Nesting { hosts, threads: Mutex::default() };
        assert_eq!(one.remote.go(&nesting, 9).unwrap(), 9);
        assert_eq!(nesting.threads.into_inner().unwrap(), [thread::current().id(); 10]);
    });
}

/// A peer that calls again instead of answering takes more and more of the lending thread's stack.
#[test]
fn a_peer_cannot_nest_calls_on_a_lent_object_without_end() {
    bounded(PATIENCE, || {
        let pair = host();
        let nesting = Nesting { hosts: vec![pair.remote.clone()], threads: Mutex::default() };
        let error = pair.remote.go(&nesting, 500).unwrap_err();
        assert_eq!(error.kind(), ExceptionKind::Overloaded, "{error}");
        assert_eq!(pair.remote.go(&nesting, 9).unwrap(), 9);
    });
}

#[test]
fn an_object_that_lives_no_longer_than_the_call_is_lent() {
    bounded(PATIENCE, || {
        let pair = host();
        let visitor = With(|value| Ok(value + 1));
        assert_eq!(pair.remote.go(&visitor, 1).unwrap(), 2);
        // It moves: nobody else has it any more.
        let shared: Arc<dyn Visitor> = Arc::new(visitor);
        assert_eq!(pair.remote.go(&*shared, 2).unwrap(), 3);
        assert_eq!(pair.remote.go_shared(&shared, 3).unwrap(), 4);
        eventually("the handle that `&Arc` gives away is released", || Arc::strong_count(&shared) == 1);
    });
}

#[test]
fn two_objects_one_twice_or_none_are_lent_by_one_call() {
    bounded(PATIENCE, || {
        let pair = host();
        let (double, next) = (With(|value| Ok(value * 2)), With(|value| Ok(value + 1)));
        // The second comes home to its thread, as a client of itself.
        assert_eq!(pair.remote.go_two(&double, Some(&next), 5).unwrap(), 11);
        assert_eq!(pair.remote.go_two(&next, Some(&double), 5).unwrap(), 12);
        assert_eq!(pair.remote.go_two(&double, Some(&double), 5).unwrap(), 20);
        assert_eq!(pair.remote.go_two(&double, None, 5).unwrap(), 10);
    });
}

#[test]
fn one_object_is_lent_by_two_threads_at_once_and_each_runs_its_own_calls() {
    bounded(PATIENCE, || {
        let pair = host();
        let both = std::sync::Barrier::new(2);
        let threads: Mutex<Vec<ThreadId>> = Mutex::default();
        let shared = Arc::new((both, threads));
        let inside = shared.clone();
        let visitor = Arc::new(With(move |value| {
            let (both, threads) = &*inside;
            both.wait();
            threads.lock().unwrap().push(thread::current().id());
            Ok(value)
        }));
        let other = {
            let (remote, visitor) = (pair.remote.clone(), visitor.clone());
            thread::spawn(move || {
                remote.go(&*visitor, 1).unwrap();
                thread::current().id()
            })
        };
        pair.remote.go(&*visitor, 2).unwrap();
        let mut expected = [joined("the other call", other), thread::current().id()];
        let mut threads = shared.1.lock().unwrap().clone();
        expected.sort_by_key(|id| format!("{id:?}"));
        threads.sort_by_key(|id| format!("{id:?}"));
        assert_eq!(threads, expected);
    });
}

#[test]
fn a_call_after_the_loan_fails() {
    bounded(PATIENCE, || {
        let pair = host();
        let visitor = With(Ok);
        pair.remote.keep(&visitor).unwrap();
        ended(pair.remote.go_kept(1));
        assert_eq!(pair.remote.keep_and_go(&visitor, 7).unwrap(), 7);
        ended(pair.remote.go_kept(1));
        // Also while the thread waits for something else, in which another object is lent.
        let (remote, inner) = (pair.remote.clone(), pair.remote.clone());
        pair.remote.keep(&visitor).unwrap();
        let other = With(move |_| {
            ended(inner.go_kept(1));
            Ok(3)
        });
        assert_eq!(remote.go(&other, 1).unwrap(), 3);
    });
}

#[test]
fn a_destroyed_object_is_finished_and_goes_on_for_its_lender() {
    bounded(PATIENCE, || {
        let pair = host();
        let visitor = With(|value| Ok(value + 1));
        let error = pair.remote.finish(&visitor, 1).unwrap_err();
        assert!(error.text().ends_with("the object was destroyed"), "{error:?}");
        assert_eq!(pair.remote.go(&visitor, 1).unwrap(), 2);
    });
}

#[test]
fn a_panic_is_an_exception_for_the_caller() {
    bounded(PATIENCE, || {
        let pair = host();
        let visitor = With(|_| panic!("at home"));
        let error = pair.remote.go(&visitor, 1).unwrap_err();
        assert!(error.text().contains("the method panicked: at home"), "{error:?}");
        assert_eq!(pair.remote.go(&With(Ok), 1).unwrap(), 1);
    });
}

#[derive(Default)]
struct Words(Mutex<Vec<String>>);

impl Listener for Words {
    fn tell(&self, word: &str) -> Result<(), IpcException> {
        self.0.lock().unwrap().push(word.to_owned());
        Ok(())
    }

    fn heard(&self) -> Result<u32, IpcException> {
        Ok(self.0.lock().unwrap().len() as u32)
    }
}

#[test]
fn one_way_calls_run_in_order_and_those_made_before_the_answer_are_not_lost() {
    bounded(PATIENCE, || {
        let pair = host();
        for round in 0..20 {
            let words: Vec<String> = (0..100).map(|word| format!("{round}-{word}")).collect();
            let listener = Words::default();
            pair.remote.recite(&listener, words.clone()).unwrap();
            assert_eq!(listener.0.into_inner().unwrap(), words);
        }
    });
}

#[test]
fn a_client_is_lent_to_its_own_process_and_to_another_one() {
    bounded(PATIENCE, || {
        let (one, two) = (host(), host());
        let visitor = one.remote.make().unwrap();
        assert_eq!(one.remote.go(&*visitor, 4).unwrap(), 40);
        assert!(one.remote.is_home(&*visitor).unwrap());
        assert_eq!(two.remote.go(&*visitor, 4).unwrap(), 40);
        assert!(!two.remote.is_home(&*visitor).unwrap());
    });
}

#[test]
fn a_thread_that_waits_for_another_process_still_runs_the_calls() {
    bounded(PATIENCE, || {
        let here = Here::new();
        let other = here.spawn();
        let gate = here.gate("gate");
        let pair = host();
        let (remote, path) = (pair.remote.clone(), gate.path().to_owned());
        let (visits, visited) = mpsc::channel();
        let visits = Mutex::new(visits);
        let visitor = With(move |value| {
            match value {
                // The host's answer is not what this thread waits for here.
                0 => other.wait_for(&path)?,
                value => visits.lock().unwrap().send((value, thread::current().id())).unwrap(),
            }
            Ok(value)
        });
        let lender = thread::spawn(move || (remote.keep_and_go(&visitor, 0), thread::current().id()));
        let inside = gate.entered();
        assert_eq!(pair.remote.go_kept(5).unwrap(), 5);
        drop(inside);
        let (outcome, thread) = joined("the lender returns", lender);
        assert_eq!(outcome.unwrap(), 0);
        assert_eq!(received("the visit", &visited), (5, thread));
        ended(pair.remote.go_kept(6));
    });
}

#[test]
fn a_thread_that_waits_for_the_calls_on_an_object_that_it_destroys_still_runs_the_calls() {
    bounded(PATIENCE, || {
        let (relayed, relays) = mpsc::channel();
        let server = HostServer { relayed: Mutex::new(Some(relayed)), ..HostServer::default() };
        let pair = Pair::new(Arc::new(server) as Arc<dyn Host>);
        let (relay, relays) = (pair.remote.make_relay().unwrap(), Mutex::new(relays));
        let visitor = With(move |value| {
            if value != 0 {
                return Ok(value);
            }
            let other = relay.clone();
            let call = thread::spawn(move || other.visit(8));
            received("the call runs", &relays.lock().unwrap());
            // It ends when this thread has run what it calls.
            destroy(&relay)?;
            joined("the call", call)
        });
        assert_eq!(pair.remote.keep_and_go(&visitor, 0).unwrap(), 8);
    });
}

#[test]
fn a_connection_that_ends_in_the_middle_of_a_call_back_does_not_end_the_loan_before_it() {
    bounded(PATIENCE, || {
        let pair = host();
        let inner = pair.remote.clone();
        let done = Arc::new(AtomicBool::new(false));
        let noted = done.clone();
        let visitor = With(move |value| {
            inner.as_remote().unwrap().disconnect();
            assert_disconnected(inner.go_kept(1));
            noted.store(true, Ordering::SeqCst);
            Ok(value)
        });
        assert_disconnected(pair.remote.go(&visitor, 1));
        assert!(done.load(Ordering::SeqCst));
    });
}

#[test]
fn a_server_killed_in_the_middle_of_a_call_back_does_not_end_the_loan_before_it() {
    bounded(PATIENCE, || {
        let here = Here::new();
        let peer = here.spawn();
        let gate = here.gate("gate");
        let stopped = Stopped(gate.path().to_owned());
        let (remote, (sender, returned)) = (peer.clone(), mpsc::channel());
        let call = thread::spawn(move || {
            let outcome = remote.call_lent(&stopped, 1);
            sender.send(()).unwrap();
            drop(stopped);
            outcome
        });
        let inside = gate.entered();
        kill(&peer);
        while ipc_runtime::closed(&peer).is_none() {
            thread::yield_now();
        }
        assert!(returned.try_recv().is_err(), "the call has ended before its last use");
        drop(inside);
        assert_disconnected(joined("the call fails", call));
        assert_eq!(here.spawn().call_lent(&Plus(1), 1).unwrap(), 2);
    });
}

struct Plus(i64);

impl Callback for Plus {
    fn call(&self, value: i64) -> Result<i64, IpcException> {
        Ok(value + self.0)
    }

    fn echo(&self, data: &[u8]) -> Result<Vec<u8>, IpcException> {
        Ok(data.to_vec())
    }
}

#[test]
fn a_deadline_that_passes_in_a_call_back_is_reported_when_that_has_ended() {
    bounded(PATIENCE, || {
        let here = Here::new();
        let (gate, never) = (here.gate("gate"), here.gate("never"));
        let pair = host();
        // Long enough for the call back to come first, also on a busy machine.
        let limit = Duration::from_secs(1);
        let path = gate.path().to_owned();
        let visitor = With(move |value| {
            pass_gate(&path)?;
            Ok(value)
        });
        let (remote, path) = (pair.remote.clone(), never.path().to_owned());
        let start = Instant::now();
        let call = thread::spawn(move || {
            let outcome = with_deadline(limit, || remote.go_and_wait(&visitor, &path));
            (outcome, Instant::now())
        });
        let inside = gate.entered();
        while start.elapsed() < limit * 2 {
            thread::yield_now();
        }
        let opened = Instant::now();
        drop(inside);
        let (outcome, returned) = joined("the call", call);
        assert_eq!(outcome.unwrap_err().kind(), ExceptionKind::TimedOut);
        assert!(returned >= opened, "the call has ended before its last use");

        // What is called in the middle of it has the same deadline.
        let (peer, path) = (here.spawn(), never.path().to_owned());
        let inner = path.clone();
        let kinds = Arc::new(Mutex::new(Vec::new()));
        let noted = kinds.clone();
        let visitor = With(move |value| {
            noted.lock().unwrap().push(peer.wait_for(&inner).unwrap_err().kind());
            Ok(value)
        });
        let mut limit = Duration::from_millis(50);
        while kinds.lock().unwrap().is_empty() {
            let error = with_deadline(limit, || pair.remote.go_and_wait(&visitor, &path)).unwrap_err();
            assert_eq!(error.kind(), ExceptionKind::TimedOut);
            // If it had passed before the call back came, nothing was called in the middle.
            limit *= 2;
        }
        assert_eq!(*kinds.lock().unwrap(), [ExceptionKind::TimedOut]);
    });
}

#[test]
fn calls_that_wait_for_the_lender_are_within_the_budget_of_the_connection() {
    bounded(PATIENCE, || {
        // The lender is at the end with the limit.
        let mut limits = DriverLimits::default();
        limits.queued_calls = 2;
        let lender = Arc::<HostServer>::default() as Arc<dyn Host>;
        let pair = Pair::with_settings(lender, CapnpContext::new().with_limits(limits));
        let here: Arc<dyn Host> = Arc::<HostServer>::default();
        let outcomes = pair.remote.lend_to_crowd(here.clone(), 8, 6).unwrap();
        assert_eq!(outcomes.len(), 6);
        assert!(
            outcomes.iter().all(|outcome| outcome.contains("too many calls are waiting")),
            "{outcomes:?}"
        );
        ended(here.go_kept(1));
    });
}
