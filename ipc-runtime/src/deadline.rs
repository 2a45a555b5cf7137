//! [`with_deadline`]: how long this side waits.

use std::cell::Cell;
use std::time::{Duration, Instant};

use crate::exception::{ExceptionKind, IpcException};

thread_local! {
    static DEADLINE: Cell<Option<Instant>> = const { Cell::new(None) };
}

/// Runs `f`; a call that it makes on this thread, and that is not answered within `limit`, fails with kind
/// [`TimedOut`](ExceptionKind::TimedOut). So do the first exchange of connecting and of spawning, and
/// [`destroy`](crate::destroy).
///
/// The limit is this side's: nothing of it is sent, so it works with every peer, and the remote method runs on. The
/// connection stays usable. Inside of another `with_deadline` the earlier of the two holds. Not concerned are futures,
/// whose executor has a timeout of its own, waiting for a process to end, and the operating system's own waits, as for
/// room in a listener's queue.
///
/// # Examples
/// ```
/// # use std::{sync::Arc, time::Duration};
/// # use ipc_runtime::{IpcException, ipc_interface, with_deadline};
/// # #[ipc_interface] pub trait Node { fn tip(&self) -> Result<u64, IpcException>; }
/// fn tip(node: &Arc<dyn Node>) -> Result<u64, IpcException> {
///     with_deadline(Duration::from_secs(5), || node.tip())
/// }
/// ```
pub fn with_deadline<R>(limit: Duration, f: impl FnOnce() -> R) -> R {
    let outer = DEADLINE.get();
    // A limit beyond what the clock can say is none.
    let inner = Instant::now().checked_add(limit);
    let earlier = match (outer, inner) {
        (Some(outer), Some(inner)) => Some(outer.min(inner)),
        (outer, inner) => outer.or(inner),
    };
    under(earlier, f)
}

/// Runs `f` with the given deadline in place of this thread's.
pub(crate) fn under<R>(deadline: Option<Instant>, f: impl FnOnce() -> R) -> R {
    struct Restore(Option<Instant>);
    impl Drop for Restore {
        fn drop(&mut self) {
            DEADLINE.set(self.0);
        }
    }
    let _restore = Restore(DEADLINE.replace(deadline));
    f()
}

/// Returns this thread's deadline.
pub(crate) fn current() -> Option<Instant> {
    DEADLINE.get()
}

/// The exception for a wait that took too long.
pub(crate) fn timed_out(what: &str) -> IpcException {
    IpcException::new(ExceptionKind::TimedOut, format!("{what} in time"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_earlier_of_two_deadlines_holds_and_the_outer_one_comes_back() {
        assert_eq!(current(), None);
        with_deadline(Duration::from_secs(60), || {
            let outer = current();
            with_deadline(Duration::from_secs(3600), || assert_eq!(current(), outer));
            with_deadline(Duration::from_secs(1), || assert!(current() < outer));
            with_deadline(Duration::MAX, || assert_eq!(current(), outer));
            assert_eq!(current(), outer);
        });
        assert_eq!(current(), None);
    }
}
