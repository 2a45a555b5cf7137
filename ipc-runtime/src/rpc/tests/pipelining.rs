//! Calls on results that are not there yet.

use super::super::{Cap, Limits, Transform};
use super::util::{Obj, Pair, Raw, export, no_caps, one_cap, result_of};
use crate::exception::IpcException;

fn first() -> Transform {
    Transform::new(&[0])
}

#[test]
fn a_call_pipelined_on_bootstrap_needs_no_round_trip() {
    let mut pair = Pair::new();
    let bootstrap = pair.left.bootstrap(0);
    let question = pair.left.call(&Cap::Promised(bootstrap, Transform::ROOT), 4, vec![]);
    assert_eq!(pair.left.transmit.len(), 2);
    pair.run();
    assert_eq!(pair.right.serve(vec![]), (1, 4));
    pair.run();
    pair.left.returned(4).unwrap();
    let cap = pair.left.returned_cap(0);
    pair.left.finish(bootstrap);
    pair.left.finish(question);
    pair.left.release(cap);
    pair.assert_empty();
}

#[test]
fn calls_on_a_running_answer_are_delivered_in_order_when_it_is_there() {
    let (mut pair, cap) = Pair::connected();
    let question = pair.left.call(&cap, 1, vec![]);
    let promised = Cap::Promised(question, first());
    let calls: Vec<_> = (2..6).map(|number| pair.left.call(&promised, number, vec![])).collect();
    pair.run();
    assert_eq!(pair.right.counts().queued_calls, 4);
    let call = pair.right.delivered();
    assert!(pair.right.calls.is_empty());
    pair.right.respond(call.answer, 1, vec![Some(Cap::Local(Obj::new(2)))]);
    for number in 2..6 {
        assert_eq!(pair.right.serve(vec![]), (2, number));
    }
    // After the return the question can still be called through.
    pair.run();
    let late = pair.left.call(&promised, 6, vec![]);
    pair.run();
    assert_eq!(pair.right.serve(vec![]), (2, 6));
    pair.run();
    for number in 2..7 {
        pair.left.returned(number).unwrap();
    }
    for question in calls.into_iter().chain([late, question]) {
        pair.left.finish(question);
    }
    let result = pair.left.returned_cap(1);
    pair.left.release(result);
    pair.left.release(cap);
    pair.assert_empty();
}

#[test]
fn a_question_finished_by_its_caller_lives_while_a_pipelined_capability_is_held() {
    let (mut raw, cap) = Raw::importing();
    let question = raw.end.call(&cap, 1, vec![]);
    let promised = Cap::Promised(question, first());
    raw.end.input(|conn| conn.retain(&promised));
    raw.end.finish(question);
    raw.end.call(&promised, 2, vec![]);
    assert_eq!(raw.end.sent(), ["call 0 on import 7 #1", "call 1 on result 0.0 #2"]);
    raw.end.release(promised);
    raw.end.flush();
    assert_eq!(raw.end.sent(), ["finish 0, results released"]);
}

#[test]
fn calls_on_an_answer_that_fails_fail_alike() {
    let (mut pair, cap) = Pair::connected();
    let question = pair.left.call(&cap, 1, vec![]);
    let second = pair.left.call(&Cap::Promised(question, first()), 2, vec![]);
    // Pipelined on the pipelined.
    pair.left.call(&Cap::Promised(second, first()), 3, vec![]);
    pair.run();
    let call = pair.right.delivered();
    pair.right.respond_error(call.answer, IpcException::failed("no luck"));
    pair.run();
    // Also later ones.
    pair.left.call(&Cap::Promised(question, first()), 4, vec![]);
    for number in 1..5 {
        assert_eq!(pair.left.returned_error(number).text(), "no luck");
    }
}

#[test]
fn a_long_chain_of_calls_on_calls_fails_without_recursion() {
    let mut raw = Raw::bootstrapped();
    raw.send_call(1, export(0), no_caps);
    let length = Limits::default().max_queued_calls as u32;
    for number in 2..length + 2 {
        raw.send_call(number, result_of(number - 1, &[0]), no_caps);
    }
    let call = raw.end.delivered();
    raw.end.respond_error(call.answer, IpcException::failed("no luck"));
    assert_eq!(raw.end.sent().len(), length as usize + 1);
    assert_eq!(raw.end.counts().queued_calls, 0);
}

#[test]
fn a_call_on_what_is_no_capability_fails_alone() {
    let mut raw = Raw::bootstrapped();
    raw.send_call(1, export(0), no_caps);
    raw.end.serve(vec![Some(Cap::Local(Obj::new(2)))]);
    raw.end.sent();
    // A null pointer, a field that is not there, a path through a capability.
    for (number, path) in [(2, [1].as_slice()), (3, &[17]), (4, &[0, 0]), (5, &[])] {
        raw.send_call(number, result_of(1, path), no_caps);
        let sent = raw.end.sent();
        assert!(
            sent[0].contains(&format!("return {number} Failed: the results hold no capability")),
            "{sent:?}"
        );
    }
    assert!(raw.end.terminated().is_none());
}

#[test]
fn a_call_on_an_unknown_answer_is_an_exception() {
    let mut raw = Raw::bootstrapped();
    raw.send_call(2, result_of(1, &[0]), no_caps);
    raw.send_call(3, result_of(3, &[0]), no_caps);
    assert_eq!(
        raw.end.sent(),
        [
            "return 2 Failed: Pipeline call on a request that returned no capabilities or was already closed.",
            "return 3 Failed: a call cannot have itself as target"
        ]
    );
    assert!(raw.end.terminated().is_none());
}

#[test]
fn too_many_calls_on_a_running_answer_are_refused() {
    let limits = Limits { max_queued_calls: 2, ..Limits::default() };
    let mut raw = Raw::with_limits(limits);
    raw.hold_bootstrap();
    for number in 1..5 {
        let target = if number == 1 { 100 } else { 1 };
        if number == 1 {
            raw.send_call(number, export(0), no_caps);
        } else {
            raw.send_call(number, result_of(target, &[0]), one_cap(|mut cap| cap.set_sender_hosted(5)));
        }
    }
    assert_eq!(raw.end.sent(), ["return 4 Overloaded: too many pipelined calls wait for an answer"]);
    // Its parameters are given back, the others' are held.
    raw.end.serve(vec![Some(Cap::Local(Obj::new(2)))]);
    for _ in 0..2 {
        raw.end.serve(vec![]);
    }
    raw.end.flush();
    assert!(raw.end.sent().contains(&"release 5 x3".to_owned()));
    assert_eq!(raw.end.counts().queued_calls, 0);
}

#[test]
fn the_words_of_waiting_calls_are_bounded() {
    let limits = Limits { max_queued_words: 30, ..Limits::default() };
    let mut raw = Raw::with_limits(limits);
    raw.hold_bootstrap();
    raw.send_call(1, export(0), no_caps);
    raw.send_call(2, result_of(1, &[0]), no_caps);
    raw.send_call(3, result_of(1, &[0]), no_caps);
    assert_eq!(raw.end.sent(), ["return 3 Overloaded: too many pipelined calls wait for an answer"]);
}

#[test]
fn a_call_on_a_result_that_the_peer_hosts_is_sent_back_to_it() {
    let mut raw = Raw::bootstrapped();
    raw.send_call(1, export(0), one_cap(|mut cap| cap.set_sender_hosted(5)));
    raw.send_call(2, result_of(1, &[0]), one_cap(|mut cap| cap.set_sender_hosted(6)));
    raw.send_call(3, result_of(1, &[0]), no_caps);
    let call = raw.end.delivered();
    raw.end.respond(call.answer, 1, call.caps.clone());
    raw.end.release_all(call.caps);
    assert_eq!(
        raw.end.sent(),
        [
            "return 1 results #1 [yours 5]",
            "call 0 on import 5 #0 [yours 6]",
            "release 6 x1",
            "call 1 on import 5 #3"
        ]
    );
    // The results of the one are those of the other.
    raw.send_results(1, no_caps);
    raw.send_results(0, one_cap(|mut cap| cap.set_receiver_hosted(0)));
    assert_eq!(
        raw.end.sent(),
        ["finish 1", "return 3 results, no finish", "finish 0", "return 2 results #0 [hosted 0]"]
    );
    raw.send_finish(1, true);
    raw.send_finish(2, true);
    raw.send_release(0, 1);
    raw.end.flush();
    assert_eq!(raw.end.sent(), ["release 5 x1"]);
    raw.end.assert_empty();
}

#[test]
fn an_exception_of_a_forwarded_call_is_passed_on() {
    let mut raw = Raw::bootstrapped();
    raw.send_call(1, export(0), one_cap(|mut cap| cap.set_sender_hosted(5)));
    let call = raw.end.delivered();
    raw.end.respond(call.answer, 1, call.caps);
    raw.send_call(2, result_of(1, &[0]), no_caps);
    raw.end.sent();
    raw.send(|message| {
        let mut ret = message.init_return();
        ret.set_answer_id(0);
        ret.init_exception().set_reason("remote exception: no luck");
    });
    assert_eq!(raw.end.sent(), ["finish 0", "return 2 Failed: no luck"]);
}

#[test]
fn a_forwarded_call_with_a_bad_capability_pointer_fails_alone() {
    let mut raw = Raw::bootstrapped();
    raw.send_call(1, export(0), one_cap(|mut cap| cap.set_sender_hosted(5)));
    let call = raw.end.delivered();
    raw.end.respond(call.answer, 1, call.caps);
    raw.end.sent();
    raw.send_call(2, result_of(1, &[0]), |mut payload| {
        // A pointer to the first capability of an empty table.
        super::util::write_content(payload.reborrow().get_content(), 0, 1);
    });
    let sent = raw.end.sent();
    assert!(sent[0].starts_with("return 2 Failed: malformed message"), "{sent:?}");
    assert_eq!(raw.end.counts().questions, 0);
}

#[test]
fn calls_on_the_results_of_a_looped_back_call_stay_in_order() {
    let (mut pair, cap) = Pair::connected();
    let question = pair.left.call(&Cap::Local(Obj::new(8)), 1, vec![]);
    let promised = Cap::Promised(question, first());
    let second = pair.left.call(&promised, 2, vec![]);
    let third = pair.left.call(&Cap::Promised(second, first()), 3, vec![]);
    // As a parameter it is a promise.
    let fourth = pair.left.call(&cap, 4, vec![Some(promised.clone())]);
    pair.run();
    let held = pair.right.delivered();
    pair.left.serve(vec![Some(cap.clone())]);
    pair.run();
    assert_eq!(pair.right.serve(vec![Some(Cap::Local(Obj::new(2)))]), (1, 2));
    pair.run();
    assert_eq!(pair.right.serve(vec![]), (2, 3));
    // The promise has become the right end's own object.
    let fifth = pair.right.call(held.caps[0].as_ref().unwrap(), 5, vec![]);
    pair.run();
    assert_eq!(pair.right.serve(vec![]), (1, 5));
    pair.right.finish(fifth);
    pair.right.respond(held.answer, 4, vec![]);
    pair.right.release_all(held.caps);
    pair.run();
    let (_, caps) = pair.left.returned(1).unwrap();
    pair.left.release_all(caps);
    let (_, caps) = pair.left.returned(2).unwrap();
    pair.left.release_all(caps);
    for question in [question, second, third, fourth] {
        pair.left.finish(question);
    }
    pair.left.release(cap);
    pair.assert_empty();
}
