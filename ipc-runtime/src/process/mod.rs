//! [`Process`]: how programs start each other and find each other's sockets.
//!
//! Two ways lead to a connected socket. A parent *spawns* a child and both hold one end of a socket pair, whose
//! number the child finds in its arguments (`-ipcfd <n>`); or one program *binds* a socket file and others
//! *connect* to it. [`make_process`] gives the Unix implementation. An application may bring its own: a double
//! for its tests, another platform, a launcher of its own.

use std::ffi::OsString;
use std::os::fd::OwnedFd;
use std::path::PathBuf;
use std::process::ExitStatus;
use std::sync::Arc;

use crate::exception::IpcException;

mod address;
mod bind;
mod child;
mod fd;
mod reaper;
mod unix;

#[cfg(test)]
mod tests;

pub use child::ChildProcess;
pub use fd::{PeerCredentials, peer_credentials, socketpair};

/// Starts, recognises and addresses processes.
///
/// Every descriptor that a method returns is a connected or listening `SOCK_STREAM` socket in blocking mode,
/// close-on-exec, and owned by the caller. All methods may be called from several threads at once.
///
/// # Addresses
///
/// | address | stands for |
/// | --- | --- |
/// | `unix`, `unix:` | the default socket, `<data dir>/<name>.sock` |
/// | `unix:<path>` | the socket `<path>`; a relative path is below the data directory |
/// | `auto` | for [`connect`](Process::connect) only: the default socket if someone listens there |
/// | the empty string, `0` | for [`connect`](Process::connect) only: no connection |
///
/// `connect` and `bind` replace the address by `unix:<absolute path>` as soon as they know the path, so after a
/// failure it still says what was tried.
pub trait Process: Send + Sync {
    /// Starts `exe` with one end of a new socket pair and returns the other end.
    ///
    /// A bare file name is looked up beside the running executable, never in `PATH`; anything that contains a
    /// path separator is used as given. The child's arguments are exactly `[path, "-ipcfd", "<n>"]`. It inherits
    /// the environment, the working directory, the standard streams and its end of the socket pair; no other
    /// descriptor reaches it, whatever other threads do meanwhile.
    ///
    /// # Blocking
    ///
    /// The caller waits until the child runs the new program or has failed to, not for what the program does.
    ///
    /// # Errors
    ///
    /// A missing, non-executable or malformed program is an error here, with the path and the operating
    /// system's reason, and so is a lack of processes or descriptors. No child is left behind then.
    fn spawn(&self, exe: &str) -> Result<Spawned, IpcException>;

    /// Waits until `child` has ended and returns how it ended.
    ///
    /// A child that exited has a [`code`](ExitStatus::code); a child that was killed has none, but a
    /// [`signal`](std::os::unix::process::ExitStatusExt::signal). `ExitStatus` prints either. Waiting again, and
    /// from several threads, gives the same answer.
    ///
    /// # Blocking
    ///
    /// The caller waits for the child, which is for ever if nothing makes it end: a child that serves its
    /// socket ends when the parent's end is closed.
    ///
    /// # Errors
    ///
    /// The status is lost if another part of the program took it (a handler that waits for every child, or
    /// `SIGCHLD` set to be ignored).
    fn wait_spawned(&self, child: &ChildProcess) -> Result<ExitStatus, IpcException>;

    /// Takes the socket that a spawning parent has left to this process, if there is one.
    ///
    /// `args` are the arguments of the process, its own name first, as in [`std::env::args_os`]. The process was
    /// spawned if there are three of them and the second is `-ipcfd`; otherwise the answer is `None`. The
    /// descriptor is made close-on-exec, so that it goes no further.
    ///
    /// # Errors
    ///
    /// The third argument must be the number, 3 or above, of an open stream socket that was inherited, and it
    /// can be taken once.
    fn check_spawned(&self, args: &[OsString]) -> Result<Option<OwnedFd>, IpcException>;

    /// Connects to the [address](Process#addresses), or returns `None` where it asks for no connection: the
    /// empty string, `0`, or `auto` when nobody listens.
    ///
    /// # Blocking
    ///
    /// The caller waits while the listener's queue of new connections is full.
    ///
    /// # Errors
    ///
    /// An unknown address, a path that is too long for a socket, or a socket that cannot be connected to.
    /// `auto` forgives a socket that is absent or dead and a path that is too long, not a lack of permission.
    fn connect(&self, address: &mut String) -> Result<Option<OwnedFd>, IpcException>;

    /// Listens on the [address](Process#addresses), `unix` or `unix:<path>`.
    ///
    /// Missing directories are created, open to this user only, and so is the socket from its first moment. A
    /// socket file that nobody listens on any more is replaced. Dropping the descriptor leaves the file behind
    /// for the next `bind` to replace.
    ///
    /// # Blocking
    ///
    /// The caller waits for other processes that are in the middle of binding in the same directory, two
    /// seconds at most.
    ///
    /// # Errors
    ///
    /// An unknown address, a path that is too long for a socket, a path at which somebody listens already or
    /// at which there is something else than a socket (it is never removed), a directory that cannot be
    /// written.
    fn bind(&self, address: &mut String) -> Result<OwnedFd, IpcException>;
}

/// A child that [`Process::spawn`] has started, and the socket that leads to it.
#[derive(Debug)]
pub struct Spawned {
    /// The running child.
    pub child: ChildProcess,
    /// The parent's end of the socket pair. The child sees the end of its own when this is closed.
    pub socket: OwnedFd,
}

/// Makes the [`Process`] of Unix systems.
///
/// `name` and `data_dir` say where the default socket is, `<data_dir>/<name>.sock`: a program that listens gives
/// its own name, a program that only connects gives the name of the one it looks for. A relative `data_dir`
/// is taken from the working directory of this moment.
///
/// # Examples
///
/// ```
/// let process = ipc_runtime::process::make_process("node", "/run/demo");
/// let mut address = "auto".to_owned();
/// assert!(process.connect(&mut address)?.is_none());
/// assert_eq!(address, "unix:/run/demo/node.sock");
/// # Ok::<(), ipc_runtime::IpcException>(())
/// ```
pub fn make_process(name: impl Into<String>, data_dir: impl Into<PathBuf>) -> Arc<dyn Process> {
    Arc::new(unix::UnixProcess::new(name.into(), data_dir.into()))
}
