//! A thread that writes a message of its own: what the message is made of lies where no other thread can reach it.

use std::sync::{Condvar, Mutex};
use std::time::Instant;

use super::output::Pending;
use crate::sync::{Waited, lock, wait_until};

/// Where a thread waits until it is its turn to write.
///
/// Its message is in the queue without its large values. Whoever drains the queue stops there and hands the message,
/// and with it the writer's role, to this thread. The state changes under the queue's lock, taken before this one.
#[derive(Debug, Default)]
pub(super) struct Lender {
    state: Mutex<State>,
    told: Condvar,
}

#[derive(Debug, Default)]
enum State {
    /// The message was not sent: its call went elsewhere, or failed.
    #[default]
    Unsent,
    Queued,
    /// This thread is the writer.
    Writes(Pending),
    /// The message is written, or will never be, or is written by others.
    Over,
}

impl Lender {
    /// Notes that the message is in the queue.
    pub(super) fn queued(&self) {
        *lock(&self.state) = State::Queued;
    }

    /// Hands over the message and the role.
    pub(super) fn hand_over(&self, pending: Pending) {
        *lock(&self.state) = State::Writes(pending);
        self.told.notify_one();
    }

    /// Notes that there is nothing left to be written by this thread.
    pub(super) fn end(&self) {
        *lock(&self.state) = State::Over;
        self.told.notify_one();
    }

    /// Waits until it is known what becomes of a message in the queue, or until the deadline.
    pub(super) fn wait(&self, deadline: Option<Instant>) -> Waited {
        wait_until(&self.told, lock(&self.state), deadline, |state| !matches!(state, State::Queued)).1
    }

    /// Tells whether nothing is left to be written by this thread.
    pub(super) fn is_over(&self) -> bool {
        matches!(*lock(&self.state), State::Unsent | State::Over)
    }

    /// Takes the message, if the role is this thread's.
    pub(super) fn take(&self) -> Option<Pending> {
        let mut state = lock(&self.state);
        match std::mem::replace(&mut *state, State::Over) {
            State::Writes(pending) => Some(pending),
            _ => None,
        }
    }
}
