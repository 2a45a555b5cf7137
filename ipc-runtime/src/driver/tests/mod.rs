//! Two connected links in one process, over a real socket pair.

mod util;

use std::io::{Read, Write};
use std::os::unix::net::UnixStream;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::Duration;

use self::util::{Echo, EchoServer, connected};
use super::link::{Link, Settings, Side};
use crate::exception::ExceptionKind;
use crate::with_deadline;

#[test]
fn a_call_reaches_the_object_and_its_answer_the_caller() {
    let (echo, _server) = connected(EchoServer::default());
    assert_eq!(echo.echo(b"hello").unwrap(), b"hello");
}

#[test]
fn sixteen_threads_call_on_one_connection_and_each_gets_its_own_answers() {
    let (echo, _server) = connected(EchoServer::default());
    thread::scope(|scope| {
        for id in 0..16_u32 {
            let echo = &echo;
            scope.spawn(move || {
                for i in 0..500_u32 {
                    let text = [id.to_le_bytes(), i.to_le_bytes()].concat();
                    assert_eq!(echo.echo(&text).unwrap(), text);
                }
            });
        }
    });
}

#[test]
fn large_arguments_and_results_flow_in_both_directions_at_once() {
    let (echo, _server) = connected(EchoServer::default());
    let data = vec![7; 1 << 20];
    thread::scope(|scope| {
        for _ in 0..16 {
            scope.spawn(|| {
                for _ in 0..8 {
                    assert!(echo.echo(&data).unwrap() == data);
                }
            });
        }
    });
}

#[test]
fn a_panic_in_a_method_is_an_exception_for_its_caller_and_the_connection_lives() {
    let (echo, _server) = connected(EchoServer::default());
    let error = echo.echo(b"panic").unwrap_err();
    assert_eq!(error.kind(), ExceptionKind::Failed);
    assert_eq!(error.text(), "the method panicked: as told");
    assert_eq!(echo.echo(b"alive").unwrap(), b"alive");
}

#[test]
fn a_message_of_more_than_64_mib_is_refused_by_its_sender_and_the_connection_lives() {
    let (echo, _server) = connected(EchoServer::default());
    let error = echo.echo(&vec![0; (64 << 20) + 1]).unwrap_err();
    assert!(error.text().starts_with("message too large"), "{error}");
    assert_eq!(echo.echo(b"alive").unwrap(), b"alive");
}

#[test]
fn the_implementation_is_dropped_when_the_last_client_handle_is() {
    static DROPPED: AtomicUsize = AtomicUsize::new(0);
    struct Counted(EchoServer);
    impl Echo for Counted {
        fn echo(&self, data: &[u8]) -> Result<Vec<u8>, crate::IpcException> {
            self.0.echo(data)
        }
    }
    impl Drop for Counted {
        fn drop(&mut self) {
            // Never on the thread that reads for all connections; on that of the last call if it is the last to have a handle.
            assert_ne!(thread::current().name(), Some("ipc-poller"));
            DROPPED.fetch_add(1, Ordering::SeqCst);
        }
    }
    let (echo, server) = connected(Counted(EchoServer::default()));
    echo.echo(b"x").unwrap();
    let other: Arc<dyn Echo> = echo.clone();
    drop(echo);
    assert_eq!(other.echo(b"y").unwrap(), b"y");
    drop(other);
    server.wait_ended();
    drop(server);
    util::eventually("the object is dropped", || DROPPED.load(Ordering::SeqCst) == 1);
}

#[test]
fn a_destroyed_object_answers_with_an_error() {
    let (echo, _server) = connected(EchoServer::default());
    let other = echo.clone();
    crate::destroy(&echo).unwrap();
    assert_eq!(other.echo(b"x").unwrap_err().text(), "the object was destroyed");
}

#[test]
fn destroy_returns_when_the_destructor_has_run_even_if_that_panics() {
    struct Panics(Arc<AtomicUsize>);
    impl Echo for Panics {
        fn echo(&self, data: &[u8]) -> Result<Vec<u8>, crate::IpcException> {
            Ok(data.to_vec())
        }
    }
    impl Drop for Panics {
        fn drop(&mut self) {
            self.0.fetch_add(1, Ordering::SeqCst);
            panic!("as told");
        }
    }
    let drops = Arc::default();
    let (echo, _server) = connected(Panics(Arc::clone(&drops)));
    let other = echo.clone();
    crate::destroy(&echo).unwrap();
    assert_eq!(drops.load(Ordering::SeqCst), 1);
    assert_eq!(other.echo(b"x").unwrap_err().text(), "the object was destroyed");
}

#[test]
fn calls_fail_with_disconnected_when_the_peer_ends_the_connection() {
    let gate = util::Gate::default();
    let (echo, server) = connected(gate.clone());
    thread::scope(|scope| {
        let waiting = scope.spawn(|| echo.echo(b"x"));
        util::eventually("the method runs", || gate.entered() == 1);
        server.terminate(crate::IpcException::disconnected("enough"));
        let error = waiting.join().unwrap().unwrap_err();
        assert_eq!(error.kind(), ExceptionKind::Disconnected, "{error}");
        gate.open();
    });
    assert_eq!(echo.echo(b"x").unwrap_err().kind(), ExceptionKind::Disconnected);
}

#[test]
fn a_call_that_is_not_answered_in_time_fails_and_the_connection_lives() {
    let gate = util::Gate::default();
    let (echo, _server) = connected(gate.clone());
    let error = with_deadline(Duration::from_millis(20), || echo.echo(b"x")).unwrap_err();
    assert_eq!(error.kind(), ExceptionKind::TimedOut, "{error}");
    gate.open();
    assert_eq!(echo.echo(b"y").unwrap(), b"y");
}

#[test]
fn destroy_does_not_wait_longer_than_its_deadline_for_a_call_that_runs() {
    let gate = util::Gate::default();
    let (echo, _server) = connected(gate.clone());
    thread::scope(|scope| {
        let running = scope.spawn(|| echo.echo(b"x"));
        util::eventually("the method runs", || gate.entered() == 1);
        let error = with_deadline(Duration::from_millis(20), || crate::destroy(&echo)).unwrap_err();
        assert_eq!(error.kind(), ExceptionKind::TimedOut, "{error}");
        gate.open();
        assert_eq!(running.join().unwrap().unwrap(), b"x");
    });
    assert_eq!(echo.echo(b"y").unwrap_err().text(), "the object was destroyed");
}

#[test]
fn connecting_to_a_peer_that_never_answers_ends_at_the_deadline() {
    let (socket, _peer) = UnixStream::pair().unwrap();
    let protocol = crate::make_capnp_protocol(crate::CapnpContext::new());
    let connect = || protocol.connect(socket.into(), <dyn Echo as crate::Interface>::descriptor());
    let error = with_deadline(Duration::from_millis(20), connect).unwrap_err();
    assert_eq!(error.kind(), ExceptionKind::TimedOut, "{error}");
}

/// The answer lies in our receive buffer when a write finds the peer gone.
#[test]
fn what_the_peer_sent_before_it_went_is_read_although_nothing_can_be_written() {
    let (socket, mut peer) = UnixStream::pair().unwrap();
    let link = Link::start(socket.into(), Side::Client, None, Settings::default()).unwrap();
    let reader = link.hold_reader();
    let (_question, waiter) = link.bootstrap();
    let mut bytes = [0; 1024];
    assert!(peer.read(&mut bytes).unwrap() > 0);
    peer.write_all(&util::exception_for_question(0, "this very text")).unwrap();
    drop(peer);
    thread::scope(|scope| {
        scope.spawn(|| link.bootstrap());
        util::eventually("the write has failed", || link.is_output_closed());
        drop(reader);
        assert_eq!(
            link.wait(None, |waker| waiter.poll(waker)).unwrap().unwrap_err().text(),
            "this very text"
        );
        link.wait_ended();
    });
}

/// Waits on the link of a client, whichever thread reads.
fn asked(link: &Arc<Link>) -> Result<(), crate::IpcException> {
    let (_question, waiter) = link.bootstrap();
    link.wait(None, |waker| waiter.poll(waker)).unwrap().map(drop)
}

/// Between two calls of a thread nobody reads, for a while.
#[test]
fn what_comes_when_the_last_reader_has_just_gone_is_noticed() {
    for _ in 0..50 {
        let (echo, server) = connected(EchoServer::default());
        let link = echo.remote().unwrap().link().clone();
        echo.echo(b"x").unwrap();
        // A task waits, and nobody else does.
        let (_question, waiter) = link.bootstrap();
        util::eventually("the answer is read", || waiter.poll(std::task::Waker::noop()).is_ready());
        echo.echo(b"y").unwrap();
        server.terminate(crate::IpcException::disconnected("enough"));
        link.wait_ended();
    }
}

#[test]
fn a_reader_that_no_longer_waits_is_followed_by_the_next_thread() {
    let gate = util::Gate::default();
    let (echo, _server) = connected(gate.clone());
    thread::scope(|scope| {
        let (hurried, patient) = (echo.clone(), echo.clone());
        let hurried = scope.spawn(move || with_deadline(Duration::from_millis(50), || hurried.echo(b"x")));
        util::eventually("the first call waits", || gate.entered() == 1);
        let patient: Vec<_> = (0..3)
            .map(|_| {
                let echo = patient.clone();
                scope.spawn(move || echo.echo(b"y"))
            })
            .collect();
        assert_eq!(hurried.join().unwrap().unwrap_err().kind(), ExceptionKind::TimedOut);
        util::eventually("the other calls wait", || gate.entered() == 4);
        gate.open();
        for thread in patient {
            assert_eq!(thread.join().unwrap().unwrap(), b"y");
        }
    });
}

#[test]
fn threads_and_tasks_that_wait_for_one_connection_all_get_their_answers() {
    let (echo, _server) = connected(EchoServer::default());
    let link = echo.remote().unwrap().link().clone();
    thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| (0..300).for_each(|_| drop(echo.echo(b"thread").unwrap())));
        }
        scope.spawn(|| {
            for _ in 0..300 {
                // Nobody blocks for these.
                let (_question, waiter) = link.bootstrap();
                util::eventually("the task is woken", || waiter.poll(std::task::Waker::noop()).is_ready());
            }
        });
        (0..300).for_each(|_| asked(&link).unwrap());
    });
}

/// The answer does not come through the socket that the thread has gone to sleep at.
#[test]
fn a_reader_is_woken_by_what_comes_from_elsewhere() {
    let (echo, _server) = connected(util::Gate::default());
    let link = echo.remote().unwrap().link().clone();
    let given = AtomicUsize::new(0);
    let waker = std::sync::Mutex::new(None);
    thread::scope(|scope| {
        let waiting = scope.spawn(|| {
            link.wait(None, |own| {
                *waker.lock().unwrap() = Some(own.clone());
                match given.load(Ordering::SeqCst) {
                    0 => std::task::Poll::Pending,
                    value => std::task::Poll::Ready(value),
                }
            })
        });
        util::eventually("the thread waits", || waker.lock().unwrap().is_some());
        given.store(7, Ordering::SeqCst);
        waker.lock().unwrap().take().unwrap().wake();
        assert_eq!(waiting.join().unwrap(), Some(7));
    });
    drop(echo);
}

/// The thread that served the last call waits for the next, and what it reads for others is theirs.
#[test]
fn calls_that_follow_quickly_are_served_and_so_is_what_comes_with_them() {
    let (echo, server) = connected(EchoServer::default());
    for round in 0..200_u32 {
        assert_eq!(echo.echo(&round.to_le_bytes()).unwrap(), round.to_le_bytes());
    }
    thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(|| (0..100).for_each(|_| drop(echo.echo(b"z").unwrap())));
        }
    });
    drop(echo);
    server.wait_ended();
}
