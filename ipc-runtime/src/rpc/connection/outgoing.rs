//! Sending: calls and returns, descriptors of capabilities, batches.

use std::sync::Arc;

use capnp_rpc::rpc_capnp::{cap_descriptor, exception, message, message_target, promised_answer, return_};

use super::super::answer::{Kept, ResultCaps, ResultsTo};
use super::super::export::ExportIds;
use super::super::frame::{self, Descriptor, FinishNeeded, Frame, PeerTarget};
use super::super::import;
use super::super::large::Parts;
use super::super::message::{CONTROL_WORDS, Caps};
use super::super::question::{Finish, Origin, Path, Question, Request, Wire};
use super::super::{
    Cap, ExportId, Host, ImportId, OutgoingCall, OutgoingMessage, OutgoingResults, QuestionId, Transform,
    export,
};
use super::Connection;
use super::caps::Way;
use crate::attachment::{ATTACHMENT_LIMIT, Attachment, Attachments};
use crate::exception::{ExceptionKind, IpcException};

/// Finish and Release messages that wait for another message to ride with.
#[derive(Default)]
pub(super) struct Batch {
    items: Vec<Batched>,
}

enum Batched {
    Finish(QuestionId, ResultCaps),
    Release(ImportId, u32),
}

/// A longer batch goes out on its own; the sums are found by searching it.
const MAX_BATCH: usize = 64;

impl Batch {
    pub(super) fn is_empty(&self) -> bool {
        self.items.is_empty()
    }

    pub(super) fn clear(&mut self) {
        self.items.clear();
    }
}

impl<H: Host> Connection<H> {
    /// Makes batched Finish and Release messages transmittable now.
    pub fn flush_batched(&mut self) {
        for item in self.batch.items.drain(..) {
            let words = match item {
                Batched::Finish(question, caps) => frame::finish(question, caps == ResultCaps::Release),
                Batched::Release(import, count) => frame::release(import, count),
            };
            self.transmit.push_back(OutgoingMessage::new(words));
        }
    }

    pub(super) fn send(&mut self, message: OutgoingMessage) {
        self.flush_batched();
        self.transmit.push_back(message);
    }

    pub(super) fn batch_finish(&mut self, question: QuestionId, caps: ResultCaps) {
        self.add_to_batch(Batched::Finish(question, caps));
    }

    pub(super) fn batch_release(&mut self, id: ImportId, count: u32) {
        for item in &mut self.batch.items {
            if let Batched::Release(import, sum) = item
                && *import == id
                && let Some(total) = sum.checked_add(count)
            {
                *sum = total;
                return;
            }
        }
        self.add_to_batch(Batched::Release(id, count));
    }

    fn add_to_batch(&mut self, item: Batched) {
        if self.terminated.is_some() {
            return;
        }
        self.batch.items.push(item);
        if self.batch.items.len() >= MAX_BATCH {
            self.flush_batched();
        }
    }

    /// Sends a call to the peer; one that came from there goes back as a question of this side.
    pub(super) fn send_call(&mut self, target: &PeerTarget, request: Request<H>) {
        let (question, mut call) = match request {
            Request::Own { question, call } => (question, call),
            Request::Received { answer, interface_id, method_id, payload } => {
                match OutgoingCall::copied(interface_id, method_id, &payload) {
                    Ok((mut call, origins)) => {
                        call.caps = self.adopt(&origins, payload.caps);
                        call.attached = payload.attached.moved(&origins);
                        let question = Question::new(Origin::Forward(answer), Path::Queued);
                        (QuestionId(self.questions.insert(question)), call)
                    }
                    Err(error) => {
                        let exception = error.into();
                        return self
                            .fail(Request::Received { answer, interface_id, method_id, payload }, exception);
                    }
                }
            }
        };
        if self.too_many_exports(&call.caps) {
            let exception = IpcException::overloaded("the peer holds too many capabilities");
            return self.fail(Request::Own { question, call }, exception);
        }
        let mut caps = std::mem::take(&mut call.caps);
        let mut exported = ExportIds::new();
        call.frame.address(question, call.kind.method_id, target);
        self.describe_all(&mut call.frame, &caps, &mut exported);
        let attached = attach_all(&mut call.frame, call.attached);
        if let PeerTarget::Import(id) = *target
            && let Some(import) = self.imports.get_mut(id.0)
            && let import::Kind::Promise { called } = &mut import.kind
        {
            *called = true;
        }
        let mut waiting = Default::default();
        if let Some(entry) = self.questions.get_mut(question.0) {
            entry.path = Path::Peer(Wire::default());
            entry.param_exports = exported;
            waiting = std::mem::take(&mut entry.waiting);
        }
        self.send(OutgoingMessage::owned(call.frame.words, call.parts, attached));
        self.announce_exports();
        // Another handle on each object is in the table of exports.
        caps.retain(|cap| !matches!(cap, Some(Cap::Local(_))));
        self.release_all(caps);
        self.resume(waiting, |transform| Cap::Promised(question, transform.clone()));
        // Nobody may be left who wants it, since it was queued.
        if let Some(entry) = self.questions.get_mut(question.0)
            && entry.handles == 0
            && let Path::Peer(wire) = &mut entry.path
        {
            wire.finish = Finish::Settled;
            self.batch_finish(question, ResultCaps::Release);
        }
    }

    fn too_many_exports(&self, caps: &Caps<H::Object>) -> bool {
        caps.len() > self.limits.max_exports.saturating_sub(self.exports.table.len())
    }

    fn describe_all(&mut self, frame: &mut Frame, caps: &Caps<H::Object>, exported: &mut ExportIds) {
        for (index, cap) in (0..frame.table_len()).zip(caps) {
            if let Some(cap) = cap {
                let (descriptor, export) = self.describe(cap);
                frame.describe(index, &descriptor);
                exported.extend(export);
            }
        }
    }

    /// Finds out how to name a capability to the peer. Returns also the export, if a reference to one travels with it.
    pub(super) fn describe(&mut self, cap: &Cap<H::Object>) -> (Descriptor, Option<ExportId>) {
        let place = self.place(cap, Way::Shortest);
        let id = match self.name_place(place) {
            Cap::Local(object) => {
                let id = self.exports.export_object(&object);
                return (Descriptor::SenderHosted(id), Some(id));
            }
            Cap::Import(id) => return (Descriptor::ReceiverHosted(id), None),
            Cap::Promised(id, transform) => return (Descriptor::ReceiverAnswer(id, transform), None),
            Cap::Awaited(promise) => match self.promises.get_mut(promise.0).map(|entry| entry.export) {
                Some(Some(id)) => {
                    self.exports.add_reference(id);
                    id
                }
                _ => {
                    let cap = self.acquire(&Cap::Awaited(promise));
                    let id = self.exports.export_other(cap, export::Kind::Promise(promise));
                    if let Some(entry) = self.promises.get_mut(promise.0) {
                        entry.export = Some(id);
                    }
                    id
                }
            },
            // There is no descriptor for it: it is a promise that is broken at once.
            broken @ Cap::Broken(_) => {
                let id = self.exports.export_other(broken, export::Kind::Resolved(None));
                self.announcements.push(id);
                id
            }
        };
        (Descriptor::SenderPromise(id), Some(id))
    }

    /// Sends the Resolve messages that must follow the message just sent.
    fn announce_exports(&mut self) {
        for id in std::mem::take(&mut self.announcements) {
            if let Some(export) = self.exports.get(id)
                && let Cap::Broken(exception) = export.cap.clone()
            {
                self.send_resolve(id, &Cap::Broken(exception));
            }
        }
    }

    /// Sends Resolve. Returns the export whose reference travels in it.
    pub(super) fn send_resolve(&mut self, id: ExportId, cap: &Cap<H::Object>) -> Option<ExportId> {
        let mut exported = None;
        let message = OutgoingMessage::build(CONTROL_WORDS, |message| {
            let mut resolve = message.init_resolve();
            resolve.set_promise_id(id.0);
            match cap {
                Cap::Broken(exception) => write_exception(resolve.init_exception(), exception),
                cap => {
                    let (descriptor, export) = self.describe(cap);
                    write_descriptor(resolve.init_cap(), &descriptor);
                    exported = export;
                }
            }
        });
        self.send(message);
        self.announce_exports();
        exported
    }

    /// Sends the Return for an answer to the peer.
    pub(super) fn return_to_peer(
        &mut self,
        id: u32,
        results_to: ResultsTo,
        finished: Option<ResultCaps>,
        result: Result<OutgoingResults<H::Object>, IpcException>,
    ) -> Result<Kept<H::Object>, IpcException> {
        let results = match result {
            Ok(results)
                if matches!(results_to, ResultsTo::Caller) && self.too_many_exports(&results.caps) =>
            {
                self.release_all(results.caps);
                Err(IpcException::overloaded("the peer holds too many capabilities"))
            }
            result => result,
        };
        match (results, results_to) {
            (results, ResultsTo::Taker(_)) => {
                self.send_return(id, |mut ret| ret.set_results_sent_elsewhere(()));
                results.map(Kept::of)
            }
            (Err(exception), _) => {
                self.send_return(id, |ret| write_exception(ret.init_exception(), &exception));
                Err(exception)
            }
            // Nobody looks at the results, and their capabilities would be released at once.
            (Ok(results), _) if finished == Some(ResultCaps::Release) => {
                self.send_return(id, |mut ret| ret.set_canceled(()));
                Ok(Kept::of(results))
            }
            (Ok(mut results), _) => {
                let mut exports = ExportIds::new();
                let caps = std::mem::take(&mut results.caps);
                let finish = if caps.is_empty() { FinishNeeded::No } else { FinishNeeded::Yes };
                results.frame.answer(id, finish);
                self.describe_all(&mut results.frame, &caps, &mut exports);
                let attached = attach_all(&mut results.frame, results.attached);
                let words = results.frame.words.len();
                let mut message = None;
                self.send(if caps.is_empty() {
                    OutgoingMessage::owned(results.frame.words, results.parts, attached)
                } else {
                    let words = message.insert(Arc::new(results.frame.words));
                    OutgoingMessage::shared(Arc::clone(words), results.parts, attached)
                });
                self.announce_exports();
                Ok(Kept { message, words, parts: Parts::NONE, caps, attached: Attachments::new(), exports })
            }
        }
    }

    fn send_return(&mut self, id: u32, fill: impl FnOnce(return_::Builder<'_>)) {
        self.send(OutgoingMessage::build(CONTROL_WORDS, |message: message::Builder<'_>| {
            let mut ret = message.init_return();
            ret.set_answer_id(id);
            ret.set_release_param_caps(false);
            fill(ret);
        }));
    }

    /// Answers a call of which nothing is remembered: its parameters were not looked at, and no Finish is
    /// waited for.
    pub(super) fn refuse(&mut self, id: u32, exception: &IpcException) {
        self.send_return(id, |mut ret| {
            ret.set_release_param_caps(true);
            write_exception(ret.init_exception(), exception);
        });
    }

    /// Takes one reference of the peer back that is ours to take.
    pub(super) fn release_export(&mut self, id: ExportId) {
        if let Ok(Some(export)) = self.exports.release(id, 1) {
            self.drop_export(export);
        }
    }

    pub(super) fn drop_export(&mut self, export: export::Export<H::Object>) {
        if let export::Kind::Promise(promise) = export.kind
            && let Some(promise) = self.promises.get_mut(promise.0)
        {
            promise.export = None;
        }
        self.discard(export.cap);
    }
}

/// Notes in the descriptors which file descriptor belongs to which of them, and returns those in the order in which they
/// are to be sent. One of no capability is closed.
fn attach_all(frame: &mut Frame, attached: Attachments) -> Vec<Attachment> {
    let mut sent = Vec::with_capacity(attached.len());
    for (cap, attachment) in attached {
        if let Ok(place) = u8::try_from(sent.len())
            && cap < frame.table_len()
            && sent.len() < ATTACHMENT_LIMIT
        {
            frame.attach(cap, place);
            sent.push(attachment);
        }
    }
    sent
}

fn write_descriptor(mut builder: cap_descriptor::Builder<'_>, descriptor: &Descriptor) {
    match descriptor {
        Descriptor::SenderHosted(id) => builder.set_sender_hosted(id.0),
        Descriptor::SenderPromise(id) => builder.set_sender_promise(id.0),
        Descriptor::ReceiverHosted(id) => builder.set_receiver_hosted(id.0),
        Descriptor::ReceiverAnswer(id, transform) => {
            write_promised(builder.init_receiver_answer(), *id, transform);
        }
    }
}

pub(super) fn write_target(mut builder: message_target::Builder<'_>, target: &PeerTarget) {
    match target {
        PeerTarget::Import(id) => builder.set_imported_cap(id.0),
        PeerTarget::Promised(id, transform) => {
            write_promised(builder.init_promised_answer(), *id, transform);
        }
    }
}

fn write_promised(mut builder: promised_answer::Builder<'_>, id: QuestionId, transform: &Transform) {
    builder.set_question_id(id.0);
    let fields = transform.fields();
    if !fields.is_empty() {
        let mut ops = builder.init_transform(fields.len() as u32);
        for (index, field) in (0..).zip(fields) {
            ops.reborrow().get(index).set_get_pointer_field(*field);
        }
    }
}

/// Writes the exception of a call. One that says `disconnected` is not about this connection, and the peer
/// would think that it is.
pub(super) fn write_exception(mut builder: exception::Builder<'_>, exception: &IpcException) {
    builder.set_reason(exception.text());
    builder.set_type(match exception.kind() {
        ExceptionKind::Overloaded | ExceptionKind::TimedOut => exception::Type::Overloaded,
        ExceptionKind::Unimplemented => exception::Type::Unimplemented,
        ExceptionKind::Failed | ExceptionKind::System | ExceptionKind::Disconnected => {
            exception::Type::Failed
        }
    });
}
