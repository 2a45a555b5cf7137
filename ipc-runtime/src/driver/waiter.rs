//! Where a thread or a task waits for the answer to its call.

use std::cell::RefCell;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Mutex};
use std::task::{Poll, Waker};

use super::link::Incoming;
use crate::exception::IpcException;
use crate::object::Held;
use crate::sync::lock;

/// One answer, given once and taken once, by a thread that sleeps or a task that is woken.
#[derive(Debug, Default)]
pub(crate) struct Waiter {
    state: Mutex<State>,
}

thread_local! {
    /// Those that calls had before.
    static SPARE: RefCell<Vec<Arc<Waiter>>> = const { RefCell::new(Vec::new()) };
}

/// How many a thread keeps: calls nest, but few tasks poll on one thread at a time.
const SPARE_WAITERS: usize = 4;

#[derive(Debug, Default)]
struct State {
    answer: Option<Result<Incoming, IpcException>>,
    waker: Option<Waker>,
    /// What the call has until it is answered, whether anybody waits for that or not.
    held: Option<Held>,
}

impl Waiter {
    /// Makes one for a call that has something until it is answered.
    pub(crate) fn holding(held: Held) -> Arc<Self> {
        let spare = SPARE.try_with(|spare| spare.borrow_mut().pop()).ok().flatten();
        let waiter = spare.unwrap_or_default();
        lock(&waiter.state).held = Some(held);
        waiter
    }

    /// Gives up one that nobody waits at. The thread keeps it for its next call, if nobody else has it.
    pub(crate) fn give_back(mut self: Arc<Self>) {
        let Some(waiter) = Arc::get_mut(&mut self) else { return };
        // Dropped before anything is borrowed.
        *waiter = Self::default();
        // A thread that is past its end keeps none.
        let _ = SPARE.try_with(|spare| {
            let mut spare = spare.borrow_mut();
            if spare.len() < SPARE_WAITERS {
                spare.push(self);
            }
        });
    }

    /// Looks at what the call has.
    pub(super) fn with_held(&self, look: impl FnOnce(&Held)) {
        if let Some(held) = &lock(&self.state).held {
            look(held);
        }
    }

    /// Notes that nobody waits for the answer any more, if it has not come.
    pub(crate) fn abandon(&self) {
        let held = lock(&self.state).held.take();
        if let Some(mut held) = held {
            held.abandon();
            let mut state = lock(&self.state);
            if state.answer.is_none() {
                state.held = Some(held);
            }
        }
    }

    /// Gives the answer.
    pub(super) fn complete(&self, answer: Result<Incoming, IpcException>) {
        // Before anybody goes on: whoever calls again wants it.
        let held = lock(&self.state).held.take();
        drop(held);
        let mut state = lock(&self.state);
        state.answer = Some(answer);
        let waker = state.waker.take();
        drop(state);
        wake(waker);
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
    pub(crate) fn cancel(&self) {
        let mut state = lock(&self.state);
        state.cancelled = true;
        let waker = state.waker.take();
        drop(state);
        wake(waker);
    }

    pub(crate) fn is_cancelled(&self) -> bool {
        lock(&self.state).cancelled
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
pub(crate) fn wake(wakers: impl IntoIterator<Item = Waker>) {
    for waker in wakers {
        let _ = catch_unwind(AssertUnwindSafe(|| waker.wake()));
    }
}
