//! How far a source runs ahead of its reader, and what many streams take.

use std::future::poll_fn;
use std::iter::RepeatN;
use std::task::Poll;
use std::thread;

use futures::executor::block_on;
use futures::future::join_all;
use ipc_runtime::{ExceptionKind, IpcStream};
use ipc_tests::steps::{LONG_PATIENCE, PATIENCE, bounded, eventually};

use super::super::util::{Here, Pair, assert_disconnected, kill};
use super::{Counted, Counts, Ready, Server, all, counted};

const MIB: usize = 1 << 20;

/// What an answer has at most, and no more are on their way than one that is read, one behind it and what waits at home.
const ANSWER_ITEMS: u64 = 1024;
const ANSWER_BYTES: u64 = 64 * 1024;

type Source = Counted<RepeatN<Vec<u8>>>;

/// Reads a stream of a source that never ends, one item of each size, and stops.
fn read_slowly(size: usize, make: fn(Source) -> IpcStream<Vec<u8>>) -> Counts {
    let (source, counts) = counted(std::iter::repeat_n(vec![7; size], usize::MAX));
    let pair = Pair::new(Server::offering(make(source)));
    let mut stream = pair.remote.offered().unwrap();
    for _ in 0..3 {
        assert_eq!(stream.next().unwrap().unwrap().len(), size);
    }
    // Everything that is going to be read ahead has been read when it has not changed for many looks.
    let mut last = 0;
    let mut quiet = 0;
    eventually("the source rests", || {
        quiet = if counts.taken() == last { quiet + 1 } else { 0 };
        last = counts.taken();
        quiet == 50
    });
    assert!(!counts.is_dropped());
    drop(stream);
    eventually("the source is dropped", || counts.is_dropped());
    counts
}

#[test]
fn a_slow_reader_bounds_what_is_produced() {
    bounded(LONG_PATIENCE, || {
        for size in [0, 10, 1000, 40_000, MIB] {
            // A list of them takes a pointer for each and whole words.
            let bytes = 8 + size.next_multiple_of(8) as u64;
            // In an answer, or at home.
            let batch = (ANSWER_BYTES / bytes + 1).min(ANSWER_ITEMS);
            let polled = read_slowly(size, |source| IpcStream::from_stream(Ready(source))).taken();
            // The one that is read, the one behind it, and one item that had no room.
            assert!(polled <= 3 + 2 * batch + 1, "{polled} items of {size} bytes were polled");
            let read = read_slowly(size, IpcStream::from_iterator).taken();
            assert!(read <= 3 + 3 * batch + 2, "{read} items of {size} bytes were read ahead");
        }
    });
}

#[test]
fn a_channel_whose_reader_does_not_read_holds_what_it_may_and_the_sender_waits() {
    bounded(PATIENCE, || {
        let (sender, stream) = IpcStream::channel(3);
        let pair = Pair::new(Server::offering(stream));
        let stream = pair.remote.offered().unwrap();
        // Nobody has asked for any.
        for _ in 0..3 {
            sender.try_send(vec![1]).unwrap();
        }
        assert_eq!(sender.try_send(vec![2]).unwrap_err().kind(), ExceptionKind::Overloaded);
        let late = {
            let sender = sender.clone();
            thread::spawn(move || sender.send(vec![3]))
        };
        drop(sender);
        assert_eq!(all(stream).unwrap(), [[1], [1], [1], [3]]);
        late.join().unwrap().unwrap();
    });
}

#[test]
fn an_item_of_many_mebibytes_arrives_and_one_that_no_message_holds_is_an_error() {
    bounded(LONG_PATIENCE, || {
        let sizes = [1, 40 * MIB, 3, 20 * MIB, 0, 70 * MIB, 5];
        for streamed in [true, false] {
            let source = sizes.into_iter().map(|size| vec![9; size]);
            let stream = match streamed {
                true => IpcStream::from_stream(Ready(source)),
                false => IpcStream::from_iterator(source),
            };
            let pair = Pair::new(Server::offering(stream));
            let mut stream = pair.remote.offered().unwrap();
            for size in &sizes[..5] {
                assert_eq!(stream.next().unwrap().unwrap().len(), *size);
            }
            let error = stream.next().unwrap().unwrap_err();
            assert!(error.text().contains("message too large"), "{error}");
            assert!(stream.next().is_none());
            // The connection goes on.
            assert_eq!(all(pair.remote.numbers(3, super::Kind::Iterator).unwrap()).unwrap(), [0, 1, 2]);
        }
    });
}

#[test]
fn a_thousand_streams_that_wait_take_no_threads() {
    const STREAMS: usize = 1000;
    bounded(LONG_PATIENCE, || {
        let here = Here::new();
        let peer = here.spawn();
        let mut streams: Vec<_> = (0..STREAMS).map(|_| peer.count_and_wait(0).unwrap()).collect();
        let mut waits: Vec<_> = streams.iter_mut().map(|stream| Box::pin(stream.next_async())).collect();
        block_on(poll_fn(|cx| {
            for wait in &mut waits {
                assert!(wait.as_mut().poll(cx).is_pending());
            }
            Poll::Ready(())
        }));
        // Their calls came before this one.
        let threads = peer.threads().unwrap();
        assert!(threads < 200, "{threads} threads for {STREAMS} streams");
        peer.feed(7).unwrap();
        for item in block_on(join_all(waits)) {
            assert_eq!(item.unwrap().unwrap(), 7);
        }
        kill(&peer);
        for mut stream in streams {
            assert_disconnected(stream.next().unwrap());
            assert!(stream.next().is_none());
        }
    });
}
