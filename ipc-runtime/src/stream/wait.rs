//! A thread that waits for what a task would be woken for.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll, Wake, Waker};
use std::time::Instant;

use crate::thread::mailbox::Mailbox;
use crate::thread::pool::{blocking, unblocked};

/// Polls until something is there, and sleeps in the thread's [`Mailbox`] in between; returns `None` if the deadline
/// comes first.
pub(super) fn wait<R>(
    deadline: Option<Instant>,
    mut poll: impl FnMut(&mut Context<'_>) -> Poll<R>,
) -> Option<R> {
    let alarm = Arc::new(Alarm { rung: AtomicBool::new(false), thread: Mailbox::current() });
    let waker = Waker::from(alarm.clone());
    let mut look = || {
        alarm.rung.store(false, Ordering::SeqCst);
        match poll(&mut Context::from_waker(&waker)) {
            Poll::Ready(result) => Poll::Ready(Some(result)),
            Poll::Pending if !alarm.rung.load(Ordering::SeqCst) => Poll::Pending,
            Poll::Pending if deadline.is_some_and(|deadline| Instant::now() >= deadline) => Poll::Ready(None),
            Poll::Pending => {
                alarm.thread.wake_by_ref();
                Poll::Pending
            }
        }
    };
    if let Poll::Ready(result) = look() {
        return result;
    }
    // A source is the application's code, and may run for long.
    blocking(|| Mailbox::wait(deadline, |_| unblocked(&mut look))).flatten()
}

/// Wakes the thread.
///
/// A source that is polled may wait for something itself, on this thread, and that wait may take the mailbox's wake-up for
/// its own. What was meant for the outer one is noted here, and looked at after each poll.
struct Alarm {
    rung: AtomicBool,
    thread: Arc<Mailbox>,
}

impl Wake for Alarm {
    fn wake(self: Arc<Self>) {
        self.wake_by_ref();
    }

    fn wake_by_ref(self: &Arc<Self>) {
        self.rung.store(true, Ordering::SeqCst);
        self.thread.wake_by_ref();
    }
}
