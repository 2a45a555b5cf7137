//! Tail calls: results that are held here until the peer says for which question they are.

use super::super::{Cap, PeerMisbehaved};
use super::util::{Obj, Raw, build_call, export, no_caps, result_of};
use crate::exception::IpcException;

fn send_tail_call(raw: &mut Raw, number: u32) {
    raw.send(|message| {
        let mut root = message;
        build_call(root.reborrow(), number, export(0), no_caps);
        let Ok(capnp_rpc::rpc_capnp::message::Which::Call(Ok(call))) = root.which() else { panic!() };
        call.get_send_results_to().set_yourself(());
    });
}

fn take(raw: &mut Raw, question: u32, from: u32) -> Result<(), PeerMisbehaved> {
    raw.try_send(|message| {
        let mut ret = message.init_return();
        ret.set_answer_id(question);
        ret.set_release_param_caps(false);
        ret.set_take_from_other_question(from);
    })
}

#[test]
fn results_are_taken_after_they_are_there() {
    let (mut raw, cap) = Raw::importing();
    let question = raw.end.call(&cap, 1, vec![]);
    send_tail_call(&mut raw, 50);
    raw.end.serve(vec![Some(Cap::Local(Obj::new(2)))]);
    assert_eq!(raw.end.sent(), ["call 0 on import 7 #1", "return 50 elsewhere"]);
    take(&mut raw, question.number(), 50).unwrap();
    let (number, caps) = raw.end.returned(1).unwrap();
    assert_eq!(number, 50);
    // The object never left: nothing was exported.
    assert!(matches!(caps.as_slice(), [Some(Cap::Local(_))]));
    assert_eq!(raw.end.counts().exports, 1);
    raw.end.release_all(caps);
    raw.end.finish(question);
    raw.end.flush();
    assert_eq!(raw.end.sent(), ["finish 0"]);
    raw.send_finish(50, true);
    assert_eq!((raw.end.counts().answers, raw.end.counts().questions), (0, 0));
}

#[test]
fn results_are_taken_before_they_are_there() {
    let (mut raw, cap) = Raw::importing();
    let question = raw.end.call(&cap, 1, vec![]);
    send_tail_call(&mut raw, 50);
    take(&mut raw, question.number(), 50).unwrap();
    assert!(raw.end.returns.is_empty());
    raw.end.serve(vec![]);
    assert_eq!(raw.end.returned(1).unwrap().0, 50);
    raw.send_finish(50, true);
    raw.end.finish(question);
    assert_eq!((raw.end.counts().answers, raw.end.counts().questions), (0, 0));
}

#[test]
fn a_tail_call_that_is_finished_first_still_gives_its_results() {
    let (mut raw, cap) = Raw::importing();
    let question = raw.end.call(&cap, 1, vec![]);
    send_tail_call(&mut raw, 50);
    take(&mut raw, question.number(), 50).unwrap();
    raw.send_finish(50, true);
    raw.end.serve(vec![Some(Cap::Local(Obj::new(2)))]);
    let result = raw.end.returned_cap(1);
    raw.end.release(result);
    raw.end.finish(question);
    assert_eq!((raw.end.counts().answers, raw.end.counts().questions), (0, 0));
}

#[test]
fn an_exception_of_a_tail_call_is_taken_like_results() {
    for taken_first in [true, false] {
        let (mut raw, cap) = Raw::importing();
        let question = raw.end.call(&cap, 1, vec![]);
        send_tail_call(&mut raw, 50);
        let call = raw.end.delivered();
        if taken_first {
            take(&mut raw, question.number(), 50).unwrap();
        }
        raw.end.respond_error(call.answer, IpcException::failed("no luck"));
        if !taken_first {
            take(&mut raw, question.number(), 50).unwrap();
        }
        assert_eq!(raw.end.returned_error(1).text(), "no luck");
        assert!(raw.end.sent().contains(&"return 50 elsewhere".to_owned()));
    }
}

#[test]
fn a_question_finished_before_its_results_are_taken_gives_them_back() {
    let (mut raw, cap) = Raw::importing();
    let question = raw.end.call(&cap, 1, vec![]);
    send_tail_call(&mut raw, 50);
    take(&mut raw, question.number(), 50).unwrap();
    raw.end.finish(question);
    raw.end.serve(vec![Some(Cap::Local(Obj::new(2)))]);
    raw.end.returned_error(1);
    raw.send_finish(50, true);
    assert_eq!((raw.end.counts().answers, raw.end.counts().questions), (0, 0));
}

#[test]
fn calls_can_be_pipelined_on_a_tail_call() {
    let mut raw = Raw::bootstrapped();
    send_tail_call(&mut raw, 50);
    raw.send_call(51, result_of(50, &[0]), no_caps);
    raw.end.serve(vec![Some(Cap::Local(Obj::new(2)))]);
    assert_eq!(raw.end.serve(vec![]), (2, 51));
}

#[test]
fn results_that_are_not_held_for_it_cannot_be_taken() {
    let (mut raw, cap) = Raw::importing();
    let question = raw.end.call(&cap, 1, vec![]);
    raw.send_call(50, export(0), no_caps);
    let fault = take(&mut raw, question.number(), 50).unwrap_err();
    assert!(matches!(fault, PeerMisbehaved::TakeFromUnknownQuestion(_)));

    let (mut raw, cap) = Raw::importing();
    let question = raw.end.call(&cap, 1, vec![]);
    let fault = take(&mut raw, question.number(), 50).unwrap_err();
    assert!(matches!(fault, PeerMisbehaved::TakeFromUnknownQuestion(_)));
}

#[test]
fn results_cannot_be_taken_twice() {
    let (mut raw, cap) = Raw::importing();
    let first = raw.end.call(&cap, 1, vec![]);
    let second = raw.end.call(&cap, 2, vec![]);
    send_tail_call(&mut raw, 50);
    take(&mut raw, first.number(), 50).unwrap();
    let fault = take(&mut raw, second.number(), 50).unwrap_err();
    assert!(matches!(fault, PeerMisbehaved::ResultsTakenTwice(_)));
}
