//! Peers that misbehave at the socket.

use std::io::Read;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Barrier, mpsc};
use std::thread;

use capnp_rpc::rpc_capnp::{exception, message, return_};
use ipc_runtime::wire::Interface;
use ipc_runtime::{DriverLimits, ExceptionKind, IpcException, closed};
use ipc_tests::interfaces::{Callback, Peer};
use ipc_tests::steps::{LONG_PATIENCE, PATIENCE, bounded, eventually, joined, received};

use super::raw::{Raw, call, call_echo, close_sending, framed, our_client, our_server, which};
use super::util::{Here, assert_disconnected};

const MIB: usize = 1 << 20;

fn limits(high_water_bytes: usize, abort_bytes: usize) -> DriverLimits {
    let mut limits = DriverLimits::default();
    limits.high_water_bytes = high_water_bytes;
    limits.abort_bytes = abort_bytes;
    limits
}

#[test]
fn callers_of_a_peer_that_never_reads_wait_without_taking_memory_and_all_fail_when_it_dies() {
    const FIRST: usize = 4;
    const LATER: usize = 300;
    bounded(LONG_PATIENCE, || {
        let (die, dies) = mpsc::channel::<()>();
        let (connected, raw) = our_client(limits(2 * MIB, 4 * MIB), move |mut raw| {
            raw.greet();
            let _ = dies.recv();
            drop(raw);
        });
        let peer = connected.unwrap();
        let data = Arc::new(vec![1; MIB]);
        let asleep = |callers: usize| {
            let (started, starts) = mpsc::channel();
            let calls: Vec<_> = (0..callers)
                .map(|_| {
                    let (peer, data, started) = (peer.clone(), data.clone(), started.clone());
                    thread::spawn(move || {
                        started.send(rustix::thread::gettid().as_raw_nonzero()).unwrap();
                        peer.echo(&data)
                    })
                })
                .collect();
            let threads: Vec<_> = calls.iter().map(|_| received("a caller starts", &starts)).collect();
            let mut quiet = 0;
            eventually("all callers wait", || {
                quiet = if threads.iter().all(|thread| sleeps(thread.get())) { quiet + 1 } else { 0 };
                quiet == 20
            });
            calls
        };
        // These fill the queue.
        let mut calls = asleep(FIRST);
        let before = resident_kib();
        // These find it full. Each would take a MiB to encode its call.
        calls.extend(asleep(LATER));
        let grown = resident_kib().saturating_sub(before);
        assert!(grown < LATER as u64 * 1024 / 2, "{grown} KiB for {LATER} callers that wait");
        assert!(closed(&peer).is_none(), "{:?}", closed(&peer));
        drop(die);
        joined("the peer dies", raw);
        for call in calls {
            assert_disconnected(joined("a call fails", call));
        }
    });
}

/// Tells whether a thread of this process sleeps.
fn sleeps(thread: i32) -> bool {
    let stat = std::fs::read_to_string(format!("/proc/self/task/{thread}/stat")).unwrap();
    stat.rsplit(") ").next().is_some_and(|rest| rest.starts_with('S'))
}

#[test]
fn a_peer_that_reads_late_gets_every_call_whole() {
    const CALLERS: usize = 16;
    bounded(LONG_PATIENCE, || {
        let (read, reads) = mpsc::channel::<()>();
        let (connected, raw) = our_client(limits(2 * MIB, 64 * MIB), move |mut raw| {
            raw.greet();
            received("it may read", &reads);
            let mut seen = 0;
            while seen < CALLERS {
                let message = raw.receive().unwrap();
                if let Ok(message::Call(call)) = which(&message) {
                    let question = call.unwrap().get_question_id();
                    seen += 1;
                    raw.send(|message| {
                        super::raw::return_struct(message, question, super::raw::POINTER.size, |_| Ok(()));
                    });
                }
            }
        });
        let peer = connected.unwrap();
        let (started, starts) = mpsc::channel();
        let calls: Vec<_> = (0..CALLERS)
            .map(|_| {
                let (peer, started) = (peer.clone(), started.clone());
                thread::spawn(move || {
                    started.send(()).unwrap();
                    peer.echo(&vec![1; MIB])
                })
            })
            .collect();
        for _ in &calls {
            received("a caller starts", &starts);
        }
        read.send(()).unwrap();
        for call in calls {
            assert_eq!(joined("a call is answered", call).unwrap(), b"");
        }
        joined("the peer has read everything", raw);
    });
}

#[test]
fn many_large_calls_at_once_do_not_abort_the_connection_of_a_peer_that_reads() {
    const CALLERS: usize = 16;
    bounded(LONG_PATIENCE, || {
        for _ in 0..5 {
            // All callers together have more than may wait for a peer that does not read.
            let (connected, raw) = our_client(limits(MIB, 4 * MIB), |mut raw| {
                raw.greet();
                while let Some(message) = raw.receive() {
                    let Ok(message::Call(call)) = which(&message) else { continue };
                    let question = call.unwrap().get_question_id();
                    raw.send(|message| {
                        super::raw::return_struct(message, question, super::raw::POINTER.size, |_| Ok(()));
                    });
                }
            });
            let peer = connected.unwrap();
            let start = Arc::new(Barrier::new(CALLERS));
            let calls: Vec<_> = (0..CALLERS)
                .map(|_| {
                    let (peer, start) = (peer.clone(), start.clone());
                    thread::spawn(move || {
                        let data = vec![1; MIB];
                        start.wait();
                        (0..4).try_for_each(|_| peer.echo(&data).map(drop))
                    })
                })
                .collect();
            for call in calls {
                joined("a call is answered", call).unwrap();
            }
            drop(peer);
            joined("the connection ends", raw);
        }
    });
}

#[test]
fn the_answers_of_a_peer_that_answers_and_goes_arrive_although_others_are_writing_to_it() {
    const WAITING: usize = 4;
    const WRITING: usize = 4;
    bounded(LONG_PATIENCE, || {
        for round in 0..100 {
            let (connected, raw) = our_client(DriverLimits::default(), |mut raw| {
                raw.greet();
                let (mut last_words, mut waiting, mut others) = (Vec::new(), 0, 0);
                while waiting < WAITING || others < 20 * WRITING {
                    let message = raw.receive().unwrap();
                    let Ok(message::Call(call)) = which(&message) else { continue };
                    let call = call.unwrap();
                    let question = call.get_question_id();
                    let answer = framed(|message| {
                        super::raw::return_struct(message, question, super::raw::POINTER.size, |_| Ok(()));
                    });
                    if call.get_method_id() == super::raw::ordinal::<dyn Peer>("echo") {
                        waiting += 1;
                        last_words.extend(answer);
                    } else {
                        others += 1;
                        raw.send_bytes(&answer).unwrap();
                    }
                }
                raw.send_bytes(&last_words).unwrap();
            });
            let peer = connected.unwrap();
            let writing: Vec<_> = (0..WRITING)
                .map(|_| {
                    let peer = peer.clone();
                    thread::spawn(move || while peer.process_id().is_ok() {})
                })
                .collect();
            let waiting: Vec<_> = (0..WAITING)
                .map(|_| {
                    let peer = peer.clone();
                    thread::spawn(move || peer.echo(b"last words"))
                })
                .collect();
            for call in waiting {
                let outcome = joined("a call is answered", call);
                assert!(outcome.is_ok(), "round {round}: {outcome:?}");
            }
            for thread in writing {
                joined("the others notice", thread);
            }
            joined("the peer goes", raw);
        }
    });
}

#[test]
fn a_peer_that_asks_and_never_reads_the_answers_is_disconnected() {
    bounded(PATIENCE, || {
        let (mut raw, serving) = our_server(limits(MIB, 4 * MIB));
        raw.bootstrap(0);
        let data = vec![7; 64 * 1024];
        let mut sent = 0_usize;
        for question in 1.. {
            let bytes = framed(|message| call_echo(message, question, 0, &data));
            match raw.send_bytes(&bytes) {
                Ok(()) => sent += bytes.len(),
                Err(error) if error.kind() == std::io::ErrorKind::WouldBlock => {
                    panic!("it stopped reading after {sent} bytes, and was not disconnected")
                }
                Err(_) => break,
            }
            assert!(sent < 256 * MIB, "it takes everything and does not mind that nobody reads");
        }
        joined("the connection ends", serving).unwrap();
    });
}

/// Answers `echo` and counts.
struct Sink(AtomicU64);

impl Callback for Sink {
    fn call(&self, value: i64) -> Result<i64, IpcException> {
        Ok(value)
    }

    fn echo(&self, data: &[u8]) -> Result<Vec<u8>, IpcException> {
        self.0.fetch_add(data.len() as u64, Ordering::Relaxed);
        Ok(data.to_vec())
    }
}

#[test]
fn floods_in_both_directions_at_once_do_not_block_each_other() {
    const CALLERS: u64 = 8;
    const PIECES: u32 = 8;
    bounded(LONG_PATIENCE, || {
        let here = Here::new();
        let peer = here.spawn();
        let sink = Arc::new(Sink(AtomicU64::new(0)));
        let data = vec![3; MIB];
        thread::scope(|scope| {
            for _ in 0..CALLERS {
                scope.spawn(|| {
                    let sink: Arc<dyn Callback> = sink.clone();
                    let returned = peer.flood(sink, PIECES, MIB as u32);
                    assert_eq!(returned.unwrap(), u64::from(PIECES) * MIB as u64);
                });
                scope.spawn(|| {
                    for _ in 0..PIECES {
                        assert!(peer.echo(&data).unwrap() == data, "other bytes came back");
                    }
                });
            }
        });
        assert_eq!(sink.0.load(Ordering::Relaxed), CALLERS * u64::from(PIECES) * MIB as u64);
    });
}

/// Bytes that are no conversation, each with what they are.
fn nonsense() -> Vec<(&'static str, Vec<u8>)> {
    let mut half = framed(|message| call_echo(message, 1, 0, &[1; 1000]));
    half.truncate(half.len() / 2);
    let mut claim = 0_u32.to_le_bytes().to_vec();
    claim.extend(((64_u32 << 20) / 8).to_le_bytes());
    let mut beyond = 0_u32.to_le_bytes().to_vec();
    beyond.extend(((64_u32 << 20) / 8 + 1).to_le_bytes());
    vec![
        ("nothing", Vec::new()),
        ("one byte", vec![0]),
        ("half a message", half),
        ("a claim of 64 MiB", claim),
        ("a claim of more than 64 MiB", beyond),
        ("ones", vec![0xff; 4096]),
        ("zeros", vec![0; 4096]),
        ("text", b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n".repeat(50)),
        ("an empty message", vec![0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]),
        ("a pointer out of bounds", vec![0, 0, 0, 0, 1, 0, 0, 0, 0xfc, 0xff, 0xff, 0x7f, 9, 0, 9, 0]),
        ("a call of nothing exported", framed(|message| call_echo(message, 1, 77, b""))),
        ("an answer to no question", framed(|message| message.init_return().set_answer_id(9))),
        ("a resolution of no promise", framed(|message| message.init_resolve().set_promise_id(9))),
        (
            "a release of nothing exported",
            framed(|message| {
                let mut release = message.init_release();
                release.set_id(9);
                release.set_reference_count(1);
            }),
        ),
    ]
}

#[test]
fn a_server_survives_clients_that_send_nonsense_and_go() {
    bounded(LONG_PATIENCE, || {
        let (mut good, _serving) = our_server(DriverLimits::default());
        good.bootstrap(0);
        for (what, bytes) in nonsense() {
            let (mut raw, serving) = our_server(DriverLimits::default());
            let _ = raw.send_bytes(&bytes);
            close_sending(&raw);
            let ended = joined(what, serving);
            assert!(ended.is_ok(), "after {what}: {ended:?}");
            raw.expect_end();
        }
        good.send(|message| call_echo(message, 1, 0, b"still here"));
        loop {
            let message = good.receive().unwrap();
            if let Ok(message::Return(answer)) = which(&message) {
                assert_eq!(super::raw::echoed(answer.unwrap()), b"still here");
                break;
            }
        }
    });
}

#[test]
fn a_client_of_a_server_that_sends_nonsense_gets_an_error() {
    bounded(LONG_PATIENCE, || {
        for (what, bytes) in nonsense() {
            let (connected, raw) = our_client(DriverLimits::default(), move |mut raw| {
                let _ = raw.send_bytes(&bytes);
                close_sending(&raw);
                raw.expect_end();
            });
            let error = connected.err().unwrap_or_else(|| panic!("connected after {what}"));
            assert_eq!(error.kind(), ExceptionKind::Disconnected, "after {what}: {error:?}");
            joined(what, raw);
        }
    });
}

#[test]
fn a_claim_of_64_mib_costs_its_receiver_no_memory() {
    bounded(PATIENCE, || {
        let mut claim = 0_u32.to_le_bytes().to_vec();
        claim.extend(((64_u32 << 20) / 8).to_le_bytes());
        claim.extend([0; 64]);
        let before = resident_kib();
        let mut claims = Vec::new();
        for _ in 0..32 {
            let (mut raw, serving) = our_server(DriverLimits::default());
            raw.bootstrap(0);
            raw.send_bytes(&claim).unwrap();
            claims.push((raw, serving));
        }
        // What is sent after the claim is read: the socket takes more than it can hold.
        for (raw, _) in &mut claims {
            raw.send_bytes(&vec![0; MIB]).unwrap();
        }
        // 32 claims of 64 MiB are 2 GiB; what was sent is 32 MiB, and other tests run.
        let grown = resident_kib().saturating_sub(before);
        assert!(grown < 512 * 1024, "{grown} KiB for 32 MiB");
        for (raw, serving) in claims {
            drop(raw);
            joined("the connection ends", serving).unwrap();
        }
    });
}

fn resident_kib() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap();
    line.split_whitespace().next().unwrap().parse().unwrap()
}

#[test]
fn a_message_that_arrives_byte_by_byte_is_served() {
    bounded(PATIENCE, || {
        let (mut raw, _serving) = our_server(DriverLimits::default());
        raw.bootstrap(0);
        for byte in framed(|message| call_echo(message, 1, 0, b"slowly")) {
            raw.send_bytes(&[byte]).unwrap();
        }
        let message = raw.receive().unwrap();
        let Ok(message::Return(answer)) = which(&message) else { panic!("not an answer") };
        assert_eq!(super::raw::echoed(answer.unwrap()), b"slowly");
    });
}

/// Sends a call and returns the exception that it is answered with.
fn refused(
    raw: &mut Raw,
    question: u32,
    build: impl FnOnce(message::Builder<'_>),
) -> (exception::Type, String) {
    raw.send(build);
    loop {
        let message = raw.receive().unwrap();
        let Ok(message::Return(answer)) = which(&message) else { continue };
        let answer = answer.unwrap();
        assert_eq!(answer.get_answer_id(), question);
        let Ok(return_::Exception(exception)) = answer.which() else { panic!("it was served") };
        let exception = exception.unwrap();
        let reason = exception.get_reason().unwrap().to_str().unwrap();
        return (exception.get_type().unwrap(), reason.to_owned());
    }
}

#[test]
fn a_method_or_an_interface_that_the_object_lacks_is_unimplemented_and_the_connection_lives() {
    bounded(PATIENCE, || {
        let (mut raw, _serving) = our_server(DriverLimits::default());
        raw.bootstrap(0);
        let (kind, reason) = refused(&mut raw, 1, |message| {
            call::<dyn Peer>(message, 1, 0, 999);
        });
        assert_eq!(kind, exception::Type::Unimplemented, "{reason}");
        let expected = format!(
            "Method not implemented.; interfaceName = ipc_tests.capnp:Peer; typeId = {}; methodId = 999",
            <dyn Peer>::descriptor().id
        );
        assert_eq!(reason, expected);
        let (kind, reason) = refused(&mut raw, 2, |message| {
            call::<dyn Callback>(message, 2, 0, 1);
        });
        assert_eq!(kind, exception::Type::Unimplemented, "{reason}");
        let expected = format!(
            "Requested interface not implemented.; actualInterfaceName = ipc_tests.capnp:Peer; requestedTypeId = {}",
            <dyn Callback>::descriptor().id
        );
        assert_eq!(reason, expected);
        raw.send(|message| call_echo(message, 3, 0, b"alive"));
        let message = raw.receive().unwrap();
        let Ok(message::Return(answer)) = which(&message) else { panic!("not an answer") };
        assert_eq!(super::raw::echoed(answer.unwrap()), b"alive");
    });
}

#[test]
fn a_peer_that_offers_no_root_object_is_an_error_that_names_what_was_expected() {
    bounded(PATIENCE, || {
        let (connected, raw) = our_client(DriverLimits::default(), |mut raw| {
            let bootstrap = raw.receive().unwrap();
            let Ok(message::Bootstrap(bootstrap)) = which(&bootstrap) else { panic!("not Bootstrap") };
            let question = bootstrap.unwrap().get_question_id();
            raw.send(|message| {
                let mut answer = message.init_return();
                answer.set_answer_id(question);
                let mut exception = answer.init_exception();
                exception.set_reason("nothing here");
                exception.set_type(exception::Type::Failed);
            });
            // `construct` is pipelined on it, unless the exception was faster.
            while let Some(message) = raw.receive() {
                let Ok(message::Call(construct)) = which(&message) else { continue };
                let question = construct.unwrap().get_question_id();
                raw.send(|message| {
                    let mut answer = message.init_return();
                    answer.set_answer_id(question);
                    answer.init_exception().set_reason("nothing here either");
                });
            }
        });
        let error = connected.err().unwrap_or_else(|| panic!("connected to nothing"));
        assert!(error.text().contains("nothing here"), "{error}");
        joined("the connection is closed", raw);
    });
}

#[test]
fn the_peer_is_told_why_it_is_disconnected() {
    bounded(PATIENCE, || {
        let (mut raw, serving) = our_server(DriverLimits::default());
        raw.bootstrap(0);
        raw.send(|message| message.init_return().set_answer_id(9));
        let message = raw.receive().expect("the connection is closed without a word");
        let Ok(message::Abort(reason)) = which(&message) else { panic!("not Abort") };
        let reason = reason.unwrap().get_reason().unwrap().to_str().unwrap().to_owned();
        assert!(!reason.is_empty());
        let mut rest = Vec::new();
        let _ = raw.stream.read_to_end(&mut rest);
        joined("the connection ends", serving).unwrap();
    });
}
