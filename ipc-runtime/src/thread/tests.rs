//! The mailbox of a thread that waits. Not beside it, since `tests/loom` compiles that file over other locks.

use std::cell::RefCell;
use std::sync::{Arc, mpsc};
use std::task::{Poll, Waker};
use std::time::{Duration, Instant};

use super::mailbox::Mailbox;
use super::pool::{Job, Then};

struct Run<F>(F);

impl<F: FnOnce() + Send> Job for Run<F> {
    fn run(self: Box<Self>) -> Then {
        (self.0)();
        Then::Nothing
    }

    fn refuse(self: Box<Self>) {}
}

fn never<R>(_: &Waker) -> Poll<R> {
    Poll::Pending
}

fn soon() -> Option<Instant> {
    Instant::now().checked_add(Duration::from_secs(20))
}

fn append(mailbox: &Arc<Mailbox>, key: usize, job: impl FnOnce() + Send + 'static) {
    mailbox.push(key, Box::new(Run(job)));
    mailbox.kick();
}

/// What the jobs of a test append to.
fn note(what: &'static str) {
    NOTES.with_borrow_mut(|notes| notes.push(what));
}

thread_local! {
    static NOTES: RefCell<Vec<&'static str>> = const { RefCell::new(Vec::new()) };
}

fn notes() -> Vec<&'static str> {
    NOTES.take()
}

#[test]
fn what_is_ready_is_taken_without_work_and_the_deadline_comes_before_work() {
    let mailbox = Mailbox::current();
    append(&mailbox, 1, || note("work"));
    assert_eq!(Mailbox::wait(None, |_| Poll::Ready(7)), Some(7));
    assert_eq!(Mailbox::wait::<()>(Some(Instant::now()), never), None);
    assert!(notes().is_empty());
    mailbox.work_off(|key| key == 1);
    assert_eq!(notes(), ["work"]);
}

#[test]
fn a_waiting_thread_works_in_order_until_it_is_woken() {
    let (sender, receiver) = mpsc::channel();
    let mailbox = Mailbox::current();
    let other = std::thread::spawn(move || {
        append(&mailbox, 1, || note("one"));
        append(&mailbox, 2, || note("two"));
        append(&mailbox, 1, || note("three"));
        sender.send(()).unwrap();
        Waker::from(mailbox).wake();
    });
    let waited = Mailbox::wait(soon(), |_| receiver.try_recv().map_or(Poll::Pending, Poll::Ready));
    assert_eq!(waited, Some(()));
    Mailbox::current().work_off(|_| true);
    assert_eq!(notes(), ["one", "two", "three"]);
    other.join().unwrap();
}

#[test]
fn a_nested_wait_takes_what_comes_and_the_outer_one_looks_again() {
    let mailbox = Mailbox::current();
    let inner = mailbox.clone();
    append(&mailbox, 1, move || {
        append(&inner, 2, || note("inner"));
        let woken = Waker::from(inner);
        woken.wake_by_ref();
        let mut looks = 0;
        let waited = Mailbox::wait(soon(), |_| {
            looks += 1;
            if looks == 3 { Poll::Ready(()) } else { Poll::Pending }
        });
        assert_eq!(waited, Some(()));
        note("outer");
    });
    let done = |_: &Waker| {
        let done = NOTES.with_borrow(|notes| notes.contains(&"outer"));
        if done { Poll::Ready(()) } else { Poll::Pending }
    };
    assert_eq!(Mailbox::wait(soon(), done), Some(()));
    assert_eq!(notes(), ["inner", "outer"]);
}

#[test]
fn work_is_taken_by_its_key_and_only_on_its_thread() {
    let mailbox = Mailbox::current();
    assert!(mailbox.is_current());
    let other = mailbox.clone();
    assert!(!std::thread::spawn(move || other.is_current()).join().unwrap());
    append(&mailbox, 1, || note("one"));
    append(&mailbox, 2, || note("two"));
    mailbox.work_off(|key| key == 2);
    assert_eq!(notes(), ["two"]);
    mailbox.work_off(|key| key == 1);
    assert_eq!(notes(), ["one"]);
}
