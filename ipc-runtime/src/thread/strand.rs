//! Work that runs in order, on whichever thread has time for it.

use std::collections::VecDeque;
use std::sync::{Arc, Weak};
use std::time::Instant;

use super::mailbox::{Mailbox, run, run_nested};
use super::pool::{Job, Pool, Then};
use crate::deadline;
use crate::driver::link::Link;
use crate::sync::{Mutex, MutexGuard, lock};

/// What a thread of libmultiprocess is to its peer: one job after the other, in the order in which they came.
///
/// It has a thread of the pool while it has work. Or it stands for a thread that waits in calls of its own: then that one
/// does the work, in between.
///
/// - A job begins when the one before has ended, or waits in a call: what comes meanwhile may be what that call
///   brings about. A job that blocks waits on its thread, whose [`Mailbox`] finds the next one; a future that is not
///   ready says so ([`begin_await`](Strand::begin_await)).
/// - `summoned` says where the one [`Look`] is that makes a thread look into the queue. There is one whenever a job may
///   begin and no thread of the strand is about to look by itself: whoever changes one of these calls `summon`.
/// - Lock order: behind an object's lane, before the pool's and a mailbox's. No job runs under the lock.
pub(crate) struct Strand {
    link: Weak<Link>,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    queue: VecDeque<Box<dyn Job>>,
    /// The thread that waits in calls of its own, and does the work meanwhile.
    waits: Option<Arc<Mailbox>>,
    /// The deadline of each of these calls, the innermost last.
    deadlines: Vec<Option<Instant>>,
    /// A thread of the pool that does the work.
    runner: Option<Arc<Mailbox>>,
    summoned: Summoned,
    /// What makes a thread look, while none is to.
    look: Option<Box<Look>>,
    /// Jobs that go on as futures, and how many of those wait in a call.
    futures: usize,
    awaiting: usize,
}

/// Where a thread finds out that there is work.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Summoned {
    #[default]
    Nowhere,
    AtPool,
    AtMailbox,
}

/// Whom to wake when the locks are given up.
#[derive(Default)]
pub(crate) struct Kicks {
    /// The pool for calls.
    pub(crate) calls: bool,
    /// That for calls that name a thread.
    pub(crate) strands: bool,
    pub(crate) threads: Vec<Arc<Mailbox>>,
}

impl Kicks {
    /// Wakes them.
    pub(crate) fn kick(self) {
        self.kick_beyond(0);
    }

    /// Wakes them, where so many threads of the pool that this one belongs to are about to look themselves.
    pub(crate) fn kick_beyond(self, coming: usize) {
        if self.calls {
            Pool::calls().kick_beyond(coming);
        }
        if self.strands {
            Pool::strands().kick_beyond(coming);
        }
        self.threads.iter().for_each(|thread| thread.kick());
    }
}

/// What runs the work that comes for a thread while it waits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Rest {
    /// What has come is done before the wait ends.
    Done,
    /// It is left to others.
    Left,
}

impl Strand {
    /// Makes one; a thread of the pool that has nothing left to do looks at the connection for more.
    pub(crate) fn new(link: Weak<Link>) -> Arc<Self> {
        Arc::new(Self { link, state: Mutex::new(State::default()) })
    }

    /// Appends a job.
    pub(crate) fn push(self: &Arc<Self>, job: Box<dyn Job>, kicks: &mut Kicks) {
        let mut state = lock(&self.state);
        state.queue.push_back(job);
        self.summon(&mut state, kicks);
    }

    /// Makes this thread do the work while it waits in a call, until [`end_wait`](Strand::end_wait).
    pub(crate) fn begin_wait(&self, deadline: Option<Instant>) {
        let mut state = lock(&self.state);
        state.waits.get_or_insert_with(Mailbox::current);
        state.deadlines.push(deadline);
    }

    /// Ends the wait that was begun last.
    pub(crate) fn end_wait(self: &Arc<Self>, rest: Rest) {
        let mut kicks = Kicks::default();
        let mut state = lock(&self.state);
        if rest == Rest::Done {
            // No more than is there: others may bring more for ever.
            for _ in 0..state.queue.len() {
                let Some(job) = state.next() else { break };
                let deadline = state.deadline();
                drop(state);
                deadline::under(deadline, || run_nested(job));
                state = lock(&self.state);
            }
        }
        state.deadlines.pop();
        if state.deadlines.is_empty()
            && let Some(thread) = state.waits.take()
        {
            self.leave(&mut state, &thread, &mut kicks);
        }
        drop(state);
        kicks.kick();
    }

    /// Notes that a job goes on as a future.
    pub(crate) fn begin_future(&self) {
        lock(&self.state).futures += 1;
    }

    /// Notes that the future has ended.
    pub(crate) fn end_future(self: &Arc<Self>) {
        self.change(|state| state.futures -= 1);
    }

    /// Notes that a future waits in a call.
    pub(crate) fn begin_await(self: &Arc<Self>) {
        self.change(|state| state.awaiting += 1);
    }

    /// Notes that it does no longer.
    pub(crate) fn end_await(&self) {
        lock(&self.state).awaiting -= 1;
    }

    fn change(self: &Arc<Self>, change: impl FnOnce(&mut State)) {
        let mut kicks = Kicks::default();
        let mut state = lock(&self.state);
        change(&mut state);
        self.summon(&mut state, &mut kicks);
        drop(state);
        kicks.kick();
    }

    /// Makes a thread look, if there is something for it.
    fn summon(self: &Arc<Self>, state: &mut State, kicks: &mut Kicks) {
        if state.summoned != Summoned::Nowhere || state.queue.is_empty() || state.is_occupied() {
            return;
        }
        let mut look = state.look.take().unwrap_or_default();
        look.strand = Some(self.clone());
        if let Some(host) = state.host() {
            host.push(self.key(), look);
            kicks.threads.push(host.clone());
            state.summoned = Summoned::AtMailbox;
        } else {
            Pool::strands().push(look);
            kicks.strands = true;
            state.summoned = Summoned::AtPool;
        }
    }

    /// Leaves what is still queued to others than this thread, which looks no longer.
    fn leave(self: &Arc<Self>, state: &mut State, thread: &Arc<Mailbox>, kicks: &mut Kicks) {
        if state.summoned == Summoned::AtMailbox && thread.take(|key| key == self.key()).is_some() {
            state.summoned = Summoned::Nowhere;
        }
        self.summon(state, kicks);
    }

    /// By a thread that was told to look.
    fn look(self: &Arc<Self>, look: Box<Look>) -> Then {
        let here = Mailbox::current();
        let mut kicks = Kicks::default();
        let mut state = lock(&self.state);
        state.summoned = Summoned::Nowhere;
        state.look = Some(look);
        match state.host() {
            Some(host) if Arc::ptr_eq(host, &here) => {
                // In the middle of its wait: one, then it looks whether what it waits for is there.
                let deadline = state.deadline();
                let job = state.next();
                self.summon(&mut state, &mut kicks);
                drop(state);
                if let Some(job) = job {
                    deadline::under(deadline, || run(job));
                }
                Then::Nothing
            }
            // It has begun to wait since.
            Some(_) => {
                self.summon(&mut state, &mut kicks);
                drop(state);
                kicks.kick();
                Then::Nothing
            }
            None => {
                state.runner = Some(here.clone());
                let state = self.work(state);
                self.retire(state, &here)
            }
        }
    }

    /// Does all that there is.
    fn work<'a>(&'a self, mut state: MutexGuard<'a, State>) -> MutexGuard<'a, State> {
        while let Some(job) = state.next() {
            drop(state);
            run(job);
            state = lock(&self.state);
        }
        state
    }

    fn retire(self: &Arc<Self>, mut state: MutexGuard<'_, State>, here: &Arc<Mailbox>) -> Then {
        let mut kicks = Kicks::default();
        state.runner = None;
        self.leave(&mut state, here, &mut kicks);
        drop(state);
        kicks.kick();
        self.link.upgrade().map_or(Then::Nothing, Then::LingerAt)
    }

    fn key(&self) -> usize {
        std::ptr::from_ref(self).cast::<()>() as usize
    }
}

impl State {
    /// Who does the work at present.
    fn host(&self) -> Option<&Arc<Mailbox>> {
        self.waits.as_ref().or(self.runner.as_ref())
    }

    /// A future that has not ended does not wait in a call.
    fn is_occupied(&self) -> bool {
        self.futures > self.awaiting
    }

    fn next(&mut self) -> Option<Box<dyn Job>> {
        if self.is_occupied() { None } else { self.queue.pop_front() }
    }

    /// The deadline under which the work runs: that of the call in which the thread waits, if it does.
    fn deadline(&self) -> Option<Instant> {
        self.deadlines.last().copied().flatten()
    }
}

/// Makes a thread look into the queue of a strand, which keeps it for the next time.
#[derive(Default)]
struct Look {
    strand: Option<Arc<Strand>>,
}

impl Job for Look {
    fn run(mut self: Box<Self>) -> Then {
        self.strand.take().map_or(Then::Nothing, |strand| strand.look(self))
    }

    fn refuse(mut self: Box<Self>) {
        let Some(strand) = self.strand.take() else { return };
        let mut kicks = Kicks::default();
        let mut state = lock(&strand.state);
        state.summoned = Summoned::Nowhere;
        state.look = Some(self);
        let refused = match state.host() {
            Some(host) if host.is_current() => {
                // Too deep in the middle of others, on one stack. A thread of the pool has room, and this one waits anyway.
                if let Some(job) = state.next() {
                    Pool::strands().push(job);
                    kicks.strands = true;
                }
                VecDeque::new()
            }
            Some(_) => VecDeque::new(),
            None => std::mem::take(&mut state.queue),
        };
        strand.summon(&mut state, &mut kicks);
        drop(state);
        kicks.kick();
        for job in refused {
            job.refuse();
        }
    }
}
