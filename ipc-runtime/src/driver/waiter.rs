//! Where a thread or a task waits for the answer to its call.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Condvar, Mutex};
use std::task::{Poll, Waker};
use std::time::Instant;

use super::bell::Bell;
use super::link::Incoming;
use crate::exception::IpcException;
use crate::sync::{lock, wait_until};

/// One answer, given once and taken once, by a thread that sleeps or a task that is woken.
#[derive(Debug, Default)]
pub(crate) struct Waiter {
    state: Mutex<State>,
    ready: Condvar,
}

#[derive(Debug, Default)]
struct State {
    answer: Option<Result<Incoming, IpcException>>,
    /// The thread has been given the turn to read the connection.
    turn: bool,
    sleeper: Sleeper,
    waker: Option<Waker>,
}

/// Where a thread sleeps: to wake nobody would still be a system call.
#[derive(Debug, Default)]
enum Sleeper {
    #[default]
    None,
    Here,
    AtSocket(Arc<Bell>),
}

/// What has ended a thread's sleep.
pub(super) enum Roused {
    Answer(Result<Incoming, IpcException>),
    /// The turn to read the connection.
    Turn,
    /// The deadline has passed.
    TimedOut,
}

impl Waiter {
    /// Gives the answer.
    pub(super) fn complete(&self, answer: Result<Incoming, IpcException>) {
        let mut state = lock(&self.state);
        state.answer = Some(answer);
        let (sleeper, waker) = (std::mem::take(&mut state.sleeper), state.waker.take());
        drop(state);
        match sleeper {
            Sleeper::None => {}
            Sleeper::Here => self.ready.notify_one(),
            Sleeper::AtSocket(bell) => bell.ring(),
        }
        wake(waker);
    }

    /// Tells the thread that it has the turn to read the connection.
    pub(super) fn offer_turn(&self) {
        let mut state = lock(&self.state);
        state.turn = true;
        let sleeper = std::mem::take(&mut state.sleeper);
        drop(state);
        if matches!(sleeper, Sleeper::Here) {
            self.ready.notify_one();
        }
    }

    /// Takes the answer if it is there.
    pub(super) fn take(&self) -> Option<Result<Incoming, IpcException>> {
        lock(&self.state).answer.take()
    }

    /// Blocks until the answer is there, or until the deadline: then returns `None`.
    pub(crate) fn wait(&self, deadline: Option<Instant>) -> Option<Result<Incoming, IpcException>> {
        let state = lock(&self.state);
        let (mut state, _) = wait_until(&self.ready, state, deadline, |state| {
            state.sleeper = Sleeper::Here;
            state.answer.is_some()
        });
        state.sleeper = Sleeper::None;
        state.answer.take()
    }

    /// Blocks until the answer or the turn is there, or until the deadline.
    pub(super) fn sleep(&self, deadline: Option<Instant>) -> Roused {
        let state = lock(&self.state);
        let (mut state, _) = wait_until(&self.ready, state, deadline, |state| {
            state.sleeper = Sleeper::Here;
            state.answer.is_some() || state.turn
        });
        state.sleeper = Sleeper::None;
        match state.answer.take() {
            Some(answer) => Roused::Answer(answer),
            None if std::mem::take(&mut state.turn) => Roused::Turn,
            None => Roused::TimedOut,
        }
    }

    /// Notes that the thread is about to sleep at the socket, where it hears the bell; unless the answer is there.
    pub(super) fn begin_sleep(&self, bell: &Arc<Bell>) -> bool {
        let mut state = lock(&self.state);
        if state.answer.is_none() {
            state.sleeper = Sleeper::AtSocket(bell.clone());
        }
        state.answer.is_none()
    }

    pub(super) fn end_sleep(&self) {
        lock(&self.state).sleeper = Sleeper::None;
    }

    /// Takes the answer if it is there; otherwise the task is woken when it is.
    pub(crate) fn poll(&self, waker: &Waker) -> Poll<Result<Incoming, IpcException>> {
        // Cloned and dropped without the lock: a waker is an executor's code.
        let waker = waker.clone();
        let mut state = lock(&self.state);
        if let Some(answer) = state.answer.take() {
            return Poll::Ready(answer);
        }
        let replaced = state.waker.replace(waker);
        drop(state);
        drop(replaced);
        Poll::Pending
    }
}

/// Tells the future of a method that nobody waits for its answer any more.
#[derive(Debug, Default)]
pub(crate) struct Cancel {
    state: Mutex<Cancelled>,
}

#[derive(Debug, Default)]
struct Cancelled {
    cancelled: bool,
    waker: Option<Waker>,
}

impl Cancel {
    pub(super) fn cancel(&self) {
        let mut state = lock(&self.state);
        state.cancelled = true;
        let waker = state.waker.take();
        drop(state);
        wake(waker);
    }

    /// Ready when the call is cancelled; otherwise the task is woken when it is.
    pub(crate) fn poll(&self, waker: &Waker) -> Poll<()> {
        // Cloned and dropped without the lock: a waker is an executor's code.
        let waker = waker.clone();
        let mut state = lock(&self.state);
        if state.cancelled {
            return Poll::Ready(());
        }
        let replaced = state.waker.replace(waker);
        drop(state);
        drop(replaced);
        Poll::Pending
    }
}

/// Wakes tasks. A waker is an executor's code: its panic must not end the thread that reads all sockets.
pub(super) fn wake(wakers: impl IntoIterator<Item = Waker>) {
    for waker in wakers {
        let _ = catch_unwind(AssertUnwindSafe(|| waker.wake()));
    }
}
