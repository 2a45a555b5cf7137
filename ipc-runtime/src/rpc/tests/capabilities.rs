//! Capabilities in parameters and results.

use super::super::{Cap, Limits};
use super::util::{Obj, Pair, Raw, export, no_caps, one_cap, promise};
use crate::exception::{ExceptionKind, IpcException};

#[test]
fn an_object_that_is_sent_twice_has_one_export() {
    let (mut raw, cap) = Raw::importing();
    let object = Obj::new(2);
    let caps = || vec![Some(Cap::Local(object.clone())), None, Some(Cap::Local(object.clone()))];
    raw.end.call(&cap, 1, caps());
    raw.end.call(&cap, 2, caps());
    assert_eq!(
        raw.end.sent(),
        [
            "call 0 on import 7 #1 [hosted 1, none, hosted 1]",
            "call 1 on import 7 #2 [hosted 1, none, hosted 1]"
        ]
    );
    assert_eq!(object.handles(), 2);
    raw.send_release(1, 3);
    assert_eq!(raw.end.counts().exports, 2);
    raw.send_release(1, 1);
    assert_eq!(raw.end.counts().exports, 1);
    assert_eq!(object.handles(), 1);
}

#[test]
fn a_callback_is_called_and_goes_home() {
    let (mut pair, cap) = Pair::connected();
    let callback = Obj::new(2);
    let question = pair.left.call(&cap, 1, vec![Some(Cap::Local(callback.clone()))]);
    pair.run();
    let outer = pair.right.delivered();
    let imported = outer.caps.into_iter().flatten().next().unwrap();
    let nested = pair.right.call(&imported, 7, vec![]);
    pair.run();
    assert_eq!(pair.left.serve(vec![]), (2, 7));
    pair.run();
    pair.right.returned(7).unwrap();
    pair.right.finish(nested);
    // What comes home is the object itself.
    pair.right.respond(outer.answer, 1, vec![Some(imported.clone())]);
    pair.right.release(imported);
    pair.run();
    let home = pair.left.returned_cap(1);
    assert!(matches!(&home, Cap::Local(object) if super::super::Object::key(object) == 2));
    pair.left.finish(question);
    pair.left.release(home);
    pair.left.release(cap);
    pair.assert_empty();
    assert_eq!(callback.handles(), 1);
}

#[test]
fn a_capability_of_the_peer_goes_back_as_its_own() {
    let (mut raw, cap) = Raw::importing();
    raw.end.call(&cap, 1, vec![Some(cap.clone())]);
    assert_eq!(raw.end.sent(), ["call 0 on import 7 #1 [yours 7]"]);
}

#[test]
fn a_promised_result_goes_back_as_an_answer_of_the_receiver() {
    let (mut raw, cap) = Raw::importing();
    let question = raw.end.call(&cap, 1, vec![]);
    let promised = Cap::Promised(question, super::super::Transform::new(&[0, 3]));
    raw.end.call(&cap, 2, vec![Some(promised)]);
    assert_eq!(raw.end.sent(), ["call 0 on import 7 #1", "call 1 on import 7 #2 [result 0.0.3]"]);
}

#[test]
fn a_broken_capability_is_a_promise_broken_at_once() {
    let (mut raw, cap) = Raw::importing();
    let broken = Cap::Broken(IpcException::failed("never was"));
    raw.end.call(&cap, 1, vec![Some(broken)]);
    assert_eq!(raw.end.sent(), ["call 0 on import 7 #1 [promise 1]", "resolve 1 to never was"]);
    // Who calls it before that arrives is told so.
    raw.send_call(5, export(1), no_caps);
    assert_eq!(raw.end.sent(), ["return 5 Failed: never was"]);
    raw.send_finish(5, true);
    raw.send_release(1, 1);
    assert_eq!(raw.end.counts().exports, 1);
}

#[test]
fn a_call_of_a_broken_capability_fails() {
    let mut raw = Raw::new();
    let question = raw.end.call(&Cap::Broken(IpcException::failed("never was")), 1, vec![]);
    assert_eq!(raw.end.returned_error(1).text(), "never was");
    raw.end.finish(question);
    raw.end.assert_empty();
}

#[test]
fn an_argument_can_be_the_result_of_a_call_that_still_runs() {
    let mut raw = Raw::bootstrapped();
    // The transcript of a C++ client: makeThread, and at once a call with that thread.
    raw.send_call(1, export(0), no_caps);
    raw.send_call(2, export(0), one_cap(|cap| promise(cap.init_receiver_answer(), 1, &[0])));
    let make_thread = raw.end.delivered();
    let call = raw.end.delivered();
    let Some(Some(Cap::Awaited(thread))) = call.caps.first() else { panic!("{:?}", call.caps) };
    let thread = *thread;
    // It can be called already.
    let question = raw.end.call(&Cap::Awaited(thread), 8, vec![]);
    assert!(raw.end.calls.is_empty());
    raw.end.respond(make_thread.answer, 1, vec![Some(Cap::Local(Obj::new(3)))]);
    assert_eq!(raw.end.serve(vec![]), (3, 8));
    let resolved = raw.end.resolved.remove(&thread).unwrap();
    assert!(matches!(&resolved, Cap::Local(object) if super::super::Object::key(object) == 3));
    raw.end.returned(8).unwrap();
    raw.end.finish(question);
    raw.end.release(resolved);
    raw.end.release_all(call.caps);
    raw.end.respond(call.answer, 2, vec![]);
    raw.send_finish(1, true);
    raw.send_release(0, 1);
    raw.end.assert_empty();
}

#[test]
fn an_argument_that_is_an_answered_result_is_the_object() {
    let mut raw = Raw::bootstrapped();
    raw.send_call(1, export(0), no_caps);
    raw.end.serve(vec![Some(Cap::Local(Obj::new(3)))]);
    raw.send_call(2, export(0), one_cap(|cap| promise(cap.init_receiver_answer(), 1, &[0])));
    let call = raw.end.delivered();
    assert!(matches!(call.caps.as_slice(), [Some(Cap::Local(object))] if object.handles() > 1));
    raw.send_call(3, export(0), one_cap(|cap| promise(cap.init_receiver_answer(), 1, &[1])));
    raw.send_call(4, export(0), one_cap(|cap| promise(cap.init_receiver_answer(), 99, &[0])));
    for _ in 0..2 {
        assert!(matches!(raw.end.delivered().caps.as_slice(), [Some(Cap::Broken(_))]));
    }
}

#[test]
fn an_argument_that_is_not_known_yet_is_passed_on_as_a_promise() {
    let (mut raw, cap) = Raw::importing();
    raw.send_call(1, export(0), no_caps);
    raw.send_call(2, export(0), one_cap(|cap| promise(cap.init_receiver_answer(), 1, &[0])));
    let first = raw.end.delivered();
    let second = raw.end.delivered();
    raw.end.call(&cap, 5, second.caps.clone());
    raw.end.call(&cap, 6, second.caps.clone());
    assert_eq!(raw.end.sent(), ["call 0 on import 7 #5 [promise 1]", "call 1 on import 7 #6 [promise 1]"]);
    raw.send_call(3, export(1), no_caps);
    assert!(raw.end.calls.is_empty());
    raw.end.respond(first.answer, 1, vec![Some(Cap::Local(Obj::new(3)))]);
    assert_eq!(raw.end.delivered().target, 3);
    assert_eq!(raw.end.sent(), ["return 1 results #1 [hosted 2]", "resolve 1 to hosted 2"]);
    raw.end.release_all(second.caps);
    let resolved = raw.end.resolved.pop_first().unwrap().1;
    raw.end.release(resolved);
    assert_eq!(raw.end.counts().promises, 0);
    raw.send_release(1, 2);
    raw.send_release(2, 1);
    raw.send_finish(1, true);
    assert_eq!(raw.end.counts().exports, 1);
}

#[test]
fn a_promise_that_is_released_before_it_is_known_is_not_resolved() {
    let (mut raw, cap) = Raw::importing();
    raw.send_call(1, export(0), no_caps);
    raw.send_call(2, export(0), one_cap(|cap| promise(cap.init_receiver_answer(), 1, &[0])));
    let first = raw.end.delivered();
    let second = raw.end.delivered();
    raw.end.call(&cap, 5, second.caps.clone());
    raw.end.release_all(second.caps);
    raw.send_release(1, 1);
    raw.end.sent();
    raw.end.respond(first.answer, 1, vec![Some(Cap::Local(Obj::new(3)))]);
    assert_eq!(raw.end.sent(), ["return 1 results #1 [hosted 1]"]);
    assert!(raw.end.resolved.is_empty());
    assert_eq!(raw.end.counts().promises, 0);
}

#[test]
fn a_result_that_is_a_promise_of_itself_is_broken() {
    let mut raw = Raw::bootstrapped();
    raw.send_call(1, export(0), no_caps);
    raw.send_call(2, export(0), one_cap(|cap| promise(cap.init_receiver_answer(), 1, &[0])));
    let first = raw.end.delivered();
    let second = raw.end.delivered();
    raw.end.respond(first.answer, 1, second.caps.clone());
    raw.end.release_all(second.caps);
    assert_eq!(
        raw.end.sent(),
        ["return 1 results #1 [promise 1]", "resolve 1 to the capability is a promise of itself"]
    );
}

#[test]
fn a_capability_of_a_third_party_is_reached_through_its_vine() {
    let mut raw = Raw::bootstrapped();
    raw.send_call(1, export(0), one_cap(|cap| cap.init_third_party_hosted().set_vine_id(21)));
    let call = raw.end.delivered();
    assert!(matches!(call.caps.as_slice(), [Some(Cap::Import(id))] if id.number() == 21));
    raw.end.respond(call.answer, 1, vec![]);
    raw.end.release_all(call.caps);
    raw.end.flush();
    assert_eq!(raw.end.sent(), ["return 1 results #1, no finish", "release 21 x1"]);
}

#[test]
fn more_exports_than_allowed_fail_the_call_that_would_make_them() {
    let limits = Limits { max_exports: 2, ..Limits::default() };
    let mut raw = Raw::with_limits(limits);
    raw.hold_bootstrap();
    raw.end.dropped.clear();
    let caps = || (0..2).map(|key| Some(Cap::Local(Obj::new(10 + key)))).collect::<Vec<_>>();
    raw.send_call(1, export(0), no_caps);
    raw.end.serve(caps());
    assert_eq!(raw.end.sent(), ["return 1 Overloaded: the peer holds too many capabilities"]);
    raw.send_call(2, export(0), one_cap(|mut cap| cap.set_sender_hosted(3)));
    let call = raw.end.delivered();
    let target = call.caps.into_iter().flatten().next().unwrap();
    let question = raw.end.call(&target, 9, caps());
    assert_eq!(raw.end.returned_error(9).kind(), ExceptionKind::Overloaded);
    raw.end.finish(question);
    assert_eq!((raw.end.counts().exports, raw.end.counts().questions), (1, 0));
    assert_eq!(raw.end.dropped.len(), 4);
}
