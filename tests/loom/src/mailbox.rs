//! The place where a thread sleeps until something has come for it.

use std::os::fd::AsFd;
use std::sync::Arc;
use std::task::{Poll, Wake, Waker};
use std::time::Instant;

use loom::sync::atomic::{AtomicUsize, Ordering};
use loom::thread;

use crate::check_orders;
use crate::thread::mailbox::{Berth, Mailbox};
use crate::thread::pool::{Job, Then};

/// Where the thread sleeps.
#[derive(Clone, Copy, Debug)]
pub enum Place {
    /// At its mailbox.
    Here,
    /// At a socket that says nothing.
    AtSocket,
}

struct Bed(Place);

impl Berth for Bed {
    fn sleep(&mut self, mailbox: &Arc<Mailbox>, deadline: Option<Instant>) {
        match self.0 {
            Place::Here => mailbox.sleep(deadline),
            Place::AtSocket => mailbox.sleep_at(std::io::stderr().as_fd(), deadline).unwrap(),
        }
    }

    fn leave(&mut self) {}
}

struct Count(Arc<AtomicUsize>);

impl Job for Count {
    fn run(self: Box<Self>) -> Then {
        self.0.fetch_add(1, Ordering::Relaxed);
        Then::Nothing
    }

    fn refuse(self: Box<Self>) {}
}

/// A thread that waits for an answer gets it, from a thread that wakes it while another gives it work, and does
/// the work.
pub fn what_comes_wakes_the_sleeper(place: Place) {
    check_orders(move || {
        let mailbox = Arc::new(Mailbox::default());
        let (answer, work) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
        let answering = {
            let (mailbox, answer) = (mailbox.clone(), answer.clone());
            thread::spawn(move || {
                answer.store(1, Ordering::Release);
                mailbox.wake();
            })
        };
        let asking = {
            let (mailbox, work) = (mailbox.clone(), work.clone());
            thread::spawn(move || {
                mailbox.push(1, Box::new(Count(work)));
                mailbox.kick();
            })
        };
        let both_are_there = |_: &Waker| {
            let both = answer.load(Ordering::Acquire) == 1 && work.load(Ordering::Relaxed) == 1;
            if both { Poll::Ready(()) } else { Poll::Pending }
        };
        assert_eq!(mailbox.wait_in(&mut Bed(place), None, both_are_there), Some(()));
        answering.join().unwrap();
        asking.join().unwrap();
    });
}
