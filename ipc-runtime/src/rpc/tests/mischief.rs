//! A peer that sends well-formed messages at random.

use capnp_rpc::rpc_capnp::{cap_descriptor, message, message_target, payload};
use proptest::prelude::*;

use super::super::{Cap, Transform};
use super::util::{Obj, Raw, build_call, export, promise, result_of};
use crate::exception::IpcException;

#[derive(Clone, Debug)]
enum Message {
    Bootstrap(u32),
    Call { id: u32, target: Target, caps: Vec<Descriptor>, tail: bool },
    Results { id: u32, caps: Vec<Descriptor>, release: bool, no_finish: bool },
    Exception(u32),
    Take { id: u32, from: u32 },
    Finish { id: u32, release: bool },
    Release { id: u32, count: u32 },
    Resolve { id: u32, to: Descriptor },
    Disembargo { target: Target, id: u32, back: bool },
    Unimplemented(Box<Message>),
}

#[derive(Clone, Debug)]
enum Target {
    Export(u32),
    Result(u32, u16),
}

#[derive(Clone, Debug)]
enum Descriptor {
    None,
    Hosted(u32),
    Promise(u32),
    Yours(u32),
    Result(u32, u16),
}

/// What this side does in between.
#[derive(Clone, Debug)]
enum Op {
    Receive(Message),
    Respond { results: bool },
    Call(usize),
    CallResult,
    Finish(usize),
    Release(usize),
}

fn id() -> impl Strategy<Value = u32> {
    0_u32..5
}

fn target() -> impl Strategy<Value = Target> {
    prop_oneof![
        id().prop_map(Target::Export),
        (id(), 0_u16..2).prop_map(|(id, field)| Target::Result(id, field))
    ]
}

fn descriptor() -> impl Strategy<Value = Descriptor> {
    prop_oneof![
        1 => Just(Descriptor::None),
        2 => id().prop_map(Descriptor::Hosted),
        3 => (5_u32..10).prop_map(Descriptor::Promise),
        1 => (0_u32..2).prop_map(Descriptor::Yours),
        2 => (id(), 0_u16..2).prop_map(|(id, field)| Descriptor::Result(id, field)),
    ]
}

fn received() -> impl Strategy<Value = Message> {
    let caps = || prop::collection::vec(descriptor(), 0..3);
    let plain = prop_oneof![
        1 => id().prop_map(Message::Bootstrap),
        6 => (0_u32..40, target(), caps(), any::<bool>())
            .prop_map(|(id, target, caps, tail)| Message::Call { id, target, caps, tail }),
        4 => (id(), caps(), any::<bool>(), any::<bool>())
            .prop_map(|(id, caps, release, no_finish)| Message::Results { id, caps, release, no_finish }),
        1 => id().prop_map(Message::Exception),
        1 => (id(), id()).prop_map(|(id, from)| Message::Take { id, from }),
        3 => (id(), any::<bool>()).prop_map(|(id, release)| Message::Finish { id, release }),
        1 => (id(), 0_u32..2).prop_map(|(id, count)| Message::Release { id, count }),
        3 => (5_u32..10, descriptor()).prop_map(|(id, to)| Message::Resolve { id, to }),
        1 => (target(), id(), any::<bool>())
            .prop_map(|(target, id, back)| Message::Disembargo { target, id, back }),
    ];
    plain.prop_recursive(1, 2, 1, |inner| inner.prop_map(|inner| Message::Unimplemented(Box::new(inner))))
}

fn op() -> impl Strategy<Value = Op> {
    prop_oneof![
        8 => received().prop_map(Op::Receive),
        3 => any::<bool>().prop_map(|results| Op::Respond { results }),
        3 => (0_usize..8).prop_map(Op::Call),
        1 => Just(Op::CallResult),
        1 => (0_usize..8).prop_map(Op::Finish),
        1 => (0_usize..8).prop_map(Op::Release),
    ]
}

fn build(message: message::Builder<'_>, sent: &Message) {
    match sent {
        Message::Bootstrap(id) => message.init_bootstrap().set_question_id(*id),
        Message::Call { id, target, caps, tail } => {
            let mut message = message;
            build_call(
                message.reborrow(),
                *id,
                |builder| build_target(builder, target),
                |payload| build_payload(payload, caps),
            );
            if *tail && let Ok(message::Which::Call(Ok(call))) = message.which() {
                call.get_send_results_to().set_yourself(());
            }
        }
        Message::Results { id, caps, release, no_finish } => {
            let mut ret = message.init_return();
            ret.set_answer_id(*id);
            ret.set_release_param_caps(*release);
            ret.set_no_finish_needed(*no_finish);
            build_payload(ret.init_results(), caps);
        }
        Message::Exception(id) => {
            let mut ret = message.init_return();
            ret.set_answer_id(*id);
            ret.init_exception();
        }
        Message::Take { id, from } => {
            let mut ret = message.init_return();
            ret.set_answer_id(*id);
            ret.set_take_from_other_question(*from);
        }
        Message::Finish { id, release } => {
            let mut finish = message.init_finish();
            finish.set_question_id(*id);
            finish.set_release_result_caps(*release);
        }
        Message::Release { id, count } => {
            let mut release = message.init_release();
            release.set_id(*id);
            release.set_reference_count(*count);
        }
        Message::Resolve { id, to } => {
            let mut resolve = message.init_resolve();
            resolve.set_promise_id(*id);
            build_descriptor(resolve.init_cap(), to);
        }
        Message::Disembargo { target, id, back } => {
            let mut disembargo = message.init_disembargo();
            build_target(disembargo.reborrow().init_target(), target);
            let mut context = disembargo.init_context();
            if *back {
                context.set_receiver_loopback(*id);
            } else {
                context.set_sender_loopback(*id);
            }
        }
        Message::Unimplemented(inner) => build(message.init_unimplemented(), inner),
    }
}

fn build_target(builder: message_target::Builder<'_>, target: &Target) {
    match target {
        Target::Export(id) => export(*id)(builder),
        Target::Result(id, field) => result_of(*id, &[*field])(builder),
    }
}

fn build_payload(mut payload: payload::Builder<'_>, caps: &[Descriptor]) {
    super::util::write_content(payload.reborrow().get_content(), 0, caps.len());
    let mut table = payload.init_cap_table(caps.len() as u32);
    for (index, cap) in (0..).zip(caps) {
        build_descriptor(table.reborrow().get(index), cap);
    }
}

fn build_descriptor(mut builder: cap_descriptor::Builder<'_>, descriptor: &Descriptor) {
    match descriptor {
        Descriptor::None => builder.set_none(()),
        Descriptor::Hosted(id) => builder.set_sender_hosted(*id),
        Descriptor::Promise(id) => builder.set_sender_promise(*id),
        Descriptor::Yours(id) => builder.set_receiver_hosted(*id),
        Descriptor::Result(id, field) => promise(builder.init_receiver_answer(), *id, &[*field]),
    }
}

proptest! {
    #[test]
    fn whatever_a_peer_sends_every_question_is_answered_and_nothing_is_left(
        ops in prop::collection::vec(op(), 1..100),
    ) {
        let mut raw = Raw::bootstrapped();
        let mine = Obj::new(2);
        let mut held = Vec::new();
        let mut questions = Vec::new();
        let mut asked = 0_u32;
        for op in ops {
            match op {
                Op::Receive(message) => {
                    let fault = raw.try_send(|builder| build(builder, &message)).is_err();
                    prop_assert_eq!(fault, raw.end.terminated().is_some());
                    if fault {
                        break;
                    }
                }
                Op::Respond { results } => {
                    if let Some(call) = raw.end.calls.pop_front() {
                        if results {
                            raw.end.respond(call.answer, 0, call.caps.clone());
                        } else {
                            raw.end.respond_error(call.answer, IpcException::failed("no luck"));
                        }
                        held.extend(call.caps.into_iter().flatten());
                    }
                }
                Op::Call(index) if index < held.len() => {
                    let params = vec![held.last().cloned(), Some(Cap::Local(mine.clone()))];
                    questions.push(raw.end.call(&held[index].clone(), asked, params));
                    asked += 1;
                }
                Op::CallResult => {
                    if let Some(question) = questions.last().copied() {
                        let target = Cap::Promised(question, Transform::new(&[0]));
                        questions.push(raw.end.call(&target, asked, vec![Some(target.clone())]));
                        asked += 1;
                    }
                }
                Op::Finish(index) if index < questions.len() => raw.end.finish(questions.remove(index)),
                Op::Release(index) if index < held.len() => raw.end.release(held.remove(index)),
                Op::Call(_) | Op::Finish(_) | Op::Release(_) => {}
            }
            held.extend(std::mem::take(&mut raw.end.resolved).into_values());
        }
        raw.end.input(|conn| conn.terminate(IpcException::disconnected("gone")));
        held.extend(std::mem::take(&mut raw.end.resolved).into_values());
        for waiter in 0..asked {
            if let Ok((_, caps)) = raw.end.returned(waiter) {
                raw.end.release_all(caps);
            }
        }
        for call in std::mem::take(&mut raw.end.calls) {
            raw.end.release_all(call.caps);
        }
        for cap in held {
            raw.end.release(cap);
        }
        for question in questions {
            raw.end.finish(question);
        }
        raw.end.returns.clear();
        raw.end.assert_empty();
    }
}
