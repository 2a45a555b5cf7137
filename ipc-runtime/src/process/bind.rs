//! Making a socket file to listen on: private from its first moment, and never at the expense of a file that is
//! in use.

use std::fs::{DirBuilder, File};
use std::io;
use std::os::fd::{AsFd, OwnedFd};
use std::os::unix::fs::{DirBuilderExt, FileTypeExt};
use std::path::Path;
use std::thread;
use std::time::{Duration, Instant};

use rustix::fs::FlockOperation;
use rustix::io::Errno;
use rustix::net::{AddressFamily, SocketAddrUnix, SocketType};

use crate::exception::IpcException;

/// Connections that the kernel holds until they are accepted; more wait in `connect`. libmultiprocess has 5, which
/// makes a burst of clients wait for each other; 128 is what every system allows without configuration.
const BACKLOG: i32 = 128;

/// The rights of the socket: reading and writing for its owner.
const SOCKET_MODE: u32 = 0o600;

/// The rights of directories that are created.
const DIRECTORY_MODE: u32 = 0o700;

/// How long another process may be in the middle of binding in the same directory. It takes microseconds.
const LOCK_PATIENCE: Duration = Duration::from_secs(2);

/// Listens on `path`.
///
/// No one else can connect to the socket, at no time: before `listen` the kernel refuses, and by then the file has
/// the rights it is to have. On Linux it even begins with them, since a new socket file gets those of its
/// descriptor; elsewhere they are set between `bind` and `listen`.
pub(super) fn bind_private(path: &Path) -> Result<OwnedFd, IpcException> {
    let shown = path.display();
    let failed = |error: io::Error| IpcException::system(format_args!("cannot listen on `{shown}`"), error);
    let Some(directory) = path.parent() else {
        return Err(IpcException::failed(format!("cannot listen on `{shown}`: it is a directory")));
    };
    DirBuilder::new().recursive(true).mode(DIRECTORY_MODE).create(directory).map_err(|error| {
        IpcException::system(format_args!("cannot create the directory `{}`", directory.display()), error)
    })?;
    let address = SocketAddrUnix::new(path).map_err(|error| failed(error.into()))?;

    // Of two processes that replace the same dead socket, the second must see the first one's live one.
    let _lock = DirectoryLock::acquire(directory, LOCK_PATIENCE)?;
    remove_dead_socket(path, &address)?;
    let socket = stream_socket().map_err(|error| failed(error.into()))?;
    listen_privately(&socket, path, &address).map_err(failed)?;
    Ok(socket)
}

/// Removes what an earlier listener left at `path`. Fails if anyone listens there, and if it is something else
/// than a socket.
fn remove_dead_socket(path: &Path, address: &SocketAddrUnix) -> Result<(), IpcException> {
    let shown = path.display();
    let failed = |error: io::Error| IpcException::system(format_args!("cannot listen on `{shown}`"), error);
    // Of a symbolic link the type is "link": it is not followed, here or by `bind`.
    match path.symlink_metadata() {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        Err(error) => return Err(failed(error)),
        Ok(metadata) if !metadata.file_type().is_socket() => {
            let text =
                format!("cannot listen on `{shown}`: it is not a socket, and only a dead socket is replaced");
            return Err(IpcException::failed(text));
        }
        Ok(_) => {}
    }
    match probe(address) {
        // EAGAIN: a listener whose queue is full.
        Ok(()) | Err(Errno::AGAIN | Errno::INPROGRESS) => {
            let operation = format_args!("cannot listen on `{shown}`, another listener has it");
            Err(IpcException::system(operation, Errno::ADDRINUSE.into()))
        }
        Err(Errno::NOENT) => Ok(()),
        Err(Errno::CONNREFUSED) => std::fs::remove_file(path).map_err(|error| {
            IpcException::system(format_args!("cannot remove the dead socket `{shown}`"), error)
        }),
        Err(error) => Err(failed(error.into())),
    }
}

/// Tries to connect, without waiting.
fn probe(address: &SocketAddrUnix) -> Result<(), Errno> {
    let socket = stream_socket()?;
    rustix::io::ioctl_fionbio(&socket, true)?;
    rustix::io::retry_on_intr(|| rustix::net::connect(&socket, address))
}

fn listen_privately(socket: &OwnedFd, path: &Path, address: &SocketAddrUnix) -> io::Result<()> {
    #[cfg(any(target_os = "linux", target_os = "android"))]
    rustix::fs::fchmod(socket, rustix::fs::Mode::from_raw_mode(SOCKET_MODE))?;
    rustix::net::bind(socket, address)?;
    let ready = set_mode(path).and_then(|()| Ok(rustix::net::listen(socket, BACKLOG)?));
    if ready.is_err() {
        // Ours, made above under the lock, and of no use to anyone; the first error is the one to report.
        let _ = std::fs::remove_file(path);
    }
    ready
}

#[cfg(any(target_os = "linux", target_os = "android"))]
fn set_mode(_path: &Path) -> io::Result<()> {
    Ok(())
}

#[cfg(not(any(target_os = "linux", target_os = "android")))]
fn set_mode(path: &Path) -> io::Result<()> {
    use std::os::unix::fs::PermissionsExt;
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(SOCKET_MODE))
}

/// Makes a stream socket, close-on-exec.
#[cfg(not(target_vendor = "apple"))]
pub(super) fn stream_socket() -> Result<OwnedFd, Errno> {
    use rustix::net::SocketFlags;
    rustix::net::socket_with(AddressFamily::UNIX, SocketType::STREAM, SocketFlags::CLOEXEC, None)
}

#[cfg(target_vendor = "apple")]
pub(super) fn stream_socket() -> Result<OwnedFd, Errno> {
    let socket = rustix::net::socket(AddressFamily::UNIX, SocketType::STREAM, None)?;
    rustix::io::fcntl_setfd(&socket, rustix::io::FdFlags::CLOEXEC)?;
    Ok(socket)
}

/// An advisory lock on a directory. Nothing is written to it, so nothing is left in it.
struct DirectoryLock(Option<File>);

impl DirectoryLock {
    fn acquire(directory: &Path, patience: Duration) -> Result<Self, IpcException> {
        // Without the right to read the directory, or where its file system has no locks, only the race between
        // two processes that replace the same dead socket is left open.
        let Ok(file) = File::open(directory) else { return Ok(Self(None)) };
        let deadline = Instant::now() + patience;
        loop {
            match rustix::fs::flock(file.as_fd(), FlockOperation::NonBlockingLockExclusive) {
                Ok(()) => return Ok(Self(Some(file))),
                Err(Errno::WOULDBLOCK) if Instant::now() < deadline => {
                    thread::sleep(Duration::from_millis(1));
                }
                Err(Errno::WOULDBLOCK) => {
                    let operation = format_args!(
                        "cannot listen in `{}`, another process has kept it locked for {patience:?}",
                        directory.display()
                    );
                    return Err(IpcException::system(operation, Errno::WOULDBLOCK.into()));
                }
                Err(Errno::INTR) => {}
                Err(_) => return Ok(Self(None)),
            }
        }
    }
}

impl Drop for DirectoryLock {
    fn drop(&mut self) {
        if let Some(file) = &self.0 {
            // Not left to the closing: a child that is being started by another thread has a copy until it runs
            // its program.
            let _ = rustix::fs::flock(file, FlockOperation::Unlock);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_directory_that_stays_locked_is_an_error() {
        let directory = tempfile::tempdir().unwrap();
        let held = DirectoryLock::acquire(directory.path(), Duration::ZERO).unwrap();
        let error = DirectoryLock::acquire(directory.path(), Duration::ZERO).err().unwrap().to_string();
        let shown = directory.path().display();
        let start = format!("cannot listen in `{shown}`, another process has kept it locked for 0ns: ");
        assert!(error.starts_with(&start), "{error}");
        drop(held);
        assert!(DirectoryLock::acquire(directory.path(), Duration::ZERO).is_ok());
    }
}
