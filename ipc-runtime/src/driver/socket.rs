//! The system calls of a connection: bytes, and file descriptors beside them.

use std::io::{self, IoSlice, IoSliceMut};
use std::mem::MaybeUninit;
use std::os::fd::{BorrowedFd, OwnedFd};
use std::time::Instant;

use rustix::cmsg_space;
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::io::Errno;
use rustix::net::{
    AddressFamily, RecvAncillaryBuffer, RecvAncillaryMessage, RecvFlags, SendAncillaryBuffer,
    SendAncillaryMessage, SendFlags, getsockname, recv, recvmsg, sendmsg,
};

use crate::attachment::{ATTACHMENT_LIMIT, Attachment};
use crate::sync::Waited;

/// What a socket can carry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Transport {
    /// Bytes, and file descriptors beside them.
    Unix,
    /// Bytes.
    Other,
}

impl Transport {
    pub(super) fn of(socket: BorrowedFd<'_>) -> Self {
        match getsockname(socket) {
            Ok(address) if address.address_family() == AddressFamily::UNIX => Self::Unix,
            _ => Self::Other,
        }
    }
}

/// Receives bytes without blocking; the file descriptors that came with them are added to `fds`.
///
/// # Errors
/// Returns the operating system's error.
pub(super) fn receive(
    socket: BorrowedFd<'_>,
    transport: Transport,
    space: &mut [u8],
    fds: &mut Vec<OwnedFd>,
) -> io::Result<usize> {
    if transport == Transport::Other {
        let (_, received) = recv(socket, space, RecvFlags::DONTWAIT)?;
        return Ok(received);
    }
    // As many as one message can bring; where the system would combine two, or the process may open no more of them, it
    // closes the rest, and whoever wants one of those is told that it did not arrive.
    let mut room = [MaybeUninit::uninit(); cmsg_space!(ScmRights(ATTACHMENT_LIMIT))];
    let mut beside = RecvAncillaryBuffer::new(&mut room);
    let received = recvmsg(socket, &mut [IoSliceMut::new(space)], &mut beside, receive_flags())?;
    for message in beside.drain() {
        if let RecvAncillaryMessage::ScmRights(received) = message {
            fds.extend(received);
        }
    }
    #[cfg(target_vendor = "apple")]
    for fd in fds.iter() {
        rustix::io::fcntl_setfd(fd, rustix::io::FdFlags::CLOEXEC)?;
    }
    Ok(received.bytes)
}

#[cfg(not(target_vendor = "apple"))]
fn receive_flags() -> RecvFlags {
    RecvFlags::DONTWAIT | RecvFlags::CMSG_CLOEXEC
}

/// There is no such flag: until the mark is set, a process that is spawned by another thread inherits them.
#[cfg(target_vendor = "apple")]
fn receive_flags() -> RecvFlags {
    RecvFlags::DONTWAIT
}

/// Sends bytes without blocking, and the file descriptors beside the first of them.
///
/// # Errors
/// Returns the operating system's error.
pub(super) fn send(
    socket: BorrowedFd<'_>,
    slices: &[IoSlice<'_>],
    attached: &[Attachment],
) -> io::Result<usize> {
    if attached.is_empty() {
        return transmit(socket, slices, &mut SendAncillaryBuffer::default());
    }
    let fds: Vec<BorrowedFd<'_>> = attached.iter().filter_map(Attachment::fd).collect();
    let mut room = [MaybeUninit::uninit(); cmsg_space!(ScmRights(ATTACHMENT_LIMIT))];
    let mut beside = SendAncillaryBuffer::new(&mut room);
    beside.push(SendAncillaryMessage::ScmRights(&fds));
    match transmit(socket, slices, &mut beside) {
        // This user has too many on their way to processes that do not read. The message goes without them, and whoever
        // wants one is told that it did not arrive.
        Err(error) if error.raw_os_error() == Some(Errno::TOOMANYREFS.raw_os_error()) => {
            transmit(socket, slices, &mut SendAncillaryBuffer::default())
        }
        sent => sent,
    }
}

/// Waits until something can be sent.
///
/// # Errors
/// Returns the operating system's error.
pub(super) fn wait_for_room(socket: BorrowedFd<'_>, deadline: Option<Instant>) -> io::Result<Waited> {
    loop {
        let left = deadline.map(|deadline| deadline.saturating_duration_since(Instant::now()));
        // Far enough away to be never.
        let timeout = left.and_then(|left| Timespec::try_from(left).ok());
        match poll(&mut [PollFd::from_borrowed_fd(socket, PollFlags::OUT)], timeout.as_ref()) {
            Ok(0) if left.is_some_and(|left| left.is_zero()) => return Ok(Waited::TimedOut),
            Ok(0) | Err(Errno::INTR) => {}
            Ok(_) => return Ok(Waited::Ready),
            Err(error) => return Err(error.into()),
        }
    }
}

fn transmit(
    socket: BorrowedFd<'_>,
    slices: &[IoSlice<'_>],
    beside: &mut SendAncillaryBuffer<'_, '_, '_>,
) -> io::Result<usize> {
    loop {
        match sendmsg(socket, slices, beside, SendFlags::NOSIGNAL | SendFlags::DONTWAIT) {
            Err(Errno::INTR) => {}
            sent => return Ok(sent?),
        }
    }
}
