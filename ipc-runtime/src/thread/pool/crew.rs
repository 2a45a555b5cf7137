//! The queue of a pool, and who of its threads works, sleeps and is woken.

use std::collections::VecDeque;
use std::time::{Duration, Instant};

use super::load::Load;
use crate::sync::{Condvar, Mutex, MutexGuard, lock, wait_until};

/// What becomes of the queue when every thread that may be started is blocked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Stuck {
    /// It is refused.
    Refuse,
    /// It waits.
    Wait,
}

/// Whether more threads run than the bound says, if those that do take nothing from the queue: they are blocked too, somewhere where
/// the runtime does not see it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Growth {
    Bounded,
    WhereStalled,
}

/// How many threads there may be.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Limits {
    /// Threads that run at the same time, not counting those blocked in an outgoing call. One that comes back from a
    /// call finishes its job beyond the bound.
    pub(crate) running: usize,
    /// Threads in all.
    pub(crate) total: usize,
    /// How long a thread without work is kept.
    pub(crate) idle: Duration,
    /// What becomes of the queue when all threads are blocked.
    pub(crate) stuck: Stuck,
    /// Whether the bound grows.
    pub(crate) growth: Growth,
}

/// The threads of a pool and their queue.
///
/// Invariants:
/// - `threads` are those that are idle, blocked, starting or running.
/// - A job is queued only while a thread is about to take it (it was woken, is starting, or has said that it comes), the bound
///   of running threads is reached, or a look is due ([`look`](Crew::look)). So one thread does many short jobs in a row where waking others would
///   take longer, and a long one among them holds up the rest until the next look, no longer.
/// - No thread is woken while one that was is not there yet, unless there is work for more.
#[derive(Debug)]
pub(crate) struct Crew<J> {
    state: Mutex<State<J>>,
    work: Condvar,
    limits: Limits,
}

#[derive(Debug)]
struct State<J> {
    queue: VecDeque<J>,
    load: Load,
    threads: usize,
    idle: usize,
    /// Idle ones that are woken, but have not looked yet.
    woken: usize,
    /// Those that are started, but have not looked yet.
    starting: usize,
    blocked: usize,
    /// Threads that may run beyond the bound.
    extra: usize,
    /// Jobs that were taken, ever, and up to the last look.
    taken: u64,
    seen: u64,
    /// A look is due.
    watched: bool,
}

/// What is left to be done for those who are to work.
#[derive(Debug)]
#[must_use]
pub(crate) struct Muster<J> {
    /// So many threads are to be started.
    pub(crate) start: usize,
    /// A look becomes due.
    pub(crate) watch: bool,
    /// Nobody will ever do these.
    pub(crate) refused: VecDeque<J>,
}

/// What a thread of the pool is to do next.
#[derive(Debug)]
pub(crate) enum Next<J> {
    /// A job; and whether there are more.
    Work(J, Rest),
    /// There is none.
    Nothing,
    /// To end: it is counted no longer.
    End,
}

/// Whether the queue is to be looked at later.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Look {
    IfNeeded,
    Again,
}

/// What is in the queue behind a job.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Rest {
    Empty,
    More,
}

/// What a thread does where there is no job.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Otherwise {
    /// It waits for one.
    Sleep,
    /// It has something else to do.
    GoOn,
}

impl<J> Crew<J> {
    pub(crate) fn new(limits: Limits) -> Self {
        let state = State {
            queue: VecDeque::new(),
            load: Load::new(),
            threads: 0,
            idle: 0,
            woken: 0,
            starting: 0,
            blocked: 0,
            extra: 0,
            taken: 0,
            seen: 0,
            watched: false,
        };
        Self { state: Mutex::new(state), work: Condvar::new(), limits }
    }

    /// Appends a job without waking anybody; [`muster`](Crew::muster) must follow.
    pub(crate) fn push(&self, job: J) {
        lock(&self.state).queue.push_back(job);
    }

    /// Wakes threads for what is queued, where `coming` threads that are not idle are about to look themselves.
    pub(crate) fn muster(&self, coming: usize) -> Muster<J> {
        self.muster_in(lock(&self.state), coming, Look::IfNeeded)
    }

    fn muster_in(&self, mut state: MutexGuard<'_, State<J>>, coming: usize, look: Look) -> Muster<J> {
        let jobs = state.queue.len();
        let coming = coming + state.woken + state.starting;
        let wanted = state.load.hands(jobs).saturating_sub(coming);
        let wake = wanted.min(state.idle.saturating_sub(state.woken));
        state.woken += wake;
        let start = (wanted - wake).min(self.room(&state));
        state.threads += start;
        state.starting += start;
        let needed = look == Look::Again || jobs > coming + wake + start;
        let watch = needed && self.can_help(&state) && !state.watched;
        state.watched |= watch;
        let refused = if coming == 0 { self.refuse_if_stuck(&mut state) } else { VecDeque::new() };
        drop(state);
        for _ in 0..wake {
            self.work.notify_one();
        }
        Muster { start, watch, refused }
    }

    /// Makes sure that there is a thread.
    pub(crate) fn warm_up(&self) -> Muster<J> {
        let mut state = lock(&self.state);
        let start = usize::from(state.threads == 0);
        state.threads += start;
        state.starting += start;
        Muster { start, watch: false, refused: VecDeque::new() }
    }

    /// Returns how many threads may be started.
    fn room(&self, state: &State<J>) -> usize {
        let bound = self.limits.running + state.extra;
        bound
            .saturating_sub(state.running() + state.woken)
            .min(self.limits.total.saturating_sub(state.threads))
    }

    /// Tells whether there are threads that a look could wake or start.
    fn can_help(&self, state: &State<J>) -> bool {
        let grows = self.limits.growth == Growth::WhereStalled && state.threads < self.limits.total;
        grows || state.idle > state.woken || self.room(state) > 0
    }

    /// Every thread is blocked, and the limit allows no other: the queue may hold what they wait for.
    fn refuse_if_stuck(&self, state: &mut State<J>) -> VecDeque<J> {
        let stuck = state.threads == state.blocked && state.threads >= self.limits.total;
        if stuck && self.limits.stuck == Stuck::Refuse {
            std::mem::take(&mut state.queue)
        } else {
            VecDeque::new()
        }
    }

    /// Notes that a thread could not be started; returns what nobody will do for that.
    pub(crate) fn not_started(&self) -> VecDeque<J> {
        let mut state = lock(&self.state);
        state.threads -= 1;
        state.starting -= 1;
        if self.limits.stuck == Stuck::Refuse && state.threads == state.blocked {
            return std::mem::take(&mut state.queue);
        }
        VecDeque::new()
    }

    /// Looks whether the work gets on, and wakes threads for it if it does not.
    pub(crate) fn look(&self) -> Muster<J> {
        let mut state = lock(&self.state);
        let gets_on = state.taken != state.seen;
        state.seen = state.taken;
        state.watched = false;
        if state.queue.is_empty() {
            // A pool that is busy is looked at again, so that it need not ask for each look.
            state.watched = gets_on;
            return Muster { start: 0, watch: gets_on, refused: VecDeque::new() };
        }
        if gets_on {
            // Whoever took one takes the next.
            return self.muster_in(state, 1, Look::Again);
        }
        state.load.stalled();
        if self.limits.growth == Growth::WhereStalled
            && state.idle <= state.woken
            && self.room(&state) == 0
            && state.threads < self.limits.total
        {
            state.extra += 1;
        }
        self.muster_in(state, 0, Look::Again)
    }

    /// Counts a thread that has started.
    pub(crate) fn begin(&self) {
        lock(&self.state).starting -= 1;
    }

    /// Returns what a thread is to do that has done a job in so much time, or nothing yet.
    pub(crate) fn next(&self, done: Option<Duration>, otherwise: Otherwise) -> Next<J> {
        let mut state = lock(&self.state);
        if let Some(time) = done {
            state.load.took(time);
        }
        // More than the bound may have come back from blocking: they go, the others see to the queue.
        if state.running() <= self.limits.running + state.extra {
            if let Some(work) = state.take() {
                return work;
            }
            if otherwise == Otherwise::GoOn {
                return Next::Nothing;
            }
            state = self.sleep(state);
            if let Some(work) = state.take() {
                return work;
            }
        }
        state.threads -= 1;
        state.extra = state.extra.saturating_sub(1);
        Next::End
    }

    /// Sleeps until there is a job, or until the thread was idle for long.
    fn sleep<'s>(&self, mut state: MutexGuard<'s, State<J>>) -> MutexGuard<'s, State<J>> {
        state.idle += 1;
        let deadline = Instant::now().checked_add(self.limits.idle);
        let mut slept = false;
        let (mut state, _) = wait_until(&self.work, state, deadline, |state| {
            if std::mem::replace(&mut slept, true) {
                // Where it was another one, that one finds nothing and is as well asleep.
                state.woken = state.woken.saturating_sub(1);
            }
            !state.queue.is_empty()
        });
        state.idle -= 1;
        state
    }

    /// Notes that a thread is blocked, whose place another one may take.
    pub(crate) fn begin_block(&self) -> Muster<J> {
        let mut state = lock(&self.state);
        state.blocked += 1;
        self.muster_in(state, 0, Look::IfNeeded)
    }

    /// Notes that it is no longer.
    pub(crate) fn end_block(&self) {
        lock(&self.state).blocked -= 1;
    }

    #[cfg(test)]
    pub(crate) fn blocked(&self) -> usize {
        lock(&self.state).blocked
    }
}

impl<J> State<J> {
    fn running(&self) -> usize {
        self.threads - self.idle - self.blocked
    }

    fn take(&mut self) -> Option<Next<J>> {
        let job = self.queue.pop_front()?;
        self.taken += 1;
        let rest = if self.queue.is_empty() { Rest::Empty } else { Rest::More };
        Some(Next::Work(job, rest))
    }
}
