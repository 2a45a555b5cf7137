//! Closures that are called from afar: what makes of one that a single caller may use one that anybody may call.

use std::fmt;
use std::sync::{Condvar, Mutex};
use std::thread::{self, ThreadId};

use crate::deadline::{self, timed_out};
use crate::exception::IpcException;
use crate::sync::{Waited, lock, wait_until};
use crate::thread::pool::blocking;

/// A closure that runs one call at a time.
///
/// The closure is taken out for a call, so that no lock is held while it runs, and put back after it, also when it
/// panics. A call that comes meanwhile waits. If it comes from the thread that runs the closure it would wait for
/// itself, and is an error; one that the closure brings about through another process cannot be told from any other.
pub(crate) struct Serial<F: ?Sized> {
    state: Mutex<State<F>>,
    free: Condvar,
}

struct State<F: ?Sized> {
    /// `None` while a call runs.
    closure: Option<Box<F>>,
    /// The thread of that call.
    runner: Option<ThreadId>,
}

impl<F: ?Sized> Serial<F> {
    pub(crate) fn new(closure: Box<F>) -> Self {
        Self { state: Mutex::new(State { closure: Some(closure), runner: None }), free: Condvar::new() }
    }

    /// Calls the closure when it is free.
    ///
    /// # Errors
    /// Returns an error if this thread runs the closure, or if it is not free before this thread's deadline.
    pub(crate) fn call<R, E: From<IpcException>>(
        &self,
        call: impl FnOnce(&mut F) -> Result<R, E>,
    ) -> Result<R, E> {
        let closure = self.take()?;
        let mut turn = Turn { serial: self, closure: Some(closure) };
        match &mut turn.closure {
            Some(closure) => call(closure),
            None => Err(spent().into()),
        }
    }

    fn take(&self) -> Result<Box<F>, IpcException> {
        let mut state = lock(&self.state);
        if state.closure.is_none() {
            if state.runner == Some(thread::current().id()) {
                return Err(IpcException::failed("the closure was called again from inside itself"));
            }
            drop(state);
            let deadline = deadline::current();
            let free = |state: &mut State<F>| state.closure.is_some();
            let waited = blocking(|| wait_until(&self.free, lock(&self.state), deadline, free));
            if waited.1 == Waited::TimedOut {
                return Err(timed_out("the closure did not come free"));
            }
            state = waited.0;
        }
        state.runner = Some(thread::current().id());
        state.closure.take().ok_or_else(spent)
    }
}

impl<F: ?Sized> fmt::Debug for Serial<F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Serial").finish_non_exhaustive()
    }
}

/// The closure of a [`Serial`] while a call runs.
struct Turn<'s, F: ?Sized> {
    serial: &'s Serial<F>,
    closure: Option<Box<F>>,
}

impl<F: ?Sized> Drop for Turn<'_, F> {
    fn drop(&mut self) {
        let mut state = lock(&self.serial.state);
        state.closure = self.closure.take();
        state.runner = None;
        drop(state);
        self.serial.free.notify_one();
    }
}

/// A closure that runs once.
pub(crate) struct Once<F: ?Sized>(Mutex<Option<Box<F>>>);

impl<F: ?Sized> Once<F> {
    pub(crate) fn new(closure: Box<F>) -> Self {
        Self(Mutex::new(Some(closure)))
    }

    /// Returns the closure for the one call.
    ///
    /// # Errors
    /// Returns an error the second time.
    pub(crate) fn take(&self) -> Result<Box<F>, IpcException> {
        lock(&self.0).take().ok_or_else(|| IpcException::failed("the closure can be called once, and was"))
    }
}

/// What is left where a closure was given away says so.
pub(crate) fn spent() -> IpcException {
    IpcException::failed("the closure was given away to another process")
}
