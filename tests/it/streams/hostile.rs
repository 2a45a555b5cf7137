//! Peers that read and make streams as no reader and no sender of ours does.

use std::sync::mpsc;
use std::time::Duration;

use capnp_rpc::rpc_capnp::{exception, message, return_};
use ipc_runtime::object::Destination;
use ipc_runtime::private::{Encode, IpcType, Layout, layout};
use ipc_runtime::wire::proxy::CONTEXT;
use ipc_runtime::wire::raw::Decoder;
use ipc_runtime::wire::{Decode, Encoder, Size};
use ipc_runtime::{DriverLimits, ExceptionKind, IpcException, IpcStream, with_deadline};
use ipc_tests::interfaces::Peer;
use ipc_tests::steps::{PATIENCE, bounded, joined, received};

use super::super::raw::{Raw, begin_return, call, ordinal, our_client, our_server, which};
use super::all;

/// The parameters of `next`, and of every method with the context and a number of 32 bits.
const PARAMS: Layout<2> = layout([CONTEXT.shape, <u32 as IpcType>::SHAPE]);

/// The results of `next`: the items, and whether they are the last.
const RESULTS: Layout<2> = layout([<Vec<u64> as IpcType>::SHAPE, <bool as IpcType>::SHAPE]);

/// The parameters of `count_and_wait`.
const COUNT: Layout<2> = layout([CONTEXT.shape, <u64 as IpcType>::SHAPE]);

const DESTROY: u16 = 0;
const NEXT: u16 = 1;

/// What we said to a call of `next`.
#[derive(Debug, PartialEq)]
enum Said {
    Items(Vec<u64>),
    Last(Vec<u64>),
    Failed(exception::Type, String),
}

/// The id of `interface StreamUInt64`.
fn interface() -> u64 {
    let descriptor = <IpcStream<u64> as IpcType>::TYPE.descriptor().unwrap();
    assert_eq!(descriptor.name, "StreamUInt64");
    descriptor.id
}

/// Begins a stream of so many numbers, and returns its export id.
fn count_and_wait(raw: &mut Raw, count: u64) -> u32 {
    raw.bootstrap(0);
    raw.send(|message| {
        let call = call::<dyn Peer>(message, 1, 0, ordinal::<dyn Peer>("countAndWait"));
        let content = call.init_params().init_content();
        Encoder::new(Destination::none())
            .encode_struct(content, COUNT.size, |to| count.encode(to, COUNT.at[1]))
            .unwrap();
    });
    let answer = raw.receive().unwrap();
    let Ok(message::Return(answer)) = which(&answer) else { panic!("no Return") };
    let Ok(return_::Results(results)) = answer.unwrap().which() else { panic!("no stream") };
    let caps = results.unwrap().get_cap_table().unwrap();
    let Ok(capnp_rpc::rpc_capnp::cap_descriptor::SenderHosted(export)) = caps.get(0).which() else {
        panic!("not an object of the sender's")
    };
    export
}

fn send_call(raw: &mut Raw, question: u32, export: u32, interface: u64, ordinal: u16, count: u32) {
    raw.send(|message| {
        let mut call = call::<dyn Peer>(message, question, export, ordinal);
        call.set_interface_id(interface);
        let content = call.init_params().init_content();
        Encoder::new(Destination::none())
            .encode_struct(content, PARAMS.size, |to| count.encode(to, PARAMS.at[1]))
            .unwrap();
    });
}

fn next(raw: &mut Raw, question: u32, export: u32, count: u32) {
    send_call(raw, question, export, interface(), NEXT, count);
}

/// Returns the answer that arrives next.
fn answer(raw: &mut Raw) -> (u32, Said) {
    let message = loop {
        let message = raw.receive().unwrap();
        if let Ok(message::Return(_)) = which(&message) {
            break message;
        }
    };
    let Ok(message::Return(answer)) = which(&message) else { unreachable!() };
    let answer = answer.unwrap();
    let said = match answer.which() {
        Ok(return_::Results(results)) => {
            let decoder = Decoder::new(Vec::new(), usize::MAX / 64);
            let root = decoder.root(results.unwrap().get_content()).unwrap();
            let items = Vec::decode(&root, RESULTS.at[0]).unwrap();
            match bool::decode(&root, RESULTS.at[1]).unwrap() {
                true => Said::Last(items),
                false => Said::Items(items),
            }
        }
        Ok(return_::Exception(exception)) => {
            let exception = exception.unwrap();
            Said::Failed(exception.get_type().unwrap(), exception.get_reason().unwrap().to_string().unwrap())
        }
        _ => panic!("neither results nor an exception"),
    };
    (answer.get_answer_id(), said)
}

fn finish(raw: &mut Raw, question: u32) {
    raw.send(|message| {
        let mut finish = message.init_finish();
        finish.set_question_id(question);
        finish.set_release_result_caps(true);
    });
}

/// Runs a peer that calls our server; the connection must live to its end.
fn with_our_server(peer: impl FnOnce(&mut Raw) + Send + 'static) {
    bounded(PATIENCE, || {
        let (mut raw, serving) = our_server(DriverLimits::default());
        peer(&mut raw);
        drop(raw);
        joined("the server ends", serving).unwrap();
    });
}

#[test]
fn calls_at_the_same_time_take_turns() {
    const CALLS: u32 = 500;
    with_our_server(|raw| {
        let export = count_and_wait(raw, 500);
        for question in 0..CALLS {
            next(raw, 10 + question, export, 1);
        }
        let mut items: Vec<u64> = (0..CALLS)
            .flat_map(|_| match answer(raw) {
                (_, Said::Items(items)) => {
                    assert_eq!(items.len(), 1);
                    items
                }
                other => panic!("{other:?}"),
            })
            .collect();
        items.sort_unstable();
        assert_eq!(items, (0..500).collect::<Vec<u64>>());
    });
}

#[test]
fn any_count_will_do() {
    with_our_server(|raw| {
        let export = count_and_wait(raw, 3_000);
        let mut seen = 0;
        for (question, count) in (10..).zip([0, 1, u32::MAX, 7, 1 << 31, 0].into_iter().cycle()) {
            next(raw, question, export, count);
            let (answered, Said::Items(items)) = answer(raw) else { panic!("not items") };
            assert_eq!(answered, question);
            let most = if count == 0 { 1024 } else { (count as usize).min(1024) };
            assert!((1..=most).contains(&items.len()), "{} items for a count of {count}", items.len());
            assert_eq!(items, (seen..seen + items.len() as u64).collect::<Vec<_>>());
            seen += items.len() as u64;
            if seen == 3_000 {
                break;
            }
        }
    });
}

#[test]
fn a_call_that_is_given_up_takes_no_item_along() {
    with_our_server(|raw| {
        let export = count_and_wait(raw, 0);
        for question in 10..30 {
            next(raw, question, export, 1);
            finish(raw, question);
        }
        for _ in 10..30 {
            assert!(matches!(answer(raw), (10..30, Said::Failed(exception::Type::Failed, _))));
        }
    });
}

#[test]
fn a_stream_that_is_destroyed_fails_the_calls_that_wait_and_later_ones() {
    with_our_server(|raw| {
        let export = count_and_wait(raw, 0);
        for question in 10..13 {
            next(raw, question, export, 1);
        }
        send_call(raw, 13, export, interface(), DESTROY, 0);
        send_call(raw, 14, export, interface(), DESTROY, 0);
        let mut answers: Vec<_> = (10..15).map(|_| answer(raw)).collect();
        answers.sort_by_key(|(question, _)| *question);
        for (question, said) in answers {
            match said {
                Said::Failed(_, text) if question < 13 => assert!(text.ends_with("destroyed"), "{text}"),
                // `destroy` has no results.
                Said::Items(items) => assert!(question >= 13 && items.is_empty()),
                other => panic!("{question}: {other:?}"),
            }
        }
        next(raw, 20, export, 1);
        let (_, Said::Failed(_, text)) = answer(raw) else { panic!("items of a destroyed stream") };
        assert!(text.ends_with("destroyed"), "{text}");
    });
}

#[test]
fn other_methods_and_interfaces_are_unimplemented() {
    with_our_server(|raw| {
        let export = count_and_wait(raw, 5);
        let calls = [(interface(), 2), (interface(), u16::MAX), (interface() + 1, NEXT), (0, DESTROY)];
        for (question, (interface, ordinal)) in (10..).zip(calls) {
            send_call(raw, question, export, interface, ordinal, 1);
            assert!(matches!(answer(raw), (_, Said::Failed(exception::Type::Unimplemented, _))));
        }
        // Parameters that are no struct.
        raw.send(|message| {
            let mut call = call::<dyn Peer>(message, 20, export, NEXT);
            call.set_interface_id(interface());
            let content = call.init_params().init_content();
            content.initn_as::<capnp::text::Builder<'_>>(3);
        });
        assert!(matches!(answer(raw), (20, Said::Failed(exception::Type::Failed, _))));
        // None at all: whatever is there.
        raw.send(|message| {
            let mut call = call::<dyn Peer>(message, 21, export, NEXT);
            call.set_interface_id(interface());
        });
        assert!(matches!(answer(raw), (21, Said::Items(items)) if items.first() == Some(&0)));
    });
}

/// Makes an answer that consists of a stream, with an export id.
fn return_stream(message: message::Builder<'_>, question: u32, export: u32) {
    let mut payload = begin_return(message, question);
    payload.reborrow().init_cap_table(1).get(0).set_sender_hosted(export);
    let content = payload.init_content();
    let size = Size { data: 0, pointers: 1 };
    // The capability only stands for the index 0.
    let stream = IpcStream::<u64>::empty();
    let [at] = layout([<IpcStream<u64> as IpcType>::SHAPE]).at;
    Encoder::new(Destination::none()).encode_struct(content, size, |to| stream.encode(to, at)).unwrap();
}

/// Waits for a call and returns its question, target and method.
fn called(raw: &mut Raw) -> Option<(u32, u16)> {
    loop {
        let message = raw.receive()?;
        if let Ok(message::Call(call)) = which(&message) {
            let call = call.unwrap();
            return Some((call.get_question_id(), call.get_method_id()));
        }
    }
}

/// Runs a test with a stream of a peer that answers the calls of `next` as told, and then no longer.
fn with_their_stream(
    answers: Vec<fn(message::Builder<'_>, u32)>,
    test: impl FnOnce(IpcStream<u64>) + Send + 'static,
) {
    bounded(PATIENCE, || {
        let (peer, serving) = our_client(DriverLimits::default(), move |mut raw| {
            raw.greet();
            let (question, _) = called(&mut raw).unwrap();
            raw.send(|message| return_stream(message, question, 7));
            for build in answers {
                let Some((question, NEXT)) = called(&mut raw) else { panic!("not a call of `next`") };
                raw.send(|message| build(message, question));
            }
            raw.expect_end();
        });
        let peer = peer.unwrap();
        let stream = peer.count_and_wait(0).unwrap();
        drop(peer);
        test(stream);
        joined("the peer ends", serving);
    });
}

fn return_items(message: message::Builder<'_>, question: u32, items: &[u64], ended: bool) {
    super::super::raw::return_struct(message, question, RESULTS.size, |to| {
        items.encode(to, RESULTS.at[0])?;
        ended.encode(to, RESULTS.at[1])
    });
}

#[track_caller]
fn assert_ends_with(stream: &mut IpcStream<u64>, text: &str) {
    let error: IpcException = stream.next().unwrap().unwrap_err();
    assert!(error.text().contains(text), "{error}");
    assert!(stream.next().is_none());
    assert!(stream.next().is_none());
}

#[test]
fn more_items_than_were_asked_for_and_items_with_the_end_are_taken() {
    with_their_stream(
        vec![
            |message, question| return_items(message, question, &[1, 2], false),
            |message, question| return_items(message, question, &[3; 10_000], false),
            |message, question| return_items(message, question, &[4], true),
        ],
        |stream| assert_eq!(all(stream).unwrap().len(), 10_003),
    );
}

#[test]
fn an_answer_with_nothing_is_an_error() {
    with_their_stream(
        vec![|message, question| return_items(message, question, &[1], false), |message, question| {
            return_items(message, question, &[], false);
        }],
        |mut stream| {
            assert_eq!(stream.next().unwrap().unwrap(), 1);
            assert_ends_with(&mut stream, "answered with nothing");
        },
    );
}

#[test]
fn items_of_another_type_are_an_error() {
    with_their_stream(
        vec![|message, question| {
            super::super::raw::return_struct(message, question, RESULTS.size, |to| {
                to.pointer(RESULTS.at[0].offset).set_text("no numbers")
            });
        }],
        |mut stream| assert_ends_with(&mut stream, "malformed message"),
    );
}

#[test]
fn an_exception_is_the_last_that_is_asked_for() {
    with_their_stream(
        vec![|message, question| {
            let mut answer = message.init_return();
            answer.set_answer_id(question);
            answer.init_exception().set_reason("of theirs");
        }],
        |mut stream| assert_ends_with(&mut stream, "of theirs"),
    );
}

#[test]
fn a_sender_that_never_answers_is_waited_for_as_long_as_the_deadline_says() {
    with_their_stream(
        vec![|message, question| return_items(message, question, &[1], false)],
        |mut stream| {
            assert_eq!(stream.next().unwrap().unwrap(), 1);
            for _ in 0..3 {
                let late = with_deadline(Duration::from_millis(5), || stream.next()).unwrap();
                assert_eq!(late.unwrap_err().kind(), ExceptionKind::TimedOut);
            }
        },
    );
}

#[test]
fn a_null_stream_is_an_error() {
    bounded(PATIENCE, || {
        let (peer, serving) = our_client(DriverLimits::default(), move |mut raw| {
            raw.greet();
            let (question, _) = called(&mut raw).unwrap();
            raw.send(|message| {
                let size = Size { data: 0, pointers: 1 };
                super::super::raw::return_struct(message, question, size, |_| Ok(()));
            });
            raw.expect_end();
        });
        let error = peer.unwrap().count_and_wait(0).unwrap_err();
        assert_eq!(error.text(), "null stream where `StreamUInt64` is required");
        joined("the peer ends", serving);
    });
}

#[test]
fn a_reader_that_leaves_gives_the_call_and_the_stream_up() {
    bounded(PATIENCE, || {
        let (given_up, gives_up) = mpsc::channel();
        let (peer, serving) = our_client(DriverLimits::default(), move |mut raw| {
            raw.greet();
            let (question, _) = called(&mut raw).unwrap();
            raw.send(|message| return_stream(message, question, 7));
            let Some((question, NEXT)) = called(&mut raw) else { panic!("not a call of `next`") };
            let (mut finished, mut released) = (false, false);
            while !(finished && released) {
                let message = raw.receive().unwrap();
                match which(&message) {
                    Ok(message::Finish(finish)) => finished |= finish.unwrap().get_question_id() == question,
                    Ok(message::Release(release)) => released |= release.unwrap().get_id() == 7,
                    _ => {}
                }
            }
            given_up.send(()).unwrap();
            raw.expect_end();
        });
        let peer = peer.unwrap();
        let mut stream = peer.count_and_wait(0).unwrap();
        let late = with_deadline(Duration::from_millis(5), || stream.next()).unwrap();
        assert_eq!(late.unwrap_err().kind(), ExceptionKind::TimedOut);
        drop(stream);
        received("the call and the stream are given up", &gives_up);
        drop(peer);
        joined("the peer ends", serving);
    });
}
