//! Ours as the client of a peer that shows what it is told.

use std::sync::Arc;
use std::sync::mpsc;
use std::thread;

use ipc_runtime::wire::{Interface, Size};
use ipc_runtime::{DriverLimits, IpcException, ipc_interface, with_deadline};
use ipc_tests::steps::{PATIENCE, bounded, joined, received};

use super::{Cap, Told, answer, answer_with, map_id, next, told};
use crate::raw::{Raw, our_client_of, return_root, which};

/// What the peer offers.
#[ipc_interface(root, twin = ProbeAsync)]
trait Probe {
    fn ask(&self) -> Result<(), IpcException>;

    #[ipc(no_context)]
    fn poke(&self) -> Result<(), IpcException>;
}

/// The peer's thread map, and its first thread.
const MAP: u32 = 1;
const THREAD: u32 = 100;

/// What a peer makes of `construct`.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Maps {
    Sent,
    Null,
}

/// Answers what a client asks first; returns the thread map that it has sent.
fn greet(peer: &mut Raw, maps: Maps) -> u32 {
    let bootstrap = peer.receive().unwrap();
    let Ok(capnp_rpc::rpc_capnp::message::Bootstrap(bootstrap)) = which(&bootstrap) else {
        panic!("not Bootstrap")
    };
    let question = bootstrap.unwrap().get_question_id();
    // Not answered before `construct` has come: that is pipelined.
    let Told::Call { question: construct, target, interface, ordinal, caps } = next(peer) else {
        panic!("not `construct`")
    };
    assert_eq!((target, interface, ordinal), (u32::MAX, <dyn Probe>::descriptor().id, 0));
    let [Cap::Theirs(map)] = *caps.as_slice() else { panic!("no thread map in {caps:?}") };
    peer.send(|message| return_root(message, question, 0));
    match maps {
        Maps::Sent => answer_with(peer, construct, MAP),
        Maps::Null => answer(peer, construct, Size { data: 0, pointers: 1 }),
    }
    map
}

/// Answers `makeThread`, returns its question.
fn make(peer: &mut Raw, export: u32) -> u32 {
    let Told::Call { question, target, interface, ordinal, caps } = next(peer) else { panic!("not a call") };
    assert_eq!((target, interface, ordinal, caps), (MAP, map_id(), 0, vec![]));
    answer_with(peer, question, export);
    question
}

/// Returns the question of a call of `ask`, and the threads that it names.
fn asked(peer: &mut Raw) -> (u32, Cap, Cap) {
    let Told::Call { question, target: 0, caps, .. } = next(peer) else { panic!("not a call of `ask`") };
    let [thread, callback] = *caps.as_slice() else { panic!("no context in {caps:?}") };
    (question, thread, callback)
}

fn done(peer: &mut Raw, question: u32) {
    answer(peer, question, Size::default());
}

fn connected<R: Send + 'static>(
    maps: Maps,
    script: impl FnOnce(Raw) -> R + Send + 'static,
) -> (Arc<dyn Probe>, thread::JoinHandle<R>) {
    let (probe, peer) = our_client_of::<dyn Probe, R>(DriverLimits::default(), move |mut raw| {
        greet(&mut raw, maps);
        script(raw)
    });
    (probe.unwrap(), peer)
}

/// Rule 1.
#[test]
fn a_peer_without_a_thread_map_gets_no_context() {
    bounded(PATIENCE, || {
        let (probe, peer) = connected(Maps::Null, |mut raw| {
            let Told::Call { question, caps, .. } = next(&mut raw) else { panic!("not a call") };
            assert_eq!(caps, []);
            done(&mut raw, question);
            raw.expect_end();
        });
        probe.ask().unwrap();
        drop(probe);
        joined("the peer saw what it expected", peer);
    });
}

/// Rules 1 and 3: one thread for all the calls of a thread, named before it is known.
#[test]
fn a_thread_has_one_thread_of_the_peer_and_one_of_its_own() {
    bounded(PATIENCE, || {
        let (probe, peer) = connected(Maps::Sent, |mut raw| {
            let Told::Call { question: made, caps, .. } = next(&mut raw) else { panic!("not `makeThread`") };
            assert_eq!(caps, []);
            let (first, thread, callback) = asked(&mut raw);
            assert_eq!(thread, Cap::Answer(made));
            let Cap::Theirs(_) = callback else { panic!("{callback:?}") };
            answer_with(&mut raw, made, THREAD);
            done(&mut raw, first);
            let (second, thread, same) = asked(&mut raw);
            assert_eq!((thread, same), (Cap::Ours(THREAD), callback));
            done(&mut raw, second);
            let Told::Call { question, caps, .. } = next(&mut raw) else { panic!("not a call of `poke`") };
            assert_eq!(caps, []);
            done(&mut raw, question);
            raw.expect_end();
        });
        probe.ask().unwrap();
        probe.ask().unwrap();
        probe.poke().unwrap();
        drop(probe);
        joined("the peer saw what it expected", peer);
    });
}

/// Rule 17, and what keeps a server of libmultiprocess 6 alive: a thread whose call has not returned is not called again,
/// and not released.
#[test]
fn a_thread_is_not_named_again_before_its_call_has_returned() {
    bounded(PATIENCE, || {
        let (given_up, gives_up) = mpsc::channel();
        let (again, asks_again) = mpsc::channel::<()>();
        let (probe, peer) = connected(Maps::Sent, move |mut raw| {
            make(&mut raw, THREAD);
            let (abandoned, _, _) = asked(&mut raw);
            received("the caller gives up", &gives_up);
            make(&mut raw, THREAD + 1);
            let (second, thread, _) = asked(&mut raw);
            assert_ne!(thread, Cap::Ours(THREAD));
            done(&mut raw, second);
            let released = |message: &Told| matches!(message, Told::Release(THREAD, _));
            // Whatever comes until then, it is no release of the busy thread.
            again.send(()).unwrap();
            loop {
                let message = told(&raw.receive().unwrap());
                assert!(!released(&message), "released while it is busy");
                if let Told::Call { question, caps, .. } = message {
                    assert_eq!(caps[0], Cap::Ours(THREAD + 1));
                    done(&mut raw, question);
                    break;
                }
            }
            done(&mut raw, abandoned);
            raw
        });
        let limit = std::time::Duration::from_millis(1);
        assert!(with_deadline(limit, || probe.ask()).is_err());
        given_up.send(()).unwrap();
        probe.ask().unwrap();
        received("the peer goes on", &asks_again);
        probe.ask().unwrap();
        drop(joined("the peer saw what it expected", peer));
    });
}

/// Rule 17, for futures: the one that is free is taken, one that is busy never.
#[test]
fn a_future_takes_a_thread_that_is_free_or_has_one_made() {
    bounded(PATIENCE, || {
        let (probe, peer) = connected(Maps::Sent, |mut raw| {
            make(&mut raw, THREAD);
            let (first, _, callback) = asked(&mut raw);
            make(&mut raw, THREAD + 1);
            let (second, _, other) = asked(&mut raw);
            assert_ne!(callback, other, "two futures are called back on one thread");
            done(&mut raw, second);
            let (third, thread, again) = asked(&mut raw);
            assert_eq!((thread, again), (Cap::Ours(THREAD + 1), other));
            done(&mut raw, first);
            done(&mut raw, third);
            raw.expect_end();
        });
        let twin = ProbeAsyncClient::new(probe.as_remote().unwrap().clone());
        let mut first = Box::pin(twin.ask());
        futures::executor::block_on(async {
            use futures::FutureExt;
            assert!((&mut first).now_or_never().is_none());
            twin.ask().await.unwrap();
            twin.ask().await.unwrap();
            first.await.unwrap();
        });
        drop((probe, twin));
        joined("the peer saw what it expected", peer);
    });
}

/// What a thread has is released when it ends.
#[test]
fn a_thread_that_ends_releases_its_thread_of_the_peer() {
    bounded(PATIENCE, || {
        let (probe, peer) = connected(Maps::Sent, |mut raw| {
            make(&mut raw, THREAD);
            let (question, _, _) = asked(&mut raw);
            done(&mut raw, question);
            loop {
                match told(&raw.receive().unwrap()) {
                    Told::Release(THREAD, 1) => break,
                    Told::Finish(_) => {}
                    other => panic!("{other:?}"),
                }
            }
            raw
        });
        let calling = probe.clone();
        joined("a thread calls and ends", thread::spawn(move || calling.ask())).unwrap();
        drop(joined("the thread is released", peer));
        drop(probe);
    });
}

/// A peer that makes no more threads: the call that wanted one fails, and the next one asks again.
#[test]
fn a_thread_that_could_not_be_made_is_asked_for_again() {
    bounded(PATIENCE, || {
        let (probe, peer) = connected(Maps::Sent, |mut raw| {
            for _ in 0..2 {
                let Told::Call { question, target: MAP, .. } = next(&mut raw) else {
                    panic!("not `makeThread`")
                };
                raw.send(|message| {
                    let mut answer = message.init_return();
                    answer.set_answer_id(question);
                    answer.init_exception().set_reason("no more");
                });
                let (question, _, _) = asked(&mut raw);
                done(&mut raw, question);
            }
            raw.expect_end();
        });
        probe.ask().unwrap();
        probe.ask().unwrap();
        drop(probe);
        joined("the peer saw what it expected", peer);
    });
}
