//! The end of a connection.

use super::super::{Cap, Counts, PeerMisbehaved, Transform};
use super::util::{Obj, Pair, Raw, export, no_caps, one_cap, promise, result_of};
use crate::exception::{ExceptionKind, IpcException};

#[test]
fn every_question_is_answered_when_the_transport_is_gone() {
    let (mut raw, cap) = Raw::importing();
    let first = raw.end.call(&cap, 1, vec![]);
    let second = raw.end.call(&Cap::Promised(first, Transform::new(&[0])), 2, vec![]);
    let local = raw.end.call(&Cap::Local(Obj::new(5)), 3, vec![]);
    let pipelined = raw.end.call(&Cap::Promised(local, Transform::new(&[0])), 4, vec![]);
    let finished = raw.end.call(&cap, 5, vec![]);
    raw.end.finish(finished);
    raw.end.input(|conn| conn.terminate(IpcException::failed("connection reset by peer")));
    for number in 1..6 {
        let exception = raw.end.returned_error(number);
        assert_eq!(
            (exception.kind(), exception.text()),
            (ExceptionKind::Disconnected, "connection reset by peer")
        );
    }
    for question in [first, second, local, pipelined] {
        raw.end.finish(question);
    }
    let call = raw.end.delivered();
    raw.end.respond(call.answer, 3, vec![Some(Cap::Local(Obj::new(6))), Some(cap.clone())]);
    raw.end.release(cap);
    raw.end.assert_empty();
}

#[test]
fn who_waits_for_a_promise_hears_of_the_end() {
    let mut raw = Raw::bootstrapped();
    raw.send_call(1, export(0), no_caps);
    raw.send_call(2, export(0), one_cap(|cap| promise(cap.init_receiver_answer(), 1, &[0])));
    raw.end.delivered();
    let call = raw.end.delivered();
    let [Some(Cap::Awaited(id))] = call.caps[..] else { panic!() };
    raw.end.input(|conn| conn.terminate(IpcException::disconnected("gone")));
    assert!(matches!(&raw.end.resolved[&id], Cap::Broken(reason) if reason.text() == "gone"));
    raw.end.release_all(call.caps);
    raw.end.assert_empty();
}

#[test]
fn the_first_reason_stays() {
    let mut raw = Raw::new();
    raw.end.input(|conn| conn.terminate(IpcException::disconnected("first")));
    raw.end.input(|conn| conn.terminate(IpcException::disconnected("second")));
    raw.end.input(|conn| conn.abort(IpcException::disconnected("third")));
    assert_eq!(raw.end.terminated().unwrap().text(), "first");
    assert!(raw.end.sent().is_empty());
}

#[test]
fn every_object_leaves_when_the_connection_ends() {
    let objects: Vec<_> = (10..16).map(Obj::new).collect();
    let local = |index: usize| Some(Cap::Local(objects[index].clone()));
    let (mut raw, cap) = Raw::importing();
    // An export, results that are kept, a call that waits for an answer, a call that waits for an embargo,
    // what a promise is resolved to, and what it will be resolved to.
    raw.end.call(&cap, 1, vec![local(0)]);
    raw.send_call(50, export(0), no_caps);
    raw.end.serve(vec![local(1)]);
    raw.send_call(51, export(0), no_caps);
    raw.send_call(52, result_of(51, &[0]), one_cap(|mut cap| cap.set_receiver_hosted(1)));
    raw.send_call(53, export(0), one_cap(|mut cap| cap.set_sender_promise(8)));
    raw.end.delivered();
    let promised = raw.end.delivered().caps.remove(0).unwrap();
    raw.end.call(&promised, 2, vec![]);
    raw.send_resolve(8, |cap| promise(cap.init_receiver_answer(), 50, &[0]));
    raw.end.call(&promised, 3, vec![local(2)]);
    raw.end.call(&Cap::Local(objects[3].clone()), 4, vec![local(4)]);
    raw.end.delivered();
    raw.end.input(|conn| conn.terminate(IpcException::disconnected("gone")));
    for (object, handles) in objects.iter().zip([1, 1, 1, 1, 1, 1]) {
        assert_eq!(object.handles(), handles);
    }
    let counts = raw.end.counts();
    assert_eq!(Counts { questions: 0, ..counts }, Counts::default());
    assert_eq!(counts.questions, 4);
}

#[test]
fn calls_after_the_end_fail_with_its_reason() {
    let (mut raw, cap) = Raw::importing();
    raw.end.input(|conn| conn.terminate(IpcException::disconnected("gone")));
    let object = Obj::new(2);
    let questions = [
        raw.end.call(&cap, 1, vec![Some(Cap::Local(object.clone()))]),
        raw.end.call(&Cap::Local(object.clone()), 2, vec![]),
        raw.end.bootstrap(3),
    ];
    for number in 1..4 {
        assert_eq!(raw.end.returned_error(number).text(), "gone");
    }
    for question in questions {
        raw.end.finish(question);
    }
    assert_eq!(object.handles(), 1);
    assert!(raw.end.sent().is_empty());
    // Messages that still arrive are not looked at.
    raw.send_call(9, export(0), no_caps);
    assert!(raw.end.calls.is_empty());
    raw.end.assert_empty();
}

#[test]
fn an_abort_of_the_peer_ends_the_connection() {
    let (mut raw, cap) = Raw::importing();
    raw.end.call(&cap, 1, vec![]);
    raw.send(|message| {
        let mut abort = message.init_abort();
        abort.set_reason("RpcSystem was destroyed.");
        abort.set_type(capnp_rpc::rpc_capnp::exception::Type::Disconnected);
    });
    let exception = raw.end.returned_error(1);
    assert!(exception.is_disconnected());
    assert_eq!(exception.text(), "the peer aborted the connection: RpcSystem was destroyed.");
    assert_eq!(raw.end.sent(), ["call 0 on import 7 #1"]);
}

#[test]
fn an_abort_tells_the_peer_why() {
    let (mut pair, cap) = Pair::connected();
    pair.left.call(&cap, 1, vec![]);
    pair.right.input(|conn| conn.abort(IpcException::disconnected("shutting down")));
    assert!(pair.step_left());
    assert_eq!(pair.left.returned_error(1).text(), "the peer aborted the connection: shutting down");
}

#[test]
fn misbehaviour_aborts_and_stays() {
    let (mut raw, cap) = Raw::importing();
    raw.end.call(&cap, 1, vec![]);
    raw.end.sent();
    let fault = raw.try_send(|message| message.init_return().set_answer_id(44)).unwrap_err();
    assert!(matches!(fault, PeerMisbehaved::ReturnForUnknownQuestion(_)));
    assert_eq!(raw.end.sent(), ["abort the peer returned question 44, which is not open"]);
    assert_eq!(raw.end.returned_error(1).text(), "the peer returned question 44, which is not open");
    assert_eq!(raw.try_send(|message| message.init_finish().set_question_id(1)), Err(fault));
}
