//! Peers that make the most of threads.

use ipc_runtime::DriverLimits;
use ipc_runtime::wire::proxy::{Thread, ThreadMap};
use ipc_runtime::wire::{Interface, Size};
use ipc_tests::interfaces::Peer;
use ipc_tests::steps::{LONG_PATIENCE, PATIENCE, bounded, joined};

use super::{Call, Caller, Told, encode_context, import, next, promised};
use crate::raw::{ECHO, our_server};

fn caller(limits: DriverLimits) -> (Caller, std::thread::JoinHandle<Result<(), ipc_runtime::IpcException>>) {
    let (raw, serving) = our_server(limits);
    (Caller::of::<dyn Peer>(raw), serving)
}

/// The connection is still good.
fn check(caller: &mut Caller) {
    let question = caller.question();
    Call::new::<dyn Peer>(question, "echo", ECHO.size).send(&mut caller.raw, import(0));
    assert_eq!(next(&mut caller.raw), Told::Results(question, vec![]));
}

#[test]
fn a_peer_has_as_many_threads_as_it_may_and_takes_no_memory_beyond() {
    bounded(LONG_PATIENCE, || {
        let mut limits = DriverLimits::default();
        limits.hosted_threads = 100;
        let (mut caller, _serving) = caller(limits);
        let name = "x".repeat(100_000);
        let mut threads = Vec::new();
        for index in 0..300 {
            let question = caller.ask_for_thread(&name);
            match next(&mut caller.raw) {
                Told::Results(id, caps) if id == question => threads.extend(caps),
                Told::Failed(id, text) if id == question => {
                    assert!(index >= 100 && text.contains("too many threads"), "{index}: {text}");
                }
                other => panic!("{other:?}"),
            }
        }
        assert_eq!(threads.len(), 100);
        assert!(matches!(caller.make_pool(u32::MAX), Told::Failed(..)));
        check(&mut caller);
        // One that is released makes room; its answer is finished too.
        for question in 0..=caller.next {
            finish(&mut caller, question);
        }
        caller.raw.send(|message| {
            let mut release = message.init_release();
            release.set_id(threads[0]);
            release.set_reference_count(1);
        });
        check(&mut caller);
        caller.make_thread("again");
        check(&mut caller);
    });
}

#[test]
fn a_thread_that_was_released_cannot_be_named() {
    bounded(PATIENCE, || {
        let (mut caller, serving) = caller(DriverLimits::default());
        let thread = caller.make_thread("one");
        for question in 0..=caller.next {
            finish(&mut caller, question);
        }
        caller.raw.send(|message| {
            let mut release = message.init_release();
            release.set_id(thread);
            release.set_reference_count(1);
        });
        let question = caller.question();
        Call::new::<dyn Peer>(question, "echo", ECHO.size)
            .with_caps(1, &|table| table.get(0).set_receiver_hosted(thread))
            .with(&|to| encode_context(to, true, false))
            .send(&mut caller.raw, import(0));
        caller.raw.expect_end();
        joined("the connection has ended", serving).unwrap();
    });
}

#[test]
fn threads_have_no_other_methods() {
    bounded(PATIENCE, || {
        let (mut caller, _serving) = caller(DriverLimits::default());
        let thread = caller.make_thread("one");
        let map = caller.map;
        let ids =
            [<dyn ThreadMap>::descriptor().id, <dyn Thread>::descriptor().id, <dyn Peer>::descriptor().id];
        for (target, interface, ordinal) in
            [(map, ids[0], 2), (map, ids[1], 0), (map, ids[2], 1), (thread, ids[1], 1), (thread, ids[0], 0)]
        {
            let question = caller.question();
            let mut call = Call::new::<dyn Peer>(question, "echo", Size { data: 0, pointers: 1 });
            (call.interface, call.ordinal) = (interface, ordinal);
            call.send(&mut caller.raw, import(target));
            let Told::Failed(id, text) = next(&mut caller.raw) else {
                panic!("it has {ordinal} of {interface:#x}")
            };
            assert_eq!(id, question);
            assert!(text.contains("not implemented.; "), "{text}");
        }
        check(&mut caller);
    });
}

#[test]
fn absurd_contexts_are_errors_or_nothing() {
    bounded(PATIENCE, || {
        let (mut caller, _serving) = caller(DriverLimits::default());
        // Text where the context is; capabilities that the message does not carry.
        let question = caller.question();
        Call::new::<dyn Peer>(question, "echo", ECHO.size)
            .with(&|to| to.pointer(0).set_text("a context"))
            .send(&mut caller.raw, import(0));
        assert_eq!(next(&mut caller.raw), Told::Results(question, vec![]));
        let question = caller.question();
        Call::new::<dyn Peer>(question, "echo", ECHO.size)
            .with(&|to| encode_context(to, true, true))
            .send(&mut caller.raw, import(0));
        assert_eq!(next(&mut caller.raw), Told::Results(question, vec![]));
        // The same object as both, and as the caller's own.
        let thread = caller.make_thread("one");
        let question = caller.question();
        Call::new::<dyn Peer>(question, "echo", ECHO.size)
            .with_caps(2, &|mut table| {
                table.reborrow().get(0).set_receiver_hosted(thread);
                table.get(1).set_receiver_hosted(thread);
            })
            .with(&|to| encode_context(to, true, true))
            .send(&mut caller.raw, import(0));
        assert_eq!(next(&mut caller.raw), Told::Results(question, vec![]));
        check(&mut caller);
    });
}

/// Threads that never come.
#[test]
fn calls_that_wait_for_their_threads_are_few() {
    bounded(PATIENCE, || {
        let (mut caller, _serving) = caller(DriverLimits::default());
        let mut refused = 0;
        for index in 0..200 {
            let question = caller.question();
            Call::new::<dyn Peer>(question, "echo", ECHO.size)
                .with_caps(1, &|table| table.get(0).set_sender_promise(1000 + index))
                .with(&|to| encode_context(to, true, false))
                .send(&mut caller.raw, import(0));
        }
        let question = caller.question();
        Call::new::<dyn Peer>(question, "echo", ECHO.size).send(&mut caller.raw, import(0));
        loop {
            match next(&mut caller.raw) {
                Told::Failed(_, text) => {
                    assert!(text.contains("too many calls wait"), "{text}");
                    refused += 1;
                }
                Told::Results(id, _) if id == question => break,
                other => panic!("{other:?}"),
            }
        }
        assert!(refused >= 100, "{refused}");
        // Of a question that never was.
        let question = caller.question();
        Call::new::<dyn Peer>(question, "echo", ECHO.size)
            .with_caps(1, &|table| promised(table.get(0), 77_777, 0))
            .with(&|to| encode_context(to, true, false))
            .send(&mut caller.raw, import(0));
        assert!(matches!(next(&mut caller.raw), Told::Failed(..)));
        check(&mut caller);
    });
}

/// Forgets a question, and keeps what its answer held.
fn finish(caller: &mut Caller, question: u32) {
    caller.raw.send(|message| {
        let mut finish = message.init_finish();
        finish.set_question_id(question);
        finish.set_release_result_caps(false);
    });
}
