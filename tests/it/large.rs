//! Large values: written from where they lie, by the thread that calls.

use std::io::Read;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, Sender};
use std::sync::{Arc, Barrier, mpsc};
use std::thread;
use std::time::Duration;

use bytes::Bytes;
use capnp::message::{ReaderOptions, ReaderSegments};
use capnp_rpc::rpc_capnp::message;
use ipc_runtime::wire::raw::Decoder;
use ipc_runtime::wire::{Decode, Encode, Interface};
use ipc_runtime::{Client, DriverLimits, ExceptionKind, IpcException, closed, ipc_interface, with_deadline};
use ipc_tests::interfaces::Peer;
use ipc_tests::steps::{LONG_PATIENCE, PATIENCE, bounded, joined, received};

use super::raw::{
    ECHO, Message, POINTER, Raw, call_echo, echoed, our_client, our_server, return_struct, which,
};
use super::util::{Here, Pair, Recorder, assert_disconnected};

const MIB: usize = 1 << 20;

/// Sizes around what is large, ones that are no whole number of words, and one beyond what a socket holds.
const SIZES: [usize; 8] = [0, 1, 16 * 1024 - 1, 16 * 1024, 16 * 1024 + 1, 16 * 1024 + 7, MIB, 3 * MIB + 5];

#[ipc_interface(twin = LargeAsync)]
trait Large {
    fn bytes(&self, data: &[u8]) -> Result<Vec<u8>, IpcException>;
    fn text(&self, text: &str) -> Result<String, IpcException>;
    fn owned(&self, data: Vec<u8>, text: String) -> Result<(String, Vec<u8>), IpcException>;
    fn maybe(&self, data: Option<&[u8]>, text: Option<String>) -> Result<Option<Vec<u8>>, IpcException>;
    fn nested(&self, data: Option<Option<Vec<u8>>>) -> Result<Option<Option<Vec<u8>>>, IpcException>;
    fn path(&self, path: &Path) -> Result<PathBuf, IpcException>;
    fn shared(&self, data: Bytes, more: Arc<[u8]>) -> Result<Bytes, IpcException>;
    fn several(
        &self,
        number: u32,
        a: &[u8],
        b: &str,
        c: &[u8],
        list: Vec<Vec<u8>>,
    ) -> Result<String, IpcException>;
    fn numbers(&self, numbers: &[u64]) -> Result<u64, IpcException>;
    #[ipc(oneway)]
    fn tell(&self, data: &[u8]) -> Result<(), IpcException>;
    fn told(&self) -> Result<u64, IpcException>;
    fn call(&self, other: Arc<dyn Large>, data: &[u8], times: u32) -> Result<u64, IpcException>;
}

#[derive(Default)]
struct Server(AtomicU64);

impl Large for Server {
    fn bytes(&self, data: &[u8]) -> Result<Vec<u8>, IpcException> {
        Ok(data.to_vec())
    }

    fn text(&self, text: &str) -> Result<String, IpcException> {
        Ok(text.to_owned())
    }

    fn owned(&self, data: Vec<u8>, text: String) -> Result<(String, Vec<u8>), IpcException> {
        Ok((text, data))
    }

    fn maybe(&self, data: Option<&[u8]>, text: Option<String>) -> Result<Option<Vec<u8>>, IpcException> {
        Ok(data.map(<[u8]>::to_vec).or(text.map(String::into_bytes)))
    }

    fn nested(&self, data: Option<Option<Vec<u8>>>) -> Result<Option<Option<Vec<u8>>>, IpcException> {
        Ok(data)
    }

    fn path(&self, path: &Path) -> Result<PathBuf, IpcException> {
        Ok(path.to_owned())
    }

    fn shared(&self, data: Bytes, more: Arc<[u8]>) -> Result<Bytes, IpcException> {
        Ok([&data[..], &more].concat().into())
    }

    fn several(
        &self,
        number: u32,
        a: &[u8],
        b: &str,
        c: &[u8],
        list: Vec<Vec<u8>>,
    ) -> Result<String, IpcException> {
        Ok(format!("{number} {} {} {} {}", sum(a), sum(b.as_bytes()), sum(c), sum(&list.concat())))
    }

    fn numbers(&self, numbers: &[u64]) -> Result<u64, IpcException> {
        Ok(numbers.iter().sum())
    }

    fn tell(&self, data: &[u8]) -> Result<(), IpcException> {
        self.0.fetch_add(sum(data), Ordering::SeqCst);
        Ok(())
    }

    fn told(&self) -> Result<u64, IpcException> {
        Ok(self.0.load(Ordering::SeqCst))
    }

    fn call(&self, other: Arc<dyn Large>, data: &[u8], times: u32) -> Result<u64, IpcException> {
        (0..times).map(|_| other.bytes(data).map(|data| sum(&data))).sum()
    }
}

fn pattern(length: usize) -> Vec<u8> {
    (0..length).map(|index| (index * 7 + index / 256) as u8).collect()
}

fn text(length: usize) -> String {
    pattern(length).into_iter().map(|byte| char::from(b'a' + byte % 26)).collect()
}

fn sum(data: &[u8]) -> u64 {
    data.iter().zip(1_u64..).map(|(byte, place)| u64::from(*byte) * place).sum()
}

fn pair() -> Pair<dyn Large> {
    Pair::new(Arc::new(Server::default()))
}

#[test]
fn values_of_every_type_and_size_arrive_as_they_are() {
    bounded(LONG_PATIENCE, || {
        let pair = pair();
        let large = &pair.remote;
        for size in SIZES {
            let (data, text) = (pattern(size), text(size));
            assert!(large.bytes(&data).unwrap() == data, "{size} bytes");
            assert!(large.text(&text).unwrap() == text, "text of {size}");
            assert!(
                large.owned(data.clone(), text.clone()).unwrap() == (text.clone(), data.clone()),
                "{size}"
            );
            assert!(large.maybe(Some(&data), None).unwrap().unwrap() == data, "an option of {size}");
            assert!(large.maybe(None, Some(text.clone())).unwrap().unwrap() == text.as_bytes(), "{size}");
            let nested = Some(Some(data.clone()));
            assert!(large.nested(nested.clone()).unwrap() == nested, "a nested option of {size}");
            let path = PathBuf::from(text.clone());
            assert!(large.path(&path).unwrap() == path, "a path of {size}");
            let shared = large.shared(data.clone().into(), data.clone().into()).unwrap();
            assert!(shared[..] == [&data[..], &data].concat(), "shared {size}");
            let expected = format!("7 {} {} {} {}", sum(&data), sum(text.as_bytes()), sum(&data), sum(&data));
            let list = vec![data.clone()];
            assert_eq!(large.several(7, &data, &text, &data, list).unwrap(), expected, "several of {size}");
        }
        assert!(large.maybe(None, None).unwrap().is_none());
        let numbers: Vec<u64> = (0..100_000).collect();
        assert_eq!(large.numbers(&numbers).unwrap(), numbers.iter().sum());
    });
}

#[test]
fn futures_give_and_receive_them_too() {
    bounded(LONG_PATIENCE, || {
        let pair = pair();
        let twin: Arc<dyn LargeAsync> =
            Arc::new(Client::<dyn LargeAsync>::new(pair.remote.as_remote().unwrap().clone()));
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        runtime.block_on(async {
            for size in SIZES {
                let (data, text) = (pattern(size), text(size));
                assert!(twin.bytes(&data).await.unwrap() == data, "{size} bytes");
                let owned = twin.owned(data.clone(), text.clone()).await.unwrap();
                assert!(owned == (text.clone(), data.clone()), "{size}");
                let shared = twin.shared(data.clone().into(), data.clone().into()).await.unwrap();
                assert!(shared[..] == [&data[..], &data].concat(), "shared {size}");
            }
        });
    });
}

#[test]
fn one_way_calls_write_theirs_before_they_return() {
    bounded(PATIENCE, || {
        let pair = pair();
        let mut expected = 0;
        for round in 0..20 {
            // What is passed is gone when the call has returned.
            let data = vec![round; 200_000];
            expected += sum(&data);
            pair.remote.tell(&data).unwrap();
        }
        assert_eq!(pair.remote.told().unwrap(), expected);
    });
}

#[test]
fn an_object_that_came_home_is_given_them_without_a_socket() {
    bounded(PATIENCE, || {
        let here = Here::new();
        let peer = here.spawn();
        let (callback, _calls) = Recorder::with_calls();
        peer.keep(Some(callback.clone())).unwrap();
        let home = peer.kept().unwrap().unwrap();
        let data = pattern(MIB);
        assert!(home.echo(&data).unwrap() == data);
        // From one process through this one to another.
        let other = here.spawn();
        let counted = other.flood(callback, 3, MIB as u32).unwrap();
        assert!(counted >= MIB as u64);
    });
}

#[test]
fn two_processes_that_send_each_other_large_messages_at_the_same_time_both_go_on() {
    const THREADS: usize = 8;
    const TIMES: u32 = 6;
    bounded(LONG_PATIENCE, || {
        let pair = pair();
        let data = pattern(2 * MIB + 3);
        let expected = sum(&data) * u64::from(TIMES);
        let together = Arc::new(Barrier::new(2 * THREADS));
        let threads: Vec<_> = (0..THREADS)
            .flat_map(|_| {
                let (there, data, start) = (pair.remote.clone(), data.clone(), together.clone());
                let calls = thread::spawn(move || {
                    start.wait();
                    (0..TIMES).map(|_| sum(&there.bytes(&data).unwrap())).sum::<u64>()
                });
                let (there, data, start) = (pair.remote.clone(), pattern(2 * MIB + 3), together.clone());
                let called = thread::spawn(move || {
                    let here: Arc<dyn Large> = Arc::new(Server::default());
                    start.wait();
                    there.call(here, &data, TIMES).unwrap()
                });
                [calls, called]
            })
            .collect();
        for thread in threads {
            assert_eq!(thread.join().unwrap(), expected);
        }
    });
}

/// The bytes in the parameters of `echo`, where they lie in the message.
fn with_data<R>(message: &Message, look: impl FnOnce(&[u8]) -> R) -> R {
    let Ok(message::Call(call)) = which(message) else { panic!("not a call") };
    let content = call.unwrap().get_params().unwrap().get_content();
    let decoder = Decoder::new(Vec::new(), usize::MAX / 64);
    let root = decoder.root(content).unwrap();
    look(<&[u8]>::decode(&root, ECHO.at[1]).unwrap())
}

/// Reads the first bytes of the next message of two segments and says so, then waits until the rest may be read.
fn receive_slowly(raw: &mut Raw, begun: &Sender<()>, go: &Receiver<()>) -> Message {
    loop {
        let mut first = [0; 8];
        raw.stream.read_exact(&mut first).unwrap();
        let is_large = first.starts_with(&[1, 0, 0, 0]);
        if is_large {
            begun.send(()).unwrap();
            received("the rest may be read", go);
        }
        let whole = first.chain(&raw.stream);
        let options = ReaderOptions { traversal_limit_in_words: None, nesting_limit: 64 };
        let message = capnp::serialize::read_message(whole, options).unwrap();
        if is_large {
            return message;
        }
    }
}

/// Reads the next call: Finish and Release may come before it.
fn receive_call(raw: &mut Raw) -> Message {
    loop {
        let message = raw.receive().unwrap();
        if matches!(which(&message), Ok(message::Call(_))) {
            return message;
        }
    }
}

#[test]
fn any_reader_finds_the_bytes_in_a_segment_of_their_own_and_calls_keep_their_order() {
    bounded(PATIENCE, || {
        let (begun, begins) = mpsc::channel();
        let (go, going) = mpsc::channel();
        let (connected, raw) = our_client(DriverLimits::default(), move |mut raw| {
            raw.greet();
            let first = receive_slowly(&mut raw, &begun, &going);
            let segments = first.get_segments().len();
            let same = with_data(&first, |data| data == pattern(MIB));
            // Behind it, what was called later.
            let lengths = [(); 2].map(|()| with_data(&receive_call(&mut raw), <[u8]>::len));
            (segments, same, lengths)
        });
        let peer = connected.unwrap();
        let call = |length: usize| {
            let peer = peer.clone();
            thread::spawn(move || peer.echo(&pattern(length)))
        };
        let mut calls = vec![call(MIB)];
        received("the first is being written", &begins);
        calls.push(call(3));
        calls.push(call(3));
        go.send(()).unwrap();
        assert_eq!(joined("the peer has read all", raw), (2, true, [3, 3]));
        for call in calls {
            assert_disconnected(joined("a call fails", call));
        }
    });
}

#[test]
fn a_caller_whose_deadline_passes_leaves_copies_behind_and_the_connection_lives() {
    const DEADLINE: Duration = Duration::from_millis(50);
    bounded(PATIENCE, || {
        let (begun, begins) = mpsc::channel();
        let (go, going) = mpsc::channel();
        let (connected, raw) = our_client(DriverLimits::default(), move |mut raw| {
            raw.greet();
            let written_in_part = receive_slowly(&mut raw, &begun, &going);
            let queued = receive_call(&mut raw);
            let whole =
                [written_in_part, queued].map(|message| with_data(&message, |data| data == pattern(2 * MIB)));
            let next = receive_call(&mut raw);
            let Ok(message::Call(call)) = which(&next) else { panic!("not a call") };
            let question = call.unwrap().get_question_id();
            raw.send(|message| {
                return_struct(message, question, POINTER.size, |to| {
                    b"lives".to_vec().encode(to, POINTER.at[0])
                });
            });
            whole
        });
        let peer = connected.unwrap();
        let call = |peer: Arc<dyn Peer>| {
            thread::spawn(move || {
                let data = pattern(2 * MIB);
                with_deadline(DEADLINE, || peer.echo(&data))
            })
        };
        let first = call(peer.clone());
        received("the first is being written", &begins);
        let second = call(peer.clone());
        for call in [first, second] {
            let error = joined("a call is given up", call).unwrap_err();
            assert_eq!(error.kind(), ExceptionKind::TimedOut, "{error}");
        }
        go.send(()).unwrap();
        assert_eq!(peer.echo(b"x").unwrap(), b"lives");
        assert_eq!(joined("the peer has read both", raw), [true, true]);
    });
}

#[test]
fn callers_fail_at_once_when_the_peer_goes_while_they_write_or_wait_to_write() {
    bounded(PATIENCE, || {
        let (begun, begins) = mpsc::channel();
        let (go, going) = mpsc::channel::<()>();
        let (connected, raw) = our_client(DriverLimits::default(), move |mut raw| {
            raw.greet();
            let mut first = [0; 8];
            raw.stream.read_exact(&mut first).unwrap();
            begun.send(()).unwrap();
            let _ = going.recv();
        });
        let peer = connected.unwrap();
        let calls: Vec<_> = (0..6)
            .map(|_| {
                let peer = peer.clone();
                thread::spawn(move || peer.echo(&pattern(MIB)))
            })
            .collect();
        received("one is being written", &begins);
        drop(go);
        joined("the peer goes", raw);
        for call in calls {
            assert_disconnected(joined("a call fails", call));
        }
        assert!(closed(&peer).is_some());
    });
}

#[test]
fn results_are_whole_also_for_a_caller_that_reads_late() {
    bounded(PATIENCE, || {
        let (mut raw, serving) = our_server(DriverLimits::default());
        raw.bootstrap(0);
        for question in 1..4 {
            raw.send(|message| call_echo(message, question, 0, &pattern(2 * MIB)));
        }
        for _ in 1..4 {
            let answer = raw.receive().unwrap();
            assert_eq!(answer.get_segments().len(), 2, "the result is a segment of its own");
            let Ok(message::Return(answer)) = which(&answer) else { panic!("not an answer") };
            assert!(echoed(answer.unwrap()) == pattern(2 * MIB));
        }
        drop(raw);
        joined("the server ends", serving).unwrap();
    });
}
