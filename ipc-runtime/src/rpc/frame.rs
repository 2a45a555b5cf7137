//! The messages that every call takes, word by word: nothing in them has to be looked for, and one that is written is not
//! read again to be completed.
//!
//! Places and numbers are those of rpc.capnp; the tests read each message with its generated code. The messages
//! that are rare are built with that code (see [`OutgoingMessage::build`](super::OutgoingMessage::build)).

use capnp::traits::HasStructSize;
use capnp_rpc::rpc_capnp::{
    call, cap_descriptor, finish, message, message_target, payload, promised_answer, release, return_,
};

use super::{ExportId, ImportId, QuestionId, Transform};
use crate::wire::raw::{Place, ROOT, Words};

/// Where a call begins: behind the root pointer and the struct `Message`.
const BODY: Place = 3;
/// Where the target of a call begins.
const TARGET: Place = 9;

/// A message with a payload.
#[derive(Debug)]
pub(crate) struct Frame {
    pub(crate) words: Words,
    payload: Place,
    /// Where the capability table begins, and how many entries it has.
    table: (Place, usize),
}

/// How a capability is named to the peer.
#[derive(Debug)]
pub(crate) enum Descriptor {
    SenderHosted(ExportId),
    SenderPromise(ExportId),
    ReceiverHosted(ImportId),
    ReceiverAnswer(QuestionId, Transform),
}

/// What a call is addressed to.
#[derive(Clone)]
pub(crate) enum PeerTarget {
    Import(ImportId),
    Promised(QuestionId, Transform),
}

impl Frame {
    /// Begins a call, without its content.
    pub(crate) fn call(interface_id: u64) -> Self {
        let mut words = begin(Kind::Call);
        let call = words.init_struct(BODY - 1, call::Builder::STRUCT_SIZE);
        words.set(call + 1, interface_id);
        words.init_struct(call + 3, message_target::Builder::STRUCT_SIZE);
        Self::with_payload(words, call + 4)
    }

    /// Begins a return with results, without its content.
    pub(crate) fn results() -> Self {
        let mut words = begin(Kind::Return);
        let ret = words.init_struct(BODY - 1, return_::Builder::STRUCT_SIZE);
        Self::with_payload(words, ret + 2)
    }

    fn with_payload(mut words: Words, pointer: Place) -> Self {
        let payload = words.init_struct(pointer, payload::Builder::STRUCT_SIZE);
        Self { words, payload, table: (0, 0) }
    }

    /// Returns the place of the pointer to the content.
    pub(crate) fn content(&self) -> Place {
        self.payload
    }

    /// Adds a table for so many capabilities, all of which are null.
    pub(crate) fn add_table(&mut self, count: usize) {
        if count > 0 {
            let size = cap_descriptor::Builder::STRUCT_SIZE;
            // At most as many as one message may carry.
            let table = self.words.init_structs(self.payload + 1, size, count as u32);
            self.table = (table, count);
        }
    }

    /// Returns how many entries the table has.
    pub(crate) fn table_len(&self) -> usize {
        self.table.1
    }

    fn entry(&self, index: usize) -> Place {
        self.table.0 + 2 * index
    }

    /// Completes a call.
    pub(crate) fn address(&mut self, question: QuestionId, method_id: u16, target: &PeerTarget) {
        // `sendResultsTo` is `caller`, which is zero.
        self.words.set(BODY, u64::from(question.0) | u64::from(method_id) << 32);
        match target {
            PeerTarget::Import(id) => self.words.set(TARGET, id.0.into()),
            PeerTarget::Promised(question, transform) => {
                self.words.set(TARGET, 1 << 32);
                write_promised(&mut self.words, TARGET + 1, *question, transform);
            }
        }
    }

    /// Completes a return, which never releases capabilities of the parameters.
    pub(crate) fn answer(&mut self, id: u32, finish: FinishNeeded) {
        let finish = u64::from(finish == FinishNeeded::No) << 33;
        // A flag whose default is true is stored inverted.
        self.words.set(BODY, u64::from(id) | 1 << 32 | finish);
    }

    /// Fills in an entry of the table.
    pub(crate) fn describe(&mut self, index: usize, descriptor: &Descriptor) {
        let (entry, words) = (self.entry(index), &mut self.words);
        match descriptor {
            Descriptor::SenderHosted(id) => words.set(entry, 1 | u64::from(id.0) << 32),
            Descriptor::SenderPromise(id) => words.set(entry, 2 | u64::from(id.0) << 32),
            Descriptor::ReceiverHosted(id) => words.set(entry, 3 | u64::from(id.0) << 32),
            Descriptor::ReceiverAnswer(question, transform) => {
                words.set(entry, 4);
                write_promised(words, entry + 1, *question, transform);
            }
        }
    }

    /// Notes which file descriptor of the message is attached to a capability.
    pub(crate) fn attach(&mut self, index: usize, fd: u8) {
        let entry = self.entry(index);
        if let Some(place) = self.words.bytes_from(entry * 8 + 2).first_mut() {
            // Its default has all bits set, and is stored as zero.
            *place = !fd;
        }
    }
}

/// Whether the peer is to say that it has no use for results any more.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum FinishNeeded {
    Yes,
    No,
}

/// Writes a whole Finish.
pub(crate) fn finish(question: QuestionId, release_result_caps: bool) -> Words {
    let mut words = begin(Kind::Finish);
    let finish = words.init_struct(BODY - 1, finish::Builder::STRUCT_SIZE);
    // `requireEarlyCancellationWorkaround` is false; a flag whose default is true is stored inverted.
    let release = u64::from(!release_result_caps) << 32;
    words.set(finish, u64::from(question.0) | release | 1 << 33);
    words
}

/// Writes a whole Release.
pub(crate) fn release(import: ImportId, count: u32) -> Words {
    let mut words = begin(Kind::Release);
    let release = words.init_struct(BODY - 1, release::Builder::STRUCT_SIZE);
    words.set(release, u64::from(import.0) | u64::from(count) << 32);
    words
}

/// Which message it is, as the struct `Message` numbers them.
#[derive(Clone, Copy)]
pub(crate) enum Kind {
    Call = 2,
    Return = 3,
    Finish = 4,
    Release = 6,
}

fn begin(kind: Kind) -> Words {
    let mut words = Words::new();
    let message = words.init_struct(ROOT, message::Builder::STRUCT_SIZE);
    words.set(message, kind as u64);
    words
}

fn write_promised(words: &mut Words, pointer: Place, question: QuestionId, transform: &Transform) {
    let promised = words.init_struct(pointer, promised_answer::Builder::STRUCT_SIZE);
    words.set(promised, question.0.into());
    let fields = transform.fields();
    if !fields.is_empty() {
        let size = promised_answer::op::Builder::STRUCT_SIZE;
        let ops = words.init_structs(promised + 1, size, fields.len() as u32);
        for (place, field) in (ops..).zip(fields) {
            words.set(place, 1 | u64::from(*field) << 16);
        }
    }
}

#[cfg(test)]
mod tests {
    use capnp::message::{Reader, ReaderOptions, SegmentArray};
    use capnp_rpc::rpc_capnp::{cap_descriptor, message, message_target, promised_answer, return_};

    use super::*;

    fn read(words: &Words, look: impl FnOnce(message::WhichReader<'_>)) {
        let segments = [words.bytes()];
        let message = Reader::new(SegmentArray::new(&segments), ReaderOptions::new());
        look(message.get_root::<message::Reader<'_>>().unwrap().which().unwrap());
        // All of it is what the root leads to.
        let root: capnp::any_pointer::Reader<'_> = message.get_root().unwrap();
        assert_eq!(root.target_size().unwrap().word_count, words.len() as u64 - 1);
    }

    fn path(promised: promised_answer::Reader<'_>) -> (u32, Vec<u16>) {
        use promised_answer::op::Which;
        let field = |op: promised_answer::op::Reader<'_>| match op.which().unwrap() {
            Which::GetPointerField(field) => field,
            Which::Noop(()) => panic!("no field"),
        };
        (promised.get_question_id(), promised.get_transform().unwrap().iter().map(field).collect())
    }

    #[test]
    fn a_call_says_what_it_was_given() {
        for target in
            [PeerTarget::Import(ImportId(5)), PeerTarget::Promised(QuestionId(6), Transform::new(&[1, 2]))]
        {
            let mut frame = Frame::call(u64::MAX - 1);
            let content = frame.content();
            frame.words.set_bytes(content, b"content", 0);
            frame.add_table(0);
            frame.address(QuestionId(u32::MAX - 2), u16::MAX - 3, &target);
            read(&frame.words, |message| {
                let message::Which::Call(call) = message else { panic!("no call") };
                let call = call.unwrap();
                assert_eq!(call.get_question_id(), u32::MAX - 2);
                assert_eq!((call.get_interface_id(), call.get_method_id()), (u64::MAX - 1, u16::MAX - 3));
                assert!(matches!(
                    call.get_send_results_to().which(),
                    Ok(call::send_results_to::Which::Caller(()))
                ));
                match (call.get_target().unwrap().which().unwrap(), &target) {
                    (message_target::Which::ImportedCap(id), PeerTarget::Import(_)) => assert_eq!(id, 5),
                    (message_target::Which::PromisedAnswer(promised), PeerTarget::Promised(..)) => {
                        assert_eq!(path(promised.unwrap()), (6, vec![1, 2]));
                    }
                    _ => panic!("another target"),
                }
                let params = call.get_params().unwrap();
                assert_eq!(params.get_content().get_as::<&[u8]>().unwrap(), b"content");
                assert!(!params.has_cap_table());
            });
        }
    }

    #[test]
    fn a_return_says_what_it_was_given() {
        for (finish, needed) in [(FinishNeeded::Yes, true), (FinishNeeded::No, false)] {
            let mut frame = Frame::results();
            frame.add_table(5);
            frame.answer(u32::MAX, finish);
            let descriptors = [
                Descriptor::SenderHosted(ExportId(1)),
                Descriptor::SenderPromise(ExportId(2)),
                Descriptor::ReceiverHosted(ImportId(3)),
                Descriptor::ReceiverAnswer(QuestionId(4), Transform::new(&[7; 9])),
            ];
            for (index, descriptor) in descriptors.iter().enumerate() {
                frame.describe(index, descriptor);
            }
            frame.attach(2, 200);
            read(&frame.words, |message| {
                let message::Which::Return(ret) = message else { panic!("no return") };
                let ret = ret.unwrap();
                assert_eq!(ret.get_answer_id(), u32::MAX);
                assert!(!ret.get_release_param_caps());
                assert_eq!(ret.get_no_finish_needed(), !needed);
                let return_::Which::Results(results) = ret.which().unwrap() else { panic!("no results") };
                let results = results.unwrap();
                assert!(results.get_content().is_null());
                use cap_descriptor::Which;
                for (index, descriptor) in (0..).zip(results.get_cap_table().unwrap()) {
                    assert_eq!(descriptor.get_attached_fd(), if index == 2 { 200 } else { 255 });
                    match (index, descriptor.which().unwrap()) {
                        (0, Which::SenderHosted(1)) | (1, Which::SenderPromise(2)) => {}
                        (2, Which::ReceiverHosted(3)) | (4, Which::None(())) => {}
                        (3, Which::ReceiverAnswer(promised)) => {
                            assert_eq!(path(promised.unwrap()), (4, vec![7; 9]));
                        }
                        _ => panic!("another descriptor at {index}"),
                    }
                }
            });
        }
    }

    #[test]
    fn what_rides_with_them_says_what_it_was_given() {
        for released in [true, false] {
            read(&finish(QuestionId(u32::MAX), released), |message| {
                let message::Which::Finish(finish) = message else { panic!("no finish") };
                let finish = finish.unwrap();
                assert_eq!(finish.get_question_id(), u32::MAX);
                assert_eq!(finish.get_release_result_caps(), released);
                assert!(!finish.get_require_early_cancellation_workaround());
            });
        }
        read(&release(ImportId(u32::MAX), 3), |message| {
            let message::Which::Release(release) = message else { panic!("no release") };
            let release = release.unwrap();
            assert_eq!((release.get_id(), release.get_reference_count()), (u32::MAX, 3));
        });
    }
}
