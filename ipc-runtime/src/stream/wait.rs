//! A thread that waits for what a task would be woken for.

use std::sync::{Arc, Condvar, Mutex};
use std::task::{Context, Poll, Wake, Waker};
use std::time::Instant;

use crate::sync::{Waited, lock, wait_until};
use crate::thread::pool::blocking;

/// Polls until something is there, and sleeps in between; returns `None` if the deadline comes first.
pub(super) fn wait<R>(
    deadline: Option<Instant>,
    mut poll: impl FnMut(&mut Context<'_>) -> Poll<R>,
) -> Option<R> {
    // One for each wait: a poll may wait for something itself, and must not take away what wakes this one.
    let alarm = Arc::<Alarm>::default();
    let waker = Waker::from(alarm.clone());
    loop {
        if let Poll::Ready(result) = poll(&mut Context::from_waker(&waker)) {
            return Some(result);
        }
        if blocking(|| alarm.sleep(deadline)) == Waited::TimedOut {
            return None;
        }
    }
}

#[derive(Default)]
struct Alarm {
    rung: Mutex<bool>,
    changed: Condvar,
}

impl Alarm {
    fn sleep(&self, deadline: Option<Instant>) -> Waited {
        wait_until(&self.changed, lock(&self.rung), deadline, std::mem::take).1
    }
}

impl Wake for Alarm {
    fn wake(self: Arc<Self>) {
        self.wake_by_ref();
    }

    fn wake_by_ref(self: &Arc<Self>) {
        *lock(&self.rung) = true;
        self.changed.notify_one();
    }
}
