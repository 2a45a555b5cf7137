//! Promises of the peer, Resolve and Disembargo, in both roles.

use super::super::{Cap, Object};
use super::util::{Obj, Raw, TestCap, export, no_caps, one_cap, promise, result_of};

fn key(cap: &TestCap) -> usize {
    match cap {
        Cap::Local(object) => object.key(),
        cap => panic!("{cap:?}"),
    }
}

#[test]
fn a_promise_resolved_to_another_capability_of_the_peer_is_shortened() {
    let (mut raw, cap) = Raw::importing_promise();
    raw.end.call(&cap, 1, vec![]);
    raw.send_resolve(7, |mut cap| cap.set_sender_hosted(8));
    raw.end.call(&cap, 2, vec![]);
    raw.end.call(&cap, 3, vec![Some(cap.clone())]);
    assert_eq!(
        raw.end.sent(),
        ["call 0 on import 7 #1", "call 1 on import 8 #2", "call 2 on import 8 #3 [yours 8]"]
    );
    raw.end.release(cap);
    raw.end.flush();
    assert_eq!(raw.end.sent(), ["release 7 x1", "release 8 x1"]);
    assert_eq!(raw.end.counts().imports, 0);
}

#[test]
fn a_promise_resolved_to_an_exception_is_broken() {
    let (mut raw, cap) = Raw::importing_promise();
    raw.send(|message| {
        let mut resolve = message.init_resolve();
        resolve.set_promise_id(7);
        resolve.init_exception().set_reason("remote exception: no luck");
    });
    raw.end.call(&cap, 1, vec![]);
    // So it goes back to the peer, in an answer to it; who called here is told without that.
    assert_eq!(raw.end.returned_error(1).text(), "remote exception: no luck");
    assert!(raw.end.sent().is_empty());
}

#[test]
fn a_promise_that_was_not_called_is_resolved_home_without_embargo() {
    let (mut raw, cap) = Raw::importing_promise();
    raw.send_resolve(7, |mut cap| cap.set_receiver_hosted(0));
    raw.end.call(&cap, 1, vec![]);
    assert_eq!(raw.end.serve(vec![]), (1, 1));
    assert!(raw.end.sent().is_empty());
    assert_eq!(raw.end.counts().embargoes, 0);
}

#[test]
fn calls_on_a_promise_that_comes_home_wait_for_those_sent_before() {
    let (mut raw, cap) = Raw::importing_promise();
    let question = raw.end.call(&cap, 1, vec![]);
    raw.send_resolve(7, |mut cap| cap.set_receiver_hosted(0));
    assert_eq!(raw.end.sent(), ["call 0 on import 7 #1", "disembargo import 7: send 0 back"]);
    let second = raw.end.call(&cap, 2, vec![]);
    let third = raw.end.call(&cap, 3, vec![]);
    assert!(raw.end.calls.is_empty() && raw.end.sent().is_empty());
    // The first comes back, then the embargo is lifted.
    raw.send_call(50, export(0), no_caps);
    assert_eq!(raw.end.delivered().number, 50);
    raw.send(|message| {
        let mut disembargo = message.init_disembargo();
        disembargo.reborrow().init_target().set_imported_cap(0);
        disembargo.init_context().set_receiver_loopback(0);
    });
    assert_eq!(raw.end.serve(vec![]), (1, 2));
    assert_eq!(raw.end.serve(vec![]), (1, 3));
    assert_eq!(raw.end.counts().embargoes, 0);
    raw.end.call(&cap, 4, vec![]);
    assert_eq!(raw.end.serve(vec![]), (1, 4));
    raw.end.release(cap);
    for question in [question, second, third] {
        raw.end.finish(question);
    }
    assert_eq!(raw.end.counts().promises, 0);
}

#[test]
fn an_embargoed_capability_can_be_passed_on() {
    let (mut raw, cap) = Raw::importing_promise();
    raw.end.call(&cap, 1, vec![]);
    raw.send_resolve(7, |mut cap| cap.set_receiver_hosted(0));
    raw.send_call(60, export(0), one_cap(|mut cap| cap.set_sender_hosted(9)));
    let other = raw.end.delivered().caps.remove(0).unwrap();
    raw.end.sent();
    raw.end.call(&other, 2, vec![Some(cap.clone())]);
    assert_eq!(raw.end.sent(), ["call 1 on import 9 #2 [promise 1]"]);
    raw.send(|message| {
        let mut disembargo = message.init_disembargo();
        disembargo.reborrow().init_target().set_imported_cap(0);
        disembargo.init_context().set_receiver_loopback(0);
    });
    assert_eq!(raw.end.sent(), ["resolve 1 to hosted 0"]);
}

#[test]
fn a_chain_of_promises_called_at_its_start_needs_an_embargo_at_its_end() {
    let (mut raw, cap) = Raw::importing_promise();
    raw.end.call(&cap, 1, vec![]);
    raw.send_resolve(7, |mut cap| cap.set_sender_promise(8));
    raw.send_resolve(8, |mut cap| cap.set_receiver_hosted(0));
    assert_eq!(raw.end.sent(), ["call 0 on import 7 #1", "disembargo import 8: send 0 back"]);
    raw.end.call(&cap, 2, vec![]);
    assert!(raw.end.calls.is_empty());
}

#[test]
fn a_promise_resolved_to_a_result_of_this_side_waits_for_it() {
    let (mut raw, cap) = Raw::importing_promise();
    raw.send_call(50, export(0), no_caps);
    let running = raw.end.delivered();
    raw.send_resolve(7, |cap| promise(cap.init_receiver_answer(), 50, &[0]));
    raw.end.call(&cap, 1, vec![]);
    assert!(raw.end.calls.is_empty() && raw.end.sent().is_empty());
    raw.end.respond(running.answer, 50, vec![Some(Cap::Local(Obj::new(3)))]);
    assert_eq!(raw.end.serve(vec![]), (3, 1));
}

#[test]
fn a_resolve_for_a_released_promise_gives_its_capability_back() {
    let (mut raw, cap) = Raw::importing_promise();
    raw.end.release(cap);
    raw.send_resolve(7, |mut cap| cap.set_sender_hosted(8));
    raw.end.flush();
    assert_eq!(raw.end.sent(), ["release 7 x1", "release 8 x1"]);
    assert_eq!(raw.end.counts().imports, 0);
}

#[test]
fn an_embargo_outlives_the_promise_that_is_released() {
    let (mut raw, cap) = Raw::importing_promise();
    raw.end.call(&cap, 1, vec![]);
    raw.send_resolve(7, |mut cap| cap.set_receiver_hosted(0));
    let question = raw.end.call(&cap, 2, vec![]);
    raw.end.finish(question);
    raw.end.release(cap);
    raw.send(|message| {
        let mut disembargo = message.init_disembargo();
        disembargo.reborrow().init_target().set_imported_cap(0);
        disembargo.init_context().set_receiver_loopback(0);
    });
    let call = raw.end.delivered();
    assert_eq!(call.number, 2);
    assert_eq!(raw.end.cancelled, [call.answer]);
    raw.end.respond(call.answer, 2, vec![]);
    raw.end.returned_error(2);
    assert_eq!((raw.end.counts().promises, raw.end.counts().local_answers), (0, 0));
}

#[test]
fn a_call_pipelined_on_an_embargoed_call_waits_with_it() {
    let (mut raw, cap) = Raw::importing_promise();
    raw.end.call(&cap, 1, vec![]);
    raw.send_resolve(7, |mut cap| cap.set_receiver_hosted(0));
    let second = raw.end.call(&cap, 2, vec![]);
    let promised = Cap::Promised(second, super::super::Transform::new(&[0]));
    raw.end.call(&promised, 3, vec![]);
    raw.send(|message| {
        let mut disembargo = message.init_disembargo();
        disembargo.reborrow().init_target().set_imported_cap(0);
        disembargo.init_context().set_receiver_loopback(0);
    });
    assert_eq!(raw.end.serve(vec![Some(Cap::Local(Obj::new(4)))]), (1, 2));
    assert_eq!(raw.end.serve(vec![]), (4, 3));
}

#[test]
fn an_unimplemented_disembargo_lifts_the_embargo() {
    let (mut raw, cap) = Raw::importing_promise();
    raw.end.call(&cap, 1, vec![]);
    raw.send_resolve(7, |mut cap| cap.set_receiver_hosted(0));
    raw.end.call(&cap, 2, vec![]);
    raw.send(|message| {
        let mut disembargo = message.init_unimplemented().init_disembargo();
        disembargo.reborrow().init_target().set_imported_cap(7);
        disembargo.init_context().set_sender_loopback(0);
    });
    assert_eq!(raw.end.serve(vec![]), (1, 2));
}

#[test]
fn a_disembargo_through_a_result_is_echoed_to_the_capability_behind_it() {
    let mut raw = Raw::bootstrapped();
    raw.send_call(1, export(0), one_cap(|mut cap| cap.set_sender_hosted(5)));
    raw.send_call(2, result_of(1, &[0]), no_caps);
    let call = raw.end.delivered();
    raw.end.respond(call.answer, 1, call.caps);
    raw.send(|message| {
        let mut disembargo = message.init_disembargo();
        result_of(1, &[0])(disembargo.reborrow().init_target());
        disembargo.init_context().set_sender_loopback(33);
    });
    // Behind the call that went through it.
    assert_eq!(
        raw.end.sent(),
        ["return 1 results #1 [yours 5]", "call 0 on import 5 #2", "disembargo import 5: 33 is back"]
    );
}

#[test]
fn what_was_told_to_the_peer_stays_the_way_of_its_calls() {
    // A result is a promise of the peer, which then is resolved to an object here. Calls through the result
    // still go back to the peer, and so does the Disembargo: otherwise they would overtake those before.
    let (mut raw, cap) = Raw::importing_promise();
    raw.send_call(1, export(0), no_caps);
    raw.end.serve(vec![Some(cap.clone())]);
    raw.send_resolve(7, |mut cap| cap.set_receiver_hosted(0));
    raw.send_call(2, result_of(1, &[0]), no_caps);
    raw.send(|message| {
        let mut disembargo = message.init_disembargo();
        result_of(1, &[0])(disembargo.reborrow().init_target());
        disembargo.init_context().set_sender_loopback(3);
    });
    assert_eq!(
        raw.end.sent(),
        ["return 1 results #1 [yours 7]", "call 0 on import 7 #2", "disembargo import 7: 3 is back"]
    );
}

#[test]
fn a_disembargo_through_a_promise_of_this_side_is_echoed() {
    let (mut raw, cap) = Raw::importing();
    raw.send_call(1, export(0), no_caps);
    raw.send_call(2, export(0), one_cap(|cap| promise(cap.init_receiver_answer(), 1, &[0])));
    let first = raw.end.delivered();
    let second = raw.end.delivered();
    raw.end.call(&cap, 5, second.caps);
    raw.send_call(3, export(1), no_caps);
    raw.end.respond(first.answer, 1, vec![Some(cap)]);
    raw.send(|message| {
        let mut disembargo = message.init_disembargo();
        disembargo.reborrow().init_target().set_imported_cap(1);
        disembargo.init_context().set_sender_loopback(4);
    });
    assert_eq!(
        raw.end.sent(),
        [
            "call 0 on import 7 #5 [promise 1]",
            "return 1 results #1 [yours 7]",
            "call 1 on import 7 #3",
            "resolve 1 to yours 7",
            "disembargo import 7: 4 is back"
        ]
    );
    let resolved = raw.end.resolved.pop_first().unwrap().1;
    assert!(matches!(resolved, Cap::Import(id) if id.number() == 7));
}

#[test]
fn a_promise_that_the_driver_saw_is_reported_with_what_it_is() {
    let mut raw = Raw::bootstrapped();
    raw.send_call(1, export(0), no_caps);
    raw.send_call(2, export(0), one_cap(|cap| promise(cap.init_receiver_answer(), 1, &[0])));
    let first = raw.end.delivered();
    raw.end.respond(first.answer, 1, vec![Some(Cap::Local(Obj::new(3)))]);
    assert_eq!(key(&raw.end.resolved.pop_first().unwrap().1), 3);
}

#[test]
fn a_promise_that_is_resolved_to_another_promise_is_reported_step_by_step() {
    let mut raw = Raw::bootstrapped();
    raw.send_call(1, export(0), no_caps);
    raw.send_call(2, export(0), one_cap(|cap| promise(cap.init_receiver_answer(), 1, &[0])));
    raw.send_call(3, export(0), no_caps);
    raw.send_call(4, export(0), one_cap(|cap| promise(cap.init_receiver_answer(), 3, &[0])));
    let [first, second, third, fourth] = [0; 4].map(|_| raw.end.delivered());
    let [Some(Cap::Awaited(outer))] = second.caps[..] else { panic!() };
    let [Some(Cap::Awaited(inner))] = fourth.caps[..] else { panic!() };
    raw.end.respond(first.answer, 1, fourth.caps.clone());
    assert!(matches!(raw.end.resolved[&outer], Cap::Awaited(id) if id == inner));
    raw.end.respond(third.answer, 3, vec![Some(Cap::Local(Obj::new(3)))]);
    assert_eq!(key(&raw.end.resolved[&inner]), 3);
    for cap in std::mem::take(&mut raw.end.resolved).into_values() {
        raw.end.release(cap);
    }
    raw.end.release_all(second.caps);
    raw.end.release_all(fourth.caps);
    raw.send_finish(1, true);
    raw.send_finish(3, true);
    assert_eq!(raw.end.counts().promises, 0);
}

#[test]
fn a_promise_resolved_to_one_that_came_home_before_needs_an_embargo_too() {
    let (mut raw, cap) = Raw::importing_promise();
    raw.send_call(60, export(0), one_cap(|mut cap| cap.set_sender_promise(8)));
    raw.send_resolve(8, |mut cap| cap.set_receiver_hosted(0));
    raw.end.call(&cap, 1, vec![]);
    raw.send_resolve(7, |mut cap| cap.set_sender_promise(8));
    assert_eq!(raw.end.sent(), ["call 0 on import 7 #1", "disembargo import 7: send 0 back"]);
}
