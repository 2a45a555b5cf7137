//! Which calls of the peer a thread is serving.

use std::cell::RefCell;
use std::sync::Arc;

use super::{PeerThread, Serving};
use crate::driver::link::Link;
use crate::thread::strand::Strand;

/// A call of the peer that is being served: who waits for it, and in whose order it runs.
#[derive(Default)]
pub(crate) struct Frame {
    caller: Option<Serving>,
    /// Of a method that is a future.
    future: Option<Running>,
}

impl Frame {
    /// Makes the frame of a method that blocks.
    pub(crate) fn new(caller: Option<Arc<PeerThread>>) -> Self {
        Self { caller: caller.map(Serving::begin), future: None }
    }

    /// Makes it that of a method that goes on as a future.
    pub(crate) fn into_future(mut self, strand: Option<&Arc<Strand>>) -> Self {
        self.future = strand.map(Running::begin);
        self
    }

    /// Runs `f` as a part of the call.
    pub(crate) fn enter<R>(&mut self, f: impl FnOnce() -> R) -> R {
        let _entered = Entered::new(self);
        f()
    }
}

/// Keeps a frame on the stack, unless there is nothing in it.
struct Entered<'f>(&'f mut Frame);

impl<'f> Entered<'f> {
    fn new(frame: &'f mut Frame) -> Option<Self> {
        if frame.caller.is_none() && frame.future.is_none() {
            return None;
        }
        // A thread that is past its end has no stack of them.
        FRAMES.try_with(|frames| frames.borrow_mut().push(std::mem::take(frame))).ok()?;
        Some(Self(frame))
    }
}

impl Drop for Entered<'_> {
    fn drop(&mut self) {
        // Entered and left in the order of the stack.
        if let Some(frame) = FRAMES.with_borrow_mut(Vec::pop) {
            *self.0 = frame;
        }
    }
}

thread_local! {
    /// The innermost one last.
    static FRAMES: RefCell<Vec<Frame>> = const { RefCell::new(Vec::new()) };
}

/// Returns the thread of the peer that waits for the innermost call that this thread serves on a connection.
pub(super) fn caller_of(link: &Arc<Link>) -> Option<Arc<PeerThread>> {
    let find = |frames: &RefCell<Vec<Frame>>| {
        let frames = frames.borrow();
        let mut callers = frames.iter().rev().filter_map(|frame| Some(frame.caller.as_ref()?.thread()));
        callers.find(|caller| caller.is_of(link)).cloned()
    };
    FRAMES.try_with(find).unwrap_or_default()
}

/// Tells whether this thread runs a method for a thread of the peer that waits, and waits for its next call after that.
pub(crate) fn is_serving(link: &Arc<Link>) -> bool {
    caller_of(link).is_some()
}

/// The future of a method, in the order of a strand, until it is dropped.
struct Running(Arc<Strand>);

impl Running {
    fn begin(strand: &Arc<Strand>) -> Self {
        strand.begin_future();
        Self(strand.clone())
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.0.end_future();
    }
}

/// A call in which the future of a method waits: its strand does what comes meanwhile.
pub(crate) struct Awaiting(Option<Arc<Strand>>);

impl Awaiting {
    /// Notes that a call is made by the method that this thread runs, if that is a future.
    pub(crate) fn begin() -> Self {
        let innermost = |frames: &RefCell<Vec<Frame>>| {
            let frames = frames.borrow();
            Some(frames.last()?.future.as_ref()?.0.clone())
        };
        let strand = FRAMES.try_with(innermost).unwrap_or_default();
        if let Some(strand) = &strand {
            strand.begin_await();
        }
        Self(strand)
    }
}

impl Drop for Awaiting {
    fn drop(&mut self) {
        if let Some(strand) = &self.0 {
            strand.end_await();
        }
    }
}
