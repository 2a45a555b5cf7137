//! Received calls on their way to a thread, and the threads of the peer.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use super::{Asked, Effects, Link, State};
use crate::driver::output::Cause;
use crate::driver::poller::Alarm;
use crate::exception::IpcException;
use crate::object::thread::{
    Assigned, ContextCaps, Hosts, Leases, Parked, PeerThread, answer_at_once, caller_of_call,
};
use crate::object::{Capability, Destination, LocalObject, MethodId, ServedCall};
use crate::rpc::{AnswerId, Cap, OutgoingCall, Payload, QuestionId};
use crate::wire::proxy::ThreadMap;
use crate::wire::{Encoder, Interface, Size, raw};

/// Calls whose thread is not known yet. They are looked at again and again, and a peer that asks for its threads has them at
/// once.
const PARKED: usize = 64;

/// A call as the engine delivers it.
pub(super) struct Delivered {
    pub(super) answer: AnswerId,
    pub(super) target: LocalObject,
    pub(super) method: MethodId,
    pub(super) params: Payload<LocalObject>,
    pub(super) words: usize,
}

impl Link {
    pub(crate) fn hosts(&self) -> &Hosts {
        &self.hosts
    }

    pub(crate) fn leases(&self) -> &Leases {
        &self.leases
    }

    /// Has threads of the peer given up that are not needed, after a while.
    pub(crate) fn trim_leases_after(&self, delay: Option<Duration>) {
        if let Some(delay) = delay {
            self.poller.wake_at(Instant::now() + delay, self.this.clone(), Alarm::Trim);
        }
    }

    /// Tells whether the peer makes threads.
    pub(crate) fn has_thread_map(&self) -> bool {
        self.maps_threads.load(Ordering::Acquire)
    }

    /// Notes the thread map that the peer has sent, in place of the one before.
    pub(crate) fn set_thread_map(self: &Arc<Self>, map: Option<&Capability>) {
        self.with_state(Cause::Peer, |state| {
            let map = map.map(Capability::to_cap);
            if let Some(map) = &map {
                state.engine.retain(map);
            }
            self.replace_thread_map(state, map);
        });
    }

    fn replace_thread_map(&self, state: &mut State, map: Option<Cap<LocalObject>>) {
        self.maps_threads.store(map.is_some(), Ordering::Release);
        if let Some(before) = std::mem::replace(&mut state.thread_map, map) {
            state.engine.release(before);
        }
    }

    /// Asks the peer for a thread. Calls may name it at once.
    pub(crate) fn ask_for_thread(self: &Arc<Self>, thread: &Arc<PeerThread>, name: &str) {
        let mut encoder = Encoder::new(Destination::none());
        let interface = <dyn ThreadMap>::descriptor().id;
        let call = OutgoingCall::with_content(interface, MAKE_THREAD, |words, content| {
            encoder.encode(words, content, ONE_POINTER, |to| to.pointer(0).set_text(name))?;
            Ok::<_, IpcException>(0)
        });
        // Only the length of the name could make it fail. Without a thread, the call has none.
        let Ok(call) = call else { return };
        self.with_state(Cause::Caller, |state| {
            if let Some(map) = state.thread_map.clone() {
                let question = state.engine.call(&map, call, Asked::Thread(thread.clone()));
                thread.set_question(question);
            }
        });
    }

    /// Takes the thread that the peer has made, or has failed to make.
    pub(super) fn receive_thread(
        state: &mut State,
        question: QuestionId,
        thread: &PeerThread,
        result: Result<Payload<LocalObject>, IpcException>,
    ) {
        if let Ok(mut results) = result {
            thread.set_cap(take_first(&mut results));
            for cap in results.caps.into_iter().flatten() {
                state.engine.release(cap);
            }
        } else {
            thread.set_cap(None);
        }
        state.engine.finish(question);
    }

    /// Gives a call to whoever runs it.
    pub(super) fn receive_call(self: &Arc<Self>, state: &mut State, call: Delivered, effects: &mut Effects) {
        let Delivered { answer, target, method, mut params, words } = call;
        if let Some(at_once) = target.at_once(method) {
            if at_once.is_construct() {
                self.exchange_maps(state, &mut params);
            }
            let result = answer_at_once(self, method, at_once, &params);
            state.engine.respond(answer, result.map_err(IpcException::thrown));
            return Self::forget(state, target, params, effects);
        }
        if !self.admit(words) {
            let refusal = IpcException::overloaded("too many calls are waiting on this connection");
            state.engine.respond(answer, Err(refusal));
            return Self::forget(state, target, params, effects);
        }
        state.pace.called(Instant::now());
        // A call that this side made itself names threads of the other one.
        let context =
            (target.has_context(method) && !answer.is_local()).then(|| ContextCaps::take(&mut params));
        if params.caps.iter().all(Option::is_none) {
            // Nothing is left that could be read.
            state.engine.release_all(std::mem::take(&mut params.caps));
        }
        let call = ServedCall::new(self.clone(), answer, target, method, params, words);
        match context {
            Some(context) => self.assign(state, Parked { call, context }, effects),
            None => effects.drops.extend(call.enqueue(&mut effects.kicks)),
        }
    }

    /// The peer sends a thread map with `construct`, or none.
    fn exchange_maps(&self, state: &mut State, params: &mut Payload<LocalObject>) {
        self.replace_thread_map(state, take_first(params));
    }

    fn assign(self: &Arc<Self>, state: &mut State, parked: Parked, effects: &mut Effects) {
        let named = parked.context.thread.as_ref().map(|thread| state.engine.known(thread));
        let thread = match Assigned::of(self, named) {
            Assigned::Anywhere => None,
            Assigned::To(thread) => Some(thread),
            Assigned::Later if state.parked.len() < PARKED => return state.parked.push_back(parked),
            Assigned::Later => {
                let refusal = IpcException::overloaded("too many calls wait for their threads");
                return self.refuse(state, parked, refusal, effects);
            }
            Assigned::Refused(exception) => return self.refuse(state, parked, exception, effects),
        };
        let Parked { mut call, context: ContextCaps { thread: named, callback } } = parked;
        match named {
            // Another handle on it is the call's.
            Some(Cap::Local(_)) if thread.is_some() => {}
            Some(named) => state.engine.release(named),
            None => {}
        }
        let caller = callback.map(|cap| {
            let engine = &mut state.engine;
            caller_of_call(self, thread.as_deref(), cap, &mut effects.peers, |cap| engine.release(cap))
        });
        call.assign(thread, caller);
        effects.drops.extend(call.enqueue(&mut effects.kicks));
    }

    /// Looks again at the calls whose threads were not known.
    pub(super) fn look_at_parked(self: &Arc<Self>, state: &mut State, effects: &mut Effects) {
        for _ in 0..state.parked.len() {
            if let Some(parked) = state.parked.pop_front() {
                // In their order: those that stay parked go to the end, one after the other.
                self.assign(state, parked, effects);
            }
        }
    }

    fn refuse(&self, state: &mut State, parked: Parked, exception: IpcException, effects: &mut Effects) {
        let Parked { call, context } = parked;
        let (answer, target, params, words) = call.into_parts();
        self.call_started(words);
        context.into_caps().for_each(|cap| state.engine.release(cap));
        // Nothing was thrown: what broke the promise of a thread is passed on as it is.
        state.engine.respond(answer, Err(exception));
        Self::forget(state, target, params, effects);
    }

    /// Gives up what came with a call that is answered.
    fn forget(state: &mut State, target: LocalObject, params: Payload<LocalObject>, effects: &mut Effects) {
        for cap in params.caps.into_iter().flatten() {
            state.engine.release(cap);
        }
        effects.drops.push(target);
    }
}

/// Takes the capability in the first field of parameters or results, with its reference.
fn take_first(payload: &mut Payload<LocalObject>) -> Option<Cap<LocalObject>> {
    let index = payload.content().ok().and_then(|content| raw::first_capability_of(content).ok())?;
    payload.caps.get_mut(index?)?.take()
}

const MAKE_THREAD: u16 = 0;

const ONE_POINTER: Size = Size { data: 0, pointers: 1 };
