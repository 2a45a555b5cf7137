//! The locks of the crate.

use std::sync::{Mutex, MutexGuard, PoisonError};

/// Locks a mutex; a panic elsewhere does not spread.
///
/// No user code runs under a lock, so a poisoned one can only come from a defect of this crate; its data is
/// still consistent enough to disconnect with.
pub(crate) fn lock<T: ?Sized>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
