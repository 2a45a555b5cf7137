//! What is read from words is what capnp reads, whatever the words are.

use capnp::Word;
use capnp::message::{Reader, ReaderOptions, SegmentArray};
use capnp_rpc::rpc_capnp::{call, cap_descriptor, message, message_target, payload, return_};
use proptest::prelude::*;

use super::super::frame::{self, Descriptor, FinishNeeded, Frame, PeerTarget};
use super::super::received::{Common, Entry, ParamCaps, PlainPayload};
use super::super::{ExportId, ImportId, QuestionId, Transform};
use crate::object::Capabilities;
use crate::rpc::answer::ResultCaps;
use crate::wire::raw::{Decoder, Place, Plain, Words, context_of, plain_context_of};

/// What one of these messages says.
#[derive(Debug, PartialEq, Eq)]
enum Said {
    Call(u32, u64, u16, u32, Vec<(Entry, u8)>),
    Results(u32, bool, bool, Vec<(Entry, u8)>),
    Finish(u32, bool),
    Release(u32, u32),
}

fn said(common: &Common<'_>) -> Said {
    match *common {
        Common::Call { id, interface_id, method_id, target, payload } => {
            Said::Call(id, interface_id, method_id, target.0, payload.table.entries().collect())
        }
        Common::Results { question, param_caps, no_finish, payload } => {
            let table = payload.table.entries().collect();
            Said::Results(question.0, param_caps == ParamCaps::Release, no_finish, table)
        }
        Common::Finish { id, caps } => Said::Finish(id, caps == ResultCaps::Release),
        Common::Release { export, count } => Said::Release(export.0, count),
    }
}

/// Reads a message with capnp; nothing if it is malformed or none of these.
fn judged(message: message::Reader<'_>) -> Option<Said> {
    match message.which().ok()? {
        message::Which::Call(call) => {
            let call = call.ok()?;
            let to = call.get_send_results_to().which().ok()?;
            let target = call.get_target().ok()?.which().ok()?;
            let (call::send_results_to::Which::Caller(()), message_target::Which::ImportedCap(target)) =
                (to, target)
            else {
                return None;
            };
            let table = entries(call.get_params().ok()?)?;
            Some(Said::Call(
                call.get_question_id(),
                call.get_interface_id(),
                call.get_method_id(),
                target,
                table,
            ))
        }
        message::Which::Return(ret) => {
            let ret = ret.ok()?;
            let return_::Which::Results(results) = ret.which().ok()? else { return None };
            let table = entries(results.ok()?)?;
            let (release, no_finish) = (ret.get_release_param_caps(), ret.get_no_finish_needed());
            Some(Said::Results(ret.get_answer_id(), release, no_finish, table))
        }
        message::Which::Finish(finish) => {
            let finish = finish.ok()?;
            Some(Said::Finish(finish.get_question_id(), finish.get_release_result_caps()))
        }
        message::Which::Release(release) => {
            let release = release.ok()?;
            Some(Said::Release(release.get_id(), release.get_reference_count()))
        }
        _ => None,
    }
}

fn entries(payload: payload::Reader<'_>) -> Option<Vec<(Entry, u8)>> {
    use cap_descriptor::Which;
    let entry = |descriptor: cap_descriptor::Reader<'_>| {
        let entry = match descriptor.which().ok()? {
            Which::None(()) => Entry::None,
            Which::SenderHosted(id) => Entry::SenderHosted(ImportId(id)),
            Which::SenderPromise(id) => Entry::SenderPromise(ImportId(id)),
            Which::ReceiverHosted(id) => Entry::ReceiverHosted(ExportId(id)),
            _ => return None,
        };
        Some((entry, descriptor.get_attached_fd()))
    };
    payload.get_cap_table().ok()?.iter().map(entry).collect()
}

/// Compares both; returns whether the words were plain.
fn compare(words: &[Word]) -> bool {
    let segments = [Word::words_to_bytes(words)];
    let message = Reader::new(SegmentArray::new(&segments), ReaderOptions::new());
    let root = message.get_root::<message::Reader<'_>>();
    let common = Common::read(words);
    if let Some(common) = &common {
        assert_eq!(Some(said(common)), root.as_ref().ok().and_then(|root| judged(*root)), "{words:?}");
    }
    if let Some(content) = common.as_ref().and_then(place_of).and_then(|place| Plain::at(words, place)) {
        let payload = match root.unwrap().which().unwrap() {
            message::Which::Call(call) => call.unwrap().get_params().unwrap(),
            message::Which::Return(ret) => match ret.unwrap().which().unwrap() {
                return_::Which::Results(results) => results.unwrap(),
                _ => panic!("content of a return without results"),
            },
            _ => panic!("content of a message without"),
        };
        let decoder = Decoder::new(Capabilities::new(), words.len());
        let judge = decoder.root(payload.get_content()).unwrap();
        let data = content.data().len() / 8;
        for index in (0..data.min(100) + 2).chain([data, 1 << 20]) {
            assert_eq!(content.word(index), judge.get::<u64>(index as u32));
        }
        let nothing = |index: usize| judge.pointer(index as u32).is_null();
        for first in 0..3 {
            assert_eq!(content.is_data_from(first), (first..1 << 16).all(nothing));
        }
        if let Some(context) = plain_context_of(content) {
            assert_eq!(context_of(payload.get_content()).unwrap(), context);
        }
    }
    common.is_some()
}

fn place_of(common: &Common<'_>) -> Option<Place> {
    match common {
        Common::Call { payload: PlainPayload { content, .. }, .. }
        | Common::Results { payload: PlainPayload { content, .. }, .. } => *content,
        Common::Finish { .. } | Common::Release { .. } => None,
    }
}

fn with_content(mut frame: Frame, caps: usize) -> Frame {
    let content = frame.content();
    let size = capnp::private::layout::StructSize { data: 2, pointers: 3 };
    let root = frame.words.init_struct(content, size);
    frame.words.set(root, 0x0123_4567_89ab_cdef);
    let context =
        frame.words.init_struct(root + 2, capnp::private::layout::StructSize { data: 0, pointers: 2 });
    frame.words.set_capability(context, 0);
    frame.words.set_capability(context + 1, 1);
    frame.words.set_bytes(root + 4, b"text", 1);
    frame.add_table(caps);
    frame
}

fn messages() -> Vec<Words> {
    let descriptors = [
        Descriptor::SenderHosted(ExportId(7)),
        Descriptor::ReceiverHosted(ImportId(u32::MAX)),
        Descriptor::SenderPromise(ExportId(0)),
    ];
    let mut messages = vec![
        frame::finish(QuestionId(5), true),
        frame::finish(QuestionId(6), false),
        frame::release(ImportId(3), 9),
        Frame::results().words,
    ];
    for caps in 0..=3 {
        let mut call = with_content(Frame::call(u64::MAX / 3), caps);
        call.address(QuestionId(4), 17, &PeerTarget::Import(ImportId(2)));
        let mut results = with_content(Frame::results(), caps);
        results.answer(8, if caps == 0 { FinishNeeded::No } else { FinishNeeded::Yes });
        for (index, descriptor) in descriptors.iter().enumerate().take(caps) {
            call.describe(index, descriptor);
            results.describe(index, descriptor);
        }
        if caps > 1 {
            call.attach(1, 3);
        }
        messages.extend([call.words, results.words]);
    }
    messages
}

#[test]
fn messages_of_ours_are_plain() {
    for message in messages() {
        assert!(compare(message.as_slice()), "{:?}", message.as_slice());
    }
}

#[test]
fn what_is_rare_is_left_to_capnp() {
    let mut call = Frame::call(1);
    call.address(QuestionId(4), 17, &PeerTarget::Promised(QuestionId(1), Transform::ROOT));
    assert!(!compare(call.words.as_slice()));
    let mut results = Frame::results();
    results.add_table(1);
    results.answer(1, FinishNeeded::Yes);
    results.describe(0, &Descriptor::ReceiverAnswer(QuestionId(1), Transform::ROOT));
    assert!(!compare(results.words.as_slice()));
    assert!(!compare(&[]));
}

/// What one word becomes.
#[derive(Clone, Debug)]
enum Damage {
    Bit(usize, u32),
    /// Something that looks like a pointer.
    Pointer {
        at: usize,
        kind: u64,
        distance: i8,
        sizes: (u8, u8),
    },
    Word(usize, u64),
    Cut(usize),
}

fn damage() -> impl Strategy<Value = Damage> {
    prop_oneof![
        3 => (any::<usize>(), 0_u32..64).prop_map(|(at, bit)| Damage::Bit(at, bit)),
        3 => (any::<usize>(), 0_u64..8, any::<i8>(), any::<(u8, u8)>())
            .prop_map(|(at, kind, distance, sizes)| Damage::Pointer { at, kind, distance, sizes }),
        1 => (any::<usize>(), any::<u64>()).prop_map(|(at, word)| Damage::Word(at, word)),
        1 => any::<usize>().prop_map(Damage::Cut),
    ]
}

fn apply(words: &mut Vec<u64>, damage: &Damage) {
    let count = words.len().max(1);
    match *damage {
        Damage::Bit(at, bit) => words.get_mut(at % count).into_iter().for_each(|word| *word ^= 1 << bit),
        Damage::Pointer { at, kind, distance, sizes: (first, second) } => {
            let low = (i32::from(distance % 16) << 2).cast_unsigned() | kind as u32 & 3;
            // Small ones, so that many fit.
            let (first, second) = (u64::from(first % 8), u64::from(second % 8));
            let high = if kind & 3 == 1 { first | second << 3 } else { first | second << 16 };
            words.get_mut(at % count).into_iter().for_each(|word| *word = u64::from(low) | high << 32);
        }
        Damage::Word(at, value) => words.get_mut(at % count).into_iter().for_each(|word| *word = value),
        Damage::Cut(at) => words.truncate(at % (count + 1)),
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 4096, ..ProptestConfig::default() })]

    #[test]
    fn damaged_messages_say_the_same(which in any::<usize>(), damages in prop::collection::vec(damage(), 0..6)) {
        let messages = messages();
        let message = messages.get(which % messages.len()).unwrap();
        let (chunks, _) = message.bytes().as_chunks();
        let mut words: Vec<u64> = chunks.iter().map(|bytes| u64::from_le_bytes(*bytes)).collect();
        damages.iter().for_each(|damage| apply(&mut words, damage));
        compare(&to_words(&words));
    }

    #[test]
    fn any_words_say_the_same(words in prop::collection::vec(prop_oneof![any::<u64>(), 0_u64..8], 0..40)) {
        compare(&to_words(&words));
    }
}

fn to_words(words: &[u64]) -> Vec<Word> {
    let word = |word: &u64| {
        let [a, b, c, d, e, f, g, h] = word.to_le_bytes();
        capnp::word(a, b, c, d, e, f, g, h)
    };
    words.iter().map(word).collect()
}
