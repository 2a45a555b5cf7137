//! Messages that are written together with the next ones: answers to calls that one thread serves in a row, and the calls of
//! tasks that run in a row.

use std::cell::RefCell;
use std::future::poll_fn;
use std::sync::Arc;
use std::task::Poll;
use std::time::{Duration, Instant};

use super::Link;

/// For how long a thread that serves one call after the other keeps its answers back. One that is caught by a slow method in
/// spite of that is written a [`BATCH_DELAY`](super::BATCH_DELAY) later, by the background thread.
const LONGEST: Duration = Duration::from_micros(50);

thread_local! {
    static HELD: RefCell<Held> = const { RefCell::new(Held { allowed: false, since: None, links: Vec::new() }) };
}

/// What a thread holds back.
struct Held {
    /// It serves a call behind which there is another.
    allowed: bool,
    /// Since when it has held something.
    since: Option<Instant>,
    /// Where.
    links: Vec<Arc<Link>>,
}

/// Lets this thread hold back what it answers, until this is dropped. Who does so calls [`release_held`] when it has
/// nothing more to do.
pub(crate) struct Holding(());

/// Lets this thread hold back what it answers.
pub(crate) fn hold() -> Holding {
    HELD.with_borrow_mut(|held| held.allowed = true);
    Holding(())
}

impl Drop for Holding {
    fn drop(&mut self) {
        HELD.with_borrow_mut(|held| held.allowed = false);
    }
}

/// Tells whether this thread holds something back.
pub(crate) fn is_holding() -> bool {
    HELD.with_borrow(|held| held.since.is_some())
}

/// Writes what this thread has held back, and lets it hold nothing more before its next call. For instance, it is about to wait.
pub(crate) fn release_held() {
    let links = HELD.with_borrow_mut(|held| {
        held.allowed = false;
        held.since = None;
        std::mem::take(&mut held.links)
    });
    links.iter().for_each(Link::flush);
}

impl Link {
    /// Tells whether what this thread answers now may be written later.
    pub(super) fn may_hold() -> bool {
        HELD.with_borrow(|held| held.allowed && held.since.is_none_or(|since| since.elapsed() < LONGEST))
    }

    /// Writes what this task has sent with [`Writing::WithOtherTasks`](super::Writing), if nobody has by then: when the tasks, or the other
    /// futures of this one, have run that are ready too, and have sent what they have.
    pub(crate) async fn write_with_others(self: &Arc<Self>) {
        let mut others_run = false;
        poll_fn(|cx| {
            if !self.output.is_waiting() {
                return Poll::Ready(());
            }
            if !std::mem::replace(&mut others_run, true) {
                cx.waker().wake_by_ref();
                return Poll::Pending;
            }
            self.flush();
            Poll::Ready(())
        })
        .await;
    }

    /// Notes that something is held back.
    pub(super) fn note_held(self: &Arc<Self>) {
        HELD.with_borrow_mut(|held| {
            held.since.get_or_insert_with(Instant::now);
            if !held.links.iter().any(|link| Arc::ptr_eq(link, self)) {
                held.links.push(self.clone());
            }
        });
    }
}
