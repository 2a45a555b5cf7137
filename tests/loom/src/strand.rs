//! Work that runs in order, on whichever thread has time for it.

use std::collections::VecDeque;
use std::sync::{Arc, Weak};
use std::task::{Poll, Waker};

use loom::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use loom::sync::{Condvar, Mutex};
use loom::thread;

use crate::check_orders;
use crate::thread::mailbox::Mailbox;
use crate::thread::pool::{Job, Then};
use crate::thread::strand::{Kicks, Rest, Strand};

/// What the jobs of a model have done.
#[derive(Default)]
struct Done {
    /// Their names, in the order in which they ran.
    names: Mutex<VecDeque<&'static str>>,
    changed: Condvar,
    running: AtomicBool,
}

impl Done {
    /// Waits until there are so many, and takes them. One that never runs is a deadlock, which loom reports.
    fn taken(&self, count: usize) -> Vec<&'static str> {
        let mut names = self.names.lock().unwrap();
        while names.len() < count {
            names = self.changed.wait(names).unwrap();
        }
        std::mem::take(&mut *names).into()
    }
}

struct Named(&'static str, Arc<Done>);

impl Job for Named {
    fn run(self: Box<Self>) -> Then {
        let Self(name, done) = *self;
        assert!(!done.running.swap(true, Ordering::AcqRel), "`{name}` runs beside another");
        thread::yield_now();
        done.running.store(false, Ordering::Release);
        done.names.lock().unwrap().push_back(name);
        done.changed.notify_all();
        Then::Nothing
    }

    fn refuse(self: Box<Self>) {
        panic!("`{}` was refused", self.0);
    }
}

fn push(strand: &Arc<Strand>, name: &'static str, done: &Arc<Done>) {
    let mut kicks = Kicks::default();
    strand.push(Box::new(Named(name, done.clone())), &mut kicks);
    kicks.kick();
}

fn is_before(names: &[&str], first: &str, second: &str) -> bool {
    let place = |name| names.iter().position(|other| *other == name);
    place(first).unwrap() < place(second).unwrap()
}

/// What two threads push runs once, one after the other, that of each in its order, on threads of the pool. Nothing
/// keeps the strand when that is done.
pub fn all_jobs_run_in_their_order_and_never_two_at_once() {
    check_orders(|| {
        let (strand, done) = (Strand::new(Weak::new()), Arc::<Done>::default());
        let released = Arc::downgrade(&strand);
        let other = {
            let (strand, done) = (strand.clone(), done.clone());
            thread::spawn(move || push(&strand, "other", &done))
        };
        push(&strand, "first", &done);
        push(&strand, "second", &done);
        other.join().unwrap();
        let names = done.taken(3);
        assert!(is_before(&names, "first", "second"), "{names:?}");
        drop(strand);
        // The thread that ran the last one may still be about to leave.
        while released.strong_count() > 0 {
            thread::yield_now();
        }
    });
}

/// A thread that waits does what has come for it before its wait ends.
pub fn what_comes_for_a_thread_that_waits_is_done() {
    wait_for_an_answer(Rest::Done);
}

/// A thread that waits no longer leaves what has come to the pool.
pub fn what_comes_for_a_thread_that_waits_is_left() {
    wait_for_an_answer(Rest::Left);
}

/// Nothing is lost or done twice, whether it comes before the answer or with it.
fn wait_for_an_answer(rest: Rest) {
    check_orders(move || {
        let (strand, done) = (Strand::new(Weak::new()), Arc::<Done>::default());
        let released = Arc::downgrade(&strand);
        let (mailbox, answer) = (Mailbox::current(), Arc::new(AtomicUsize::new(0)));
        strand.begin_wait(None);
        let peer = {
            let (strand, done, mailbox, answer) =
                (strand.clone(), done.clone(), mailbox.clone(), answer.clone());
            thread::spawn(move || {
                push(&strand, "before the answer", &done);
                answer.store(1, Ordering::Release);
                std::task::Wake::wake(mailbox);
                push(&strand, "after the answer", &done);
            })
        };
        let is_there = |_: &Waker| match answer.load(Ordering::Acquire) {
            0 => Poll::Pending,
            _ => Poll::Ready(()),
        };
        assert_eq!(Mailbox::wait(None, is_there), Some(()));
        strand.end_wait(rest);
        if rest == Rest::Done {
            let names = done.names.lock().unwrap();
            assert_eq!(names.front(), Some(&"before the answer"));
        }
        peer.join().unwrap();
        assert_eq!(done.taken(2), ["before the answer", "after the answer"]);
        drop(strand);
        while released.strong_count() > 0 {
            thread::yield_now();
        }
    });
}

/// A job that goes on as a future keeps the others waiting, but for the time that it waits in a call.
pub fn a_future_that_waits_in_a_call_lets_the_next_job_begin() {
    check_orders(|| {
        let (strand, done) = (Strand::new(Weak::new()), Arc::<Done>::default());
        strand.begin_future();
        let other = {
            let (strand, done) = (strand.clone(), done.clone());
            thread::spawn(move || push(&strand, "in the call", &done))
        };
        strand.begin_await();
        assert_eq!(done.taken(1), ["in the call"]);
        strand.end_await();
        other.join().unwrap();
        push(&strand, "behind it", &done);
        assert!(done.names.lock().unwrap().is_empty(), "the future has not ended");
        strand.end_future();
        assert_eq!(done.taken(1), ["behind it"]);
    });
}
