//! [`Remote`]: a counted handle on an object of another process.

use std::fmt;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, OnceLock};
use std::task::{Poll, Waker};

use super::LocalObject;
use crate::deadline::{self, timed_out};
use crate::driver::link::Link;
use crate::exception::IpcException;
use crate::process::ChildProcess;
use crate::rpc::Cap;
use crate::sync::lock;
use crate::thread::mailbox::Mailbox;
use crate::thread::pool::{blocking, run_chores};

/// A counted handle on an object in another process, whatever its interface.
///
/// Clones share the object. When the last one goes the peer is told that it may free the object; that never
/// blocks. A connection that this process has opened ends with the last handle on any object behind it; its descriptor
/// is closed then, also if the peer has gone before.
#[derive(Clone)]
pub struct Remote {
    inner: Arc<Inner>,
}

struct Inner {
    link: Arc<Link>,
    cap: Cap<LocalObject>,
    calls: Arc<Calls>,
    /// Most have none.
    cleanups: OnceLock<Box<Mutex<Vec<u64>>>>,
}

impl Remote {
    /// Wraps a capability that already counts one reference.
    pub(crate) fn counted(link: &Arc<Link>, cap: Cap<LocalObject>) -> Self {
        link.add_handle();
        let inner = Inner { link: link.clone(), cap, calls: Arc::default(), cleanups: OnceLock::new() };
        Self { inner: Arc::new(inner) }
    }

    pub(crate) fn link(&self) -> &Arc<Link> {
        &self.inner.link
    }

    pub(crate) fn cap(&self) -> &Cap<LocalObject> {
        &self.inner.cap
    }

    pub(crate) fn is_of(&self, link: &Arc<Link>) -> bool {
        Arc::ptr_eq(&self.inner.link, link)
    }

    /// Returns the object if it is one of this process that came back.
    pub(crate) fn as_local(&self) -> Option<&LocalObject> {
        match &self.inner.cap {
            Cap::Local(object) => Some(object),
            _ => None,
        }
    }

    /// Returns why the connection to the object's process has ended, `None` while it lives.
    pub fn closed(&self) -> Option<IpcException> {
        self.inner.link.reason()
    }

    pub(crate) fn set_child(&self, child: Arc<ChildProcess>) {
        self.inner.link.set_child(child);
    }

    /// Returns the process at the other end, if this process spawned it.
    pub fn child(&self) -> Option<Arc<ChildProcess>> {
        self.inner.link.child().cloned()
    }

    /// Ends the connection to the object's process; its other objects are gone with it.
    pub fn disconnect(&self) {
        self.inner.link.terminate(IpcException::disconnected("the connection was closed by this side"));
    }

    /// Registers a function that runs once: when the last clone of this handle is dropped (on the thread that does
    /// so), or before that when the connection ends (on a thread of the pool).
    pub fn add_cleanup(&self, cleanup: impl FnOnce() + Send + 'static) {
        let id = self.inner.link.add_cleanup(Box::new(cleanup));
        lock(self.inner.cleanups.get_or_init(Box::default)).push(id);
    }

    /// Counts a call on the object until the guard is dropped.
    ///
    /// # Errors
    /// Returns an error if the object was destroyed.
    pub(crate) fn begin_call(&self) -> Result<RunningCall, IpcException> {
        Calls::begin(&self.inner.calls)
    }

    /// Tells whether calls run on the object that nobody waits for any more.
    pub(crate) fn has_abandoned_calls(&self) -> bool {
        self.inner.calls.abandoned.load(Ordering::Acquire) > 0
    }

    /// Refuses new calls and waits for those that run.
    ///
    /// # Errors
    /// Returns an error if they have not ended at this thread's deadline.
    pub(crate) fn close_for_calls(&self) -> Result<Closing, IpcException> {
        self.inner.calls.close()
    }
}

impl Drop for Inner {
    fn drop(&mut self) {
        // Before the handle goes: the last one ends the connection, which would run them on the pool.
        let cleanups = self.cleanups.take().map(|cleanups| std::mem::take(&mut *lock(&cleanups)));
        let cleanups = cleanups.into_iter().flatten().filter_map(|id| self.link.take_cleanup(id)).collect();
        self.link.drop_handle(self.cap.clone());
        run_chores(cleanups);
    }
}

impl fmt::Debug for Remote {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Remote({:?})", self.inner.cap)
    }
}

/// The calls that run on one object, and whether more are welcome. One runs until its Return is there.
///
/// `state` is twice the number of running calls, plus one once the object is closed. The last call to end after the
/// closing wakes whoever closed: it takes the lock of `closer` in between, so that the wake-up cannot fall between the
/// closer's look at `state` and its sleep. A call that nobody waits for any more is counted apart: it may run for ever.
#[derive(Debug, Default)]
struct Calls {
    state: AtomicUsize,
    abandoned: AtomicUsize,
    closer: Mutex<Option<Waker>>,
}

const CLOSED: usize = 1;
const ONE_CALL: usize = 2;

impl Calls {
    fn begin(this: &Arc<Self>) -> Result<RunningCall, IpcException> {
        // To look first keeps those who try in vain from keeping the count above zero.
        if this.state.load(Ordering::Relaxed) & CLOSED == 0 {
            let before = this.state.fetch_add(ONE_CALL, Ordering::AcqRel);
            let call = RunningCall { calls: this.clone(), attended: true };
            if before & CLOSED == 0 {
                return Ok(call);
            }
        }
        Err(IpcException::failed("the object was destroyed"))
    }

    fn end(&self) {
        if self.state.fetch_sub(ONE_CALL, Ordering::AcqRel) == ONE_CALL + CLOSED {
            let closer = lock(&self.closer).take();
            closer.into_iter().for_each(Waker::wake);
        }
    }

    fn close(&self) -> Result<Closing, IpcException> {
        if self.state.fetch_or(CLOSED, Ordering::AcqRel) & CLOSED != 0 {
            return Ok(Closing::Before);
        }
        if self.is_idle() {
            return Ok(Closing::Now);
        }
        match blocking(|| Mailbox::wait(deadline::current(), |waker| self.poll_idle(waker))) {
            Some(()) => Ok(Closing::Now),
            None => Err(timed_out("the calls on the object did not end")),
        }
    }

    fn is_idle(&self) -> bool {
        self.state.load(Ordering::Acquire) == CLOSED
    }

    fn poll_idle(&self, waker: &Waker) -> Poll<()> {
        let mut closer = lock(&self.closer);
        if self.is_idle() {
            return Poll::Ready(());
        }
        *closer = Some(waker.clone());
        Poll::Pending
    }
}

/// When an object was closed for calls.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Closing {
    /// By this call.
    Now,
    /// By an earlier one.
    Before,
}

/// One running call.
#[derive(Debug)]
pub(crate) struct RunningCall {
    calls: Arc<Calls>,
    /// Somebody waits for it, or nobody ever did.
    attended: bool,
}

impl RunningCall {
    /// Notes that nobody waits for it any more.
    pub(crate) fn abandon(&mut self) {
        if std::mem::take(&mut self.attended) {
            // In this order, so that whoever closes the object sees it here or there.
            self.calls.abandoned.fetch_add(1, Ordering::AcqRel);
            self.calls.end();
        }
    }
}

impl Drop for RunningCall {
    fn drop(&mut self) {
        if self.attended {
            self.calls.end();
        } else {
            self.calls.abandoned.fetch_sub(1, Ordering::AcqRel);
        }
    }
}
