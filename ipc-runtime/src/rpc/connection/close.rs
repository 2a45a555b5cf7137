//! The end of a connection.

use capnp_rpc::rpc_capnp::exception;

use super::super::answer::State;
use super::super::import::Kind;
use super::super::message::CONTROL_WORDS;
use super::super::question::{Origin, Outcome, Request, Waiting};
use super::super::{Cap, Event, Host, OutgoingMessage, PromiseId, QuestionId, embargo};
use super::outgoing::write_exception;
use super::{Connection, Queued, Task};
use crate::exception::{ExceptionKind, IpcException};

impl<H: Host> Connection<H> {
    /// Ends the connection: the transport is gone, or this side closes it. The first reason stays.
    ///
    /// Every question is answered with `reason` as a disconnection, and every object leaves in an event.
    /// Messages that were not transmitted can still be.
    pub fn terminate(&mut self, reason: IpcException) {
        if self.terminated.is_some() {
            return;
        }
        let reason = disconnection(reason);
        self.terminated = Some(reason.clone());
        self.batch.clear();
        self.queued = Queued::default();
        self.kept_words = 0;
        self.announcements.clear();
        let mut held = Vec::new();
        self.empty_tables(&reason, &mut held);
        for id in self.questions.ids() {
            let Some(question) = self.questions.get_mut(id) else { continue };
            match question.origin.take() {
                Some(Origin::Driver(waiter)) => {
                    let (question, result) = (QuestionId(id), Err(reason.clone()));
                    self.events.push_back(Event::Return { question, waiter, result });
                }
                Some(Origin::Forward(_)) => question.handles = question.handles.saturating_sub(1),
                None => {}
            }
            if question.outcome.is_none() {
                question.outcome = Some(Outcome::Exception(reason.clone()));
            }
            hold_waiting(std::mem::take(&mut question.waiting), &mut held);
        }
        for cap in held {
            self.discard(cap);
        }
        for id in self.questions.ids() {
            if self.questions.get(id).is_some_and(|question| question.handles == 0) {
                self.free_question(QuestionId(id));
            }
        }
        if let Some(object) = self.bootstrap.take() {
            self.events.push_back(Event::Drop(object));
        }
    }

    /// Tells the peer that the connection ends, and why, and ends it.
    pub fn abort(&mut self, reason: IpcException) {
        if self.terminated.is_some() {
            return;
        }
        self.send(OutgoingMessage::build(CONTROL_WORDS, |message| {
            let mut abort = message.init_abort();
            write_exception(abort.reborrow(), &reason);
            if reason.kind() == ExceptionKind::Disconnected {
                abort.set_type(exception::Type::Disconnected);
            }
        }));
        self.terminate(reason);
    }

    /// Takes all that the tables and queues own, but for the questions.
    fn empty_tables(&mut self, reason: &IpcException, held: &mut Vec<Cap<H::Object>>) {
        let tasks = std::mem::take(&mut self.tasks).into_iter().chain(std::mem::take(&mut self.spawned));
        for task in tasks {
            match task {
                Task::Route(target, request) => {
                    held.push(target);
                    hold_request(request, held);
                }
                Task::Answer(_, Ok(results)) => held.extend(results.caps.into_iter().flatten()),
                Task::Resolve(_, cap) => held.push(cap),
                Task::Answer(_, Err(_)) | Task::Announce(_) => {}
            }
        }
        let local = self.local_answers.ids();
        let local: Vec<_> = local.into_iter().filter_map(|id| self.local_answers.remove(id)).collect();
        let answers = self.answers.take().chain(local);
        for answer in answers {
            match answer.state {
                State::Running(waiting) => hold_waiting(waiting, held),
                State::Done(Ok(kept)) => held.extend(kept.caps.into_iter().flatten()),
                State::Done(Err(_)) => {}
            }
        }
        for import in self.imports.take() {
            if let Kind::Resolved { cap, .. } = import.kind {
                held.push(cap);
            }
        }
        held.extend(self.exports.drain());
        for id in self.embargoes.ids() {
            held.extend(self.embargoes.remove(id).map(|embargo| embargo.cap));
        }
        for id in self.promises.ids() {
            let Some(promise) = self.promises.remove(id) else { continue };
            match promise.state {
                embargo::State::Pending(waiting) => {
                    // One reference is the source's.
                    if promise.seen && promise.refs > 1 {
                        let (promise, cap) = (PromiseId(id), Cap::Broken(reason.clone()));
                        self.events.push_back(Event::Resolved { promise, cap });
                    }
                    for request in waiting {
                        hold_request(request, held);
                    }
                }
                embargo::State::Resolved(cap) => held.push(cap),
            }
        }
    }
}

fn hold_waiting<H: Host>(waiting: impl IntoIterator<Item = Waiting<H>>, held: &mut Vec<Cap<H::Object>>) {
    for waiting in waiting {
        if let Waiting::Call(_, request) = waiting {
            hold_request(request, held);
        }
    }
}

fn hold_request<H: Host>(request: Request<H>, held: &mut Vec<Cap<H::Object>>) {
    let caps = match request {
        Request::Received { payload, .. } => payload.caps,
        Request::Own { call, .. } => call.caps,
    };
    held.extend(caps.into_iter().flatten());
}

/// Makes a reason one of kind `Disconnected`: whatever ended the connection, that is what it is to a call.
fn disconnection(reason: IpcException) -> IpcException {
    if reason.kind() == ExceptionKind::Disconnected {
        return reason;
    }
    IpcException::with_source(ExceptionKind::Disconnected, reason.text().to_owned(), reason)
}
