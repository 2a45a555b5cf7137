//! The order of the calls on one object.

use std::collections::VecDeque;
use std::sync::Mutex;

use super::LocalObject;
use super::server::ServedCall;
use crate::sync::lock;
use crate::thread::strand::Kicks;

/// Where calls on an object go that not just any thread may begin at any time.
pub(super) trait Queue {
    /// Takes a call when it arrives.
    fn enqueue(&self, call: ServedCall, kicks: &mut Kicks);

    /// Goes on with the calls after a one-way call.
    fn leave(&self);
}

/// The order of the calls on one object that has one-way methods.
///
/// A one-way call begins in the order of arrival and keeps what arrives after it waiting until it has ended: its
/// caller, who went on without it, sees what it did. Other calls run concurrently with those around them. So a one-way
/// method that waits for a call back into its own object waits for ever.
///
/// Calls are given to the pool, or to the thread that they belong to, under the lock, so that one that waits is not
/// overtaken; it is taken after a connection's and before that of a strand, the pool's and a mailbox's.
#[derive(Default)]
pub(super) struct Lane {
    state: Mutex<LaneState>,
}

#[derive(Default)]
struct LaneState {
    /// A one-way call runs, or is on its way to a thread.
    occupied: bool,
    waiting: VecDeque<ServedCall>,
}

impl Queue for Lane {
    fn enqueue(&self, call: ServedCall, kicks: &mut Kicks) {
        let mut state = lock(&self.state);
        state.waiting.push_back(call);
        Self::advance(&mut state, kicks);
    }

    fn leave(&self) {
        let mut state = lock(&self.state);
        state.occupied = false;
        let mut kicks = Kicks::default();
        Self::advance(&mut state, &mut kicks);
        drop(state);
        kicks.kick();
    }
}

impl Lane {
    fn advance(state: &mut LaneState, kicks: &mut Kicks) {
        while !state.occupied {
            let Some(mut call) = state.waiting.pop_front() else { return };
            if call.is_oneway() {
                state.occupied = true;
                call.take_turn();
            }
            call.submit(kicks);
        }
    }
}

/// A one-way call's place in its object's lane, until it is dropped.
pub(super) struct Turn(LocalObject);

impl Turn {
    pub(super) fn of(object: &LocalObject) -> Self {
        Self(object.clone())
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        if let Some(queue) = self.0.queue() {
            queue.leave();
        }
    }
}
