//! Calls that nobody waits for, and their order.

use std::future::poll_fn;
use std::sync::mpsc::{self, Receiver, Sender};
use std::sync::{Arc, Mutex};
use std::task::Poll;
use std::thread;

use futures::executor::block_on;
use ipc_runtime::wire::Interface;
use ipc_runtime::{IpcException, destroy, ipc_interface};
use ipc_tests::steps::{Gate, PATIENCE, bounded, joined, pass, received};
use tempfile::TempDir;

use super::util::{Pair, assert_disconnected};

#[ipc_interface]
trait Sink {
    #[ipc(oneway)]
    fn write(&self, line: &str) -> Result<(), IpcException>;
}

#[ipc_interface]
trait Log: Sink {
    /// Writes when the gate at the path is passed.
    #[ipc(oneway)]
    fn write_after(&self, path: &str, line: &str) -> Result<(), IpcException>;

    #[ipc(oneway)]
    async fn write_later(&self, line: String) -> Result<(), IpcException>;

    #[ipc(oneway)]
    fn fail(&self) -> Result<(), IpcException>;

    #[ipc(oneway)]
    fn panic(&self) -> Result<(), IpcException>;

    fn lines(&self) -> Result<Vec<String>, IpcException>;

    async fn count(&self) -> Result<u64, IpcException>;
}

struct Server {
    lines: Mutex<Vec<String>>,
    events: Mutex<Sender<()>>,
}

impl Server {
    fn with_events() -> (Arc<dyn Log>, Receiver<()>) {
        let (events, receiver) = mpsc::channel();
        (Arc::new(Self { lines: Mutex::default(), events: Mutex::new(events) }), receiver)
    }

    fn push(&self, line: &str) {
        self.lines.lock().unwrap().push(line.to_owned());
        // The test may be over.
        let _ = self.events.lock().unwrap().send(());
    }
}

impl Sink for Server {
    fn write(&self, line: &str) -> Result<(), IpcException> {
        self.push(line);
        Ok(())
    }
}

#[ipc_interface]
impl Log for Server {
    fn write_after(&self, path: &str, line: &str) -> Result<(), IpcException> {
        pass(path).map_err(|error| IpcException::system("gate", error))?;
        self.write(line)
    }

    async fn write_later(&self, line: String) -> Result<(), IpcException> {
        // Back in the queue of the runtime.
        let mut polled = false;
        poll_fn(|cx| {
            if std::mem::replace(&mut polled, true) {
                return Poll::Ready(());
            }
            cx.waker().wake_by_ref();
            Poll::Pending
        })
        .await;
        self.write(&line)
    }

    fn fail(&self) -> Result<(), IpcException> {
        Err(IpcException::failed("nobody hears it"))
    }

    fn panic(&self) -> Result<(), IpcException> {
        panic!("nobody hears it")
    }

    fn lines(&self) -> Result<Vec<String>, IpcException> {
        Ok(self.lines.lock().unwrap().clone())
    }

    async fn count(&self) -> Result<u64, IpcException> {
        Ok(self.lines.lock().unwrap().len() as u64)
    }
}

#[test]
fn a_caller_goes_on_and_what_it_calls_next_comes_after() {
    bounded(PATIENCE, || {
        let directory = TempDir::new().unwrap();
        let gate = Gate::new(directory.path(), "gate").unwrap();
        let pair = Pair::new(Server::with_events().0);
        pair.remote.write_after(gate.path(), "first").unwrap();
        let stopped = gate.entered();
        // The first still runs.
        pair.remote.write("second").unwrap();
        let log = pair.remote.clone();
        let lines = thread::spawn(move || log.lines());
        block_on(pair.remote.write_later("third".into())).unwrap();
        drop(stopped);
        let lines = joined("the lines", lines).unwrap();
        assert_eq!(lines[..2], ["first", "second"]);
        assert_eq!(pair.remote.lines().unwrap(), ["first", "second", "third"]);
    });
}

#[test]
fn thousands_of_calls_arrive_in_order_whatever_their_form() {
    bounded(PATIENCE, || {
        let pair = Pair::new(Server::with_events().0);
        for i in 0..3_000 {
            match i % 3 {
                0 => pair.remote.write(&i.to_string()).unwrap(),
                1 => block_on(pair.remote.write_later(i.to_string())).unwrap(),
                _ => {
                    pair.remote.fail().unwrap();
                    pair.remote.write(&i.to_string()).unwrap();
                }
            }
            if i % 500 == 0 {
                assert_eq!(block_on(pair.remote.count()).unwrap(), i + 1);
            }
        }
        let expected: Vec<String> = (0..3_000).map(|i| i.to_string()).collect();
        assert_eq!(pair.remote.lines().unwrap(), expected);
    });
}

#[test]
fn failures_are_dropped_and_the_next_calls_run() {
    bounded(PATIENCE, || {
        let pair = Pair::new(Server::with_events().0);
        pair.remote.fail().unwrap();
        pair.remote.panic().unwrap();
        pair.remote.write("after").unwrap();
        assert_eq!(pair.remote.lines().unwrap(), ["after"]);
    });
}

#[test]
fn a_call_that_cannot_be_sent_fails() {
    bounded(PATIENCE, || {
        let pair = Pair::new(Server::with_events().0);
        pair.remote.as_remote().unwrap().disconnect();
        assert_disconnected(pair.remote.write("lost"));
        assert_disconnected(block_on(pair.remote.write_later("lost".into())));
        let pair = Pair::new(Server::with_events().0);
        destroy(&pair.remote).unwrap();
        assert!(pair.remote.write("lost").unwrap_err().text().ends_with("the object was destroyed"));
    });
}

#[test]
fn a_call_runs_though_its_caller_has_left() {
    bounded(PATIENCE, || {
        let (log, written) = Server::with_events();
        let pair = Pair::new(log.clone());
        pair.remote.write("the last word").unwrap();
        // The last handle: its connection ends.
        drop(pair.remote);
        received("the line is written", &written);
        assert_eq!(log.lines().unwrap(), ["the last word"]);
    });
}
