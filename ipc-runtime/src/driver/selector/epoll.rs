//! Linux: epoll, and an eventfd to interrupt it.

use std::io;
use std::os::fd::{BorrowedFd, OwnedFd};
use std::time::Duration;

use rustix::event::epoll::{self, CreateFlags, EventData, EventFlags};
use rustix::event::{EventfdFlags, Timespec, eventfd};

use super::{Interest, Ready};

/// The registration of the eventfd; sources never have this key.
const NOTIFY: u64 = u64::MAX;

/// Events taken by one system call; more are taken by the next.
const EVENTS: usize = 64;

#[derive(Debug)]
pub(in crate::driver) struct Selector {
    epoll: OwnedFd,
    notify: OwnedFd,
}

impl Selector {
    pub(in crate::driver) fn new() -> io::Result<Self> {
        let epoll = epoll::create(CreateFlags::CLOEXEC)?;
        let notify = eventfd(0, EventfdFlags::CLOEXEC | EventfdFlags::NONBLOCK)?;
        epoll::add(&epoll, &notify, EventData::new_u64(NOTIFY), EventFlags::IN)?;
        Ok(Self { epoll, notify })
    }

    pub(in crate::driver) fn add(&self, socket: BorrowedFd<'_>, key: usize) -> io::Result<()> {
        Ok(epoll::add(&self.epoll, socket, EventData::new_u64(key as u64), flags(Interest::READABLE))?)
    }

    pub(in crate::driver) fn modify(
        &self,
        socket: BorrowedFd<'_>,
        key: usize,
        interest: Interest,
    ) -> io::Result<()> {
        Ok(epoll::modify(&self.epoll, socket, EventData::new_u64(key as u64), flags(interest))?)
    }

    pub(in crate::driver) fn delete(&self, socket: BorrowedFd<'_>) -> io::Result<()> {
        Ok(epoll::delete(&self.epoll, socket)?)
    }

    /// Interrupts the wait that runs, or the next one.
    pub(in crate::driver) fn notify(&self) -> io::Result<()> {
        match rustix::io::write(&self.notify, &1_u64.to_ne_bytes()) {
            // The counter is full: it is notified as can be.
            Ok(_) | Err(rustix::io::Errno::AGAIN) => Ok(()),
            Err(error) => Err(error.into()),
        }
    }

    /// Waits for readiness, a notification or the end of `timeout`.
    pub(in crate::driver) fn wait(
        &self,
        ready: &mut Vec<Ready>,
        timeout: Option<Duration>,
    ) -> io::Result<()> {
        // Whole milliseconds, rounded up, are what epoll_wait knows: to wake early would be to spin.
        let timeout = timeout.map(|timeout| {
            let millis = timeout.as_nanos().div_ceil(1_000_000);
            let millis = i64::try_from(millis).unwrap_or(i64::MAX / 1_000_000);
            Timespec { tv_sec: millis / 1000, tv_nsec: millis % 1000 * 1_000_000 }
        });
        let mut events = [const { std::mem::MaybeUninit::uninit() }; EVENTS];
        let (events, _) = match epoll::wait(&self.epoll, &mut events, timeout.as_ref()) {
            Ok(events) => events,
            Err(rustix::io::Errno::INTR) => return Ok(()),
            Err(error) => return Err(error.into()),
        };
        for event in events.iter() {
            let (data, flags) = (event.data.u64(), event.flags);
            if data == NOTIFY {
                // Only the poller thread reads it; that it is empty already is no error.
                let _ = rustix::io::read(&self.notify, &mut [0_u8; 8]);
                continue;
            }
            let broken = flags.intersects(EventFlags::ERR | EventFlags::HUP);
            ready.push(Ready {
                key: usize::try_from(data).unwrap_or(usize::MAX),
                readable: broken || flags.intersects(EventFlags::IN | EventFlags::RDHUP),
                writable: broken || flags.contains(EventFlags::OUT),
            });
        }
        Ok(())
    }
}

fn flags(interest: Interest) -> EventFlags {
    let mut flags = EventFlags::empty();
    flags.set(EventFlags::IN | EventFlags::RDHUP, interest.readable);
    flags.set(EventFlags::OUT, interest.writable);
    // epoll always tells of a hang-up, and would go on telling while somebody else deals with it.
    flags.set(EventFlags::ONESHOT, !interest.readable);
    flags
}
