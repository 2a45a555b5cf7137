//! Calls and returns.

use super::super::{Cap, Connection, Limits};
use super::util::{Obj, Pair, Raw, Test, export, no_caps, one_cap};
use crate::exception::{ExceptionKind, IpcException};

#[test]
fn the_engine_can_move_between_threads() {
    #[derive(Clone)]
    struct Handle;
    impl super::super::Object for Handle {
        fn key(&self) -> usize {
            0
        }
    }
    struct Driver;
    impl super::super::Host for Driver {
        type Object = Handle;
        type Waiter = ();
    }
    fn is_send<T: Send>() {}
    is_send::<Connection<Driver>>();
    is_send::<super::super::Event<Driver>>();
    is_send::<super::super::OutgoingCall<Handle>>();
    is_send::<super::super::OutgoingMessage>();
    is_send::<super::super::IncomingMessage>();
    let _ = |_: Connection<Test>| ();
}

#[test]
fn a_call_is_delivered_and_its_answer_comes_back() {
    let (mut pair, cap) = Pair::connected();
    let question = pair.left.call(&cap, 5, vec![]);
    pair.run();
    assert_eq!(pair.right.serve(vec![]), (1, 5));
    pair.run();
    let (number, caps) = pair.left.returned(5).unwrap();
    assert_eq!((number, caps.len()), (5, 0));
    pair.left.finish(question);
    pair.left.release(cap);
    pair.assert_empty();
}

#[test]
fn a_bootstrap_without_an_object_is_an_exception() {
    let mut pair = Pair::new();
    let question = pair.right.bootstrap(3);
    pair.run();
    assert_eq!(pair.right.returned_error(3).text(), "this side has no bootstrap capability");
    pair.right.finish(question);
    pair.assert_empty();
}

#[test]
fn the_results_pointer_of_bootstrap_is_the_capability() {
    let mut raw = Raw::new();
    raw.send(|message| message.init_bootstrap().set_question_id(4));
    // Pipelined on the empty path.
    raw.send_call(5, super::util::result_of(4, &[]), no_caps);
    assert_eq!(raw.end.serve(vec![]), (1, 5));
    assert_eq!(raw.end.sent(), ["return 4 results [hosted 0]", "return 5 results #5, no finish"]);
    raw.send_finish(4, true);
    raw.end.assert_empty();
}

#[test]
fn a_question_id_is_reused_after_return_and_finish_only() {
    let (mut raw, cap) = Raw::importing();
    let first = raw.end.call(&cap, 1, vec![]);
    let second = raw.end.call(&cap, 2, vec![]);
    assert_eq!(raw.end.sent(), ["call 0 on import 7 #1", "call 1 on import 7 #2"]);
    // Finished, not returned: the id stays taken.
    raw.end.finish(first);
    let third = raw.end.call(&cap, 3, vec![]);
    assert_eq!(raw.end.sent(), ["finish 0, results released", "call 2 on import 7 #3"]);
    // Returned, not finished: it stays taken as well.
    raw.send_results(1, no_caps);
    raw.end.returned(2).unwrap();
    let fourth = raw.end.call(&cap, 4, vec![]);
    assert_eq!(raw.end.sent(), ["call 3 on import 7 #4"]);
    raw.send_results(0, no_caps);
    raw.end.finish(second);
    let ids = [raw.end.call(&cap, 5, vec![]), raw.end.call(&cap, 6, vec![])];
    assert_eq!(ids, [second, first]);
    assert_eq!(raw.end.sent(), ["finish 1", "call 1 on import 7 #5", "call 0 on import 7 #6"]);
    assert_ne!(third, fourth);
}

#[test]
fn no_finish_is_sent_for_a_return_that_needs_none() {
    let (mut raw, cap) = Raw::importing();
    let question = raw.end.call(&cap, 1, vec![]);
    raw.send(|message| {
        let mut ret = message.init_return();
        ret.set_answer_id(question.number());
        ret.set_no_finish_needed(true);
        ret.init_results();
    });
    raw.end.finish(question);
    raw.end.flush();
    assert_eq!(raw.end.sent(), ["call 0 on import 7 #1"]);
    assert_eq!(raw.end.call(&cap, 2, vec![]), question);
}

#[test]
fn results_without_capabilities_need_no_finish_and_tolerate_one() {
    let mut raw = Raw::bootstrapped();
    raw.send_call(1, export(0), no_caps);
    raw.end.serve(vec![]);
    assert_eq!(raw.end.sent(), ["return 1 results #1, no finish"]);
    assert_eq!(raw.end.counts().answers, 0);
    raw.send_finish(1, true);
    raw.send_call(1, export(0), no_caps);
    raw.end.serve(vec![]);
    raw.send_release(0, 1);
    raw.end.assert_empty();
}

#[test]
fn results_with_capabilities_and_exceptions_need_a_finish() {
    let mut raw = Raw::bootstrapped();
    raw.send_call(1, export(0), no_caps);
    raw.send_call(2, export(0), no_caps);
    raw.end.serve(vec![Some(Cap::Local(Obj::new(2)))]);
    let call = raw.end.delivered();
    raw.end.respond_error(call.answer, IpcException::failed("no luck"));
    assert_eq!(raw.end.sent(), ["return 1 results #1 [hosted 1]", "return 2 Failed: no luck"]);
    assert_eq!(raw.end.counts().answers, 2);
    raw.send_finish(1, true);
    raw.send_finish(2, true);
    raw.send_release(0, 1);
    raw.end.assert_empty();
}

#[test]
fn an_unknown_answer_may_be_finished() {
    let mut raw = Raw::bootstrapped();
    raw.send_finish(77, true);
    assert!(raw.end.terminated().is_none());
}

#[test]
fn exceptions_keep_their_kind_but_never_claim_a_lost_connection() {
    let kinds = [
        (ExceptionKind::Failed, ExceptionKind::Failed),
        (ExceptionKind::System, ExceptionKind::Failed),
        (ExceptionKind::Overloaded, ExceptionKind::Overloaded),
        (ExceptionKind::TimedOut, ExceptionKind::Overloaded),
        (ExceptionKind::Unimplemented, ExceptionKind::Unimplemented),
        (ExceptionKind::Disconnected, ExceptionKind::Failed),
    ];
    for (thrown, caught) in kinds {
        let (mut pair, cap) = Pair::connected();
        pair.left.call(&cap, 1, vec![]);
        pair.run();
        let call = pair.right.delivered();
        pair.right.respond_error(call.answer, IpcException::new(thrown, "std::exception: why"));
        pair.run();
        let exception = pair.left.returned_error(1);
        assert_eq!((exception.kind(), exception.text()), (caught, "std::exception: why"));
    }
}

#[test]
fn the_prefix_of_each_vat_on_the_way_is_removed() {
    let (mut raw, cap) = Raw::importing();
    let question = raw.end.call(&cap, 1, vec![]);
    raw.send(|message| {
        let mut ret = message.init_return();
        ret.set_answer_id(question.number());
        ret.init_exception().set_reason("remote exception: remote exception: thread busy");
    });
    let exception = raw.end.returned_error(1);
    assert_eq!((exception.kind(), exception.text()), (ExceptionKind::Failed, "thread busy"));
}

#[test]
fn a_call_finished_early_runs_on_and_is_returned_without_results() {
    let (mut pair, cap) = Pair::connected();
    let question = pair.left.call(&cap, 1, vec![]);
    pair.left.finish(question);
    pair.run();
    let call = pair.right.delivered();
    assert_eq!(pair.right.cancelled, [call.answer]);
    let object = Obj::new(2);
    pair.right.respond(call.answer, 1, vec![Some(Cap::Local(object.clone()))]);
    assert_eq!(pair.right.transmit.len(), 1);
    pair.run();
    // The waiter learns when the call is over.
    assert_eq!(pair.left.returned_error(1).text(), "the call was finished before it returned");
    assert_eq!(object.handles(), 1);
    pair.left.release(cap);
    pair.assert_empty();
}

#[test]
fn an_early_finish_that_keeps_the_results_gets_them() {
    let mut raw = Raw::bootstrapped();
    raw.send_call(1, export(0), no_caps);
    raw.send_finish(1, false);
    raw.end.serve(vec![Some(Cap::Local(Obj::new(2)))]);
    assert_eq!(raw.end.sent(), ["return 1 results #1 [hosted 1]"]);
    assert_eq!(raw.end.counts().answers, 0);
    raw.send_release(1, 1);
    raw.send_release(0, 1);
    raw.end.assert_empty();
}

#[test]
fn capabilities_in_results_that_nobody_wants_are_not_counted() {
    let (mut raw, cap) = Raw::importing();
    let question = raw.end.call(&cap, 1, vec![]);
    raw.end.finish(question);
    raw.send_results(0, one_cap(|mut cap| cap.set_sender_hosted(9)));
    assert_eq!(raw.end.counts().imports, 1);
    raw.end.returned_error(1);
    raw.end.flush();
    // The Finish released them: no Release of 9 may follow.
    assert_eq!(raw.end.sent(), ["call 0 on import 7 #1", "finish 0, results released"]);
    assert_eq!(raw.end.counts().questions, 0);
}

#[test]
fn too_many_open_calls_are_refused() {
    let limits = Limits { max_answers: 2, ..Limits::default() };
    let mut raw = Raw::with_limits(limits);
    raw.hold_bootstrap();
    raw.send_call(1, export(0), no_caps);
    raw.send_call(2, export(0), no_caps);
    raw.send_call(3, export(0), one_cap(|mut cap| cap.set_sender_hosted(5)));
    assert_eq!(raw.end.sent(), ["return 3 Overloaded: too many calls are open, params released"]);
    assert_eq!(raw.end.counts().imports, 0);
    raw.end.serve(vec![]);
    raw.send_call(3, export(0), no_caps);
    assert_eq!(raw.end.calls.len(), 2);
}

#[test]
fn results_that_are_kept_for_too_long_hold_up_new_calls() {
    let limits = Limits { max_kept_words: 20, ..Limits::default() };
    let mut raw = Raw::with_limits(limits);
    raw.hold_bootstrap();
    for number in 1..4 {
        raw.send_call(number, export(0), no_caps);
        if !raw.end.calls.is_empty() {
            raw.end.serve(vec![Some(Cap::Local(Obj::new(2)))]);
        }
    }
    let refused = "return 3 Overloaded: too many calls are open, params released";
    assert_eq!(raw.end.sent().last().unwrap(), refused);
    raw.send_finish(1, true);
    raw.send_call(3, export(0), no_caps);
    assert_eq!(raw.end.delivered().number, 3);
}

#[test]
fn a_call_of_an_own_object_is_looped_back() {
    let (mut pair, cap) = Pair::connected();
    let object = Obj::new(9);
    let question = pair.left.call(&Cap::Local(object.clone()), 4, vec![Some(cap.clone())]);
    assert!(pair.left.transmit.is_empty());
    let call = pair.left.delivered();
    assert!(call.answer.is_local());
    assert_eq!((call.target, call.number), (9, 4));
    // The results take back what came as a parameter.
    let param = call.caps.into_iter().flatten().next().unwrap();
    pair.left.respond(call.answer, 6, vec![Some(param.clone())]);
    pair.left.release(param);
    let result = pair.left.returned_cap(4);
    assert!(matches!((&result, &cap), (Cap::Import(a), Cap::Import(b)) if a == b));
    pair.left.finish(question);
    pair.left.release(result);
    pair.left.release(cap);
    assert_eq!(object.handles(), 1);
    pair.assert_empty();
}
