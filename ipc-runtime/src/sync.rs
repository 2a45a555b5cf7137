//! The locks of the crate.

use std::sync::PoisonError;
pub(crate) use std::sync::{Condvar, Mutex, MutexGuard};
use std::time::Instant;

/// Locks a mutex; a panic elsewhere does not spread.
///
/// No user code runs under a lock, so a poisoned one can only come from a defect of this crate; its data is
/// still consistent enough to disconnect with.
pub(crate) fn lock<T: ?Sized>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Whether what was waited for is there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Waited {
    /// It is.
    Ready,
    /// The deadline came first.
    TimedOut,
}

/// Sleeps until `ready` says so of the locked data, or until the deadline.
pub(crate) fn wait_until<'a, T>(
    condvar: &Condvar,
    mut guard: MutexGuard<'a, T>,
    deadline: Option<Instant>,
    mut ready: impl FnMut(&mut T) -> bool,
) -> (MutexGuard<'a, T>, Waited) {
    while !ready(&mut guard) {
        guard = match deadline {
            None => condvar.wait(guard).unwrap_or_else(PoisonError::into_inner),
            Some(deadline) => match deadline.checked_duration_since(Instant::now()) {
                None => return (guard, Waited::TimedOut),
                Some(left) => condvar.wait_timeout(guard, left).unwrap_or_else(PoisonError::into_inner).0,
            },
        };
    }
    (guard, Waited::Ready)
}
