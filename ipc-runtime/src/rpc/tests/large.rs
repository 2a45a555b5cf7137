//! Large values: where their bytes are when a message is written, and what a reader makes of it.

use capnp::message::{Reader, ReaderOptions};

use super::super::large::{LargeBytes, copies_of};
use super::super::{Form, LARGE_BYTES, LargeValue, OutgoingCall, OutgoingMessage, Payload, Segments};
use super::util::Obj;
use crate::object::Destination;
use crate::wire::layout::{Layout, layout};
use crate::wire::raw::Decoder;
use crate::wire::{Decode, Encode, Encoder, IpcType, StructWriter};

/// Two values.
const PARAMS: Layout<2> = layout([<Vec<u8> as IpcType>::SHAPE, <String as IpcType>::SHAPE]);

fn call<'d>(encode: impl FnOnce(&mut StructWriter<'_, 'd>)) -> (OutgoingCall<Obj>, Vec<&'d [u8]>) {
    let mut encoder = Encoder::new(Destination::none()).with_large();
    let mut call = OutgoingCall::with_content(1, 2, |words, content| {
        encoder.encode(words, content, PARAMS.size, |to| {
            encode(to);
            Ok(())
        })?;
        Ok::<_, crate::IpcException>(0)
    })
    .unwrap();
    let lent = call.set_large(encoder.take_large()).unwrap();
    (call, lent)
}

fn addresses(message: &OutgoingMessage, lent: &[&[u8]]) -> Vec<usize> {
    let segments = message.segments();
    let mut addresses = Vec::new();
    message.parts().slices(&segments, lent, |slice| addresses.push(slice.as_ptr().addr()));
    addresses
}

fn read(message: capnp::message::Reader<Segments>) -> (Vec<u8>, String) {
    let payload = Payload::<Obj>::received(message, Default::default(), Default::default());
    let decoder = Decoder::new(Vec::new(), payload.words());
    let root = decoder.root(payload.content().unwrap()).unwrap();
    (Vec::decode(&root, PARAMS.at[0]).unwrap(), String::decode(&root, PARAMS.at[1]).unwrap())
}

#[test]
fn what_is_lent_or_given_is_written_from_where_it_lies() {
    for length in [LARGE_BYTES, LARGE_BYTES + 1, LARGE_BYTES + 8] {
        let (data, text) = (vec![7; length], "t".repeat(length));
        let given = text.clone();
        let places = [data.as_ptr().addr(), given.as_ptr().addr()];
        let (call, lent) = call(|to| {
            given.give(to, PARAMS.at[1]).unwrap();
            data.lend(to, PARAMS.at[0]).unwrap();
        });
        assert_eq!(lent.len(), 1);
        let message = OutgoingMessage::owned(call.frame.words, call.parts, Vec::new());
        let written = addresses(&message, &lent);
        assert!(places.iter().all(|place| written.contains(place)), "copied");
        assert!(message.segments().iter().map(|segment| segment.len()).sum::<usize>() < 1024);

        let mut words = Vec::new();
        let mut bounds = Vec::new();
        let mut bytes = Vec::new();
        let segments = message.segments();
        message.parts().slices(&segments, &lent, |slice| bytes.extend_from_slice(slice));
        for length in segments.iter().map(|segment| segment.len() / 8).chain(message.parts().segment_words())
        {
            let begin = bounds.last().map_or(0, |last: &std::ops::Range<usize>| last.end);
            bounds.push(begin..begin + length);
        }
        assert_eq!(bytes.len(), message.words() * 8);
        words.resize(message.words(), capnp::word(0, 0, 0, 0, 0, 0, 0, 0));
        capnp::Word::words_to_bytes_mut(&mut words).copy_from_slice(&bytes);
        let received = Reader::new(Segments::new(words, bounds), ReaderOptions::new());
        assert!(read(received) == (data.clone(), text));
    }
}

#[test]
fn a_message_that_stays_on_this_side_has_copies() {
    let data = vec![9; LARGE_BYTES];
    let (mut call, lent) = call(|to| data.lend(to, PARAMS.at[0]).unwrap());
    assert!(call.parts.are_lent());
    call.own(copies_of(&lent));
    assert!(!call.parts.are_lent());
    let words = call.words();
    let flat = call.parts.flatten(call.frame.words.bytes());
    assert_eq!(flat.size_in_words(), words);
    assert!(read(flat) == (data, String::new()));
}

#[test]
fn what_is_small_is_in_the_message() {
    let data = vec![1; LARGE_BYTES - 1];
    let (call, lent) = call(|to| data.lend(to, PARAMS.at[0]).unwrap());
    assert!(lent.is_empty() && call.parts.is_empty());
    assert!(call.words() > LARGE_BYTES / 8);
}

#[test]
fn a_pointer_that_is_not_in_the_message_is_refused() {
    let (mut call, _) = call(|_| ());
    // The first word is the root pointer, which is not null.
    for pointer in [0, call.words(), usize::MAX] {
        let bytes = LargeBytes::Owned(Box::new([0_u8; 3]));
        let refused = call.set_large(vec![LargeValue { pointer, form: Form::Data, bytes }]);
        assert!(refused.is_err(), "{pointer:#x}");
    }
}
