//! Messages of the protocol, from their parts and from a number.

use capnp::OutputSegments;
use capnp::message::{Builder, HeapAllocator};
use capnp_rpc::rpc_capnp::{cap_descriptor, message, message_target, payload, promised_answer, release};
use ipc_runtime::Interface;
use ipc_types_tests::hostile::{Words, a_far, a_list, a_struct};

use super::server::Nest;

/// What a call is for.
#[derive(Clone, Copy, Debug)]
pub enum Targeted {
    /// An object that the receiver has given an id.
    Export(u32),
    /// The answer to a question.
    Answer(u32),
}

/// Makes Bootstrap.
pub fn bootstrap(question: u32) -> Vec<u8> {
    build(&[], |message| message.init_bootstrap().set_question_id(question))
}

/// Makes Call. The parameters are words, the first of which is the pointer to the struct.
pub fn call(
    question: u32,
    target: Targeted,
    interface: u64,
    method: u16,
    params: &[u64],
    caps: &[(u64, u32)],
) -> Vec<u8> {
    build(params, |message| {
        let mut call = message.init_call();
        call.set_question_id(question);
        call.set_interface_id(interface);
        call.set_method_id(method);
        write_target(call.reborrow().init_target(), target);
        write_payload(call.init_params(), caps);
    })
}

/// The little numbers of which a message is made.
struct Bits(u64);

impl Bits {
    fn take(&mut self, bits: u32) -> u64 {
        let taken = self.0 & ((1 << bits) - 1);
        self.0 >>= bits;
        taken
    }

    fn small(&mut self) -> u32 {
        self.take(3) as u32
    }

    fn flag(&mut self) -> bool {
        self.take(1) == 1
    }

    fn target(&mut self) -> Targeted {
        if self.flag() { Targeted::Export(self.small()) } else { Targeted::Answer(self.small()) }
    }

    fn caps(&mut self) -> Vec<(u64, u32)> {
        (0..self.take(2)).map(|_| (self.take(3), self.small())).collect()
    }
}

/// Makes the message that a number stands for: 0 is Bootstrap, question 0.
pub fn any(number: u64) -> Vec<u8> {
    let mut bits = Bits(number);
    let kind = bits.take(4);
    let id = bits.small();
    match kind {
        0 => bootstrap(id),
        1..=5 => {
            let (target, method) = (bits.target(), bits.take(3) as u16);
            let interface = if bits.take(3) == 0 { bits.take(4) } else { <dyn Nest>::descriptor().id };
            let caps = bits.caps();
            call(id, target, interface, method, &objects(&mut bits), &caps)
        }
        6 | 7 => {
            let caps = bits.caps();
            let content = objects(&mut bits);
            build(&content, |message| {
                let mut answer = message.init_return();
                answer.set_answer_id(id);
                answer.set_release_param_caps(bits.flag());
                match bits.take(3) {
                    0..=2 => write_payload(answer.init_results(), &caps),
                    3 => answer.init_exception().set_reason("reason"),
                    4 => answer.set_canceled(()),
                    5 => answer.set_results_sent_elsewhere(()),
                    6 => answer.set_take_from_other_question(bits.small()),
                    _ => drop(answer.init_accept_from_third_party()),
                }
            })
        }
        8 => build(&[], |message| {
            let mut finish = message.init_finish();
            finish.set_question_id(id);
            finish.set_release_result_caps(bits.flag());
        }),
        9 => build(&[], |message| {
            let mut resolve = message.init_resolve();
            resolve.set_promise_id(id);
            if bits.flag() {
                resolve.init_exception().set_reason("reason");
            } else {
                let cap = (bits.take(3), bits.small());
                write_cap(resolve.init_cap(), cap);
            }
        }),
        10 => build(&[], |message| {
            let mut release = message.init_release();
            release.set_id(id);
            release.set_reference_count(bits.small());
        }),
        11 | 12 => build(&[], |message| {
            let mut disembargo = message.init_disembargo();
            write_target(disembargo.reborrow().init_target(), bits.target());
            let mut context = disembargo.init_context();
            match bits.take(2) {
                0 => context.set_sender_loopback(bits.small()),
                1 => context.set_receiver_loopback(bits.small()),
                2 => context.set_accept(()),
                _ => context.set_provide(bits.small()),
            }
        }),
        13 => build(&[], |message| {
            let inner = message.init_unimplemented();
            match bits.take(3) {
                0 => inner.init_bootstrap().set_question_id(id),
                1 => inner.init_call().set_question_id(id),
                2 => inner.init_return().set_answer_id(id),
                3 => inner.init_resolve().set_promise_id(id),
                4 => inner.init_release().set_id(id),
                5 => inner.init_disembargo().init_context().set_sender_loopback(id),
                _ => inner.init_finish().set_question_id(id),
            };
        }),
        14 => build(&[], |message| match bits.take(4) {
            0 => message.init_abort().set_reason("reason"),
            1 => message.init_provide().set_question_id(id),
            2 => message.init_accept().set_question_id(id),
            3 => message.init_join().set_question_id(id),
            _ => {}
        }),
        // What is no message at all.
        _ => framed(&[vec![bits.take(60)]]),
    }
}

/// A struct with pointers to objects, for the parameters of any method of [`Nest`]: the context, one object, a list of
/// two.
fn objects(bits: &mut Bits) -> Words {
    let object = |index: u64| if index < 7 { 3 | index << 32 } else { 0 };
    let (one, first, second) = (bits.take(3), bits.take(3), bits.take(3));
    vec![a_struct(0, 0, 3), 0, object(one), a_list(0, 6, 2), object(first), object(second)]
}

fn write_target(mut to: message_target::Builder<'_>, target: Targeted) {
    match target {
        Targeted::Export(id) => to.set_imported_cap(id),
        Targeted::Answer(question) => write_promised(to.init_promised_answer(), question, question % 2),
    }
}

fn write_promised(mut to: promised_answer::Builder<'_>, question: u32, pointers: u32) {
    to.set_question_id(question);
    let mut transform = to.init_transform(pointers);
    for index in 0..pointers {
        transform.reborrow().get(index).set_get_pointer_field(0);
    }
}

fn write_payload(mut to: payload::Builder<'_>, caps: &[(u64, u32)]) {
    let mut content: release::Builder<'_> = to.reborrow().init_content().init_as();
    content.set_id(PLACEHOLDER as u32);
    content.set_reference_count((PLACEHOLDER >> 32) as u32);
    let mut table = to.init_cap_table(u32::try_from(caps.len()).unwrap_or_default());
    for (index, cap) in (0..).zip(caps) {
        write_cap(table.reborrow().get(index), *cap);
    }
}

fn write_cap(mut to: cap_descriptor::Builder<'_>, (kind, id): (u64, u32)) {
    match kind {
        0 => to.set_none(()),
        1 | 2 => to.set_sender_hosted(id),
        3 => to.set_sender_promise(id),
        4 | 5 => to.set_receiver_hosted(id),
        6 => write_promised(to.init_receiver_answer(), id, id % 3),
        _ => to.init_third_party_hosted().set_vine_id(id),
    }
}

/// Builds a message. Words of content are a second segment, to which the pointer in the payload is changed to lead.
fn build(content: &[u64], fill: impl FnOnce(message::Builder<'_>)) -> Vec<u8> {
    let mut builder: Builder<HeapAllocator> = Builder::new_default();
    fill(builder.init_root());
    let mut segments: Vec<Words> = match builder.get_segments_for_output() {
        OutputSegments::SingleSegment([segment]) => vec![words(segment)],
        OutputSegments::MultiSegment(segments) => segments.iter().map(|segment| words(segment)).collect(),
    };
    let behind = u32::try_from(segments.len()).unwrap_or_default();
    if let Some(place) = segments.first_mut().and_then(|segment| placeholder(segment)) {
        *place = if content.is_empty() { 0 } else { a_far(behind, 0, 0) };
        segments.push(content.to_vec());
    }
    framed(&segments)
}

/// Stands for the content of a payload until the message is built.
const PLACEHOLDER: u64 = 0x636f_6e74_656e_7421;

/// Finds the pointer to the placeholder.
fn placeholder(segment: &mut [u64]) -> Option<&mut u64> {
    let at = segment.iter().position(|word| *word == PLACEHOLDER)?;
    let leads_there = |index: usize, word: u64| {
        let offset = i32::try_from(at).ok()? - i32::try_from(index).ok()? - 1;
        (word == a_struct(offset, 1, 0)).then_some(index)
    };
    let place = segment.iter().enumerate().find_map(|(index, word)| leads_there(index, *word))?;
    segment.get_mut(place)
}

/// The words of whole bytes.
pub fn words(bytes: &[u8]) -> Words {
    bytes.as_chunks::<8>().0.iter().map(|word| u64::from_le_bytes(*word)).collect()
}

/// Makes the bytes of a message of segments.
fn framed(segments: &[Words]) -> Vec<u8> {
    let mut header = vec![u32::try_from(segments.len()).unwrap_or_default().wrapping_sub(1)];
    header.extend(segments.iter().map(|segment| u32::try_from(segment.len()).unwrap_or_default()));
    // To whole words.
    header.resize(header.len().next_multiple_of(2), 0);
    let header = header.into_iter().flat_map(u32::to_le_bytes);
    header.chain(segments.iter().flatten().flat_map(|word| word.to_le_bytes())).collect()
}
