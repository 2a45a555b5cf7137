//! The place where a thread sleeps while it waits for another process.

use std::collections::VecDeque;
use std::io;
use std::os::fd::BorrowedFd;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, OnceLock};
use std::task::{Poll, Wake, Waker};
use std::time::Instant;

use super::bell::Bell;
use super::nesting::Nested;
use super::pool::{Job, unblocked};
use crate::sync::{Condvar, Mutex, MutexGuard, lock, wait_until};

/// What arrives for one thread: that something it waits for may be there, and work that only it may do.
///
/// A thread that waits is a task that sleeps: it polls what it waits for, and until it is woken it does the work that
/// comes. The work may wait in its turn, so waits nest, and the innermost one takes whatever comes, from whichever
/// connection. Where it sleeps is up to its [`Berth`]: at the mailbox, or at a socket that it reads meanwhile.
///
/// - Only the thread that the mailbox belongs to takes from it and sleeps in it.
/// - Whoever has something for the thread puts it where the thread looks for it, then sets `woken` or appends to
///   `work`; the thread clears `woken`, then looks. So nothing falls between the look and the sleep.
/// - A nested wait may clear `woken` in the place of an outer one, which therefore looks again after each piece of work.
/// - What waits here is within the budget of its connection, as all received calls are, and what is begun in the middle
///   of other work is bounded, since all of it is on one stack.
#[derive(Default)]
pub(crate) struct Mailbox {
    state: Mutex<State>,
    arrived: Condvar,
    /// What wakes the thread at a socket, from the first time that it sleeps at one.
    bell: OnceLock<Bell>,
}

#[derive(Default)]
struct State {
    work: VecDeque<Work>,
    woken: bool,
    sleeper: Sleeper,
}

/// Where the thread sleeps: to wake nobody would still be a system call.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Sleeper {
    #[default]
    None,
    Here,
    AtSocket,
}

/// Where a thread sleeps while it waits.
pub(crate) trait Berth {
    /// Sleeps until something has arrived for the thread, or perhaps has, or until the deadline.
    fn sleep(&mut self, mailbox: &Arc<Mailbox>, deadline: Option<Instant>);

    /// Gives up what others may need while the thread does work that has come.
    fn leave(&mut self);
}

/// At the mailbox.
struct Here;

impl Berth for Here {
    fn sleep(&mut self, mailbox: &Arc<Mailbox>, deadline: Option<Instant>) {
        mailbox.sleep(deadline);
    }

    fn leave(&mut self) {}
}

struct Work {
    /// On whose behalf: what [`Mailbox::work_off`] chooses by.
    key: usize,
    job: Box<dyn Job>,
}

/// What there is for a thread to do.
enum Next {
    Look,
    Work(Box<dyn Job>),
    Sleep,
    GiveUp,
}

impl Mailbox {
    /// Returns the one of this thread.
    pub(crate) fn current() -> Arc<Self> {
        // A thread that is past its end waits once more, at the most.
        CURRENT.try_with(Clone::clone).unwrap_or_default()
    }

    /// Tells whether this thread is the one that it belongs to.
    pub(crate) fn is_current(self: &Arc<Self>) -> bool {
        CURRENT.try_with(|current| Arc::ptr_eq(current, self)).unwrap_or(false)
    }

    /// Blocks until `poll` returns something, or until the deadline: then returns `None`. What is for this thread to
    /// do meanwhile, it does.
    pub(crate) fn wait<R>(deadline: Option<Instant>, poll: impl FnMut(&Waker) -> Poll<R>) -> Option<R> {
        Self::wait_at(&mut Here, deadline, poll)
    }

    /// Like [`wait`](Mailbox::wait), sleeping where the berth is.
    pub(crate) fn wait_at<R>(
        berth: &mut impl Berth,
        deadline: Option<Instant>,
        poll: impl FnMut(&Waker) -> Poll<R>,
    ) -> Option<R> {
        Self::current().wait_in(berth, deadline, poll)
    }

    /// Waits as the thread that it belongs to, which this one is.
    pub(crate) fn wait_in<R>(
        self: Arc<Self>,
        berth: &mut impl Berth,
        deadline: Option<Instant>,
        mut poll: impl FnMut(&Waker) -> Poll<R>,
    ) -> Option<R> {
        let waker = Waker::from(self.clone());
        loop {
            if let Poll::Ready(value) = poll(&waker) {
                return Some(value);
            }
            match self.next(deadline) {
                Next::Look => {}
                Next::Work(job) => {
                    berth.leave();
                    run_nested(job);
                }
                Next::Sleep => berth.sleep(&self, deadline),
                Next::GiveUp => return None,
            }
        }
    }

    fn next(&self, deadline: Option<Instant>) -> Next {
        let mut state = lock(&self.state);
        if std::mem::take(&mut state.woken) {
            return Next::Look;
        }
        if is_over(deadline) {
            return Next::GiveUp;
        }
        state.work.pop_front().map_or(Next::Sleep, |work| Next::Work(work.job))
    }

    /// Tells whether there is something for the thread.
    pub(crate) fn has_arrived(&self) -> bool {
        lock(&self.state).has_arrived()
    }

    /// Sleeps until there is something for the thread, or until the deadline.
    pub(crate) fn sleep(&self, deadline: Option<Instant>) {
        let state = lock(&self.state);
        let (mut state, _) = wait_until(&self.arrived, state, deadline, |state| {
            state.sleeper = Sleeper::Here;
            state.has_arrived()
        });
        state.sleeper = Sleeper::None;
    }

    /// Like [`sleep`](Mailbox::sleep), also until the socket has something to read.
    ///
    /// # Errors
    /// Returns the operating system's error if it has no descriptor left that could wake the thread there.
    pub(crate) fn sleep_at(&self, socket: BorrowedFd<'_>, deadline: Option<Instant>) -> io::Result<()> {
        let bell = match self.bell.get() {
            Some(bell) => bell,
            None => {
                let bell = Bell::new()?;
                self.bell.get_or_init(|| bell)
            }
        };
        let mut state = lock(&self.state);
        if state.has_arrived() {
            return Ok(());
        }
        state.sleeper = Sleeper::AtSocket;
        drop(state);
        bell.sleep(socket, deadline);
        lock(&self.state).sleeper = Sleeper::None;
        Ok(())
    }

    /// Wakes the thread, which has something now.
    fn rouse(&self, mut state: MutexGuard<'_, State>) {
        let sleeper = std::mem::take(&mut state.sleeper);
        drop(state);
        match sleeper {
            Sleeper::None => {}
            Sleeper::Here => self.arrived.notify_one(),
            Sleeper::AtSocket => self.bell.get().into_iter().for_each(Bell::ring),
        }
    }

    /// Appends work without waking the thread, so that it can be done inside another critical section: what is appended
    /// in an order is begun in that order. [`kick`](Mailbox::kick) must follow.
    pub(crate) fn push(&self, key: usize, job: Box<dyn Job>) {
        lock(&self.state).work.push_back(Work { key, job });
    }

    /// Wakes the thread for what was pushed.
    pub(crate) fn kick(&self) {
        self.rouse(lock(&self.state));
    }

    /// Does the work with the given keys, until there is none. Called by the thread that it belongs to.
    pub(crate) fn work_off(&self, keys: impl Fn(usize) -> bool) {
        while let Some(job) = self.take(&keys) {
            run(job);
        }
    }

    /// Takes the first work with one of the given keys away.
    pub(super) fn take(&self, keys: impl Fn(usize) -> bool) -> Option<Box<dyn Job>> {
        let mut state = lock(&self.state);
        let index = state.work.iter().position(|work| keys(work.key))?;
        state.work.remove(index).map(|work| work.job)
    }
}

impl Wake for Mailbox {
    fn wake(self: Arc<Self>) {
        self.wake_by_ref();
    }

    fn wake_by_ref(self: &Arc<Self>) {
        let mut state = lock(&self.state);
        state.woken = true;
        self.rouse(state);
    }
}

impl State {
    fn has_arrived(&self) -> bool {
        self.woken || !self.work.is_empty()
    }
}

/// Calls turn a panic into their answer themselves; one of a destructor must not unwind whoever waits here.
pub(super) fn run(job: Box<dyn Job>) {
    let _ = catch_unwind(AssertUnwindSafe(|| job.run()));
}

/// Begins a job in the middle of other work, or refuses it where there is too much already: what may run elsewhere then does.
pub(super) fn run_nested(job: Box<dyn Job>) {
    match Nested::enter() {
        Some(_nested) => unblocked(|| run(job)),
        None => job.refuse(),
    }
}

fn is_over(deadline: Option<Instant>) -> bool {
    deadline.is_some_and(|deadline| Instant::now() >= deadline)
}

thread_local! {
    static CURRENT: Arc<Mailbox> = Arc::default();
}
