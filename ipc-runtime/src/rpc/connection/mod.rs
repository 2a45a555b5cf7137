//! [`Connection`]: inputs, outputs, and the queue of work in between.

mod caps;
mod close;
mod flow;
mod incoming;
mod outgoing;
mod resolve;

use std::collections::VecDeque;
use std::fmt;

use capnp_rpc::rpc_capnp::message;

pub use self::caps::Known;
use self::caps::{Place, Way};
use self::outgoing::Batch;
use super::answer::{Answer, State};
use super::embargo::{Embargo, LocalPromise};
use super::export::Exports;
use super::import::Import;
use super::message::CONTROL_WORDS;
use super::question::{Origin, Outcome, Path, Question, Request, Wire};
use super::table::{PeerTable, Table};
use super::{
    AnswerId, Cap, Caps, Event, ExportId, Host, ImportId, IncomingMessage, Limits, OutgoingCall,
    OutgoingMessage, OutgoingResults, PeerMisbehaved, PromiseId, QuestionId,
};
use crate::attachment::Arrived;
use crate::exception::IpcException;

/// One connection's state; see the [module](super) for how it is driven.
pub struct Connection<H: Host> {
    limits: Limits,
    bootstrap: Option<H::Object>,
    questions: Table<Question<H>>,
    /// By the question id that the peer chose.
    answers: PeerTable<Answer<H>>,
    /// The size of the results in `answers`.
    kept_words: usize,
    local_answers: Table<Answer<H>>,
    imports: PeerTable<Import<H::Object>>,
    exports: Exports<H::Object>,
    embargoes: Table<Embargo<H::Object>>,
    promises: Table<LocalPromise<H>>,
    /// Empty tables, whose memory is used again.
    spare_caps: Vec<Caps<H::Object>>,
    /// The peer's calls that wait somewhere.
    queued: Queued,
    tasks: VecDeque<Task<H>>,
    /// What the running task sets off, in order: it comes before what is in `tasks`.
    spawned: Vec<Task<H>>,
    /// References to be given back, so that giving back is not recursive.
    garbage: Vec<Cap<H::Object>>,
    collecting: bool,
    /// Promises whose Resolve must follow the message that is being written.
    announcements: Vec<ExportId>,
    events: VecDeque<Event<H>>,
    transmit: VecDeque<OutgoingMessage>,
    batch: Batch,
    terminated: Option<IpcException>,
    fault: Option<PeerMisbehaved>,
}

#[derive(Clone, Copy, Default)]
struct Queued {
    calls: usize,
    words: usize,
}

/// How many empty tables are kept, and for how many capabilities at the most.
const SPARE_CAPS: usize = 4;

/// A step of the work that an input sets off.
enum Task<H: Host> {
    /// Send or deliver a call. Owns a reference to the target.
    Route(Cap<H::Object>, Request<H>),
    Answer(AnswerId, Result<OutgoingResults<H::Object>, IpcException>),
    /// Resolve a promise. Owns a reference to what it leads to.
    Resolve(PromiseId, Cap<H::Object>),
    /// Tell those who know of a promise that it is resolved.
    Announce(PromiseId),
}

/// How much a connection holds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Counts {
    /// Questions not freed.
    pub questions: usize,
    /// Answers to the peer not freed.
    pub answers: usize,
    /// Calls that were looped back and are not freed.
    pub local_answers: usize,
    /// Capabilities of the peer.
    pub imports: usize,
    /// Capabilities that the peer holds.
    pub exports: usize,
    /// Embargoes not lifted.
    pub embargoes: usize,
    /// Promises of this side not freed.
    pub promises: usize,
    /// Calls of the peer that wait for an answer or a promise.
    pub queued_calls: usize,
}

impl<H: Host> Connection<H> {
    /// Makes the state of a new connection. `bootstrap` is what the peer gets for Bootstrap.
    pub fn new(limits: Limits, bootstrap: Option<H::Object>) -> Self {
        Self {
            limits,
            bootstrap,
            questions: Table::new(),
            answers: PeerTable::new(),
            kept_words: 0,
            local_answers: Table::new(),
            imports: PeerTable::new(),
            exports: Exports::new(),
            embargoes: Table::new(),
            promises: Table::new(),
            spare_caps: Vec::new(),
            queued: Queued::default(),
            tasks: VecDeque::new(),
            spawned: Vec::new(),
            garbage: Vec::new(),
            collecting: false,
            announcements: Vec::new(),
            events: VecDeque::new(),
            transmit: VecDeque::new(),
            batch: Batch::default(),
            terminated: None,
            fault: None,
        }
    }

    /// Takes a message from the peer.
    ///
    /// # Errors
    ///
    /// If the peer broke the protocol, now or earlier. The connection is terminated then: an Abort is to be
    /// transmitted, every question is answered, every object leaves in an event.
    pub fn handle_message(&mut self, message: IncomingMessage) -> Result<(), PeerMisbehaved> {
        self.handle_message_with(message, Arrived::default())
    }

    /// Takes a message from the peer, and the file descriptors that came beside it.
    ///
    /// # Errors
    ///
    /// Those of [`handle_message`](Self::handle_message).
    pub fn handle_message_with(
        &mut self,
        message: IncomingMessage,
        arrived: Arrived,
    ) -> Result<(), PeerMisbehaved> {
        if let Some(fault) = &self.fault {
            return Err(fault.clone());
        }
        if self.terminated.is_some() {
            return Ok(());
        }
        let handled = self.dispatch(message, arrived);
        if let Err(fault) = &handled {
            self.fault = Some(fault.clone());
            self.abort(fault.clone().into());
        } else {
            self.run();
        }
        handled
    }

    /// Returns why the connection is over, if it is.
    pub fn is_terminated(&self) -> Option<&IpcException> {
        self.terminated.as_ref()
    }

    /// Asks for the peer's bootstrap capability: it is the content of the results.
    pub fn bootstrap(&mut self, waiter: H::Waiter) -> QuestionId {
        if let Some(reason) = self.terminated.clone() {
            return self.failed_question(waiter, reason);
        }
        let question = Question::new(Origin::Driver(waiter), Path::Peer(Wire::default()));
        let id = QuestionId(self.questions.insert(question));
        self.send(OutgoingMessage::build(CONTROL_WORDS, |message: message::Builder<'_>| {
            message.init_bootstrap().set_question_id(id.0);
        }));
        id
    }

    /// Calls a capability. What goes wrong becomes an [`Event::Return`], also when the connection is over.
    ///
    /// The question is held once, until [`finish`](Self::finish); so long its results can be called as
    /// [`Cap::Promised`]. The capabilities in the call are borrowed for the duration of this function.
    pub fn call(
        &mut self,
        target: &Cap<H::Object>,
        call: OutgoingCall<H::Object>,
        waiter: H::Waiter,
    ) -> QuestionId {
        if let Some(reason) = self.terminated.clone() {
            self.drop_objects(call.caps);
            return self.failed_question(waiter, reason);
        }
        let question = QuestionId(self.questions.insert(Question::new(Origin::Driver(waiter), Path::Queued)));
        self.acquire_all(&call.caps);
        self.route(target, Request::Own { question, call });
        self.run();
        question
    }

    /// Tells whether a call would be sent to the peer at once. Elsewhere it needs all of its bytes with it.
    pub fn leads_to_peer(&self, target: &Cap<H::Object>) -> bool {
        matches!(self.place(target, Way::Shortest), Place::Peer(_))
    }

    /// Counts one more holder of a question.
    pub fn retain_question(&mut self, question: QuestionId) {
        if let Some(question) = self.questions.get_mut(question.0) {
            question.handles = question.handles.saturating_add(1);
        }
    }

    /// Gives back one reference to a question: the caller's own, or that of a [`Cap::Promised`].
    ///
    /// # Cancellation
    ///
    /// When the last is gone, the peer is told that nobody wants the results. If they are not there yet,
    /// their capabilities are released on arrival, and the [`Event::Return`] still comes then, with an
    /// exception: it says when the call is over on the other side.
    pub fn finish(&mut self, question: QuestionId) {
        self.drop_handle(question);
        self.run();
    }

    /// Finishes a question if that takes no message and sets nothing off: its answer has come and holds no capability, the peer
    /// has forgotten it, and nobody else holds it. Returns whether it has.
    pub fn forget(&mut self, question: QuestionId) -> bool {
        let entry = self.questions.get_mut(question.0);
        let forgotten = entry.is_some_and(|question| {
            question.handles == 1 && matches!(question.outcome, Some(Outcome::Forgotten))
        });
        forgotten && self.questions.remove(question.0).is_some()
    }

    /// Counts one more reference to an import.
    pub fn retain_import(&mut self, id: ImportId) {
        if let Some(import) = self.imports.get_mut(id.0) {
            import.local = import.local.saturating_add(1);
        }
    }

    /// Gives back a reference to an import. After the last one the peer is told with the next message.
    pub fn release_import(&mut self, id: ImportId) {
        self.discard(Cap::Import(id));
        self.run();
    }

    /// Counts one more reference to whatever a capability names.
    pub fn retain(&mut self, cap: &Cap<H::Object>) {
        self.acquire_ref(cap);
    }

    /// Gives back the reference that a capability carries.
    pub fn release(&mut self, cap: Cap<H::Object>) {
        self.discard(cap);
        self.run();
    }

    /// Returns an empty table of capabilities for a call or its results.
    pub fn empty_caps(&mut self) -> Caps<H::Object> {
        self.spare_caps.pop().unwrap_or_default()
    }

    /// Gives back what is left in a table, and keeps its memory for the next call.
    pub fn release_all(&mut self, mut caps: Caps<H::Object>) {
        for cap in caps.drain(..).flatten() {
            self.discard(cap);
        }
        if (1..=SPARE_CAPS).contains(&caps.capacity()) && self.spare_caps.len() < SPARE_CAPS {
            self.spare_caps.push(caps);
        }
    }

    /// Answers a call that was delivered. Harmless if the call no longer exists.
    ///
    /// The capabilities in the results are borrowed for the duration of this function.
    pub fn respond(&mut self, answer: AnswerId, result: Result<OutgoingResults<H::Object>, IpcException>) {
        if self.terminated.is_some() {
            if let Ok(results) = result {
                self.drop_objects(results.caps);
            }
            return;
        }
        if let Ok(results) = &result {
            self.acquire_all(&results.caps);
        }
        self.complete_answer(answer, result);
        self.run();
    }

    /// Returns what is to be done next by the owner.
    pub fn poll_event(&mut self) -> Option<Event<H>> {
        self.events.pop_front()
    }

    /// Returns what is to be sent next. What is batched is not returned until something else is sent or it is
    /// [flushed](Self::flush_batched).
    pub fn poll_transmit(&mut self) -> Option<OutgoingMessage> {
        self.transmit.pop_front()
    }

    /// Tells whether Finish or Release messages wait for another message to ride with.
    pub fn has_batched(&self) -> bool {
        !self.batch.is_empty()
    }

    /// Tells whether the peer holds an object that it is expected to call.
    pub fn has_called_exports(&self) -> bool {
        self.exports.has_called()
    }

    /// Returns how much is held.
    pub fn counts(&self) -> Counts {
        Counts {
            questions: self.questions.len(),
            answers: self.answers.len(),
            local_answers: self.local_answers.len(),
            imports: self.imports.len(),
            exports: self.exports.table.len(),
            embargoes: self.embargoes.len(),
            promises: self.promises.len(),
            queued_calls: self.queued.calls,
        }
    }

    /// Returns the objects of this side that the peer holds.
    pub fn exported_objects(&self) -> impl Iterator<Item = &H::Object> {
        self.exports.table.values().filter_map(|export| match &export.cap {
            Cap::Local(object) => Some(object),
            _ => None,
        })
    }

    /// Returns the interface and the method of each call of the peer that was delivered and is not answered.
    pub fn running_calls(&self) -> impl Iterator<Item = (u64, u16)> {
        let running = self.answers.values().filter(|answer| matches!(answer.state, State::Running(_)));
        running.filter_map(|answer| answer.delivered)
    }

    /// Tells whether nothing is held and nothing is to be done or sent.
    pub fn is_idle(&self) -> bool {
        self.counts() == Counts::default()
            && self.events.is_empty()
            && self.transmit.is_empty()
            && self.batch.is_empty()
    }

    fn spawn(&mut self, task: Task<H>) {
        self.spawned.push(task);
    }

    /// Works until nothing is left: each task's consequences before the next task, as if it were a call.
    fn run(&mut self) {
        loop {
            while let Some(task) = self.spawned.pop() {
                self.tasks.push_front(task);
            }
            match self.tasks.pop_front() {
                Some(Task::Route(Cap::Local(object), request)) => self.deliver(object, request),
                Some(Task::Route(target, request)) => {
                    self.route(&target, request);
                    self.discard(target);
                }
                Some(Task::Answer(answer, result)) => self.complete_answer(answer, result),
                Some(Task::Resolve(promise, cap)) => self.resolve_promise(promise, cap),
                Some(Task::Announce(promise)) => self.announce_promise(promise),
                None => break,
            }
        }
    }
}

impl<H: Host> fmt::Debug for Connection<H> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Connection")
            .field("counts", &self.counts())
            .field("terminated", &self.terminated)
            .finish_non_exhaustive()
    }
}
