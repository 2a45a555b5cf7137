//! Counting capabilities, and finding out what they lead to.

use super::super::answer::{ResultCaps, State};
use super::super::frame::PeerTarget;
use super::super::id::Asker;
use super::super::import::Kind;
use super::super::message::Caps;
use super::super::question::{Finish, Outcome, Path, Waiting};
use super::super::{AnswerId, Cap, Event, Host, ImportId, PromiseId, QuestionId, Transform, embargo};
use super::{Connection, Task};
use crate::exception::IpcException;

/// What a capability leads to at the moment.
pub(super) enum Place<O> {
    Local(O),
    Peer(PeerTarget),
    /// A result of a call that still runs on this side.
    InAnswer(AnswerId, Transform),
    /// A result of a call that has not left its queue.
    InQuestion(QuestionId, Transform),
    /// A promise that is not resolved.
    Awaited(PromiseId),
    Broken(IpcException),
}

/// What is known about where a capability leads.
#[derive(Debug)]
pub enum Known<O> {
    /// An object of this side.
    Object(O),
    /// Something of the peer's, for good.
    Elsewhere,
    /// That is still to come.
    Nothing,
    /// Nowhere.
    Broken(IpcException),
}

/// Which way to go behind a promise of the peer.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Way {
    /// The way that was told to the peer: whatever its promise was resolved to since, it goes there.
    Told,
    /// Through all that is resolved.
    Shortest,
}

impl<H: Host> Connection<H> {
    /// Finds what a capability leads to. No reference comes with the result.
    pub(super) fn place(&self, cap: &Cap<H::Object>, way: Way) -> Place<H::Object> {
        if let Some(reason) = &self.terminated {
            return Place::Broken(reason.clone());
        }
        let mut cap = cap.clone();
        for _ in 0..=self.limits.max_promise_chain {
            cap = match cap {
                Cap::Local(object) => return Place::Local(object),
                Cap::Broken(exception) => return Place::Broken(exception),
                Cap::Import(id) => match self.imports.get(id.0).map(|import| &import.kind) {
                    Some(Kind::Resolved { cap: next, .. }) if way == Way::Shortest => next.clone(),
                    Some(_) => return Place::Peer(PeerTarget::Import(id)),
                    None => return Place::Broken(IpcException::failed(format!("{id} was released"))),
                },
                Cap::Awaited(id) => match self.promises.get(id.0).map(|promise| &promise.state) {
                    Some(embargo::State::Resolved(next)) => next.clone(),
                    Some(embargo::State::Pending(_)) => return Place::Awaited(id),
                    None => return Place::Broken(IpcException::failed(format!("{id} was released"))),
                },
                Cap::Promised(id, transform) => match self.promised(id, transform) {
                    Ok(place) => return place,
                    Err(next) => next,
                },
            };
        }
        Place::Broken(IpcException::failed("the capability is behind too many promises"))
    }

    /// Tells what is known about where a capability leads. No reference comes with the result.
    pub fn known(&self, cap: &Cap<H::Object>) -> Known<H::Object> {
        match self.place(cap, Way::Shortest) {
            Place::Local(object) => Known::Object(object),
            Place::Peer(PeerTarget::Import(id)) if matches!(self.imports.get(id.0), Some(import) if matches!(import.kind, Kind::Promise { .. })) => {
                Known::Nothing
            }
            Place::Peer(_) => Known::Elsewhere,
            Place::InAnswer(..) | Place::InQuestion(..) | Place::Awaited(_) => Known::Nothing,
            Place::Broken(exception) => Known::Broken(exception),
        }
    }

    /// Finds a capability in the results of a question, or the capability to go on with.
    fn promised(&self, id: QuestionId, transform: Transform) -> Result<Place<H::Object>, Cap<H::Object>> {
        let Some(question) = self.questions.get(id.0) else {
            return Ok(Place::Broken(IpcException::failed(format!("{id} was finished"))));
        };
        if let Some(Outcome::Exception(exception)) = &question.outcome {
            return Ok(Place::Broken(exception.clone()));
        }
        match question.path {
            Path::Queued => Ok(Place::InQuestion(id, transform)),
            Path::Peer(_) if matches!(question.outcome, Some(Outcome::Forgotten)) => {
                Ok(Place::Broken(IpcException::failed("the results hold no capability")))
            }
            Path::Peer(_) => Ok(Place::Peer(PeerTarget::Promised(id, transform))),
            Path::Local(answer) => match self.local_answers.get(answer).map(|answer| &answer.state) {
                Some(State::Running(_)) => Ok(Place::InAnswer(AnswerId(Asker::Local(answer)), transform)),
                Some(State::Done(Ok(kept))) => Err(kept.cap(&transform)),
                Some(State::Done(Err(exception))) => Ok(Place::Broken(exception.clone())),
                None => Ok(Place::Broken(IpcException::failed(format!("{id} was finished")))),
            },
        }
    }

    /// Replaces a capability by what it leads to, reference included. What is stored after it was described
    /// to the peer must be what was described.
    pub(super) fn settle(&mut self, cap: Cap<H::Object>) -> Cap<H::Object> {
        if matches!(cap, Cap::Local(_) | Cap::Broken(_)) {
            return cap;
        }
        let place = self.place(&cap, Way::Shortest);
        let settled = self.name_place(place);
        self.acquire_ref(&settled);
        self.discard(cap);
        settled
    }

    /// Names a place, without a reference. A result that is not there yet becomes a promise.
    pub(super) fn name_place(&mut self, place: Place<H::Object>) -> Cap<H::Object> {
        match place {
            Place::Local(object) => Cap::Local(object),
            Place::Peer(PeerTarget::Import(id)) => Cap::Import(id),
            Place::Peer(PeerTarget::Promised(id, transform)) => Cap::Promised(id, transform),
            Place::InAnswer(id, transform) => self.promise_in_answer(id, transform),
            Place::InQuestion(id, transform) => self.promise_in_question(id, transform),
            Place::Awaited(id) => Cap::Awaited(id),
            Place::Broken(exception) => Cap::Broken(exception),
        }
    }

    /// Makes a promise for a result of a running answer.
    pub(super) fn promise_in_answer(&mut self, id: AnswerId, transform: Transform) -> Cap<H::Object> {
        let promise = self.new_promise();
        match self.answer_mut(id).map(|answer| &mut answer.state) {
            Some(State::Running(waiting)) => waiting.push_back(Waiting::Promise(transform, promise)),
            _ => {
                let broken = Cap::Broken(IpcException::failed(format!("{id} is over")));
                self.spawn(Task::Resolve(promise, broken));
            }
        }
        Cap::Awaited(promise)
    }

    fn promise_in_question(&mut self, id: QuestionId, transform: Transform) -> Cap<H::Object> {
        let promise = self.new_promise();
        match self.questions.get_mut(id.0) {
            Some(question) => question.waiting.push_back(Waiting::Promise(transform, promise)),
            None => {
                let broken = Cap::Broken(IpcException::failed(format!("{id} was finished")));
                self.spawn(Task::Resolve(promise, broken));
            }
        }
        Cap::Awaited(promise)
    }

    /// Counts one more reference to each capability.
    pub(super) fn acquire_all(&mut self, caps: &Caps<H::Object>) {
        for cap in caps.iter().flatten() {
            self.acquire_ref(cap);
        }
    }

    /// Counts one more reference and returns the capability that owns it.
    pub(super) fn acquire(&mut self, cap: &Cap<H::Object>) -> Cap<H::Object> {
        self.acquire_ref(cap);
        cap.clone()
    }

    pub(super) fn acquire_ref(&mut self, cap: &Cap<H::Object>) {
        match cap {
            Cap::Import(id) => self.retain_import(*id),
            Cap::Promised(id, _) => self.retain_question(*id),
            Cap::Awaited(id) => {
                if let Some(promise) = self.promises.get_mut(id.0) {
                    promise.refs = promise.refs.saturating_add(1);
                }
            }
            Cap::Local(_) | Cap::Broken(_) => {}
        }
    }

    /// Returns the capabilities of a copied payload, from those of the original, which end here.
    pub(super) fn adopt(&mut self, origins: &[usize], caps: Caps<H::Object>) -> Caps<H::Object> {
        let adopted = origins
            .iter()
            .map(|origin| {
                let cap = caps.get(*origin)?.as_ref()?;
                Some(self.acquire(cap))
            })
            .collect();
        self.release_all(caps);
        adopted
    }

    /// Gives back the reference that a capability owns.
    pub(super) fn discard(&mut self, cap: Cap<H::Object>) {
        self.garbage.push(cap);
        if self.collecting {
            return;
        }
        self.collecting = true;
        while let Some(cap) = self.garbage.pop() {
            match cap {
                Cap::Local(object) => self.events.push_back(Event::Drop(object)),
                Cap::Import(id) => self.drop_import(id),
                Cap::Promised(id, _) => self.drop_handle(id),
                Cap::Awaited(id) => self.drop_promise(id),
                Cap::Broken(_) => {}
            }
        }
        self.collecting = false;
    }

    /// Gives back objects only: the capabilities were borrowed.
    pub(super) fn drop_objects(&mut self, caps: Caps<H::Object>) {
        for cap in caps.into_iter().flatten() {
            if let Cap::Local(object) = cap {
                self.events.push_back(Event::Drop(object));
            }
        }
    }

    fn drop_import(&mut self, id: ImportId) {
        let Some(import) = self.imports.get_mut(id.0) else { return };
        import.local = import.local.saturating_sub(1);
        if import.local > 0 {
            return;
        }
        if let Some(import) = self.imports.remove(id.0) {
            self.batch_release(id, import.remote);
            if let Kind::Resolved { cap, .. } = import.kind {
                self.discard(cap);
            }
        }
    }

    pub(super) fn drop_promise(&mut self, id: PromiseId) {
        let Some(promise) = self.promises.get_mut(id.0) else { return };
        promise.refs = promise.refs.saturating_sub(1);
        if promise.refs == 0
            && let Some(promise) = self.promises.remove(id.0)
            && let embargo::State::Resolved(cap) = promise.state
        {
            self.discard(cap);
        }
    }

    pub(super) fn drop_handle(&mut self, id: QuestionId) {
        let Some(question) = self.questions.get_mut(id.0) else { return };
        question.handles = question.handles.saturating_sub(1);
        if question.handles > 0 {
            return;
        }
        if question.outcome.is_some() {
            self.free_question(id);
            return;
        }
        match &mut question.path {
            // It is sent all the same: it was called.
            Path::Queued => {}
            Path::Peer(wire) => {
                if wire.finish == Finish::Due {
                    wire.finish = Finish::Settled;
                    // What the peer has not returned yet we shall not look at: it releases the capabilities.
                    let caps = if wire.returned { ResultCaps::Keep } else { ResultCaps::Release };
                    self.batch_finish(id, caps);
                }
            }
            Path::Local(answer) => {
                let answer = *answer;
                if let Some(running) = self.local_answers.get_mut(answer)
                    && running.finished.is_none()
                {
                    running.finished = Some(ResultCaps::Release);
                    self.events.push_back(Event::Cancelled { answer: AnswerId(Asker::Local(answer)) });
                }
            }
        }
    }

    /// Frees a question that is answered and not held.
    pub(super) fn free_question(&mut self, id: QuestionId) {
        let Some(question) = self.questions.remove(id.0) else { return };
        match question.path {
            Path::Queued => {}
            Path::Peer(wire) => {
                if wire.finish == Finish::Due {
                    self.batch_finish(id, ResultCaps::Keep);
                }
            }
            Path::Local(answer) => {
                if let Some(answer) = self.local_answers.remove(answer)
                    && let State::Done(Ok(kept)) = answer.state
                {
                    self.release_all(kept.caps);
                }
            }
        }
    }

    /// Notes which promises the driver gets to see.
    pub(super) fn mark_seen(&mut self, caps: &[Option<Cap<H::Object>>]) {
        for cap in caps.iter().flatten() {
            if let Cap::Awaited(id) = cap
                && let Some(promise) = self.promises.get_mut(id.0)
            {
                promise.seen = true;
            }
        }
    }

    /// Tells whether it is known for good what a capability leads to.
    #[cfg(test)]
    pub(crate) fn is_settled(&self, cap: &Cap<H::Object>) -> bool {
        match self.place(cap, Way::Shortest) {
            Place::Local(_) | Place::Broken(_) => true,
            Place::Peer(PeerTarget::Import(id)) => {
                matches!(self.imports.get(id.0), Some(import) if matches!(import.kind, Kind::Settled))
            }
            _ => false,
        }
    }
}
