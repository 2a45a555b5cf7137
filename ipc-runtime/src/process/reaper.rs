//! Collects children whose handles were dropped, so that none stays a zombie.
//!
//! One thread, started with the first such child and gone with the last.
//!
//! - `adopt` appends to `incoming` and wakes the thread through a pipe, under the lock, and only if `incoming`
//!   was empty: so the pipe never fills, and writing to it never blocks.
//! - The thread empties the pipe before it takes `incoming`: a child that comes later writes again.
//! - The thread leaves under the lock, when it has no child and none is coming; the next `adopt` sees that.

use std::io::{PipeReader, PipeWriter, Read, Write};
use std::os::fd::{AsFd, OwnedFd};
use std::process::Child;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::thread;

use rustix::event::{PollFd, PollFlags, Timespec, poll};

struct Reaper {
    incoming: Vec<Child>,
    /// Whether the thread exists.
    thread: Presence,
}

enum Presence {
    Absent,
    /// With the pipe that wakes it; without, it looks every so often.
    Present(Option<PipeWriter>),
}

struct Orphan {
    child: Child,
    /// Becomes readable when the child ends. Absent on systems and kernels without it, or when descriptors have
    /// run out.
    pidfd: Option<OwnedFd>,
}

static REAPER: Mutex<Reaper> = Mutex::new(Reaper { incoming: Vec::new(), thread: Presence::Absent });

/// How long an ended child without a pidfd may stay a zombie.
const INTERVAL: Timespec = Timespec { tv_sec: 0, tv_nsec: 50_000_000 };

/// Collects `child` now if it has ended, else in the background when it ends. Does not block.
pub(super) fn adopt(mut child: Child) {
    // An error means that there is nothing to collect: somebody else did.
    if !matches!(child.try_wait(), Ok(None)) {
        return;
    }
    let mut reaper = lock();
    let was_empty = reaper.incoming.is_empty();
    reaper.incoming.push(child);
    match &mut reaper.thread {
        Presence::Present(Some(waker)) if was_empty => {
            // It can only fail if the reader is gone, and the reader goes under this lock.
            let _ = waker.write_all(&[0]);
        }
        Presence::Present(_) => {}
        Presence::Absent => {
            let (reader, writer) = std::io::pipe().ok().unzip();
            let start = thread::Builder::new().name("ipc-reaper".to_owned()).spawn(move || run(reader));
            // Without a thread the child waits for the next one that is dropped.
            if start.is_ok() {
                reaper.thread = Presence::Present(writer);
            }
        }
    }
}

fn run(mut waker: Option<PipeReader>) {
    let mut orphans: Vec<Orphan> = Vec::new();
    loop {
        let incoming = std::mem::take(&mut lock().incoming);
        orphans.extend(incoming.into_iter().map(Orphan::new));
        orphans.retain_mut(|orphan| matches!(orphan.child.try_wait(), Ok(None)));
        if orphans.is_empty() {
            let mut reaper = lock();
            if reaper.incoming.is_empty() {
                reaper.thread = Presence::Absent;
                return;
            }
            continue;
        }
        sleep_until_something_ends(&orphans, waker.as_mut());
    }
}

impl Orphan {
    fn new(child: Child) -> Self {
        Self { pidfd: open_pidfd(&child), child }
    }
}

fn sleep_until_something_ends(orphans: &[Orphan], waker: Option<&mut PipeReader>) {
    let pidfds = orphans.iter().filter_map(|orphan| orphan.pidfd.as_ref());
    let mut polled: Vec<PollFd<'_>> = pidfds.map(|pidfd| PollFd::new(pidfd, PollFlags::IN)).collect();
    let seen_by_poll = polled.len() == orphans.len() && waker.is_some();
    let timeout = if seen_by_poll { None } else { Some(&INTERVAL) };

    let Some(waker) = waker else {
        // An error is an interruption or a lack of memory: the caller looks at every child in any case.
        let _ = poll(&mut polled, timeout);
        return;
    };
    let woken = {
        let waker = waker.as_fd();
        polled.push(PollFd::new(&waker, PollFlags::IN));
        poll(&mut polled, timeout).is_ok() && polled.last().is_some_and(|last| !last.revents().is_empty())
    };
    if woken {
        // Blocks for nothing: there is a byte.
        let _ = waker.read(&mut [0; 16]);
    }
}

#[cfg(target_os = "linux")]
fn open_pidfd(child: &Child) -> Option<OwnedFd> {
    use rustix::process::{Pid, PidfdFlags, pidfd_open};
    // The number cannot be another process's: the child has not been collected.
    pidfd_open(Pid::from_child(child), PidfdFlags::empty()).ok()
}

#[cfg(not(target_os = "linux"))]
fn open_pidfd(_child: &Child) -> Option<OwnedFd> {
    None
}

fn lock() -> MutexGuard<'static, Reaper> {
    REAPER.lock().unwrap_or_else(PoisonError::into_inner)
}
