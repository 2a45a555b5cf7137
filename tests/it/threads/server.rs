//! Ours as the server, which a peer tells on which thread each call runs.

use std::sync::{Arc, Mutex, PoisonError};
use std::thread::ThreadId;

use ipc_runtime::wire::Size;
use ipc_runtime::wire::proxy::Thread;
use ipc_runtime::{DriverLimits, IpcException, ipc_interface};
use ipc_tests::steps::{Gate, PATIENCE, bounded, eventually};
use tempfile::TempDir;

use super::{Call, Caller, Told, encode_context, import, next, promised};
use crate::raw::{Raw, our_server_of};

/// What is called on threads of the caller's choice.
#[ipc_interface(root)]
trait Steps {
    /// Waits at the gate of that number, and notes the number before.
    fn pass(&self, number: u32) -> Result<(), IpcException>;

    /// Has no context.
    #[ipc(no_context)]
    fn now(&self, number: u32) -> Result<(), IpcException>;

    /// Goes on when the gate of that number is open, without a thread.
    async fn later(&self, number: u32) -> Result<(), IpcException>;
}

#[derive(Default)]
struct Noted {
    begun: Mutex<Vec<(u32, ThreadId)>>,
    gates: Mutex<Vec<(u32, String)>>,
}

impl Noted {
    fn note(&self, number: u32) {
        let id = std::thread::current().id();
        self.begun.lock().unwrap_or_else(PoisonError::into_inner).push((number, id));
    }

    fn begun(&self) -> Vec<u32> {
        self.begun.lock().unwrap().iter().map(|(number, _)| *number).collect()
    }

    fn gate(&self, number: u32) -> Option<String> {
        let gates = self.gates.lock().unwrap();
        gates.iter().find(|(other, _)| *other == number).map(|(_, path)| path.clone())
    }
}

struct Server(Arc<Noted>);

#[ipc_interface]
impl Steps for Server {
    fn pass(&self, number: u32) -> Result<(), IpcException> {
        self.0.note(number);
        let Some(path) = self.0.gate(number) else { return Ok(()) };
        ipc_tests::steps::pass(&path).map_err(|error| IpcException::system("gate", error))
    }

    fn now(&self, number: u32) -> Result<(), IpcException> {
        self.0.note(number);
        Ok(())
    }

    async fn later(&self, number: u32) -> Result<(), IpcException> {
        self.0.note(number);
        let Some(path) = self.0.gate(number) else { return Ok(()) };
        let passed = tokio::task::spawn_blocking(move || ipc_tests::steps::pass(&path)).await;
        let passed = passed.map_err(|error| IpcException::failed(error.to_string()))?;
        passed.map_err(|error| IpcException::system("gate", error))
    }
}

struct Fixture {
    caller: Caller,
    noted: Arc<Noted>,
    directory: TempDir,
}

impl Fixture {
    fn new() -> Self {
        Self::with_limits(DriverLimits::default())
    }

    fn with_limits(limits: DriverLimits) -> Self {
        let noted = Arc::<Noted>::default();
        let root: Arc<dyn Steps> = Arc::new(Server(noted.clone()));
        let (raw, _serving) = our_server_of(root, limits);
        Self { caller: Caller::of::<dyn Steps>(raw), noted, directory: TempDir::new().unwrap() }
    }

    /// Makes calls with the number stop.
    fn gate(&self, number: u32) -> Gate {
        let gate = Gate::new(self.directory.path(), &number.to_string()).unwrap();
        self.noted.gates.lock().unwrap().push((number, gate.path().to_owned()));
        gate
    }

    /// Calls on a thread that was made, or on any.
    fn call(&mut self, name: &str, thread: Option<u32>, number: u32) -> u32 {
        let question = self.caller.question();
        let caps = u32::from(thread.is_some());
        Call::new::<dyn Steps>(question, name, PASS)
            .with_caps(caps, &|table| {
                if let Some(thread) = thread {
                    table.get(0).set_receiver_hosted(thread);
                }
            })
            .with(&|to| {
                to.set(0, number);
                encode_context(to, thread.is_some(), false)
            })
            .send(self.raw(), import(0));
        question
    }

    /// Calls what has no context.
    fn now(&mut self, number: u32) -> u32 {
        let question = self.caller.question();
        Call::new::<dyn Steps>(question, "now", Size { data: 1, pointers: 0 })
            .with(&|to| {
                to.set(0, number);
                Ok(())
            })
            .send(self.raw(), import(0));
        question
    }

    fn raw(&mut self) -> &mut Raw {
        &mut self.caller.raw
    }

    fn next(&mut self) -> Told {
        next(&mut self.caller.raw)
    }
}

/// The parameters of `pass` and `later`.
const PASS: Size = Size { data: 1, pointers: 1 };

fn done(question: u32) -> Told {
    Told::Results(question, vec![])
}

/// Rule 2, the one deviation: without a thread and without a pool a call runs all the same.
#[test]
fn a_call_without_a_thread_runs_on_any() {
    bounded(PATIENCE, || {
        let mut at = Fixture::new();
        let gate = at.gate(1);
        let first = at.call("pass", None, 1);
        let inside = gate.entered();
        let second = at.call("pass", None, 2);
        assert_eq!(at.next(), done(second));
        drop(inside);
        assert_eq!(at.next(), done(first));
    });
}

/// Rule 2.
#[test]
fn a_call_without_a_thread_runs_in_the_pool_that_was_made() {
    bounded(PATIENCE, || {
        let mut at = Fixture::new();
        assert!(matches!(at.caller.make_pool(2), Told::Results(..)));
        let (one, two) = (at.gate(1), at.gate(2));
        let first = at.call("pass", None, 1);
        let second = at.call("pass", None, 2);
        let (inside, other) = (one.entered(), two.entered());
        // Behind the first, which has as few calls as the other one and comes first.
        let third = at.call("pass", None, 3);
        let received = at.now(4);
        assert_eq!(at.next(), done(received));
        drop(other);
        assert_eq!(at.next(), done(second));
        assert!(!at.noted.begun().contains(&3));
        drop(inside);
        assert_eq!((at.next(), at.next()), (done(first), done(third)));
    });
}

/// Rule 19.
#[test]
fn a_pool_is_made_once_unless_it_has_no_thread() {
    bounded(PATIENCE, || {
        let mut at = Fixture::new();
        assert!(matches!(at.caller.make_pool(0), Told::Results(..)));
        assert!(matches!(at.caller.make_pool(1), Told::Results(..)));
        let Told::Failed(_, text) = at.caller.make_pool(1) else { panic!("made twice") };
        assert_eq!(text, "std::exception: makePool called on connection with existing pool");
        let call = at.call("pass", None, 1);
        assert_eq!(at.next(), done(call));
    });
}

/// Rule 2.
#[test]
fn a_thread_of_somebody_else_is_refused() {
    bounded(PATIENCE, || {
        let mut at = Fixture::new();
        let refused = |at: &mut Fixture, describe: &dyn Fn(super::Table<'_>)| {
            let question = at.caller.question();
            Call::new::<dyn Steps>(question, "pass", PASS)
                .with_caps(1, describe)
                .with(&|to| encode_context(to, true, false))
                .send(at.raw(), import(0));
            match at.next() {
                Told::Failed(id, text) if id == question => text,
                other => panic!("{other:?}"),
            }
        };
        // Hosted by the caller; an object that is no thread; the thread map.
        let invalid = "std::exception: invalid thread handle";
        assert_eq!(refused(&mut at, &|table| table.get(0).set_sender_hosted(7)), invalid);
        assert_eq!(refused(&mut at, &|table| table.get(0).set_receiver_hosted(0)), invalid);
        let map = at.caller.map;
        assert_eq!(refused(&mut at, &move |table| table.get(0).set_receiver_hosted(map)), invalid);
        let call = at.call("pass", None, 1);
        assert_eq!(at.next(), done(call));
        assert_eq!(at.noted.begun(), [1]);
    });
}

/// Rule 2: what broke the promise of a thread is what its caller is told.
#[test]
fn a_broken_thread_says_why_it_is() {
    bounded(PATIENCE, || {
        let mut at = Fixture::new();
        // As a client of libmultiprocess does whose thread map is null.
        let call = at.caller.question();
        Call::new::<dyn Steps>(call, "pass", PASS)
            .with_caps(1, &|table| table.get(0).set_sender_promise(9))
            .with(&|to| encode_context(to, true, false))
            .send(at.raw(), import(0));
        let other = at.call("pass", None, 1);
        assert_eq!(at.next(), done(other), "the first waits for its thread");
        at.raw().send(|message| {
            let mut resolve = message.init_resolve();
            resolve.set_promise_id(9);
            resolve.init_exception().set_reason("remote exception: Called null capability.");
        });
        let Told::Failed(id, text) = at.next() else { panic!("not refused") };
        assert_eq!((id, text.as_str()), (call, "remote exception: Called null capability."));
    });
}

/// Rule 1: neither side waits for a thread that it asks for.
#[test]
fn a_thread_can_be_named_before_it_is_known() {
    bounded(PATIENCE, || {
        let mut at = Fixture::new();
        let thread = at.caller.ask_for_thread("early");
        let call = at.caller.question();
        Call::new::<dyn Steps>(call, "pass", PASS)
            .with_caps(1, &|table| promised(table.get(0), thread, 0))
            .with(&|to| encode_context(to, true, false))
            .send(at.raw(), import(0));
        assert!(matches!(at.next(), Told::Results(id, _) if id == thread));
        assert_eq!(at.next(), done(call));
    });
}

/// Rule 3.
#[test]
fn calls_on_one_thread_run_in_order_and_those_on_others_do_not_wait() {
    bounded(PATIENCE, || {
        let mut at = Fixture::new();
        let (thread, other) = (at.caller.make_thread("one"), at.caller.make_thread("other"));
        let gate = at.gate(1);
        let calls = [1, 2, 3].map(|number| at.call("pass", Some(thread), number));
        let inside = gate.entered();
        let beside = at.call("pass", Some(other), 4);
        assert_eq!(at.next(), done(beside));
        assert_eq!(at.noted.begun(), [1, 4]);
        drop(inside);
        for call in calls {
            assert_eq!(at.next(), done(call));
        }
        assert_eq!(at.noted.begun(), [1, 4, 2, 3]);
    });
}

/// Rule 3: a method that is a future has its thread as well, though it takes none of the system's.
#[test]
fn a_future_keeps_its_thread_until_it_has_ended() {
    bounded(PATIENCE, || {
        let mut at = Fixture::new();
        let thread = at.caller.make_thread("one");
        let gate = at.gate(1);
        let calls = [
            at.call("later", Some(thread), 1),
            at.call("pass", Some(thread), 2),
            at.call("later", Some(thread), 3),
        ];
        let inside = gate.entered();
        let beside = at.call("pass", None, 4);
        assert_eq!(at.next(), done(beside));
        drop(inside);
        for call in calls {
            assert_eq!(at.next(), done(call));
        }
        assert_eq!(at.noted.begun(), [1, 4, 2, 3]);
    });
}

/// Rule 2: a method without a context never waits for those with one.
#[test]
fn a_method_without_a_context_runs_beside_a_busy_thread() {
    bounded(PATIENCE, || {
        let mut at = Fixture::new();
        let thread = at.caller.make_thread("one");
        let gate = at.gate(1);
        let busy = at.call("pass", Some(thread), 1);
        let inside = gate.entered();
        let question = at.now(2);
        assert_eq!(at.next(), done(question));
        drop(inside);
        assert_eq!(at.next(), done(busy));
    });
}

/// Rule 17: a call that nobody waits for keeps its thread, which is free afterwards.
#[test]
fn a_finished_call_runs_to_its_end_and_then_its_thread_is_free() {
    bounded(PATIENCE, || {
        let mut at = Fixture::new();
        let thread = at.caller.make_thread("one");
        let gate = at.gate(1);
        let dropped = at.call("pass", Some(thread), 1);
        let inside = gate.entered();
        at.raw().send(|message| message.init_finish().set_question_id(dropped));
        let next = at.call("pass", Some(thread), 2);
        let beside = at.call("pass", None, 3);
        assert_eq!(at.next(), done(beside));
        drop(inside);
        assert_eq!(at.next(), done(next));
    });
}

/// Rule 18: the thread and what waits for it go with the connection.
#[test]
fn a_disconnect_in_a_running_call_leaves_nothing() {
    bounded(PATIENCE, || {
        let mut at = Fixture::new();
        let thread = at.caller.make_thread("one");
        let gate = at.gate(1);
        at.call("pass", Some(thread), 1);
        at.call("pass", Some(thread), 2);
        let inside = gate.entered();
        let Fixture { caller, noted, .. } = at;
        drop(caller);
        drop(inside);
        let freed = Arc::downgrade(&noted);
        drop(noted);
        eventually("the object is freed", || freed.strong_count() == 0);
    });
}

#[test]
fn a_thread_has_the_name_of_the_one_that_it_is_for() {
    bounded(PATIENCE, || {
        let mut at = Fixture::new();
        let thread = at.caller.make_thread("main");
        let question = at.caller.question();
        Call::new::<dyn Thread>(question, "getName", Size::default()).send(at.raw(), import(thread));
        let message = at.raw().receive().unwrap();
        let text = super::text_of(&message);
        assert!(
            text.contains(&format!("-{}/", std::process::id())) && text.ends_with(" (from main)"),
            "{text}"
        );
    });
}

/// More calls than a process takes.
#[test]
fn calls_beyond_the_queue_are_answered_overloaded_and_those_in_it_are_served() {
    const QUEUED: u32 = 4;
    const BEYOND: u32 = 8;
    bounded(PATIENCE, || {
        let mut limits = DriverLimits::default();
        limits.queued_calls = QUEUED as usize;
        let mut at = Fixture::with_limits(limits);
        let thread = at.caller.make_thread("one");
        let gate = at.gate(1);
        let running = at.call("pass", Some(thread), 1);
        let inside = gate.entered();
        let queued: Vec<u32> = (0..QUEUED).map(|number| at.call("pass", Some(thread), 2 + number)).collect();
        let beyond: Vec<u32> = (0..BEYOND).map(|_| at.call("pass", Some(thread), 0)).collect();
        for question in beyond {
            let Told::Failed(id, text) = at.next() else { panic!("not refused") };
            assert_eq!((id, text.as_str()), (question, "too many calls are waiting on this connection"));
        }
        drop(inside);
        for question in [running].into_iter().chain(queued) {
            assert_eq!(at.next(), done(question));
        }
    });
}
