//! The protocols between the threads of `ipc-runtime`, compiled again over loom's locks, so that its model checker can
//! run them in every order that there is. They are models of a library, so that the unit tests of what is included
//! are left out.

#![expect(dead_code, reason = "what is included is used where it stands")]
#![expect(clippy::unwrap_used, clippy::panic, reason = "a model fails the test that runs it")]

pub mod crew;
pub mod mailbox;
pub mod turn;

/// Runs the model in every order in which at most two of its threads are interrupted where they would go on: almost all
/// mistakes show there, and all orders would take hours.
fn check_orders(model: impl Fn() + Send + Sync + 'static) {
    let mut builder = loom::model::Builder::new();
    builder.preemption_bound = Some(2);
    builder.check(model);
}

#[path = "."]
mod driver {
    #[path = "../../../ipc-runtime/src/driver/turn.rs"]
    pub(crate) mod turn;

    pub(crate) mod selector {
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub(crate) struct Interest {
            pub(crate) readable: bool,
            pub(crate) writable: bool,
        }
    }
}

#[path = "."]
mod thread {
    #[path = "../../../ipc-runtime/src/thread/mailbox.rs"]
    pub(crate) mod mailbox;
    #[path = "../../../ipc-runtime/src/thread/nesting.rs"]
    mod nesting;

    /// A descriptor that a thread watches, without the descriptor.
    pub(crate) mod bell {
        use std::io;
        use std::os::fd::BorrowedFd;
        use std::time::Instant;

        use crate::sync::{Condvar, Mutex, Waited, lock, wait_until};

        #[derive(Debug)]
        pub(crate) struct Bell {
            rung: Mutex<bool>,
            changed: Condvar,
        }

        impl Bell {
            pub(super) fn new() -> io::Result<Self> {
                Ok(Self { rung: Mutex::new(false), changed: Condvar::new() })
            }

            pub(super) fn ring(&self) {
                *lock(&self.rung) = true;
                self.changed.notify_one();
            }

            pub(super) fn sleep(&self, _: BorrowedFd<'_>, deadline: Option<Instant>) -> Waited {
                let (mut rung, waited) = wait_until(&self.changed, lock(&self.rung), deadline, |rung| *rung);
                *rung = false;
                waited
            }
        }
    }

    #[path = "."]
    pub(crate) mod pool {
        #[path = "../../../ipc-runtime/src/thread/pool/crew.rs"]
        pub(crate) mod crew;
        #[path = "../../../ipc-runtime/src/thread/pool/load.rs"]
        mod load;

        pub(crate) trait Job: Send {
            fn run(self: Box<Self>);

            fn refuse(self: Box<Self>);
        }

        pub(crate) fn unblocked<R>(work: impl FnOnce() -> R) -> R {
            work()
        }
    }
}

/// The crate's locks.
mod sync {
    use std::sync::PoisonError;
    use std::time::Instant;

    pub(crate) use loom::sync::{Condvar, Mutex, MutexGuard};

    pub(crate) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
        mutex.lock().unwrap_or_else(PoisonError::into_inner)
    }

    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    pub(crate) enum Waited {
        Ready,
        TimedOut,
    }

    /// Time does not pass here: a deadline is never reached.
    pub(crate) fn wait_until<'a, T>(
        condvar: &Condvar,
        mut guard: MutexGuard<'a, T>,
        _: Option<Instant>,
        mut ready: impl FnMut(&mut T) -> bool,
    ) -> (MutexGuard<'a, T>, Waited) {
        while !ready(&mut guard) {
            guard = condvar.wait(guard).unwrap_or_else(PoisonError::into_inner);
        }
        (guard, Waited::Ready)
    }
}
