//! A bounded pool of threads with one queue, first in first out.
//!
//! Threads are started as work arrives and end when they were idle for a while. A thread that is blocked in an
//! outgoing call does not count against the bound: otherwise a cycle of calls through several processes, each with
//! more callers than threads, would wait for itself. The hard limit remains; when every one of that many threads
//! is blocked, queued calls are refused instead of waiting for ever.

use std::collections::VecDeque;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Condvar, Mutex, OnceLock};
use std::time::Duration;

use crate::sync::lock;

/// Work for the pool.
pub(crate) trait Job: Send {
    /// Does it.
    fn run(self: Box<Self>);

    /// Refuses it: the pool has no thread left that could ever run it.
    fn refuse(self: Box<Self>);
}

/// How many threads there may be.
#[derive(Clone, Copy, Debug)]
pub(crate) struct PoolLimits {
    /// Threads that run at the same time, not counting those blocked in an outgoing call.
    pub(crate) running: usize,
    /// Threads in all.
    pub(crate) total: usize,
    /// How long a thread without work is kept.
    pub(crate) idle: Duration,
}

/// The pool.
///
/// Invariants: `threads = idle + blocked + running ones`; a job is queued only while every idle thread has been
/// signalled, the bound of running threads is reached, or a thread is being started.
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
}

impl Pool {
    /// Returns the process's pool.
    pub(crate) fn shared() -> &'static Arc<Pool> {
        static SHARED: OnceLock<Arc<Pool>> = OnceLock::new();
        SHARED.get_or_init(|| {
            let cores = std::thread::available_parallelism().map_or(1, usize::from);
            Pool::new(PoolLimits {
                // Methods may block in ways we do not see (files, locks), hence more than one a core.
                running: (4 * cores).max(16),
                // Each takes a stack of 2 MiB of address space; a cycle of calls this deep is a runaway.
                total: 1024,
                idle: Duration::from_secs(5),
            })
        })
    }

    pub(crate) fn new(limits: PoolLimits) -> Arc<Self> {
        let state = State { queue: VecDeque::new(), threads: 0, idle: 0, blocked: 0 };
        Arc::new(Self { state: Mutex::new(state), work: Condvar::new(), limits })
    }

    /// Appends a job without waking anybody, so that it can be done inside another critical section: what is
    /// appended in an order runs in that order. [`kick`](Pool::kick) must follow.
    pub(crate) fn push(&self, job: Box<dyn Job>) {
        lock(&self.state).queue.push_back(job);
    }

    /// Wakes or starts threads for what was pushed.
    pub(crate) fn kick(self: &Arc<Self>) {
        let state = lock(&self.state);
        let wanted = state.queue.len();
        let wake = wanted.min(state.idle);
        let running = state.threads - state.idle - state.blocked;
        let room = self.limits.running.saturating_sub(running + wake).min(self.limits.total - state.threads);
        let start = (wanted - wake).min(room);
        self.start(state, start);
        for _ in 0..wake {
            self.work.notify_one();
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
            let started = std::thread::Builder::new().name("ipc-worker".into()).spawn(move || pool.work());
            if started.is_err() {
                failed = true;
                lock(&self.state).threads -= 1;
            }
        }
        let mut state = lock(&self.state);
        // Every thread is blocked, and the system or the limit allows no other. The queue may hold what they wait for.
        let stuck = state.threads == state.blocked && (failed || state.threads >= self.limits.total);
        let refused = if stuck { std::mem::take(&mut state.queue) } else { VecDeque::new() };
        drop(state);
        for job in refused {
            job.refuse();
        }
    }

    /// Runs `wait`, which blocks in an outgoing call. On a pool thread its place is given to others meanwhile.
    pub(crate) fn blocking<R>(self: &Arc<Self>, wait: impl FnOnce() -> R) -> R {
        if !WORKER.get() {
            return wait();
        }
        lock(&self.state).blocked += 1;
        self.kick();
        let result = wait();
        lock(&self.state).blocked -= 1;
        result
    }

    fn work(self: Arc<Self>) {
        WORKER.set(true);
        let mut state = lock(&self.state);
        loop {
            if let Some(job) = state.queue.pop_front() {
                drop(state);
                // Calls turn a panic into their answer themselves; this keeps the thread for the rest.
                let _ = catch_unwind(AssertUnwindSafe(|| job.run()));
                state = lock(&self.state);
                continue;
            }
            if state.threads - state.idle - state.blocked > self.limits.running {
                // More than the bound came back from blocking.
                break;
            }
            state.idle += 1;
            let (back, timeout) =
                match self.work.wait_timeout_while(state, self.limits.idle, |s| s.queue.is_empty()) {
                    Ok(waited) => waited,
                    Err(poisoned) => poisoned.into_inner(),
                };
            state = back;
            state.idle -= 1;
            if timeout.timed_out() && state.queue.is_empty() {
                break;
            }
        }
        state.threads -= 1;
    }
}

thread_local! {
    static WORKER: std::cell::Cell<bool> = const { std::cell::Cell::new(false) };
}
