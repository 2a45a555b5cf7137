//! Every way in which a peer can break the protocol, and input that only looks like it.

use capnp_rpc::rpc_capnp::message;

use super::super::{IncomingMessage, Limits, OutgoingMessage, PeerMisbehaved, Segments};
use super::util::{Raw, build_call, export, no_caps, one_cap, promise, result_of};

/// Sends a message that must end the connection, and returns why.
#[track_caller]
fn fault(raw: &mut Raw, build: impl FnOnce(message::Builder<'_>)) -> PeerMisbehaved {
    let fault = raw.try_send(build).expect_err("not misbehaviour");
    let sent = raw.end.sent();
    assert_eq!(sent.last(), Some(&format!("abort {fault}")));
    assert!(raw.end.terminated().is_some_and(crate::IpcException::is_disconnected));
    fault
}

fn words(words: &[u64]) -> IncomingMessage {
    let words = words.iter().map(|word| {
        let [a, b, c, d, e, f, g, h] = word.to_le_bytes();
        capnp::word(a, b, c, d, e, f, g, h)
    });
    IncomingMessage::new(Segments::single(words.collect::<Vec<_>>()), Default::default())
}

/// Returns the words of a message of one segment.
fn numbers_of(message: &OutgoingMessage) -> Vec<u64> {
    let segments = message.segments();
    assert_eq!(segments.len(), 1);
    segments[0].chunks_exact(8).map(|word| u64::from_le_bytes(word.try_into().unwrap())).collect()
}

#[test]
fn a_message_that_cannot_be_read_is_misbehaviour() {
    // A list as root, a pointer out of bounds, a far pointer to nowhere, a capability as root.
    for root in [0x0000_0000_0000_0001, 0x0002_0001_7fff_fffc, 0x0000_0005_0000_0002, 3] {
        let mut raw = Raw::new();
        let result = raw.end.input(|conn| conn.handle_message(words(&[root, 0, 0])));
        assert!(matches!(result, Err(PeerMisbehaved::MalformedMessage(_))), "{root:#x}: {result:?}");
    }
    // No segment at all, and an empty one.
    for segments in [Segments::new(vec![], vec![]), Segments::single(vec![])] {
        let mut raw = Raw::new();
        let message = IncomingMessage::new(segments, Default::default());
        let result = raw.end.input(|conn| conn.handle_message(message));
        assert!(matches!(result, Err(PeerMisbehaved::MalformedMessage(_))), "{result:?}");
    }
}

#[test]
fn segments_out_of_range_read_as_missing() {
    let mut raw = Raw::new();
    let message =
        IncomingMessage::new(Segments::new(vec![], std::iter::once(0..5).collect()), Default::default());
    raw.end.input(|conn| conn.handle_message(message)).unwrap_err();
}

#[test]
fn a_null_root_is_a_message_of_no_meaning() {
    let mut raw = Raw::new();
    // It reads as `unimplemented` of itself.
    raw.end.input(|conn| conn.handle_message(words(&[0]))).unwrap();
    assert!(raw.end.terminated().is_none());
}

#[test]
fn a_question_id_in_use_is_misbehaviour() {
    let mut raw = Raw::bootstrapped();
    raw.send_call(1, export(0), no_caps);
    let fault = fault(&mut raw, |message| build_call(message, 1, export(0), no_caps));
    assert!(matches!(fault, PeerMisbehaved::DuplicateQuestion(_)));

    let mut raw = Raw::new();
    raw.send(|message| message.init_bootstrap().set_question_id(u32::MAX));
    raw.try_send(|message| message.init_bootstrap().set_question_id(u32::MAX)).unwrap_err();
}

#[test]
fn a_return_for_no_question_is_misbehaviour() {
    for id in [0, 5, u32::MAX] {
        let mut raw = Raw::new();
        let fault = fault(&mut raw, |message| message.init_return().set_answer_id(id));
        assert!(matches!(fault, PeerMisbehaved::ReturnForUnknownQuestion(_)));
    }
}

#[test]
fn a_return_for_a_question_that_was_never_sent_is_misbehaviour() {
    let mut raw = Raw::new();
    let question = raw.end.call(&super::super::Cap::Local(super::util::Obj::new(3)), 1, vec![]);
    let fault = fault(&mut raw, |message| message.init_return().set_answer_id(question.number()));
    assert!(matches!(fault, PeerMisbehaved::ReturnForUnknownQuestion(_)));
}

#[test]
fn a_second_return_is_misbehaviour() {
    let (mut raw, cap) = Raw::importing();
    let question = raw.end.call(&cap, 1, vec![]);
    raw.send_results(question.number(), no_caps);
    let fault = fault(&mut raw, |message| message.init_return().set_answer_id(question.number()));
    assert!(matches!(fault, PeerMisbehaved::DuplicateReturn(_)));
}

#[test]
fn results_sent_elsewhere_unasked_are_misbehaviour() {
    let (mut raw, cap) = Raw::importing();
    let question = raw.end.call(&cap, 1, vec![]);
    let fault = fault(&mut raw, |message| {
        let mut ret = message.init_return();
        ret.set_answer_id(question.number());
        ret.set_results_sent_elsewhere(());
    });
    assert!(matches!(fault, PeerMisbehaved::ResultsSentElsewhereUnasked(_)));
    raw.end.returned_error(1);
}

#[test]
fn naming_an_export_that_does_not_exist_is_misbehaviour() {
    let is_unknown =
        |fault: PeerMisbehaved| assert!(matches!(fault, PeerMisbehaved::UnknownExport(_)), "{fault}");
    is_unknown(fault(&mut Raw::bootstrapped(), |message| build_call(message, 1, export(3), no_caps)));
    is_unknown(fault(&mut Raw::bootstrapped(), |message| {
        build_call(message, 1, export(0), one_cap(|mut cap| cap.set_receiver_hosted(u32::MAX)));
    }));
    is_unknown(fault(&mut Raw::bootstrapped(), |message| {
        let mut release = message.init_release();
        release.set_id(8);
        release.set_reference_count(1);
    }));
    is_unknown(fault(&mut Raw::bootstrapped(), |message| {
        let mut disembargo = message.init_disembargo();
        export(9)(disembargo.reborrow().init_target());
        disembargo.init_context().set_sender_loopback(0);
    }));
    let mut raw = Raw::bootstrapped();
    raw.send_release(0, 1);
    is_unknown(fault(&mut raw, |message| build_call(message, 1, export(0), no_caps)));
}

#[test]
fn releasing_more_than_is_held_is_misbehaviour() {
    let mut raw = Raw::bootstrapped();
    let fault = fault(&mut raw, |message| {
        let mut release = message.init_release();
        release.set_id(0);
        release.set_reference_count(u32::MAX);
    });
    assert!(matches!(fault, PeerMisbehaved::ReleaseTooLarge { held: 1, released: u32::MAX, .. }));
}

#[test]
fn resolving_what_is_no_promise_is_misbehaviour() {
    let (mut raw, _cap) = Raw::importing();
    let fault = fault(&mut raw, |message| message.init_resolve().set_promise_id(7));
    assert!(matches!(fault, PeerMisbehaved::ResolveForNonPromise(_)));
}

#[test]
fn resolving_twice_is_misbehaviour() {
    let (mut raw, _cap) = Raw::importing_promise();
    raw.send_resolve(7, |mut cap| cap.set_sender_hosted(8));
    let fault = fault(&mut raw, |message| message.init_resolve().set_promise_id(7));
    assert!(matches!(fault, PeerMisbehaved::DuplicateResolve(_)));
}

#[test]
fn promises_resolved_to_each_other_are_misbehaviour() {
    let (mut raw, _cap) = Raw::importing_promise();
    let itself = fault(&mut raw, |message| {
        let mut resolve = message.init_resolve();
        resolve.set_promise_id(7);
        resolve.init_cap().set_sender_promise(7);
    });
    assert!(matches!(itself, PeerMisbehaved::PromiseLoop(_)));

    let (mut raw, _cap) = Raw::importing_promise();
    raw.send_resolve(7, |mut cap| cap.set_sender_promise(8));
    raw.send_resolve(8, |mut cap| cap.set_sender_promise(9));
    let other = fault(&mut raw, |message| {
        let mut resolve = message.init_resolve();
        resolve.set_promise_id(9);
        resolve.init_cap().set_sender_promise(7);
    });
    assert!(matches!(other, PeerMisbehaved::PromiseLoop(_)));
}

#[test]
fn a_circle_through_results_of_this_side_breaks_the_promise_only() {
    // The peer passes a promise, this side returns it, and the peer resolves it to that result: neither of the
    // two could know better.
    let mut raw = Raw::bootstrapped();
    raw.send_call(1, export(0), one_cap(|mut cap| cap.set_sender_promise(7)));
    let call = raw.end.delivered();
    raw.end.respond(call.answer, 1, call.caps.clone());
    raw.send_resolve(7, |cap| promise(cap.init_receiver_answer(), 1, &[0]));
    raw.end.call(call.caps[0].as_ref().unwrap(), 2, vec![]);
    assert_eq!(raw.end.returned_error(2).text(), "the capability is a promise of itself");
}

#[test]
fn a_chain_of_promises_without_end_is_misbehaviour() {
    let limits = Limits { max_promise_chain: 10, ..Limits::default() };
    let mut raw = Raw::with_limits(limits);
    raw.hold_bootstrap();
    raw.send_call(1, export(0), |payload| {
        let mut table = payload.init_cap_table(20);
        for index in 0..20 {
            table.reborrow().get(index).set_sender_promise(index);
        }
    });
    let mut result = Ok(());
    for index in 1..20 {
        result = raw.try_send(|message| {
            let mut resolve = message.init_resolve();
            resolve.set_promise_id(index);
            resolve.init_cap().set_sender_promise(index - 1);
        });
        if result.is_err() {
            break;
        }
    }
    assert!(matches!(result, Err(PeerMisbehaved::PromiseLoop(_))));
}

#[test]
fn a_disembargo_to_what_does_not_lead_back_is_misbehaviour() {
    let send = |raw: &mut Raw, target: fn(capnp_rpc::rpc_capnp::message_target::Builder<'_>)| {
        let fault = fault(raw, |message| {
            let mut disembargo = message.init_disembargo();
            target(disembargo.reborrow().init_target());
            disembargo.init_context().set_sender_loopback(0);
        });
        assert!(matches!(fault, PeerMisbehaved::DisembargoForeignTarget));
    };
    // An object of this side, an unknown answer, one that runs.
    send(&mut Raw::bootstrapped(), |target| export(0)(target));
    send(&mut Raw::bootstrapped(), |target| result_of(3, &[])(target));
    let mut raw = Raw::bootstrapped();
    raw.send_call(3, export(0), no_caps);
    send(&mut raw, |target| result_of(3, &[])(target));
}

#[test]
fn lifting_an_embargo_that_does_not_exist_is_misbehaviour() {
    let mut raw = Raw::bootstrapped();
    let fault = fault(&mut raw, |message| message.init_disembargo().init_context().set_receiver_loopback(4));
    assert!(matches!(fault, PeerMisbehaved::UnknownEmbargo(_)));
}

#[test]
fn a_capability_table_that_is_too_long_is_misbehaviour() {
    let limits = Limits { max_caps_per_message: 8, ..Limits::default() };
    let mut raw = Raw::with_limits(limits);
    raw.hold_bootstrap();
    let fault = fault(&mut raw, |message| {
        build_call(message, 1, export(0), |payload| {
            payload.init_cap_table(9);
        });
    });
    assert!(matches!(fault, PeerMisbehaved::CapTableTooLong(9)));
}

#[test]
fn a_path_that_is_too_long_is_misbehaviour() {
    let mut raw = Raw::bootstrapped();
    raw.send_call(1, export(0), no_caps);
    raw.send_call(2, result_of(1, &[0; 64]), no_caps);
    let target = fault(&mut raw, |message| build_call(message, 3, result_of(1, &[0; 65]), no_caps));
    assert!(matches!(target, PeerMisbehaved::TransformTooLong(65)));

    let mut raw = Raw::bootstrapped();
    let param = fault(&mut raw, |message| {
        build_call(message, 3, export(0), one_cap(|cap| promise(cap.init_receiver_answer(), 1, &[0; 65])));
    });
    assert!(matches!(param, PeerMisbehaved::TransformTooLong(65)));
}

#[test]
fn more_imports_than_allowed_are_misbehaviour() {
    let limits = Limits { max_imports: 2, ..Limits::default() };
    let mut raw = Raw::with_limits(limits);
    raw.hold_bootstrap();
    for id in 1..3 {
        raw.send_call(id, export(0), one_cap(|mut cap| cap.set_sender_hosted(id)));
    }
    // Those that are there may be sent again.
    raw.send_call(3, export(0), one_cap(|mut cap| cap.set_sender_hosted(1)));
    let fault = fault(&mut raw, |message| {
        build_call(message, 4, export(0), one_cap(|mut cap| cap.set_sender_hosted(4)));
    });
    assert!(matches!(fault, PeerMisbehaved::TooManyImports(2)));
}

#[test]
fn promises_of_results_are_bounded() {
    let limits = Limits { max_imports: 2, ..Limits::default() };
    let mut raw = Raw::with_limits(limits);
    raw.hold_bootstrap();
    raw.send_call(1, export(0), no_caps);
    for id in 2..5 {
        raw.send_call(id, export(0), one_cap(|cap| promise(cap.init_receiver_answer(), 1, &[id as u16])));
    }
    assert_eq!(raw.end.counts().promises, 2);
    assert!(raw.end.terminated().is_none());
}

#[test]
fn a_list_that_claims_more_than_the_message_holds_is_misbehaviour() {
    let message = OutgoingMessage::build(64, |message| {
        build_call(message, 1, export(0), |payload| {
            payload.init_cap_table(1);
        });
    });
    let mut numbers = numbers_of(&message);
    let is_struct_list = |word: &u64| word & 3 == 1 && (word >> 32) & 7 == 7;
    let pointer = numbers.iter().position(is_struct_list).unwrap();
    let tag = pointer + 1 + (numbers[pointer] as u32 >> 2) as usize;
    // 2^29 - 1 structs of no size, in a list of no words.
    numbers[pointer] &= 0x0000_0007_ffff_ffff;
    numbers[tag] = 0x7fff_fffc;
    let mut raw = Raw::bootstrapped();
    let fault = raw.end.input(|conn| conn.handle_message(words(&numbers))).unwrap_err();
    assert!(matches!(fault, PeerMisbehaved::MalformedMessage(_) | PeerMisbehaved::CapTableTooLong(_)));
}

#[test]
fn a_cut_message_is_never_a_panic() {
    // Every prefix of a rich message, and every flip of one of its bits.
    let build = || {
        OutgoingMessage::build(64, |message| {
            build_call(message, 1, result_of(100, &[0, 1]), |payload| {
                let mut table = payload.init_cap_table(3);
                table.reborrow().get(0).set_sender_promise(4);
                promise(table.reborrow().get(1).init_receiver_answer(), 1, &[2]);
                table.reborrow().get(2).init_third_party_hosted().set_vine_id(5);
            });
        })
    };
    let numbers = numbers_of(&build());
    for length in 0..=numbers.len() {
        let mut raw = Raw::bootstrapped();
        let _ = raw.end.input(|conn| conn.handle_message(words(&numbers[..length])));
    }
    for bit in 0..numbers.len() * 64 {
        let mut numbers = numbers.clone();
        numbers[bit / 64] ^= 1 << (bit % 64);
        let mut raw = Raw::bootstrapped();
        let _ = raw.end.input(|conn| conn.handle_message(words(&numbers)));
        raw.end.input(|conn| conn.terminate(crate::IpcException::failed("over")));
        assert_eq!(raw.end.counts(), super::super::Counts::default());
    }
}
