//! Inputs to the engine, and what follows from them: what must be in order happens under the engine's lock, the rest after it.

use std::sync::{Arc, Weak};
use std::time::Instant;

use smallvec::SmallVec;

use super::calls::Delivered;
use super::{Answer, Asked, BATCH_DELAY, Engine, Event, Incoming, Link, Reading, State};
use crate::driver::output::{Cause, peer_does_not_read};
use crate::driver::poller::{self, Alarm, Source};
use crate::driver::waiter::{Cancel, Waiter};
use crate::exception::IpcException;
use crate::object::thread::Peers;
use crate::object::{LocalObject, MethodId};
use crate::sync::lock;
use crate::thread::pool::{Chore, spawn_chores};
use crate::thread::strand::Kicks;

/// When messages are written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Writing {
    #[default]
    Now,
    /// With others that are about to come, or after a while.
    Later,
    /// The same, if other tasks have called: see [`write_with_others`](Link::write_with_others).
    WithOtherTasks,
}

/// What an input to the engine left to be done outside of its lock: with most, one thing, or nothing.
#[derive(Default)]
pub(super) struct Effects {
    returns: SmallVec<[(Arc<Waiter>, Answer); 1]>,
    pub(super) drops: SmallVec<[LocalObject; 2]>,
    /// Who has got calls.
    pub(super) kicks: Kicks,
    /// Threads of the peer that are not needed any more.
    pub(super) peers: Peers,
    /// Something is to be written.
    writes: bool,
    /// Bytes that wait to be written and that the peer has brought about.
    queued: usize,
    /// This thread has a message of its own to write, which others wait behind.
    lends: bool,
    schedule: bool,
    writing: Writing,
    cancels: Vec<Arc<Cancel>>,
}

impl Link {
    /// Gives one input to the engine and does what follows from it.
    pub(super) fn with_engine<R>(self: &Arc<Self>, input: impl FnOnce(&mut Engine) -> R) -> R {
        self.with_state(Cause::Peer, |state| input(&mut state.engine))
    }

    /// Like [`with_engine`](Link::with_engine), for an input that comes with something else, or from a caller.
    pub(super) fn with_state<R>(self: &Arc<Self>, cause: Cause, input: impl FnOnce(&mut State) -> R) -> R {
        self.with_state_and(cause, Writing::Now, input)
    }

    pub(super) fn with_state_and<R>(
        self: &Arc<Self>,
        cause: Cause,
        writing: Writing,
        input: impl FnOnce(&mut State) -> R,
    ) -> R {
        let mut effects = Effects { writing, ..Effects::default() };
        let mut state = lock(&self.state);
        let result = input(&mut state);
        self.collect(&mut state, &mut effects, cause);
        let ended = state.engine.is_terminated().cloned();
        drop(state);
        self.apply(effects, ended, 0);
        result
    }

    /// Drains the engine: calls into the pool's queue and messages into the output queue, in order, which is why it
    /// happens under the engine's lock; the rest into `effects`.
    pub(super) fn collect(self: &Arc<Self>, state: &mut State, effects: &mut Effects, cause: Cause) {
        loop {
            // Before what has come after them.
            if !state.parked.is_empty() {
                self.look_at_parked(state, effects);
            }
            let Some(event) = state.engine.poll_event() else { break };
            match event {
                Event::Call { answer, target, interface_id, method_id, params, words } => {
                    let method = MethodId { interface: interface_id, ordinal: method_id };
                    let call = Delivered { answer, target, method, params, words };
                    self.receive_call(state, call, effects);
                }
                Event::Return { waiter: Asked::Call(waiter, reading), result, .. } => {
                    state.tasks_calls -= usize::from(reading == Reading::Others);
                    effects.returns.push((waiter, result.map_err(IpcException::caught)));
                }
                Event::Return { question, waiter: Asked::Thread(thread), result } => {
                    Self::receive_thread(state, question, &thread, result);
                    effects.peers.push(thread);
                }
                Event::Cancelled { answer } => match state.cancellations.running.remove(&answer) {
                    Some(cancel) => effects.cancels.push(cancel),
                    None => drop(state.cancellations.unwanted.insert(answer)),
                },
                Event::Resolved { cap, .. } => {
                    // Calls through the promise keep working; nobody here changes over to what it became.
                    state.engine.release(cap);
                }
                Event::Drop(object) => effects.drops.push(object),
            }
        }
        if state.engine.is_terminated().is_some() {
            effects.cancels.extend(state.cancellations.running.drain().map(|(_, cancel)| cancel));
        }
        while let Some(message) = state.engine.poll_transmit() {
            let lender = if message.parts().are_lent() { state.lender.take() } else { None };
            effects.lends |= lender.is_some();
            effects.queued = self.output.push(message, cause, lender);
            effects.writes = true;
        }
        state.lender = None;
        if effects.writing == Writing::WithOtherTasks
            && (state.tasks_calls <= 1 || self.output.fills_a_batch())
        {
            effects.writing = Writing::Now;
        }
        let waits = state.engine.has_batched() || effects.writing != Writing::Now;
        if waits && !state.flush_scheduled {
            state.flush_scheduled = true;
            effects.schedule = true;
        }
    }

    /// Does what the engine has left to be done. `coming` threads of the pool are about to look into its queue.
    pub(super) fn apply(self: &Arc<Self>, effects: Effects, ended: Option<IpcException>, coming: usize) {
        // Who waits for this comes before what others wait for.
        effects.kicks.kick_beyond(coming);
        for (waiter, result) in effects.returns {
            waiter.complete(result.map(|payload| Incoming::new(self, payload)));
            if poller::is_current()
                && let Some(abandoned) = Arc::into_inner(waiter)
            {
                // The caller has stopped waiting at this very moment. What the answer holds is not dropped here.
                spawn_chores(vec![Box::new(move || drop(abandoned))]);
            }
        }
        if effects.writes && effects.writing == Writing::Now {
            self.flush();
        }
        for cancel in effects.cancels {
            cancel.cancel();
        }
        drop(effects.peers);
        self.give_up(effects.drops, effects.lends);
        if effects.schedule {
            let this: Weak<dyn Source> = self.this.clone();
            self.poller.wake_at(Instant::now() + BATCH_DELAY, this, Alarm::Flush);
        }
        match ended {
            Some(reason) => self.end(reason),
            None if effects.queued > self.limits.abort_bytes => {
                self.terminate(peer_does_not_read(self.limits.abort_bytes));
            }
            None => {}
        }
    }

    /// Drops handles that the engine no longer needs. Most are copies of one that lives on, as of an argument that was
    /// just sent; a last one runs a destructor, which is the pool's work.
    fn give_up(&self, mut objects: SmallVec<[LocalObject; 2]>, lends: bool) {
        if objects.is_empty() {
            return;
        }
        objects.retain(|object| object.owns());
        if !poller::is_current() && !lends {
            // Where another thread drops its handle meanwhile, the destructor runs on this one: a caller's or a
            // worker's, without a lock.
            objects.retain(LocalObject::is_last_handle);
        }
        if objects.is_empty() {
            return;
        }
        spawn_chores(objects.into_iter().map(|object| Box::new(move || drop(object)) as Chore).collect());
    }
}
