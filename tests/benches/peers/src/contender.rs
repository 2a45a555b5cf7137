//! What a way to call another process has to say to be measured.

use std::os::fd::OwnedFd;
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::Instant;

use rustix::event::{PollFd, PollFlags, poll};
use rustix::io::Errno;

use crate::meter::Meter;

/// Errors cross threads.
pub(crate) type Outcome<T = ()> = Result<T, Box<dyn std::error::Error + Send + Sync>>;

/// One way to call another process, in one setting.
///
/// It is measured in a pair of processes, both of which are this program: one serves, the other is a client.
pub(crate) trait Contender: Sync {
    /// Says what it is.
    fn about(&self) -> About;

    /// Serves until the peer has gone.
    fn serve(&self, link: Link) -> Outcome;

    /// Connects to a process that serves.
    fn connect(&self, link: Link) -> Outcome<Box<dyn Client>>;

    /// Starts the process that serves; returns it and the socket to it.
    fn spawn(&self, directory: &Path) -> Outcome<(Child, Link)> {
        let about = self.about();
        let (ours, theirs) = UnixStream::pair()?;
        let child = Command::new(std::env::current_exe()?)
            .args(["server", about.name, about.setting])
            .arg(directory)
            .stdin(Stdio::from(OwnedFd::from(theirs)))
            .stdout(Stdio::null())
            .spawn()?;
        Ok((child, Link { socket: ours, directory: directory.to_owned() }))
    }

    /// Starts a process, gets a first answer, and ends it. Returns how long the answer took, in seconds; `None` where that
    /// cannot be said.
    fn spawn_to_answer(&self, directory: &Path) -> Outcome<Option<f64>> {
        let begun = Instant::now();
        let (mut child, link) = self.spawn(directory)?;
        let mut client = self.connect(link)?;
        client.add(1, &mut Meter::clock())?;
        let seconds = begun.elapsed().as_secs_f64();
        drop(client);
        child.wait()?;
        Ok(Some(seconds))
    }

    /// Whether everything that it needs is here; if not, why.
    fn missing(&self) -> Option<String> {
        None
    }
}

/// What is known of a contender.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct About {
    /// Who it is: a library, or a floor.
    pub(crate) name: &'static str,
    /// How it is used.
    pub(crate) setting: &'static str,
    pub(crate) role: Role,
    /// What it is compared with.
    pub(crate) floor: Floor,
    /// Which version it has.
    pub(crate) version: String,
}

/// Which part a contender has in the comparison.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Role {
    /// What cannot be done faster.
    Floor,
    Ours,
    /// Another library over a socket.
    SocketPeer,
    /// Another library over shared memory.
    MemoryPeer,
}

/// The floor of a contender: the raw exchange that waits as it does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Floor {
    Blocking,
    Polling,
    SharedMemory,
}

/// What both processes of a pair have of each other.
#[derive(Debug)]
pub(crate) struct Link {
    /// The socket between them.
    pub(crate) socket: UnixStream,
    /// A directory of theirs.
    pub(crate) directory: PathBuf,
}

/// The calling side of a pair. Each method does a number of calls, and tells the meter when they begin and end; what it
/// prepares, warms up and cleans up is not counted.
///
/// What a contender does not offer it leaves out.
pub(crate) trait Client {
    /// Returns the process that calls.
    fn process(&self) -> u32 {
        std::process::id()
    }

    /// One thread, or one task where there are only futures, calls `add`.
    fn add(&mut self, calls: u64, meter: &mut Meter) -> Outcome<Ran>;

    /// So many threads of the system call `add`, on one connection.
    fn add_on_threads(&mut self, _threads: usize, _calls: u64, _meter: &mut Meter) -> Outcome<Ran> {
        Ok(Ran::Unsupported)
    }

    /// One task has so many futures of `add`, on one connection.
    fn add_in_futures(&mut self, _futures: usize, _calls: u64, _meter: &mut Meter) -> Outcome<Ran> {
        Ok(Ran::Unsupported)
    }

    /// Calls a method that calls back before it returns.
    fn call_back(&mut self, _calls: u64, _meter: &mut Meter) -> Outcome<Ran> {
        Ok(Ran::Unsupported)
    }

    /// Sends bytes and gets them back.
    fn echo(&mut self, _bytes: usize, _calls: u64, _meter: &mut Meter) -> Outcome<Ran> {
        Ok(Ran::Unsupported)
    }

    /// Calls `add` on one of so many remote objects, all of which are alive.
    fn add_beside_objects(&mut self, _objects: usize, _calls: u64, _meter: &mut Meter) -> Outcome<Ran> {
        Ok(Ran::Unsupported)
    }

    /// Calls `add` on one connection, beside so many idle ones.
    fn add_beside_connections(
        &mut self,
        _connections: usize,
        _calls: u64,
        _meter: &mut Meter,
    ) -> Outcome<Ran> {
        Ok(Ran::Unsupported)
    }
}

/// Whether a case has been measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Ran {
    Measured,
    /// The contender has no such thing.
    Unsupported,
}

/// Fails if a sum is wrong: what does not work is not fast.
pub(crate) fn check_sum(a: i32, b: i32, sum: i32) -> Outcome {
    if sum == a.wrapping_add(b) { Ok(()) } else { Err(format!("{a} + {b} is not {sum}").into()) }
}

/// Fails if bytes have not come back whole.
pub(crate) fn check_length(expected: usize, length: usize) -> Outcome {
    if length == expected { Ok(()) } else { Err(format!("of {expected} bytes {length} came back").into()) }
}

/// Ends this process when the peer has gone: for servers that would wait for another one.
pub(crate) fn exit_without_peer(socket: &UnixStream) -> Outcome {
    let socket = socket.try_clone()?;
    thread::Builder::new().name("peer".to_owned()).spawn(move || {
        // It waits for nothing else; what comes is for others.
        let mut sockets = [PollFd::new(&socket, PollFlags::empty())];
        while matches!(poll(&mut sockets, None), Err(Errno::INTR)) {}
        std::process::exit(0);
    })?;
    Ok(())
}
