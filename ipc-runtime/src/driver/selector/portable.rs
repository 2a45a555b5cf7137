//! Everywhere but Linux: the `polling` crate.

use std::io;
use std::os::fd::{AsRawFd, BorrowedFd};
use std::time::Duration;

use polling::{Event, Events, PollMode, Poller};

use super::{Interest, Ready};

#[derive(Debug)]
pub(in crate::driver) struct Selector {
    poller: Poller,
}

impl Selector {
    pub(in crate::driver) fn new() -> io::Result<Self> {
        Ok(Self { poller: Poller::new()? })
    }

    pub(in crate::driver) fn add(&self, socket: BorrowedFd<'_>, key: usize) -> io::Result<()> {
        // SAFETY: `driver::poller` keeps the source that owns the descriptor until it has called `delete`.
        #[expect(
            unsafe_code,
            reason = "polling leaves it to its caller that a descriptor outlives its registration"
        )]
        unsafe {
            self.poller.add_with_mode(socket.as_raw_fd(), event(key, Interest::READABLE), PollMode::Level)
        }
    }

    pub(in crate::driver) fn modify(
        &self,
        socket: BorrowedFd<'_>,
        key: usize,
        interest: Interest,
    ) -> io::Result<()> {
        self.poller.modify_with_mode(socket, event(key, interest), PollMode::Level)
    }

    pub(in crate::driver) fn delete(&self, socket: BorrowedFd<'_>) -> io::Result<()> {
        self.poller.delete(socket)
    }

    /// Interrupts the wait that runs, or the next one.
    pub(in crate::driver) fn notify(&self) -> io::Result<()> {
        self.poller.notify()
    }

    /// Waits for readiness, a notification or the end of `timeout`.
    pub(in crate::driver) fn wait(
        &self,
        ready: &mut Vec<Ready>,
        timeout: Option<Duration>,
    ) -> io::Result<()> {
        let mut events = Events::new();
        self.poller.wait(&mut events, timeout)?;
        ready.extend(events.iter().map(|event| Ready {
            key: event.key,
            readable: event.readable,
            writable: event.writable,
        }));
        Ok(())
    }
}

fn event(key: usize, interest: Interest) -> Event {
    Event::new(key, interest.readable, interest.writable)
}
