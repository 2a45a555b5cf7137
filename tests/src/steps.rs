//! Waiting in tests: for a step of somebody else, never for time to pass, and never for ever.

#![expect(clippy::panic, reason = "a step that does not happen fails the test")]

use std::io;
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::{Path, PathBuf};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

/// How long a step may take on a machine that does much else.
pub const PATIENCE: Duration = Duration::from_secs(30);

/// How long a test may take that has many steps.
pub const LONG_PATIENCE: Duration = Duration::from_secs(240);

/// Runs a test in a thread of its own and panics if it takes longer than it may: a deadlock is a failure.
pub fn bounded<R: Send + 'static>(limit: Duration, test: impl FnOnce() -> R + Send + 'static) -> R {
    let name = std::thread::current().name().unwrap_or("a test").to_owned();
    let thread = std::thread::Builder::new().name(name.clone()).spawn(test);
    let thread = thread.unwrap_or_else(|error| panic!("cannot start a thread: {error}"));
    joined_within(&name, thread, limit)
}

/// Waits for a thread and returns its result.
pub fn joined<R>(what: &str, thread: JoinHandle<R>) -> R {
    joined_within(what, thread, PATIENCE)
}

fn joined_within<R>(what: &str, thread: JoinHandle<R>, limit: Duration) -> R {
    poll(what, limit, || thread.is_finished());
    thread.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))
}

/// Waits for what another thread sends.
pub fn received<T>(what: &str, receiver: &Receiver<T>) -> T {
    match receiver.recv_timeout(PATIENCE) {
        Ok(value) => value,
        Err(RecvTimeoutError::Timeout) => panic!("did not happen within {PATIENCE:?}: {what}"),
        Err(RecvTimeoutError::Disconnected) => panic!("cannot happen any more: {what}"),
    }
}

/// Waits for a condition that somebody else is about to make true.
pub fn eventually(what: &str, condition: impl FnMut() -> bool) {
    poll(what, PATIENCE, condition);
}

fn poll(what: &str, limit: Duration, mut condition: impl FnMut() -> bool) {
    let deadline = Instant::now() + limit;
    while !condition() {
        assert!(Instant::now() < deadline, "did not happen within {limit:?}: {what}");
        // Not for time to pass: it is the pause between two looks.
        std::thread::park_timeout(Duration::from_millis(1));
    }
}

/// A place where threads of any process stop until they are let go.
///
/// A thread enters by connecting to a socket and leaves when the connection is closed, so it needs nothing of what is
/// under test, and ends with the process that holds the gate.
#[derive(Debug)]
pub struct Gate {
    path: PathBuf,
    arrivals: Receiver<UnixStream>,
}

impl Gate {
    /// Makes one in the directory.
    ///
    /// # Errors
    /// Returns the operating system's error.
    pub fn new(directory: &Path, name: &str) -> io::Result<Self> {
        let path = directory.join(name);
        let listener = UnixListener::bind(&path)?;
        let (sender, arrivals) = mpsc::channel();
        std::thread::Builder::new().name("gate".into()).spawn(move || {
            while let Ok((stream, _)) = listener.accept() {
                if sender.send(stream).is_err() {
                    return;
                }
            }
        })?;
        Ok(Self { path, arrivals })
    }

    /// Returns where it is.
    pub fn path(&self) -> &str {
        self.path.to_str().unwrap_or_else(|| panic!("not UTF-8: {}", self.path.display()))
    }

    /// Waits until a thread has entered. It leaves when the result is dropped.
    pub fn entered(&self) -> UnixStream {
        received("a thread enters the gate", &self.arrivals)
    }
}

impl Drop for Gate {
    fn drop(&mut self) {
        // Wakes the accepting thread, which then finds nobody to send to.
        drop(UnixStream::connect(&self.path));
    }
}

/// Enters the gate at the path; returns when it opens.
///
/// # Errors
/// Returns the operating system's error.
pub fn pass(path: &str) -> io::Result<()> {
    use std::io::Read;
    let mut stream = UnixStream::connect(path)?;
    let mut byte = [0];
    match stream.read(&mut byte) {
        Ok(_) => Ok(()),
        Err(error) if error.kind() == io::ErrorKind::ConnectionReset => Ok(()),
        Err(error) => Err(error),
    }
}
