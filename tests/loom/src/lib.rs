//! The protocols between the threads of `ipc-runtime`, compiled again over loom's locks, so that its model checker can
//! run them in every order that there is.

#![expect(dead_code, reason = "what is included is used where it stands")]

#[path = "../../../ipc-runtime/src/driver/turn.rs"]
mod turn;

/// What the included files know as the crate's locks.
mod sync {
    pub(crate) use loom::sync::{Mutex, MutexGuard};

    pub(crate) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
        mutex.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }
}

/// What `turn` knows as `super::selector`.
mod selector {
    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    pub(crate) struct Interest {
        pub(crate) readable: bool,
        pub(crate) writable: bool,
    }
}

#[cfg(test)]
mod tests;
