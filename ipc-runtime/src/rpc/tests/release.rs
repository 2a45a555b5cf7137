//! Giving back: Release, Finish, and batches of them.

use super::super::{Cap, Event, Limits};
use super::util::{End, Obj, Pair, Raw, export, no_caps, one_cap};

#[test]
fn releases_ride_with_the_next_message_and_are_summed() {
    let (mut raw, cap) = Raw::importing();
    for number in 1..4 {
        raw.send_call(number, export(0), one_cap(|mut cap| cap.set_sender_hosted(5)));
        let call = raw.end.delivered();
        raw.end.release_all(call.caps);
    }
    assert!(raw.end.sent().is_empty());
    assert!(raw.end.input(|conn| conn.has_batched()));
    raw.end.call(&cap, 9, vec![]);
    assert_eq!(raw.end.sent(), ["release 5 x3", "call 0 on import 7 #9"]);
    assert!(!raw.end.input(|conn| conn.has_batched()));
}

#[test]
fn batches_leave_on_request() {
    let (mut raw, cap) = Raw::importing();
    raw.end.release(cap);
    assert!(raw.end.sent().is_empty());
    raw.end.flush();
    assert_eq!(raw.end.sent(), ["release 7 x1"]);
}

#[test]
fn a_long_batch_leaves_by_itself() {
    let mut raw = Raw::bootstrapped();
    raw.send_call(1, export(0), |mut payload| {
        super::util::write_content(payload.reborrow().get_content(), 0, 0);
        let mut table = payload.init_cap_table(100);
        for index in 0..100 {
            table.reborrow().get(index).set_sender_hosted(index);
        }
    });
    let call = raw.end.delivered();
    raw.end.release_all(call.caps);
    assert_eq!(raw.end.sent().len(), 64);
}

#[test]
fn all_references_to_an_import_are_given_back_at_once() {
    let (mut raw, cap) = Raw::importing();
    raw.send_call(1, export(0), one_cap(|mut cap| cap.set_sender_hosted(7)));
    let call = raw.end.delivered();
    raw.end.release_all(call.caps);
    raw.end.input(|conn| conn.retain(&cap));
    raw.end.release(cap.clone());
    assert!(!raw.end.input(|conn| conn.has_batched()));
    raw.end.release(cap);
    raw.end.flush();
    assert_eq!(raw.end.sent(), ["release 7 x2"]);
    assert_eq!(raw.end.counts().imports, 0);
}

#[test]
fn an_import_that_comes_again_after_its_release_is_counted_anew() {
    let (mut raw, cap) = Raw::importing();
    raw.end.release(cap);
    // On its way before the Release arrives.
    raw.send_call(1, export(0), one_cap(|mut cap| cap.set_sender_hosted(7)));
    let call = raw.end.delivered();
    raw.end.call(call.caps[0].as_ref().unwrap(), 2, vec![]);
    assert_eq!(raw.end.sent(), ["release 7 x1", "call 0 on import 7 #2"]);
    raw.end.release_all(call.caps);
    raw.end.flush();
    assert_eq!(raw.end.sent(), ["release 7 x1"]);
}

#[test]
fn an_object_is_dropped_outside_when_the_peer_releases_it() {
    let (mut pair, cap) = Pair::connected();
    let object = Obj::new(2);
    let question = pair.left.call(&cap, 1, vec![Some(Cap::Local(object.clone()))]);
    pair.run();
    pair.right.serve(vec![]);
    pair.run();
    pair.left.returned(1).unwrap();
    pair.left.finish(question);
    assert_eq!(object.handles(), 1);
    // The handle that the call had was not the last one when it was sent: that was the table's.
    assert_eq!(pair.left.dropped, [2]);
    pair.left.release(cap);
    pair.assert_empty();
}

#[test]
fn a_return_that_releases_the_parameters_is_honoured() {
    let (mut raw, cap) = Raw::importing();
    let objects = [Obj::new(2), Obj::new(3)];
    let caps = objects.iter().cloned().map(|object| Some(Cap::Local(object))).chain([Some(cap.clone())]);
    let question = raw.end.call(&cap, 1, caps.collect::<Vec<_>>());
    assert_eq!(raw.end.counts().exports, 3);
    raw.send(|message| {
        let mut ret = message.init_return();
        ret.set_answer_id(question.number());
        ret.set_release_param_caps(true);
        ret.init_results();
    });
    assert_eq!((raw.end.counts().exports, raw.end.counts().imports), (1, 1));
    assert_eq!(objects[0].handles() + objects[1].handles(), 2);
}

#[test]
fn a_return_that_releases_the_parameters_leaves_other_references() {
    let (mut raw, cap) = Raw::importing();
    let object = Obj::new(2);
    let first = raw.end.call(&cap, 1, vec![Some(Cap::Local(object.clone()))]);
    raw.end.call(&cap, 2, vec![Some(Cap::Local(object.clone()))]);
    raw.send(|message| message.init_return().set_answer_id(first.number()));
    assert_eq!(raw.end.counts().exports, 2);
    raw.send_release(1, 1);
    assert_eq!(raw.end.counts().exports, 1);
}

#[test]
fn a_finish_releases_the_results_or_leaves_them() {
    for release in [true, false] {
        let mut raw = Raw::bootstrapped();
        raw.send_call(1, export(0), no_caps);
        raw.end.serve(vec![Some(Cap::Local(Obj::new(2))), Some(Cap::Local(Obj::new(2)))]);
        raw.send_finish(1, release);
        if !release {
            assert_eq!(raw.end.counts().exports, 2);
            raw.send_release(1, 2);
        }
        raw.send_release(0, 1);
        raw.end.assert_empty();
    }
}

#[test]
fn a_release_of_nothing_is_harmless() {
    let mut raw = Raw::bootstrapped();
    raw.send_release(0, 0);
    assert_eq!(raw.end.counts().exports, 1);
}

#[test]
fn an_idle_connection_says_so() {
    let mut end = End::new(Limits::default(), None);
    assert!(end.input(|conn| conn.is_idle()));
    let question = end.bootstrap(1);
    assert!(!end.input(|conn| conn.is_idle()));
    end.finish(question);
    assert!(!end.input(|conn| conn.is_idle()));
    let _ = |event: Event<super::util::Test>| format!("{event:?}");
}
