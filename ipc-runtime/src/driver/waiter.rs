//! Where a thread waits for the answer to its call.

use std::sync::{Condvar, Mutex, PoisonError};
use std::time::Instant;

use super::link::Incoming;
use crate::exception::IpcException;
use crate::sync::lock;

/// One answer, given once and taken once.
#[derive(Debug, Default)]
pub(crate) struct Waiter {
    answer: Mutex<Option<Result<Incoming, IpcException>>>,
    ready: Condvar,
}

impl Waiter {
    /// Gives the answer.
    pub(super) fn complete(&self, answer: Result<Incoming, IpcException>) {
        *lock(&self.answer) = Some(answer);
        self.ready.notify_one();
    }

    /// Blocks until the answer is there, or until the deadline: then returns `None`.
    pub(crate) fn wait(&self, deadline: Option<Instant>) -> Option<Result<Incoming, IpcException>> {
        let mut answer = lock(&self.answer);
        loop {
            if let Some(answer) = answer.take() {
                return Some(answer);
            }
            answer = match deadline {
                None => self.ready.wait(answer).unwrap_or_else(PoisonError::into_inner),
                Some(deadline) => {
                    let left = deadline.checked_duration_since(Instant::now())?;
                    self.ready.wait_timeout(answer, left).unwrap_or_else(PoisonError::into_inner).0
                }
            };
        }
    }
}
