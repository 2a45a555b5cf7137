//! How streams end: by themselves, by an error, with their reader, with a process.

use std::pin::pin;
use std::sync::{Arc, Mutex, mpsc};
use std::task::{Context, Poll, Waker};
use std::thread;
use std::time::Duration;

use futures::executor::block_on;
use ipc_runtime::{ExceptionKind, IpcException, IpcSender, IpcStream, ipc_interface, with_deadline};
use ipc_tests::steps::{PATIENCE, bounded, eventually, joined, received};

use super::super::util::{Here, Pair, assert_disconnected, kill};
use super::{Ready, Server, Streams, all, counted};

fn offer(stream: IpcStream<Vec<u8>>) -> (Pair<dyn Streams>, IpcStream<Vec<u8>>) {
    let pair = Pair::new(Server::offering(stream));
    let stream = pair.remote.offered().unwrap();
    (pair, stream)
}

fn failing() -> impl Iterator<Item = Result<Vec<u8>, IpcException>> {
    [Ok(vec![1]), Ok(vec![2]), Err(IpcException::overloaded("the disk is busy")), Ok(vec![3])].into_iter()
}

#[track_caller]
fn assert_fails_as_it_should(mut stream: IpcStream<Vec<u8>>) {
    assert_eq!(stream.next().unwrap().unwrap(), [1]);
    assert_eq!(stream.next().unwrap().unwrap(), [2]);
    let error = stream.next().unwrap().unwrap_err();
    assert_eq!(error.kind(), ExceptionKind::Overloaded);
    assert!(error.text().ends_with("the disk is busy"), "{error}");
    assert!(stream.next().is_none());
    assert!(block_on(stream.next_async()).is_none());
}

#[test]
fn an_error_of_the_source_comes_after_its_items_and_before_the_end() {
    bounded(PATIENCE, || {
        assert_fails_as_it_should(IpcStream::from_iterator(failing()));
        assert_fails_as_it_should(offer(IpcStream::from_iterator(failing())).1);
        assert_fails_as_it_should(offer(IpcStream::from_stream(Ready(failing()))).1);
        let (sender, stream) = IpcStream::channel(5);
        let other = sender.clone();
        other.send(vec![1]).unwrap();
        other.send(vec![2]).unwrap();
        sender.fail(IpcException::overloaded("the disk is busy"));
        other.fail(IpcException::failed("another"));
        assert_fails_as_it_should(offer(stream).1);
    });
}

#[test]
fn a_panic_of_the_source_is_an_error() {
    bounded(PATIENCE, || {
        let panicking = || (0..3).map(|i| if i < 2 { vec![i] } else { panic!("as told") });
        let streams = [
            (IpcStream::from_iterator(panicking()), "the iterator of the stream panicked: as told"),
            (IpcStream::from_stream(Ready(panicking())), "the source of the stream panicked: as told"),
        ];
        for (stream, text) in streams {
            let (_pair, mut stream) = offer(stream);
            assert_eq!(stream.next().unwrap().unwrap(), [0]);
            assert_eq!(stream.next().unwrap().unwrap(), [1]);
            let error = stream.next().unwrap().unwrap_err();
            assert!(error.text().ends_with(text), "{error}");
            assert!(stream.next().is_none());
        }
    });
}

#[test]
fn a_killed_sender_is_no_end() {
    bounded(PATIENCE, || {
        let here = Here::new();
        let peer = here.spawn();
        let mut stream = peer.count_and_wait(3_000).unwrap();
        for expected in 0..3_000 {
            assert_eq!(stream.next().unwrap().unwrap(), expected);
        }
        let (started, starts) = mpsc::channel();
        let waiting = thread::spawn(move || {
            started.send(()).unwrap();
            (stream.next().unwrap(), stream.next())
        });
        received("the reader waits", &starts);
        kill(&peer);
        let (last, after) = joined("the stream ends", waiting);
        assert_disconnected(last);
        assert!(after.is_none());
    });
}

#[test]
fn a_killed_reader_stops_the_source() {
    bounded(PATIENCE, || {
        let here = Here::new();
        let peer = here.spawn();
        // Nobody reads these.
        let (first, first_counts) = counted(0..u64::MAX);
        peer.keep_stream(IpcStream::from_iterator(first)).unwrap();
        let (second, stream) = IpcStream::channel(1);
        peer.keep_stream(stream).unwrap();
        eventually("the first is dropped for the second", || first_counts.is_dropped());
        assert_eq!(first_counts.taken(), 0);
        // This one is read.
        let (third, third_counts) = counted(std::iter::repeat(0));
        let total = {
            let peer = peer.clone();
            thread::spawn(move || peer.total(IpcStream::from_stream(Ready(third))))
        };
        eventually("the third is read", || third_counts.taken() > 10_000);
        assert!(!second.is_closed());
        kill(&peer);
        assert_disconnected(joined("the call fails", total));
        eventually("the third is dropped with the process", || third_counts.is_dropped());
        block_on(second.closed());
        assert_disconnected(second.send(1));
    });
}

#[test]
fn a_dropped_reader_stops_the_source_also_while_it_waits() {
    bounded(PATIENCE, || {
        // A channel in which nothing is, waited for by a thread and by a task.
        for wait in [true, false] {
            let (sender, stream) = IpcStream::channel(1);
            let (_pair, mut stream) = offer(stream);
            if wait {
                let late = with_deadline(Duration::from_millis(10), || stream.next()).unwrap();
                assert_eq!(late.unwrap_err().kind(), ExceptionKind::TimedOut);
            }
            assert!(!sender.is_closed());
            drop(stream);
            block_on(sender.closed());
            assert_disconnected(sender.send(Vec::new()));
            assert_disconnected(sender.try_send(Vec::new()));
            assert_disconnected(block_on(sender.send_async(Vec::new())));
        }
        // An iterator that is blocked ends when it returns.
        let (go, gone) = mpsc::channel::<()>();
        let (source, counts) = counted(std::iter::repeat_with(move || {
            let _ = gone.recv();
            vec![1]
        }));
        let (_pair, mut stream) = offer(IpcStream::from_iterator(source));
        let late = with_deadline(Duration::from_millis(10), || stream.next()).unwrap();
        assert_eq!(late.unwrap_err().kind(), ExceptionKind::TimedOut);
        drop(stream);
        assert!(!counts.is_dropped());
        eventually("the iterator is dropped when it returns", || {
            // It may return before it is known to be unwanted, and is called once more then.
            let _ = go.send(());
            counts.is_dropped()
        });
    });
}

#[test]
fn a_source_is_dropped_by_the_pool_that_drops_what_the_application_wrote() {
    bounded(PATIENCE, || {
        struct Tell(mpsc::Sender<Option<String>>);
        impl Drop for Tell {
            fn drop(&mut self) {
                // The test may be over.
                let _ = self.0.send(thread::current().name().map(str::to_owned));
            }
        }
        let (tell, told) = mpsc::channel();
        let tell = Tell(tell);
        let source = futures::stream::poll_fn(move |_| {
            let _ = &tell;
            Poll::<Option<Vec<u8>>>::Pending
        });
        let (_pair, mut stream) = offer(IpcStream::from_stream(source));
        assert!(with_deadline(Duration::from_millis(10), || stream.next()).unwrap().is_err());
        drop(stream);
        assert_eq!(received("it is dropped", &told).as_deref(), Some("ipc-cleanup"));
    });
}

#[test]
fn a_deadline_loses_nothing_and_does_not_end_the_stream() {
    bounded(PATIENCE, || {
        let (sender, stream) = IpcStream::channel(1);
        let (_pair, mut remote) = offer(stream);
        for byte in 0..20 {
            let late = with_deadline(Duration::from_millis(2), || remote.next()).unwrap();
            assert_eq!(late.unwrap_err().kind(), ExceptionKind::TimedOut);
            sender.send(vec![byte]).unwrap();
            assert_eq!(remote.next().unwrap().unwrap(), [byte]);
        }
        // The sender has deadlines too.
        sender.send(vec![20]).unwrap();
        let (full, _kept) = IpcStream::channel(0);
        full.send(1).unwrap();
        assert_eq!(full.try_send(2).unwrap_err().kind(), ExceptionKind::Overloaded);
        let late = with_deadline(Duration::from_millis(2), || full.send(3)).unwrap_err();
        assert_eq!(late.kind(), ExceptionKind::TimedOut);
        drop(sender);
        assert_eq!(all(remote).unwrap(), [[20]]);
    });
}

#[test]
fn a_future_that_is_dropped_while_it_waits_loses_no_item() {
    bounded(PATIENCE, || {
        let (sender, stream) = IpcStream::channel(4);
        let (_pair, mut stream) = offer(stream);
        let mut seen = 0;
        let mut poll_once = || {
            let mut next = pin!(stream.next_async());
            if let Poll::Ready(item) = next.as_mut().poll(&mut Context::from_waker(Waker::noop())) {
                assert_eq!(item.unwrap().unwrap(), [seen]);
                seen += 1;
            }
        };
        for byte in 0..200_u8 {
            // Given up before, while and after the item is under way.
            poll_once();
            while sender.try_send(vec![byte]).is_err() {
                poll_once();
                thread::yield_now();
            }
            poll_once();
        }
        drop(sender);
        for item in stream {
            assert_eq!(item.unwrap(), [seen]);
            seen += 1;
        }
        assert_eq!(seen, 200);
    });
}

#[ipc_interface]
trait Helper {
    fn help(&self, number: u32) -> Result<(), IpcException>;
}

#[ipc_interface(root)]
trait Worker {
    /// Calls the helper twice at a time, and sends an item when the second call has returned.
    fn work(&self, helper: &dyn Helper) -> Result<(), IpcException>;
    fn items(&self) -> Result<IpcStream<u32>, IpcException>;
}

struct Working {
    sender: Mutex<Option<IpcSender<u32>>>,
    reads: Mutex<mpsc::Receiver<()>>,
}

impl Worker for Working {
    fn work(&self, helper: &dyn Helper) -> Result<(), IpcException> {
        let sender = self.sender.lock().unwrap().take().unwrap();
        thread::scope(|scope| {
            let first = scope.spawn(|| helper.help(1));
            received("the first call has begun", &self.reads.lock().unwrap());
            helper.help(2)?;
            sender.send(7)?;
            first.join().unwrap()
        })
    }

    fn items(&self) -> Result<IpcStream<u32>, IpcException> {
        let (sender, stream) = IpcStream::channel(1);
        *self.sender.lock().unwrap() = Some(sender);
        Ok(stream)
    }
}

/// Reads the stream in the first call.
struct Reads {
    stream: Mutex<Option<IpcStream<u32>>>,
    begun: mpsc::Sender<()>,
}

impl Helper for Reads {
    fn help(&self, number: u32) -> Result<(), IpcException> {
        if number == 1 {
            let mut stream = self.stream.lock().unwrap().take().unwrap();
            self.begun.send(()).unwrap();
            assert_eq!(stream.next().unwrap()?, 7);
        }
        Ok(())
    }
}

#[test]
fn a_thread_that_waits_for_an_item_runs_the_calls_on_what_it_lends() {
    bounded(PATIENCE, || {
        let (begun, reads) = mpsc::channel();
        let worker = Working { sender: Mutex::default(), reads: Mutex::new(reads) };
        let pair = Pair::new(Arc::new(worker) as Arc<dyn Worker>);
        let stream = Mutex::new(Some(pair.remote.items().unwrap()));
        pair.remote.work(&Reads { stream, begun }).unwrap();
    });
}
