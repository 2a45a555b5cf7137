//! Threads that wait, whose places others take meanwhile.

use std::cell::{Cell, RefCell};
use std::sync::Arc;

use tokio::runtime::{Handle, RuntimeFlavor};

use super::Pool;
use crate::driver::release_held;

/// Runs `wait`, which blocks: on a thread that runs a method, another thread takes its place meanwhile; also on a
/// worker of a tokio runtime of several threads that polls the future of an `async` method.
///
/// Calls that name no thread of this process, as those of peers that exchange none, run at most 64 at a time in a process,
/// or four for each core if that is more. Those that wait in a call to
/// another process do not count, the runtime sees to that; a method that waits for something else for long, such as a
/// condition that a later call brings about, says so with this function. Elsewhere it just runs `wait`.
///
/// # Examples
/// ```
/// # use std::sync::mpsc::Receiver;
/// fn next_block(blocks: &Receiver<u64>) -> Option<u64> {
///     ipc_runtime::blocking(|| blocks.recv()).ok()
/// }
/// # let _ = next_block;
/// ```
pub fn blocking<R>(wait: impl FnOnce() -> R) -> R {
    match CURRENT.with_borrow(Clone::clone) {
        Some(pool) if DEPTH.get() == 0 => {
            let _blocked = Blocked::enter(pool);
            wait()
        }
        // A worker of a runtime leaves its tasks to another one.
        None if WORKER.get() == Worker::Replaceable => tokio::task::block_in_place(wait),
        // No thread of a pool, or one whose place is given away already.
        _ => wait(),
    }
}

/// Whether another thread can take the place of one that polls futures.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Worker {
    /// Its runtime has others, or starts them.
    Replaceable,
    /// It is alone.
    Only,
}

impl Worker {
    pub(crate) fn of(runtime: &Handle) -> Self {
        match runtime.runtime_flavor() {
            RuntimeFlavor::MultiThread => Self::Replaceable,
            _ => Self::Only,
        }
    }
}

/// Polls the future of a method on a worker of a runtime, which [`blocking`] then knows of.
pub(crate) fn polling<R>(worker: Worker, poll: impl FnOnce() -> R) -> R {
    struct Restore(Worker);
    impl Drop for Restore {
        fn drop(&mut self) {
            WORKER.set(self.0);
        }
    }
    let _restore = Restore(WORKER.replace(worker));
    poll()
}

/// Runs work that came while this thread waits inside of [`blocking`]: it counts as running meanwhile.
pub(crate) fn unblocked<R>(work: impl FnOnce() -> R) -> R {
    match CURRENT.with_borrow(Clone::clone) {
        Some(pool) if DEPTH.get() > 0 => {
            let _unblocked = Unblocked::enter(pool);
            work()
        }
        _ => work(),
    }
}

/// Makes this thread one of a pool.
pub(super) fn set_pool(pool: Arc<Pool>) {
    CURRENT.set(Some(pool));
}

/// Tells whether this thread is one of a pool.
pub(super) fn is_of(pool: &Arc<Pool>) -> bool {
    CURRENT.with_borrow(|current| current.as_ref().is_some_and(|current| Arc::ptr_eq(current, pool)))
}

/// A thread of a pool that is blocked: its place is given to others until this is dropped.
struct Blocked(Arc<Pool>);

impl Blocked {
    fn enter(pool: Arc<Pool>) -> Self {
        release_held();
        DEPTH.set(DEPTH.get() + 1);
        pool.set_to_work(pool.crew.begin_block());
        Self(pool)
    }
}

impl Drop for Blocked {
    fn drop(&mut self) {
        self.0.crew.end_block();
        DEPTH.set(DEPTH.get() - 1);
    }
}

/// A thread that works in the middle of its wait: it takes its place back until this is dropped.
struct Unblocked {
    pool: Arc<Pool>,
    depth: usize,
}

impl Unblocked {
    fn enter(pool: Arc<Pool>) -> Self {
        pool.crew.end_block();
        Self { depth: DEPTH.replace(0), pool }
    }
}

impl Drop for Unblocked {
    fn drop(&mut self) {
        DEPTH.set(self.depth);
        self.pool.set_to_work(self.pool.crew.begin_block());
    }
}

thread_local! {
    /// The pool that this thread belongs to.
    static CURRENT: RefCell<Option<Arc<Pool>>> = const { RefCell::new(None) };
    /// How many times its place is given away: only the first counts.
    static DEPTH: Cell<usize> = const { Cell::new(0) };
    /// What kind of worker it is while it polls the future of a method.
    static WORKER: Cell<Worker> = const { Cell::new(Worker::Only) };
}
