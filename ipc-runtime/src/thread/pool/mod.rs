//! A bounded pool of threads with one queue, first in first out.
//!
//! Threads are started as work arrives and end when they were idle for a while. A thread that is blocked in an
//! outgoing call does not count against the bound: otherwise a cycle of calls through several processes, each with
//! more callers than threads, would wait for itself. The hard limit remains.
//!
//! There are three: one for calls, which refuses what is queued when every thread it may have is blocked, instead of
//! letting it wait for ever; one for calls that name a thread, which are as many as there are threads at the other side; and
//! one for destructors and cleanups, which cannot be refused and must not wait for calls.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant};

pub use self::blocking::blocking;
pub(crate) use self::blocking::{Worker, polling, unblocked};
use self::crew::{Crew, Growth, Limits, Muster, Next, Otherwise, Rest, Stuck};
use crate::driver::link::Link;
use crate::driver::poller::Poller;
use crate::driver::{hold, is_holding, release_held};

mod blocking;
mod crew;
mod load;

#[cfg(test)]
mod tests;

/// Threads for calls that name one: as many as the pool for the others may have in all.
const STRANDS_LIMIT: usize = 1024;

/// When it is looked whether the work gets on. The second look in vain wakes another thread, so that is how long
/// one job may keep others waiting that were expected to be quick, and jobs that were slow lately are not expected to be that.
const LOOK_DELAY: Duration = Duration::from_millis(1);

/// Work for a pool.
pub(crate) trait Job: Send {
    /// Does it; returns what the thread may do next.
    fn run(self: Box<Self>) -> Then;

    /// Refuses it: the pool has no thread left that could ever run it. Must not run user code, for it may be the
    /// poller's thread that learns of it.
    fn refuse(self: Box<Self>);
}

/// What a thread of a pool does after a job, if there is no other.
#[derive(Debug)]
pub(crate) enum Then {
    /// It sleeps.
    Nothing,
    /// It waits for a call there.
    LingerAt(Arc<Link>),
}

/// A destructor or a cleanup: code of the application that nobody waits for.
pub(crate) type Chore = Box<dyn FnOnce() + Send>;

/// The pool.
pub(crate) struct Pool {
    /// What its threads are called.
    name: &'static str,
    crew: Crew<Box<dyn Job>>,
}

/// Runs chores in the background.
pub(crate) fn spawn_chores(chores: Vec<Chore>) {
    struct Chores(Vec<Chore>);
    impl Job for Chores {
        fn run(self: Box<Self>) -> Then {
            run_chores(self.0);
            Then::Nothing
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
            Pool::new(
                "ipc-worker",
                Limits {
                    // Methods may block in ways we do not see (files, locks), hence more than one a core.
                    running: (4 * cores).max(64),
                    // Each takes a stack of 2 MiB of address space; a cycle of calls this deep is a runaway.
                    total: 1024,
                    idle: Duration::from_secs(5),
                    stuck: Stuck::Refuse,
                    growth: Growth::Bounded,
                },
            )
        })
    }

    /// Returns the process's pool for the calls that name a thread: two of them never wait for each other, as long as they
    /// name two.
    pub(crate) fn strands() -> &'static Arc<Pool> {
        static STRANDS: OnceLock<Arc<Pool>> = OnceLock::new();
        STRANDS.get_or_init(|| {
            Pool::new(
                "ipc-thread",
                Limits {
                    // Most are done at once, or go on as futures.
                    running: 64,
                    total: STRANDS_LIMIT,
                    idle: Duration::from_secs(5),
                    stuck: Stuck::Refuse,
                    growth: Growth::WhereStalled,
                },
            )
        })
    }

    /// Returns the process's pool for destructors and cleanups.
    fn chores() -> &'static Arc<Pool> {
        static CHORES: OnceLock<Arc<Pool>> = OnceLock::new();
        CHORES.get_or_init(|| {
            Pool::new(
                "ipc-cleanup",
                Limits {
                    // One that takes long does not hold up the rest.
                    running: 2,
                    // Those that call other processes.
                    total: 64,
                    idle: Duration::from_secs(5),
                    stuck: Stuck::Wait,
                    growth: Growth::Bounded,
                },
            )
        })
    }

    fn new(name: &'static str, limits: Limits) -> Arc<Self> {
        Arc::new(Self { name, crew: Crew::new(limits) })
    }

    /// Appends a job without waking anybody, so that it can be done inside another critical section: what is
    /// appended in an order runs in that order. [`kick`](Pool::kick) must follow.
    pub(crate) fn push(&self, job: Box<dyn Job>) {
        self.crew.push(job);
    }

    /// Wakes or starts threads for what was pushed.
    pub(crate) fn kick(self: &Arc<Self>) {
        self.kick_beyond(0);
    }

    /// Like [`kick`](Pool::kick), where so many threads of this one's pool that are not idle are about to look themselves.
    pub(crate) fn kick_beyond(self: &Arc<Self>, coming: usize) {
        let coming = if coming > 0 && blocking::is_of(self) { coming } else { 0 };
        self.set_to_work(self.crew.muster(coming));
    }

    /// Starts a thread for the first job, which is about to come.
    pub(crate) fn warm_up(self: &Arc<Self>) {
        self.set_to_work(self.crew.warm_up());
    }

    /// Looks whether the work gets on. By the poller's thread.
    pub(crate) fn look(self: &Arc<Self>) {
        self.set_to_work(self.crew.look());
    }

    /// Pushes one job and wakes a thread for it.
    pub(crate) fn spawn(self: &Arc<Self>, job: Box<dyn Job>) {
        self.push(job);
        self.kick();
    }

    fn set_to_work(self: &Arc<Self>, muster: Muster<Box<dyn Job>>) {
        let Muster { start, watch, refused } = muster;
        if watch {
            self.look_later();
        }
        refused.into_iter().for_each(Job::refuse);
        for _ in 0..start {
            let pool = self.clone();
            let started = std::thread::Builder::new().name(self.name.into()).spawn(move || pool.work());
            if started.is_err() {
                // Another one may come free; if none ever will, it is refused.
                self.crew.not_started().into_iter().for_each(Job::refuse);
            }
        }
    }

    fn look_later(self: &Arc<Self>) {
        match Poller::shared() {
            Ok(poller) => poller.look_at(Instant::now() + LOOK_DELAY, self),
            // Without it there are no connections either.
            Err(_) => self.set_to_work(self.crew.look()),
        }
    }

    fn work(self: Arc<Self>) {
        blocking::set_pool(self.clone());
        self.crew.begin();
        let mut done = None;
        let mut lingers = None;
        loop {
            let busy = lingers.is_some() || is_holding();
            let otherwise = if busy { Otherwise::GoOn } else { Otherwise::Sleep };
            match self.crew.next(done.take(), otherwise) {
                Next::Work(job, rest) => {
                    let begun = Instant::now();
                    // What is next may be answered together with it.
                    let _holding = (rest == Rest::More).then(hold);
                    // Calls turn a panic into their answer themselves; this keeps the thread for the rest.
                    let then = catch_unwind(AssertUnwindSafe(|| job.run())).unwrap_or(Then::Nothing);
                    if let Then::LingerAt(link) = then {
                        lingers = Some(link);
                    }
                    done = Some(begun.elapsed());
                }
                Next::Nothing => {
                    release_held();
                    // Another thread may have taken what it reads.
                    lingers = lingers.filter(Link::linger);
                }
                Next::End => break,
            }
        }
        release_held();
    }
}
