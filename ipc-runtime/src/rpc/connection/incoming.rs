//! Received messages.

use capnp_rpc::rpc_capnp::{
    call, cap_descriptor, exception, message, message_target, payload, promised_answer, return_,
};

use super::super::answer::{Answer, ResultCaps, ResultsTo, State, Taker};
use super::super::export::{self, ReleaseError};
use super::super::import::{Import, Kind};
use super::super::message::{CONTROL_WORDS, Caps};
use super::super::question::{Finish, Path, Request};
use super::super::received::{Common, Entry, ParamCaps, PlainPayload};
use super::super::{
    AnswerId, Cap, EmbargoId, Event, ExportId, Host, ImportId, IncomingMessage, OutgoingMessage,
    OutgoingResults, Payload, PeerMisbehaved, QuestionId, Transform,
};
use super::Connection;
use super::flow::finished_early;
use crate::attachment::{Arrived, Attachments};
use crate::exception::{ExceptionKind, IpcException, REMOTE_EXCEPTION};
use crate::wire::raw::Place;

/// References to one capability that the peer counts before it is told of all but one: its count has 32 bits, and what is
/// always in use is never released.
const MOST_REFERENCES: u32 = 1 << 20;

/// What the peer addresses.
pub(super) enum Target {
    Export(ExportId),
    Answer(u32, Transform),
    /// A path with a step that this side does not know.
    Nothing,
}

/// Whether a message is to be echoed as `unimplemented`.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Echo {
    None,
    Needed,
}

/// What becomes of a message after it was read.
enum Next<O> {
    Echo(Echo),
    Call { id: u32, interface_id: u64, method_id: u16, target: Target, received: ReceivedCaps<O> },
    Results(QuestionId, ReceivedCaps<O>),
}

/// The capability table of a received message.
struct ReceivedCaps<O> {
    caps: Caps<O>,
    attached: Attachments,
    /// Where the pointer to the content is, if the message is plain.
    content: Option<Place>,
}

impl<O> ReceivedCaps<O> {
    fn into_payload(self, message: IncomingMessage) -> Payload<O> {
        Payload::received(message, self.caps, self.attached).with_place(self.content)
    }
}

impl<H: Host> Connection<H> {
    pub(super) fn dispatch(
        &mut self,
        message: IncomingMessage,
        mut arrived: Arrived,
    ) -> Result<(), PeerMisbehaved> {
        let next = match message.get_segments().only().and_then(Common::read) {
            Some(common) => self.read_common(&common, &mut arrived)?,
            None => self.read(message.get_root()?, &mut arrived)?,
        };
        match next {
            Next::Echo(Echo::None) => {}
            Next::Echo(Echo::Needed) => self.echo(&message)?,
            Next::Call { id, interface_id, method_id, target, received } => {
                let payload = received.into_payload(message);
                self.place_call(target, Request::Received { answer: id, interface_id, method_id, payload })?;
            }
            Next::Results(question, received) => {
                self.complete_question(question, Ok(received.into_payload(message)));
            }
        }
        Ok(())
    }

    /// Reads a message that every call takes, and that is plain.
    fn read_common(
        &mut self,
        message: &Common<'_>,
        arrived: &mut Arrived,
    ) -> Result<Next<H::Object>, PeerMisbehaved> {
        match *message {
            Common::Call { id, interface_id, method_id, target, payload } => {
                let target = self.exported(target)?;
                let method = (interface_id, method_id);
                return self.begin_answer(id, method, ResultsTo::Caller, target, |connection| {
                    connection.receive_plain_caps(payload, arrived)
                });
            }
            Common::Results { question, param_caps, no_finish, payload } => {
                if self.begin_return(question, param_caps, no_finish)? == Finish::Due {
                    return Ok(Next::Results(question, self.receive_plain_caps(payload, arrived)?));
                }
                self.complete_question(question, Err(finished_early()));
            }
            Common::Finish { id, caps } => self.handle_finish(id, caps),
            Common::Release { export, count } => self.handle_release(export, count)?,
        }
        Ok(Next::Echo(Echo::None))
    }

    fn read(
        &mut self,
        message: message::Reader<'_>,
        arrived: &mut Arrived,
    ) -> Result<Next<H::Object>, PeerMisbehaved> {
        use message::Which;
        let echo = match message.which() {
            Ok(Which::Call(call)) => return self.read_call(call?, arrived),
            Ok(Which::Return(ret)) => return self.read_return(ret?, arrived),
            Ok(Which::Bootstrap(bootstrap)) => {
                self.handle_bootstrap(bootstrap?.get_question_id())?;
                Echo::None
            }
            Ok(Which::Finish(finish)) => {
                let finish = finish?;
                let release = finish.get_release_result_caps();
                let caps = if release { ResultCaps::Release } else { ResultCaps::Keep };
                self.handle_finish(finish.get_question_id(), caps);
                Echo::None
            }
            Ok(Which::Release(release)) => {
                let release = release?;
                self.handle_release(ExportId(release.get_id()), release.get_reference_count())?;
                Echo::None
            }
            Ok(Which::Resolve(resolve)) => self.handle_resolve(resolve?)?,
            Ok(Which::Disembargo(disembargo)) => self.handle_disembargo(disembargo?)?,
            Ok(Which::Abort(reason)) => {
                let reason = read_exception(reason?);
                let text = format!("the peer aborted the connection: {}", reason.text());
                self.terminate(IpcException::with_source(ExceptionKind::Disconnected, text, reason));
                Echo::None
            }
            Ok(Which::Unimplemented(message)) => {
                self.handle_unimplemented(message?)?;
                Echo::None
            }
            Ok(
                Which::Provide(_)
                | Which::Accept(_)
                | Which::Join(_)
                | Which::ObsoleteSave(_)
                | Which::ObsoleteDelete(_),
            )
            | Err(_) => Echo::Needed,
        };
        Ok(Next::Echo(echo))
    }

    fn handle_bootstrap(&mut self, id: u32) -> Result<(), PeerMisbehaved> {
        if !self.open_answer(id, ResultsTo::Caller)? {
            return Ok(());
        }
        let result = match self.bootstrap.clone() {
            Some(object) => Ok(OutgoingResults::capability(Cap::Local(object))),
            None => Err(IpcException::failed("this side has no bootstrap capability")),
        };
        self.complete_answer(AnswerId::peer(id), result);
        Ok(())
    }

    /// Tells whether the peer has as many calls open, or as large results, as it may.
    fn is_full(&self) -> bool {
        self.answers.len() >= self.limits.max_answers || self.kept_words > self.limits.max_kept_words
    }

    /// Makes the entry for a call of the peer, or refuses the call.
    fn open_answer(&mut self, id: u32, results_to: ResultsTo) -> Result<bool, PeerMisbehaved> {
        if self.answers.get(id).is_some() {
            return Err(PeerMisbehaved::DuplicateQuestion(AnswerId::peer(id)));
        }
        if self.is_full() {
            self.refuse(id, &IpcException::overloaded("too many calls are open"));
            return Ok(false);
        }
        self.answers.insert(id, Answer::new(results_to));
        Ok(true)
    }

    fn read_call(
        &mut self,
        call: call::Reader<'_>,
        arrived: &mut Arrived,
    ) -> Result<Next<H::Object>, PeerMisbehaved> {
        use call::send_results_to::Which;
        let results_to = match call.get_send_results_to().which() {
            Ok(Which::Caller(())) => ResultsTo::Caller,
            Ok(Which::Yourself(())) => ResultsTo::Taker(Taker::Expected),
            Ok(Which::ThirdParty(_)) | Err(_) => return Ok(Next::Echo(Echo::Needed)),
        };
        let Some(target) = self.read_target(call.get_target()?)? else {
            return Ok(Next::Echo(Echo::Needed));
        };
        let params = call.get_params()?;
        let method = (call.get_interface_id(), call.get_method_id());
        self.begin_answer(call.get_question_id(), method, results_to, target, |connection| {
            connection.receive_caps(params, arrived)
        })
    }

    /// Makes the entry for a call of the peer, unless there are too many.
    fn begin_answer(
        &mut self,
        id: u32,
        (interface_id, method_id): (u64, u16),
        results_to: ResultsTo,
        target: Target,
        receive_caps: impl FnOnce(&mut Self) -> Result<ReceivedCaps<H::Object>, PeerMisbehaved>,
    ) -> Result<Next<H::Object>, PeerMisbehaved> {
        if self.is_full() {
            self.open_answer(id, results_to)?;
            return Ok(Next::Echo(Echo::None));
        }
        // Capabilities first: a call cannot take a result of itself as a parameter.
        let received = receive_caps(self)?;
        self.open_answer(id, results_to)?;
        Ok(Next::Call { id, interface_id, method_id, target, received })
    }

    fn place_call(&mut self, target: Target, request: Request<H>) -> Result<(), PeerMisbehaved> {
        let cap = match target {
            Target::Export(id) => self.exports.get(id).ok_or(PeerMisbehaved::UnknownExport(id))?.cap.clone(),
            Target::Answer(id, transform) if request.answer() != Some(AnswerId::peer(id)) => {
                match self.answers.get(id).map(|answer| &answer.state) {
                    Some(State::Running(_)) => {
                        self.queue_in_answer(AnswerId::peer(id), transform, request);
                        return Ok(());
                    }
                    Some(State::Done(Ok(kept))) => kept.cap(&transform),
                    Some(State::Done(Err(exception))) => Cap::Broken(exception.clone()),
                    // It may have been answered without capabilities, and forgotten, a moment ago.
                    None => Cap::Broken(IpcException::failed(
                        "Pipeline call on a request that returned no capabilities or was already closed.",
                    )),
                }
            }
            Target::Answer(..) => Cap::Broken(IpcException::failed("a call cannot have itself as target")),
            Target::Nothing => Cap::Broken(unknown_step()),
        };
        self.route(&cap, request);
        Ok(())
    }

    fn read_return(
        &mut self,
        ret: return_::Reader<'_>,
        arrived: &mut Arrived,
    ) -> Result<Next<H::Object>, PeerMisbehaved> {
        use return_::Which;
        let id = QuestionId(ret.get_answer_id());
        let param_caps = if ret.get_release_param_caps() { ParamCaps::Release } else { ParamCaps::Keep };
        let finished = self.begin_return(id, param_caps, ret.get_no_finish_needed())? == Finish::Settled;
        let mut echo = Echo::None;
        let exception = match ret.which() {
            // The capabilities are released with the Finish that was sent: they must not be counted.
            Ok(Which::Results(_)) if finished => finished_early(),
            Ok(Which::Results(payload)) => {
                return Ok(Next::Results(id, self.receive_caps(payload?, arrived)?));
            }
            Ok(Which::Exception(exception)) => read_exception(exception?),
            Ok(Which::Canceled(())) if finished => finished_early(),
            Ok(Which::Canceled(())) => IpcException::failed("the peer cancelled the call"),
            Ok(Which::ResultsSentElsewhere(())) => {
                return Err(PeerMisbehaved::ResultsSentElsewhereUnasked(id));
            }
            Ok(Which::TakeFromOtherQuestion(answer)) => {
                self.take_results(id, answer)?;
                return Ok(Next::Echo(Echo::None));
            }
            Ok(Which::AcceptFromThirdParty(_)) | Err(_) => {
                echo = Echo::Needed;
                IpcException::unimplemented("the results are with a third party, which is not supported")
            }
        };
        self.complete_question(id, Err(exception));
        Ok(Next::Echo(echo))
    }

    /// Notes that the peer has returned from a call. Returns whether that was finished before.
    fn begin_return(
        &mut self,
        id: QuestionId,
        param_caps: ParamCaps,
        no_finish_needed: bool,
    ) -> Result<Finish, PeerMisbehaved> {
        let unknown = PeerMisbehaved::ReturnForUnknownQuestion(id);
        let Some(question) = self.questions.get_mut(id.0) else { return Err(unknown) };
        let Path::Peer(wire) = &mut question.path else { return Err(unknown) };
        if wire.returned {
            return Err(PeerMisbehaved::DuplicateReturn(id));
        }
        wire.returned = true;
        let finish = wire.finish;
        if no_finish_needed {
            wire.finish = Finish::Settled;
        }
        let exports = std::mem::take(&mut question.param_exports);
        if param_caps == ParamCaps::Release {
            for export in exports {
                self.release_export(export);
            }
        }
        Ok(finish)
    }

    /// Answers a question with the results of a call that the peer made here for that purpose.
    fn take_results(&mut self, question: QuestionId, id: u32) -> Result<(), PeerMisbehaved> {
        let unknown = PeerMisbehaved::TakeFromUnknownQuestion(AnswerId::peer(id));
        let Some(answer) = self.answers.get_mut(id) else { return Err(unknown) };
        let ResultsTo::Taker(taker) = &mut answer.results_to else { return Err(unknown) };
        if !matches!(taker, Taker::Expected) {
            return Err(PeerMisbehaved::ResultsTakenTwice(AnswerId::peer(id)));
        }
        let result = match &mut answer.state {
            State::Running(_) => {
                *taker = Taker::Question(question);
                return Ok(());
            }
            State::Done(Ok(kept)) => {
                *taker = Taker::Gone;
                Ok(kept.payload())
            }
            State::Done(Err(exception)) => {
                *taker = Taker::Gone;
                Err(exception.clone())
            }
        };
        if let Ok(payload) = &result {
            self.acquire_all(&payload.caps);
        }
        self.complete_question(question, result);
        Ok(())
    }

    fn handle_finish(&mut self, id: u32, caps: ResultCaps) {
        // A peer may finish what needed no Finish and is gone.
        let Some(answer) = self.answers.get_mut(id) else { return };
        if let State::Running(_) = answer.state {
            if answer.finished.is_none() {
                answer.finished = Some(caps);
                if answer.delivered.is_some() {
                    self.events.push_back(Event::Cancelled { answer: AnswerId::peer(id) });
                }
            }
        } else if let Some(answer) = self.answers.remove(id)
            && let State::Done(Ok(kept)) = answer.state
        {
            self.kept_words = self.kept_words.saturating_sub(kept.words);
            if caps == ResultCaps::Release {
                for export in kept.exports {
                    self.release_export(export);
                }
            }
            self.release_all(kept.caps);
        }
    }

    fn handle_release(&mut self, export: ExportId, released: u32) -> Result<(), PeerMisbehaved> {
        match self.exports.release(export, released) {
            Ok(Some(entry)) => self.drop_export(entry),
            Ok(None) => {}
            Err(ReleaseError::Unknown) => return Err(PeerMisbehaved::UnknownExport(export)),
            Err(ReleaseError::TooMany { held }) => {
                return Err(PeerMisbehaved::ReleaseTooLarge { export, held, released });
            }
        }
        Ok(())
    }

    /// The peer did not understand a message of ours: as far as can be, nothing happened.
    fn handle_unimplemented(&mut self, message: message::Reader<'_>) -> Result<(), PeerMisbehaved> {
        use message::Which;
        match message.which() {
            Ok(Which::Call(call)) => self.unimplemented_question(call?.get_question_id()),
            Ok(Which::Bootstrap(bootstrap)) => self.unimplemented_question(bootstrap?.get_question_id()),
            Ok(Which::Resolve(resolve)) => {
                let id = ExportId(resolve?.get_promise_id());
                if let Some(entry) = self.exports.get_mut(id)
                    && let export::Kind::Resolved(described) = &mut entry.kind
                    && let Some(described) = described.take()
                {
                    self.release_export(described);
                }
            }
            Ok(Which::Disembargo(disembargo)) => {
                use capnp_rpc::rpc_capnp::disembargo::context::Which;
                if let Ok(Which::SenderLoopback(id)) = disembargo?.get_context().which() {
                    self.lift_embargo(EmbargoId(id));
                }
            }
            _ => {}
        }
        Ok(())
    }

    fn unimplemented_question(&mut self, id: u32) {
        let Some(question) = self.questions.get_mut(id) else { return };
        let Path::Peer(wire) = &mut question.path else { return };
        if wire.returned {
            return;
        }
        wire.returned = true;
        wire.finish = Finish::Settled;
        for export in std::mem::take(&mut question.param_exports) {
            self.release_export(export);
        }
        let exception = IpcException::unimplemented("the peer does not implement this kind of call");
        self.complete_question(QuestionId(id), Err(exception));
    }

    /// Reads what is addressed, or nothing if it is addressed in an unknown way.
    pub(super) fn read_target(
        &self,
        target: message_target::Reader<'_>,
    ) -> Result<Option<Target>, PeerMisbehaved> {
        match target.which() {
            Ok(message_target::Which::ImportedCap(id)) => Ok(Some(self.exported(ExportId(id))?)),
            Ok(message_target::Which::PromisedAnswer(promised)) => {
                let promised = promised?;
                Ok(Some(match self.read_transform(promised)? {
                    Some(transform) => Target::Answer(promised.get_question_id(), transform),
                    None => Target::Nothing,
                }))
            }
            Err(_) => Ok(None),
        }
    }

    fn exported(&self, id: ExportId) -> Result<Target, PeerMisbehaved> {
        self.exports.get(id).ok_or(PeerMisbehaved::UnknownExport(id))?;
        Ok(Target::Export(id))
    }

    fn read_transform(
        &self,
        promised: promised_answer::Reader<'_>,
    ) -> Result<Option<Transform>, PeerMisbehaved> {
        use promised_answer::op::Which;
        let ops = promised.get_transform()?;
        if ops.is_empty() {
            return Ok(Some(Transform::ROOT));
        }
        if ops.len() > self.limits.max_transform_length {
            return Err(PeerMisbehaved::TransformTooLong(ops.len()));
        }
        let mut fields = Vec::new();
        for op in ops {
            match op.which() {
                Ok(Which::Noop(())) => {}
                Ok(Which::GetPointerField(field)) => fields.push(field),
                Err(_) => return Ok(None),
            }
        }
        Ok(Some(Transform::new(&fields)))
    }

    fn receive_caps(
        &mut self,
        payload: payload::Reader<'_>,
        arrived: &mut Arrived,
    ) -> Result<ReceivedCaps<H::Object>, PeerMisbehaved> {
        let table = payload.get_cap_table()?;
        if table.len() > self.limits.max_caps_per_message {
            return Err(PeerMisbehaved::CapTableTooLong(table.len()));
        }
        let mut caps = if table.is_empty() { Caps::new() } else { self.empty_caps() };
        for descriptor in table {
            caps.push(self.receive_cap(descriptor)?);
        }
        let mut attached = Attachments::new();
        if !arrived.is_empty() {
            for (index, descriptor) in table.iter().enumerate() {
                // An index without a descriptor is like none: the transport may have lost it (rpc.capnp, `attachedFd`).
                if let Some(attachment) = arrived.take(descriptor.get_attached_fd().into()) {
                    attached.push(index, attachment);
                }
            }
        }
        Ok(ReceivedCaps { caps, attached, content: None })
    }

    fn receive_plain_caps(
        &mut self,
        PlainPayload { content, table }: PlainPayload<'_>,
        arrived: &mut Arrived,
    ) -> Result<ReceivedCaps<H::Object>, PeerMisbehaved> {
        let mut received = ReceivedCaps { caps: Caps::new(), attached: Attachments::new(), content };
        if table.len() == 0 {
            return Ok(received);
        }
        if table.len() > self.limits.max_caps_per_message as usize {
            return Err(PeerMisbehaved::CapTableTooLong(table.len() as u32));
        }
        received.caps = self.empty_caps();
        for (index, (entry, fd)) in table.entries().enumerate() {
            received.caps.push(match entry {
                Entry::None => None,
                Entry::SenderHosted(id) => Some(self.import(id, Kind::Settled)?),
                Entry::SenderPromise(id) => Some(self.import(id, Kind::Promise { called: false })?),
                Entry::ReceiverHosted(id) => Some(self.receive_hosted(id)?),
            });
            if let Some(attachment) = arrived.take(fd.into()) {
                received.attached.push(index, attachment);
            }
        }
        Ok(received)
    }

    /// Finds a capability of this side that comes back.
    fn receive_hosted(&mut self, id: ExportId) -> Result<Cap<H::Object>, PeerMisbehaved> {
        let cap = self.exports.get(id).ok_or(PeerMisbehaved::UnknownExport(id))?.cap.clone();
        self.acquire_ref(&cap);
        Ok(cap)
    }

    /// Reads a descriptor. The capability carries a reference.
    pub(super) fn receive_cap(
        &mut self,
        descriptor: cap_descriptor::Reader<'_>,
    ) -> Result<Option<Cap<H::Object>>, PeerMisbehaved> {
        use cap_descriptor::Which;
        Ok(Some(match descriptor.which() {
            Ok(Which::None(())) => return Ok(None),
            Ok(Which::SenderHosted(id)) => self.import(ImportId(id), Kind::Settled)?,
            Ok(Which::SenderPromise(id)) => self.import(ImportId(id), Kind::Promise { called: false })?,
            Ok(Which::ThirdPartyHosted(third)) => {
                self.import(ImportId(third?.get_vine_id()), Kind::Settled)?
            }
            Ok(Which::ReceiverHosted(id)) => self.receive_hosted(ExportId(id))?,
            Ok(Which::ReceiverAnswer(promised)) => {
                let promised = promised?;
                match self.read_transform(promised)? {
                    Some(transform) => self.receive_result(promised.get_question_id(), transform),
                    None => Cap::Broken(unknown_step()),
                }
            }
            Err(_) => Cap::Broken(IpcException::unimplemented("the peer sent an unknown kind of capability")),
        }))
    }

    /// Counts one more reference to a capability of the peer.
    fn import(&mut self, id: ImportId, kind: Kind<H::Object>) -> Result<Cap<H::Object>, PeerMisbehaved> {
        if let Some(import) = self.imports.get_mut(id.0) {
            import.remote = import.remote.saturating_add(1);
            import.local = import.local.saturating_add(1);
            if import.remote >= MOST_REFERENCES {
                // One is left: it is in use.
                let surplus = std::mem::replace(&mut import.remote, 1) - 1;
                self.batch_release(id, surplus);
            }
            return Ok(Cap::Import(id));
        }
        let count = self.imports.len();
        if count >= self.limits.max_imports {
            return Err(PeerMisbehaved::TooManyImports(count));
        }
        self.imports.insert(id.0, Import { remote: 1, local: 1, kind });
        Ok(Cap::Import(id))
    }

    /// Finds a capability in the results of a call that the peer made here. Where there is none, the text is that of
    /// Cap'n Proto in C++, as elsewhere.
    fn receive_result(&mut self, id: u32, transform: Transform) -> Cap<H::Object> {
        let cap = match self.answers.get(id).map(|answer| &answer.state) {
            Some(State::Running(_)) if self.promises.len() >= self.limits.max_imports => {
                Cap::Broken(IpcException::overloaded("too many capabilities wait for an answer"))
            }
            Some(State::Running(_)) => self.promise_in_answer(AnswerId::peer(id), transform),
            Some(State::Done(Ok(kept))) => kept.cap(&transform),
            Some(State::Done(Err(exception))) => Cap::Broken(exception.clone()),
            None => Cap::Broken(IpcException::failed("invalid 'receiverAnswer'")),
        };
        self.acquire_ref(&cap);
        cap
    }

    /// Sends a message back that was not understood; a large or malformed one without its content.
    fn echo(&mut self, message: &IncomingMessage) -> Result<(), PeerMisbehaved> {
        let small = message.size_in_words() <= self.limits.max_echo_words;
        let root = message.get_root()?;
        let mut copied = false;
        let echo = OutgoingMessage::build(CONTROL_WORDS, |mut echo| {
            copied = small && echo.set_unimplemented(root).is_ok();
        });
        let echo = if copied { echo } else { OutgoingMessage::build(CONTROL_WORDS, |_| {}) };
        self.send(echo);
        Ok(())
    }
}

/// Reads an exception as it is presented here. Each vat on its way may have added the same prefix.
pub(super) fn read_exception(exception: exception::Reader<'_>) -> IpcException {
    let kind = match exception.get_type() {
        Ok(exception::Type::Overloaded) => ExceptionKind::Overloaded,
        Ok(exception::Type::Disconnected) => ExceptionKind::Disconnected,
        Ok(exception::Type::Unimplemented) => ExceptionKind::Unimplemented,
        Ok(exception::Type::Failed) | Err(_) => ExceptionKind::Failed,
    };
    let text = match exception.get_reason() {
        Ok(reason) => String::from_utf8_lossy(reason.as_bytes()).into_owned(),
        Err(_) => "the peer sent an exception without a readable reason".to_owned(),
    };
    let mut reason = text.as_str();
    while let Some(rest) = reason.strip_prefix(REMOTE_EXCEPTION) {
        reason = rest;
    }
    IpcException::new(kind, reason)
}

fn unknown_step() -> IpcException {
    IpcException::unimplemented("the path to the capability has a step of an unknown kind")
}
