//! What one of the two sides does not know.

use super::super::{Cap, Limits, OutgoingMessage};
use super::util::{Obj, Raw, build_call, export, no_caps, promise};
use crate::exception::{ExceptionKind, IpcException};

#[test]
fn messages_of_higher_levels_are_echoed() {
    let mut raw = Raw::bootstrapped();
    raw.send(|message| message.init_provide().set_question_id(3));
    raw.send(|message| message.init_accept().set_question_id(3));
    raw.send(|message| message.init_join().set_question_id(3));
    raw.send(|message| {
        message.init_obsolete_save();
    });
    raw.send(|message| {
        let mut disembargo = message.init_disembargo();
        export(0)(disembargo.reborrow().init_target());
        disembargo.init_context().set_accept(());
    });
    assert_eq!(
        raw.end.sent(),
        [
            "unimplemented provide",
            "unimplemented accept",
            "unimplemented join",
            "unimplemented obsolete",
            "unimplemented disembargo import 0: ?"
        ]
    );
    assert!(raw.end.terminated().is_none());
}

#[test]
fn a_call_whose_results_go_to_a_third_party_is_echoed() {
    let mut raw = Raw::bootstrapped();
    raw.send(|message| {
        let mut root = message;
        build_call(root.reborrow(), 5, export(0), no_caps);
        let Ok(capnp_rpc::rpc_capnp::message::Which::Call(Ok(call))) = root.which() else { panic!() };
        call.get_send_results_to().init_third_party();
    });
    assert_eq!(raw.end.sent(), ["unimplemented call 5 on import 0 #5"]);
    assert_eq!(raw.end.counts().answers, 0);
}

#[test]
fn unknown_kinds_of_messages_and_of_parts_are_no_misbehaviour() {
    let mut raw = Raw::bootstrapped();
    // The union tag of the root is the first 16 bits of its only data word.
    let unknown = |build: &dyn Fn() -> OutgoingMessage| {
        let message = build();
        let mut words: Vec<capnp::Word> = Vec::new();
        let bytes = message.segments().iter().flat_map(|segment| segment.iter().copied()).collect::<Vec<_>>();
        for word in bytes.chunks_exact(8) {
            let [a, b, c, d, e, f, g, h] = word.try_into().unwrap();
            words.push(capnp::word(a, b, c, d, e, f, g, h));
        }
        words[1] = capnp::word(99, 0, 0, 0, 0, 0, 0, 0);
        super::super::IncomingMessage::new(super::super::Segments::single(words), Default::default())
    };
    let message = unknown(&|| OutgoingMessage::build(8, |message| message.init_finish().set_question_id(1)));
    raw.end.input(|conn| conn.handle_message(message)).unwrap();
    assert_eq!(
        raw.end.sent(),
        ["unimplemented Enum value or union discriminant 99 was not present in the schema."]
    );
    assert!(raw.end.terminated().is_none());
}

#[test]
fn a_large_message_is_echoed_empty() {
    let limits = Limits { max_echo_words: 30, ..Limits::default() };
    let mut raw = Raw::with_limits(limits);
    raw.send(|message| {
        let provision = message.init_accept().init_provision().initn_as::<capnp::data::Builder<'_>>(4000);
        provision.fill(1);
    });
    let sent: Vec<_> = raw.end.transmit.drain(..).collect();
    assert!(sent[0].words() < 10);
}

#[test]
fn a_call_that_the_peer_does_not_implement_fails() {
    let (mut raw, cap) = Raw::importing();
    let object = Obj::new(2);
    let question = raw.end.call(&cap, 1, vec![Some(Cap::Local(object.clone()))]);
    raw.send(|message| message.init_unimplemented().init_call().set_question_id(question.number()));
    assert_eq!(raw.end.returned_error(1).kind(), ExceptionKind::Unimplemented);
    assert_eq!(object.handles(), 1);
    raw.end.finish(question);
    raw.end.flush();
    // The peer knows nothing of it that could be finished.
    assert_eq!(raw.end.sent(), ["call 0 on import 7 #1 [hosted 1]"]);
    assert_eq!(raw.end.counts().questions, 0);
}

#[test]
fn a_bootstrap_that_the_peer_does_not_implement_fails() {
    let mut raw = Raw::new();
    let question = raw.end.bootstrap(1);
    raw.send(|message| message.init_unimplemented().init_bootstrap().set_question_id(question.number()));
    assert_eq!(raw.end.returned_error(1).kind(), ExceptionKind::Unimplemented);
    // Echoes of what is not open, or of what we cannot do without, change nothing.
    raw.send(|message| message.init_unimplemented().init_bootstrap().set_question_id(question.number()));
    raw.send(|message| message.init_unimplemented().init_bootstrap().set_question_id(99));
    raw.send(|message| message.init_unimplemented().init_return().set_answer_id(3));
    raw.send(|message| {
        message.init_unimplemented().init_unimplemented();
    });
    assert!(raw.end.terminated().is_none());
}

#[test]
fn a_resolve_that_the_peer_does_not_implement_releases_its_capability() {
    let (mut raw, cap) = Raw::importing();
    raw.send_call(1, export(0), no_caps);
    raw.send_call(2, export(0), super::util::one_cap(|cap| promise(cap.init_receiver_answer(), 1, &[0])));
    let first = raw.end.delivered();
    let second = raw.end.delivered();
    raw.end.call(&cap, 5, second.caps);
    raw.end.respond(first.answer, 1, vec![Some(Cap::Local(Obj::new(3)))]);
    raw.send_finish(1, true);
    assert_eq!(raw.end.counts().exports, 3);
    for _ in 0..2 {
        raw.send(|message| {
            let mut resolve = message.init_unimplemented().init_resolve();
            resolve.set_promise_id(1);
            resolve.init_cap().set_sender_hosted(2);
        });
        assert_eq!(raw.end.counts().exports, 2);
    }
}

#[test]
fn an_unknown_kind_of_results_fails_the_question() {
    let (mut raw, cap) = Raw::importing();
    let question = raw.end.call(&cap, 1, vec![]);
    raw.send(|message| {
        let mut ret = message.init_return();
        ret.set_answer_id(question.number());
        ret.init_accept_from_third_party();
    });
    assert_eq!(raw.end.returned_error(1).kind(), ExceptionKind::Unimplemented);
    assert_eq!(raw.end.sent().len(), 2);
}

#[test]
fn a_cancelled_return_is_an_exception() {
    let (mut raw, cap) = Raw::importing();
    let question = raw.end.call(&cap, 1, vec![]);
    raw.send(|message| {
        let mut ret = message.init_return();
        ret.set_answer_id(question.number());
        ret.set_canceled(());
    });
    assert_eq!(raw.end.returned_error(1).text(), IpcException::failed("the peer cancelled the call").text());
}
