//! Descriptors as bare numbers, across `fork` and `exec`: the hand-written unsafe of this part.

use std::collections::BTreeSet;
use std::ffi::{CStr, CString, c_int};
use std::io;
use std::os::fd::{AsFd, AsRawFd, FromRawFd, OwnedFd, RawFd};
use std::os::unix::net::UnixStream;
use std::os::unix::process::CommandExt;
use std::process::{Child, Command};
use std::sync::{Mutex, PoisonError};

use rustix::net::{SocketType, sockopt};

use crate::exception::IpcException;

/// The flag that announces a spawned child's descriptor.
pub(super) const FD_FLAG: &CStr = c"-ipcfd";

/// The first descriptor beyond the standard streams.
const FIRST: RawFd = 3;

/// Who is at the other end of a local socket.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct PeerCredentials {
    /// The peer's process, where the system tells and the process is visible from this one.
    pub pid: Option<u32>,
    /// The peer's effective user.
    pub uid: u32,
    /// The peer's effective group.
    pub gid: u32,
}

/// Makes a pair of connected stream sockets, both close-on-exec.
///
/// On systems without `SOCK_CLOEXEC` (macOS) the mark is set right after: a process that another thread starts
/// in between by other means than [`Process::spawn`](super::Process::spawn) inherits both.
///
/// # Errors
///
/// The process or the system has no descriptor left.
pub fn socketpair() -> Result<(OwnedFd, OwnedFd), IpcException> {
    let (ours, theirs) =
        UnixStream::pair().map_err(|error| IpcException::system("cannot make a socket pair", error))?;
    Ok((ours.into(), theirs.into()))
}

/// Reads who connected, or who listened, at the time of `connect` or `listen`.
///
/// The two ends of a socket pair have the credentials of the process that made the pair.
///
/// # Errors
///
/// `socket` is not a local stream socket, or was never connected.
pub fn peer_credentials(socket: impl AsFd) -> Result<PeerCredentials, IpcException> {
    read_credentials(socket.as_fd().as_raw_fd())
        .map_err(|error| IpcException::system("cannot read the credentials of the peer", error))
}

// Not `rustix::net::sockopt::socket_peercred`: its pid cannot be 0, which is what the kernel reports for a peer
// outside of this pid namespace.
#[cfg(any(target_os = "linux", target_os = "android"))]
#[expect(unsafe_code, reason = "no safe binding can report a pid of 0")]
fn read_credentials(socket: RawFd) -> io::Result<PeerCredentials> {
    let mut found = libc::ucred { pid: 0, uid: 0, gid: 0 };
    let mut size = size_of::<libc::ucred>() as libc::socklen_t;
    // SAFETY: the buffer is a `ucred` and `size` is its size; the kernel writes no more than that.
    let result = unsafe {
        libc::getsockopt(
            socket,
            libc::SOL_SOCKET,
            libc::SO_PEERCRED,
            (&raw mut found).cast::<libc::c_void>(),
            &raw mut size,
        )
    };
    check(result)?;
    // What the kernel reports for a socket that has no peer.
    if found.uid == u32::MAX {
        return Err(io::Error::from_raw_os_error(libc::ENOTCONN));
    }
    let pid = u32::try_from(found.pid).ok().filter(|pid| *pid != 0);
    Ok(PeerCredentials { pid, uid: found.uid, gid: found.gid })
}

#[cfg(not(any(target_os = "linux", target_os = "android")))]
#[expect(unsafe_code, reason = "rustix does not bind getpeereid")]
fn read_credentials(socket: RawFd) -> io::Result<PeerCredentials> {
    let (mut uid, mut gid) = (0, 0);
    // SAFETY: both pointers are to live integers of the right type.
    check(unsafe { libc::getpeereid(socket, &raw mut uid, &raw mut gid) })?;
    Ok(PeerCredentials { pid: None, uid, gid })
}

/// Starts `program` with the arguments `[program, "-ipcfd", "<n>"]` and `end` as its only descriptor from 3 up.
///
/// What the child does between `fork` and `exec` is async-signal-safe and allocates nothing: every string is made
/// before. The child runs `execv` itself, because std's `execvp` hands a file that is no program to the shell
/// instead of reporting `ENOEXEC`.
#[expect(unsafe_code, reason = "code between fork and exec")]
pub(super) fn spawn_connected(program: &CStr, end: OwnedFd) -> io::Result<Child> {
    let end = above_standard_streams(end)?;
    let raw = end.as_raw_fd();
    let path = program.to_owned();
    let number = CString::new(raw.to_string())?;

    let mut command = Command::new(std::ffi::OsStr::new("ipc"));
    let exec = move || -> io::Result<()> {
        // Marked, not closed: one of them is the pipe by which std reports a failure, without it `spawn`
        // succeeds for a child that never ran.
        mark_close_on_exec()?;
        inherit(raw)?;
        let argv = [path.as_ptr(), FD_FLAG.as_ptr(), number.as_ptr(), std::ptr::null()];
        // SAFETY: `argv` ends with null and its strings with NUL, and all of them are alive here.
        unsafe { libc::execv(path.as_ptr(), argv.as_ptr()) };
        Err(io::Error::last_os_error())
    };
    // SAFETY: the closure calls `close_range`, `fcntl`, `getrlimit` and `execv` only, takes no lock and does not
    // allocate: an `io::Error` made of an error number is a plain value.
    unsafe { command.pre_exec(exec) };
    // `end` lives until here, and is closed on every path out.
    command.spawn()
}

/// Takes ownership of the descriptor `number`, which this process inherited from the one that started it.
///
/// The error completes the sentence "invalid -ipcfd number `n`: ..".
#[expect(unsafe_code, reason = "ownership of a bare number")]
pub(super) fn take_inherited(number: &str) -> Result<OwnedFd, String> {
    // Held throughout, so that of two takers of one number one sees the other.
    let mut taken = TAKEN.lock().unwrap_or_else(PoisonError::into_inner);
    let digits = !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit());
    let raw = number.parse::<RawFd>().ok().filter(|raw| digits && *raw >= FIRST).ok_or_else(|| {
        format!("it must be a decimal number from {FIRST} to {}, given by the parent process", RawFd::MAX)
    })?;
    if taken.contains(&raw) {
        return Err("it has been taken before in this process".to_owned());
    }
    let flags = descriptor_flags(raw).map_err(|_| "no such descriptor is open".to_owned())?;
    // What came through `exec` cannot have the mark, and what Rust opens always has it: with the mark the number
    // belongs to something else in this process.
    if flags & libc::FD_CLOEXEC != 0 {
        return Err("it was not inherited from the parent process".to_owned());
    }
    // SAFETY: the number is open and only looked at.
    let borrowed = unsafe { std::os::fd::BorrowedFd::borrow_raw(raw) };
    match sockopt::socket_type(borrowed) {
        Ok(SocketType::STREAM) => {}
        Ok(_) => return Err("it is a socket, but not a stream socket".to_owned()),
        Err(_) => return Err("it is not a socket".to_owned()),
    }
    set_descriptor_flags(raw, flags | libc::FD_CLOEXEC)
        .map_err(|error| format!("it cannot be made close-on-exec: {error}"))?;
    taken.insert(raw);
    // SAFETY: the number is open, came through `exec`, so nothing in this process opened it, and `TAKEN` sees to
    // it that it is handed out once.
    Ok(unsafe { OwnedFd::from_raw_fd(raw) })
}

/// The numbers that `take_inherited` has handed out. A number stays in it when its owner closes it: after that it
/// belongs to whoever opens the next descriptor.
static TAKEN: Mutex<BTreeSet<RawFd>> = Mutex::new(BTreeSet::new());

/// Moves a descriptor out of the range of the standard streams, where a process that has closed one of its own
/// can get it.
fn above_standard_streams(end: OwnedFd) -> io::Result<OwnedFd> {
    if end.as_raw_fd() >= FIRST { Ok(end) } else { Ok(rustix::io::fcntl_dupfd_cloexec(&end, FIRST)?) }
}

/// Marks every descriptor from 3 up close-on-exec. Async-signal-safe.
fn mark_close_on_exec() -> io::Result<()> {
    // Whatever the reason (a kernel before 5.11, a seccomp filter), the other way works too.
    mark_range().or_else(|_| mark_one_by_one())
}

#[cfg(target_os = "linux")]
#[expect(unsafe_code, reason = "libc binds close_range only for new C libraries, rustix not at all")]
fn mark_range() -> io::Result<()> {
    // SAFETY: the three arguments are what the system call takes; with this flag it closes nothing.
    let result = unsafe {
        libc::syscall(
            libc::SYS_close_range,
            FIRST as libc::c_uint,
            libc::c_uint::MAX,
            libc::CLOSE_RANGE_CLOEXEC as libc::c_uint,
        )
    };
    if result == 0 { Ok(()) } else { Err(io::Error::last_os_error()) }
}

#[cfg(not(target_os = "linux"))]
fn mark_range() -> io::Result<()> {
    Err(io::Error::from_raw_os_error(libc::ENOSYS))
}

fn mark_one_by_one() -> io::Result<()> {
    let limit = rustix::process::getrlimit(rustix::process::Resource::Nofile).current;
    let end = limit.unwrap_or(u64::MAX).min(HIGHEST) as RawFd;
    for raw in FIRST..end {
        match descriptor_flags(raw) {
            Ok(flags) if flags & libc::FD_CLOEXEC == 0 => {
                set_descriptor_flags(raw, flags | libc::FD_CLOEXEC)?;
            }
            Ok(_) | Err(_) => {}
        }
    }
    Ok(())
}

/// Where the loop ends if the limit is "unlimited": the default of Linux' own bound, `fs.nr_open`. A million
/// calls take a tenth of a second.
const HIGHEST: u64 = 1 << 20;

/// Lets a descriptor through `exec`. Async-signal-safe.
fn inherit(raw: RawFd) -> io::Result<()> {
    set_descriptor_flags(raw, descriptor_flags(raw)? & !libc::FD_CLOEXEC)
}

#[expect(unsafe_code, reason = "rustix works on open descriptors, this asks whether the number is one")]
fn descriptor_flags(raw: RawFd) -> io::Result<c_int> {
    // SAFETY: F_GETFD takes no further argument and changes nothing; a number that is not open gives EBADF.
    check(unsafe { libc::fcntl(raw, libc::F_GETFD) })
}

#[expect(unsafe_code, reason = "between fork and exec, every number from 3 up")]
fn set_descriptor_flags(raw: RawFd, flags: c_int) -> io::Result<()> {
    // SAFETY: F_SETFD takes an integer; all it changes is whether the number survives `exec`.
    check(unsafe { libc::fcntl(raw, libc::F_SETFD, flags) }).map(drop)
}

fn check(result: c_int) -> io::Result<c_int> {
    if result == -1 { Err(io::Error::last_os_error()) } else { Ok(result) }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The children of other tests must not find the descriptor that is inheritable here: it is made so between
    /// `fork` and `exec` only.
    #[test]
    #[expect(unsafe_code, reason = "code between fork and exec")]
    fn without_close_range_every_descriptor_is_marked_too() {
        let listed = |mark: fn() -> io::Result<()>| {
            let (one, _two) = UnixStream::pair().unwrap();
            let high = rustix::io::fcntl_dupfd_cloexec(&one, 200).unwrap();
            let raw = [one.as_raw_fd(), high.as_raw_fd()];
            let mut command = Command::new("ls");
            command.args(["-l", "/proc/self/fd"]);
            // SAFETY: `fcntl`, `getrlimit` and `close_range` only.
            unsafe {
                command.pre_exec(move || {
                    raw.into_iter().try_for_each(inherit)?;
                    mark()
                })
            };
            let output = command.output().unwrap();
            assert!(output.status.success());
            String::from_utf8(output.stdout).unwrap().matches(" socket:").count()
        };
        let without = listed(|| Ok(()));
        assert!(without >= 2);
        assert_eq!(listed(mark_one_by_one), without - 2);
        assert_eq!(listed(mark_close_on_exec), without - 2);
    }

    #[test]
    #[expect(unsafe_code, reason = "closes standard input")]
    fn a_descriptor_in_the_range_of_the_standard_streams_moves_out_of_it() {
        if !crate::process::tests::alone(
            "process::fd::tests::a_descriptor_in_the_range_of_the_standard_streams_moves_out_of_it",
        ) {
            return;
        }
        // SAFETY: in this process nothing else runs, and nothing reads standard input.
        drop(unsafe { OwnedFd::from_raw_fd(0) });
        let (low, high) = socketpair().unwrap();
        assert_eq!(low.as_raw_fd(), 0);
        assert!(above_standard_streams(low).unwrap().as_raw_fd() >= FIRST);
        let raw = high.as_raw_fd();
        assert_eq!(above_standard_streams(high).unwrap().as_raw_fd(), raw);
    }
}
