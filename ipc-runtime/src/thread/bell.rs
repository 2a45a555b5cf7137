//! What wakes a thread that sleeps at a socket.

use std::io;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::time::{Duration, Instant};

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::io::Errno;

use crate::sync::Waited;

/// A descriptor that a thread watches beside the socket at which it sleeps: others ring when they have something for it.
///
/// A ring that comes while the thread is elsewhere is kept: its next sleep ends at once, for nothing.
#[derive(Debug)]
pub(super) struct Bell {
    heard: OwnedFd,
    /// The end that is written to, where the system has no eventfd.
    #[cfg(not(any(target_os = "linux", target_os = "android")))]
    rung: OwnedFd,
}

impl Bell {
    /// Makes one.
    ///
    /// # Errors
    /// Returns the operating system's error.
    #[cfg(any(target_os = "linux", target_os = "android"))]
    pub(super) fn new() -> io::Result<Self> {
        use rustix::event::{EventfdFlags, eventfd};
        Ok(Self { heard: eventfd(0, EventfdFlags::CLOEXEC | EventfdFlags::NONBLOCK)? })
    }

    /// Makes one.
    ///
    /// # Errors
    /// Returns the operating system's error.
    #[cfg(not(any(target_os = "linux", target_os = "android")))]
    pub(super) fn new() -> io::Result<Self> {
        let (heard, rung) = std::os::unix::net::UnixStream::pair()?;
        heard.set_nonblocking(true)?;
        rung.set_nonblocking(true)?;
        Ok(Self { heard: heard.into(), rung: rung.into() })
    }

    /// Wakes the thread, now or when it next sleeps.
    pub(super) fn ring(&self) {
        #[cfg(any(target_os = "linux", target_os = "android"))]
        let rung = &self.heard;
        #[cfg(not(any(target_os = "linux", target_os = "android")))]
        let rung = &self.rung;
        // It fails only if it rings already as much as can be.
        let _ = rustix::io::write(rung, &1_u64.to_ne_bytes());
    }

    /// Sleeps until the socket has something to read or is broken, the bell rings, or the deadline has passed.
    pub(super) fn sleep(&self, socket: BorrowedFd<'_>, deadline: Option<Instant>) -> Waited {
        let heard = self.heard.as_fd();
        let mut descriptors = [readable(socket), readable(heard)];
        let waited = wait(&mut descriptors, deadline);
        let [_, bell] = descriptors;
        if !bell.revents().is_empty() {
            // That it is empty already is no error.
            let _ = rustix::io::read(heard, &mut [0_u8; 8]);
        }
        waited
    }
}

/// Sleeps until the socket has something to read or is broken, or the deadline has passed.
pub(crate) fn sleep_at(socket: BorrowedFd<'_>, deadline: Instant) -> Waited {
    wait(&mut [readable(socket)], Some(deadline))
}

fn readable(descriptor: BorrowedFd<'_>) -> PollFd<'_> {
    PollFd::from_borrowed_fd(descriptor, PollFlags::IN)
}

fn wait(descriptors: &mut [PollFd<'_>], deadline: Option<Instant>) -> Waited {
    let timeout = match deadline.map(|deadline| deadline.saturating_duration_since(Instant::now())) {
        Some(Duration::ZERO) => return Waited::TimedOut,
        // A time that the system cannot express is for ever.
        Some(left) => Timespec::try_from(left).ok(),
        None => None,
    };
    match poll(descriptors, timeout.as_ref()) {
        Ok(0) => Waited::TimedOut,
        Ok(_) | Err(Errno::INTR) => Waited::Ready,
        Err(_) => {
            // The system is short of memory: to look once more is right.
            std::thread::yield_now();
            Waited::Ready
        }
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::net::UnixStream;

    use super::*;

    #[test]
    fn a_ring_that_comes_before_the_sleep_is_heard_once() {
        let (socket, _peer) = UnixStream::pair().unwrap();
        let bell = Bell::new().unwrap();
        bell.ring();
        bell.ring();
        assert_eq!(bell.sleep(socket.as_fd(), None), Waited::Ready);
        let deadline = Instant::now() + Duration::from_millis(1);
        assert_eq!(bell.sleep(socket.as_fd(), Some(deadline)), Waited::TimedOut);
    }

    #[test]
    fn a_ring_from_another_thread_wakes_a_sleeper() {
        let (socket, _peer) = UnixStream::pair().unwrap();
        let bell = Bell::new().unwrap();
        std::thread::scope(|scope| {
            scope.spawn(|| bell.ring());
            assert_eq!(bell.sleep(socket.as_fd(), None), Waited::Ready);
        });
    }
}
