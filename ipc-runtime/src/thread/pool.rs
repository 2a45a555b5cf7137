//! A bounded pool of threads with one queue, first in first out.
//!
//! Threads are started as work arrives and end when they were idle for a while. A thread that is blocked in an
//! outgoing call does not count against the bound: otherwise a cycle of calls through several processes, each with
//! more callers than threads, would wait for itself. The hard limit remains.
//!
//! There are three: one for calls, which refuses what is queued when every thread it may have is blocked, instead of
//! letting it wait for ever; one for calls that name a thread, which are as many as there are threads at the other side; and
//! one for destructors and cleanups, which cannot be refused and must not wait for calls.

use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Condvar, Mutex, OnceLock};
use std::time::{Duration, Instant};

use tokio::runtime::{Handle, RuntimeFlavor};

use crate::sync::{Waited, lock, wait_until};

/// Threads for calls that name one: as many as the pool for the others may have in all.
const STRANDS_LIMIT: usize = 1024;

/// Work for a pool.
pub(crate) trait Job: Send {
    /// Does it.
    fn run(self: Box<Self>);

    /// Refuses it: the pool has no thread left that could ever run it. Must not run user code, for it may be the
    /// poller's thread that learns of it.
    fn refuse(self: Box<Self>);
}

/// A destructor or a cleanup: code of the application that nobody waits for.
pub(crate) type Chore = Box<dyn FnOnce() + Send>;

/// What becomes of the queue when every thread that may be started is blocked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Stuck {
    /// It is refused.
    Refuse,
    /// It waits.
    Wait,
}

/// How many threads there may be.
#[derive(Clone, Copy, Debug)]
pub(crate) struct PoolLimits {
    /// What the threads are called.
    pub(crate) name: &'static str,
    /// Threads that run at the same time, not counting those blocked in an outgoing call. One that comes back from a
    /// call finishes its job beyond the bound.
    pub(crate) running: usize,
    /// Threads in all.
    pub(crate) total: usize,
    /// How long a thread without work is kept.
    pub(crate) idle: Duration,
    /// What becomes of the queue when all threads are blocked.
    pub(crate) stuck: Stuck,
    /// After how long one more thread runs, if those that do take nothing from the queue: they are blocked too, somewhere
    /// where the runtime does not see it.
    pub(crate) grows_after: Option<Duration>,
}

/// The pool.
///
/// Invariants: `threads = idle + blocked + running ones`; a job is queued only while every idle thread has been
/// signalled, the bound of running threads is reached, or a thread is being started. Where the bound grows, a scout looks
/// at the queue as long as it is reached.
pub(crate) struct Pool {
    state: Mutex<State>,
    work: Condvar,
    limits: PoolLimits,
}

struct State {
    queue: VecDeque<Box<dyn Job>>,
    threads: usize,
    idle: usize,
    blocked: usize,
    /// Threads that may run beyond the bound.
    extra: usize,
    /// Jobs that were taken, ever.
    taken: u64,
    /// Somebody looks whether more are needed.
    scouted: bool,
}

impl State {
    fn running(&self) -> usize {
        self.threads - self.idle - self.blocked
    }
}

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
            let _blocked = pool.enter_blocked();
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
            let _unblocked = pool.leave_blocked();
            work()
        }
        _ => work(),
    }
}

/// Runs chores in the background.
pub(crate) fn spawn_chores(chores: Vec<Chore>) {
    struct Chores(Vec<Chore>);
    impl Job for Chores {
        fn run(self: Box<Self>) {
            run_chores(self.0);
        }

        fn refuse(self: Box<Self>) {
            // Their pool lets them wait.
            spawn_chores(self.0);
        }
    }
    if !chores.is_empty() {
        Pool::chores().spawn(Box::new(Chores(chores)));
    }
}

/// Runs chores here. One that panics is no reason to leave out the others.
pub(crate) fn run_chores(chores: Vec<Chore>) {
    for chore in chores {
        let _ = catch_unwind(AssertUnwindSafe(chore));
    }
}

impl Pool {
    /// Returns the process's pool for calls.
    pub(crate) fn calls() -> &'static Arc<Pool> {
        static CALLS: OnceLock<Arc<Pool>> = OnceLock::new();
        CALLS.get_or_init(|| {
            let cores = std::thread::available_parallelism().map_or(1, usize::from);
            Pool::new(PoolLimits {
                name: "ipc-worker",
                // Methods may block in ways we do not see (files, locks), hence more than one a core.
                running: (4 * cores).max(64),
                // Each takes a stack of 2 MiB of address space; a cycle of calls this deep is a runaway.
                total: 1024,
                idle: Duration::from_secs(5),
                stuck: Stuck::Refuse,
                grows_after: None,
            })
        })
    }

    /// Returns the process's pool for the calls that name a thread: two of them never wait for each other, as long as they
    /// name two.
    pub(crate) fn strands() -> &'static Arc<Pool> {
        static STRANDS: OnceLock<Arc<Pool>> = OnceLock::new();
        STRANDS.get_or_init(|| {
            Pool::new(PoolLimits {
                name: "ipc-thread",
                // Most are done at once, or go on as futures.
                running: 64,
                total: STRANDS_LIMIT,
                idle: Duration::from_secs(5),
                stuck: Stuck::Refuse,
                grows_after: Some(Duration::from_millis(2)),
            })
        })
    }

    /// Tells whether this thread belongs to it.
    fn is_current(self: &Arc<Self>) -> bool {
        CURRENT.with_borrow(|current| current.as_ref().is_some_and(|current| Arc::ptr_eq(current, self)))
    }

    /// Returns the process's pool for destructors and cleanups.
    fn chores() -> &'static Arc<Pool> {
        static CHORES: OnceLock<Arc<Pool>> = OnceLock::new();
        CHORES.get_or_init(|| {
            Pool::new(PoolLimits {
                name: "ipc-cleanup",
                // One that takes long does not hold up the rest.
                running: 2,
                // Those that call other processes.
                total: 64,
                idle: Duration::from_secs(5),
                stuck: Stuck::Wait,
                grows_after: None,
            })
        })
    }

    pub(crate) fn new(limits: PoolLimits) -> Arc<Self> {
        let (threads, idle, blocked, extra) = (0, 0, 0, 0);
        let state = State { queue: VecDeque::new(), threads, idle, blocked, extra, taken: 0, scouted: false };
        Arc::new(Self { state: Mutex::new(state), work: Condvar::new(), limits })
    }

    /// Appends a job without waking anybody, so that it can be done inside another critical section: what is
    /// appended in an order runs in that order. [`kick`](Pool::kick) must follow.
    pub(crate) fn push(&self, job: Box<dyn Job>) {
        lock(&self.state).queue.push_back(job);
    }

    /// Wakes or starts threads for what was pushed.
    pub(crate) fn kick(self: &Arc<Self>) {
        self.kick_beyond(0);
    }

    /// Like [`kick`](Pool::kick), where so many threads of this one's pool that are not idle are about to look themselves.
    pub(crate) fn kick_beyond(self: &Arc<Self>, coming: usize) {
        let coming = if coming > 0 && self.is_current() { coming } else { 0 };
        let mut state = lock(&self.state);
        let wanted = state.queue.len().saturating_sub(coming);
        let wake = wanted.min(state.idle);
        let bound = self.limits.running + state.extra;
        let room = bound.saturating_sub(state.running() + wake).min(self.limits.total - state.threads);
        let start = (wanted - wake).min(room);
        let patience = self.limits.grows_after.filter(|_| wake + start < wanted && !state.scouted);
        state.scouted |= patience.is_some();
        self.start(state, start);
        for _ in 0..wake {
            self.work.notify_one();
        }
        if let Some(patience) = patience {
            self.start_scout(patience);
        }
    }

    fn start_scout(self: &Arc<Self>, patience: Duration) {
        let pool = self.clone();
        let scout = std::thread::Builder::new().name("ipc-scout".into()).spawn(move || pool.scout(patience));
        if scout.is_err() {
            // The next call tries again.
            lock(&self.state).scouted = false;
        }
    }

    /// Lets more threads run as long as nobody takes what is queued.
    fn scout(self: Arc<Self>, patience: Duration) {
        loop {
            let taken = lock(&self.state).taken;
            std::thread::sleep(patience);
            let mut state = lock(&self.state);
            if state.queue.is_empty() || state.threads >= self.limits.total {
                state.scouted = false;
                return;
            }
            if state.taken == taken {
                state.extra += 1;
                self.start(state, 1);
            }
        }
    }

    /// Pushes one job and wakes a thread for it.
    pub(crate) fn spawn(self: &Arc<Self>, job: Box<dyn Job>) {
        self.push(job);
        self.kick();
    }

    /// Starts threads, or, where none can be started and none will come free, refuses what is queued.
    fn start(self: &Arc<Self>, mut state: std::sync::MutexGuard<'_, State>, count: usize) {
        state.threads += count;
        drop(state);
        let mut failed = false;
        for _ in 0..count {
            let pool = self.clone();
            let started =
                std::thread::Builder::new().name(self.limits.name.into()).spawn(move || pool.work());
            if started.is_err() {
                failed = true;
                lock(&self.state).threads -= 1;
            }
        }
        let mut state = lock(&self.state);
        // Every thread is blocked, and the system or the limit allows no other. The queue may hold what they wait for.
        let stuck = self.limits.stuck == Stuck::Refuse
            && state.threads == state.blocked
            && (failed || state.threads >= self.limits.total);
        let refused = if stuck { std::mem::take(&mut state.queue) } else { VecDeque::new() };
        drop(state);
        for job in refused {
            job.refuse();
        }
    }

    /// Gives the place of this thread to others until the guard is dropped.
    fn enter_blocked(self: Arc<Self>) -> Blocked {
        lock(&self.state).blocked += 1;
        DEPTH.set(DEPTH.get() + 1);
        let blocked = Blocked(self);
        blocked.0.kick();
        blocked
    }

    /// Takes the place of this thread back until the guard is dropped.
    fn leave_blocked(self: Arc<Self>) -> Unblocked {
        lock(&self.state).blocked -= 1;
        Unblocked { depth: DEPTH.replace(0), pool: self }
    }

    fn work(self: Arc<Self>) {
        CURRENT.set(Some(self.clone()));
        let mut state = lock(&self.state);
        // More than the bound may have come back from blocking: they go, the others see to the queue.
        while state.running() <= self.limits.running + state.extra {
            if let Some(job) = state.queue.pop_front() {
                state.taken += 1;
                drop(state);
                // Calls turn a panic into their answer themselves; this keeps the thread for the rest.
                let _ = catch_unwind(AssertUnwindSafe(|| job.run()));
                state = lock(&self.state);
                continue;
            }
            state.idle += 1;
            let deadline = Instant::now().checked_add(self.limits.idle);
            let (back, waited) = wait_until(&self.work, state, deadline, |state| !state.queue.is_empty());
            state = back;
            state.idle -= 1;
            if waited == Waited::TimedOut {
                break;
            }
        }
        state.threads -= 1;
        state.extra = state.extra.saturating_sub(1);
    }
}

/// A thread of a pool that is blocked.
struct Blocked(Arc<Pool>);

impl Drop for Blocked {
    fn drop(&mut self) {
        lock(&self.0.state).blocked -= 1;
        DEPTH.set(DEPTH.get() - 1);
    }
}

/// A thread that works in the middle of its wait.
struct Unblocked {
    pool: Arc<Pool>,
    depth: usize,
}

impl Drop for Unblocked {
    fn drop(&mut self) {
        lock(&self.pool.state).blocked += 1;
        DEPTH.set(self.depth);
        self.pool.kick();
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

#[cfg(test)]
mod tests {
    use std::sync::Barrier;
    use std::sync::atomic::{AtomicUsize, Ordering};
    use std::sync::mpsc::{Receiver, Sender, channel};

    use super::*;

    struct Work<R, F>(R, F);

    impl<R: FnOnce() + Send, F: FnOnce() + Send> Job for Work<R, F> {
        fn run(self: Box<Self>) {
            (self.0)();
        }

        fn refuse(self: Box<Self>) {
            (self.1)();
        }
    }

    fn pool(running: usize, total: usize, stuck: Stuck) -> Arc<Pool> {
        let grows_after = None;
        Pool::new(PoolLimits {
            name: "test",
            running,
            total,
            idle: Duration::from_secs(60),
            stuck,
            grows_after,
        })
    }

    fn soon<T>(receiver: &Receiver<T>) -> T {
        receiver.recv_timeout(Duration::from_secs(20)).unwrap()
    }

    #[test]
    fn a_blocked_thread_makes_room_for_another_and_a_nested_one_counts_once() {
        let pool = pool(1, 8, Stuck::Refuse);
        let (done, finished) = channel();
        let (open, gate) = channel::<()>();
        let first = done.clone();
        pool.spawn(Box::new(Work(
            move || {
                blocking(|| blocking(|| gate.recv().unwrap()));
                first.send("first").unwrap();
            },
            || {},
        )));
        pool.spawn(Box::new(Work(move || done.send("second").unwrap(), || {})));
        assert_eq!(soon(&finished), "second");
        assert_eq!(lock(&pool.state).blocked, 1);
        open.send(()).unwrap();
        assert_eq!(soon(&finished), "first");
        assert_eq!(lock(&pool.state).blocked, 0);
    }

    #[test]
    fn a_thread_that_works_in_the_middle_of_its_wait_is_not_blocked() {
        let pool = pool(1, 8, Stuck::Refuse);
        let (done, finished) = channel();
        let counting = pool.clone();
        pool.spawn(Box::new(Work(
            move || {
                let blocked = || lock(&counting.state).blocked;
                let mut seen = Vec::new();
                blocking(|| {
                    seen.push(blocked());
                    unblocked(|| {
                        seen.push(blocked());
                        blocking(|| seen.push(blocked()));
                        seen.push(blocked());
                    });
                    seen.push(blocked());
                });
                seen.push(blocked());
                done.send(seen).unwrap();
            },
            || {},
        )));
        assert_eq!(soon(&finished), [1, 0, 1, 0, 1, 0]);
    }

    /// Blocks as many threads as a pool may have; they go on when the sender is dropped.
    fn block_all(pool: &Arc<Pool>, threads: usize) -> Sender<()> {
        let (open, gate) = channel::<()>();
        let gate = Arc::new(Mutex::new(gate));
        let all = Arc::new(Barrier::new(threads + 1));
        for _ in 0..threads {
            let (gate, all) = (gate.clone(), all.clone());
            let run = move || {
                blocking(|| {
                    all.wait();
                    let _ = lock(&gate).recv();
                });
            };
            pool.spawn(Box::new(Work(run, || {})));
        }
        all.wait();
        open
    }

    #[test]
    fn calls_are_refused_when_every_thread_there_may_be_is_blocked() {
        let pool = pool(1, 3, Stuck::Refuse);
        let open = block_all(&pool, 3);
        let (refused, told) = channel();
        pool.spawn(Box::new(Work(|| {}, move || refused.send(std::thread::current().id()).unwrap())));
        assert_eq!(soon(&told), std::thread::current().id());
        drop(open);
    }

    #[test]
    fn chores_wait_when_every_thread_there_may_be_is_blocked() {
        let pool = pool(1, 3, Stuck::Wait);
        let open = block_all(&pool, 3);
        let (done, finished) = channel();
        pool.spawn(Box::new(Work(move || done.send(()).unwrap(), || panic!("refused"))));
        assert!(finished.try_recv().is_err());
        drop(open);
        soon(&finished);
    }

    /// Jobs that block where nobody sees it.
    #[test]
    fn a_pool_grows_if_nobody_takes_what_is_queued() {
        let limits = PoolLimits {
            name: "test",
            running: 1,
            total: 8,
            idle: Duration::from_secs(60),
            stuck: Stuck::Refuse,
            grows_after: Some(Duration::from_millis(1)),
        };
        let pool = Pool::new(limits);
        let all = Arc::new(Barrier::new(9));
        for _ in 0..8 {
            let all = all.clone();
            pool.spawn(Box::new(Work(
                move || {
                    all.wait();
                },
                || {},
            )));
        }
        all.wait();
    }

    /// Destructors of two objects that a peer releases with one message, say.
    #[test]
    fn chores_that_panic_do_not_keep_others_from_running() {
        let (done, finished) = channel();
        let last = move || done.send(std::thread::current().name().map(str::to_owned)).unwrap();
        spawn_chores(vec![Box::new(|| panic!("one")), Box::new(|| panic!("two")), Box::new(last)]);
        assert_eq!(soon(&finished).as_deref(), Some("ipc-cleanup"));
    }

    #[test]
    fn what_comes_back_from_blocking_takes_no_more_jobs_beyond_the_bound() {
        let pool = pool(2, 64, Stuck::Refuse);
        let open = block_all(&pool, 32);
        let (running, most) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
        let (done, finished) = channel();
        for _ in 0..200 {
            let (running, most, done) = (running.clone(), most.clone(), done.clone());
            pool.push(Box::new(Work(
                move || {
                    most.fetch_max(running.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
                    std::thread::yield_now();
                    running.fetch_sub(1, Ordering::SeqCst);
                    done.send(()).unwrap();
                },
                || {},
            )));
        }
        drop(open);
        pool.kick();
        for _ in 0..200 {
            soon(&finished);
        }
        let most = most.load(Ordering::SeqCst);
        assert!(most <= 2, "{most} ran at once");
    }
}
