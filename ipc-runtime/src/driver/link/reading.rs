//! Reading by a thread that waits, so that no other has to wake it: for the answer to its call, or, after it has
//! answered one, for the next.

use std::os::fd::AsFd;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use super::{Incoming, Link, Read};
use crate::driver::bell::Bell;
use crate::driver::pace::LINGER;
use crate::driver::poller::Alarm;
use crate::driver::turn::{Entered, Handover, Next, Withdrawn};
use crate::driver::waiter::{Roused, Waiter};
use crate::exception::IpcException;
use crate::sync::{Waited, lock};
use crate::thread::pool::blocking;

/// When a turn that nobody has is looked at. A thread that calls again soon finds it free, and what arrives meanwhile
/// is not noticed for longer than twice that.
const LOOK_DELAY: Duration = Duration::from_millis(1);

/// Threads of this process that linger at connections, each a stack; connections beyond are read in the background.
const LINGERING: usize = 64;

impl Link {
    /// Blocks until the answer to a call is there, or until the deadline: then returns `None`. The thread reads the
    /// socket itself, for the others too, unless another one does.
    pub(crate) fn wait(
        self: &Arc<Self>,
        waiter: &Arc<Waiter>,
        deadline: Option<Instant>,
    ) -> Option<Result<Incoming, IpcException>> {
        if let Some(answer) = waiter.take() {
            return Some(answer);
        }
        let Some(bell) = Bell::of_this_thread() else { return waiter.wait(deadline) };
        let ticket = match self.turn.enter(|interest| self.watch(interest), || waiter.clone()) {
            Entered::Reads => return Reader::new(self, 0).answer(waiter, deadline, &bell),
            Entered::Queued(ticket) => ticket,
        };
        match waiter.sleep(deadline) {
            Roused::Turn => Reader::new(self, 0).answer(waiter, deadline, &bell),
            Roused::Answer(answer) => {
                self.withdraw(ticket);
                Some(answer)
            }
            Roused::TimedOut => {
                self.withdraw(ticket);
                waiter.take()
            }
        }
    }

    fn withdraw(self: &Arc<Self>, ticket: crate::driver::turn::Ticket) {
        if self.turn.withdraw(ticket) == Withdrawn::Reads {
            drop(Reader::new(self, 0));
        }
    }

    /// Waits for the next call, if the last ones came soon after the answers to those before, and reads it into the
    /// pool's queue. The thread is one of the pool's, with nothing else to do, and looks there next.
    pub(crate) fn linger(self: &Arc<Self>) {
        if !lock(&self.state).pace.is_brisk() || self.reason().is_some() {
            return;
        }
        let Some(_place) = Place::take() else { return };
        let Some(bell) = Bell::of_this_thread() else { return };
        if self.turn.try_enter(|interest| self.watch(interest)) {
            let reader = Reader::new(self, 1);
            blocking(|| reader.call(&bell));
        }
    }
}

/// A thread that has the turn. Dropping it gives the turn up.
struct Reader<'l> {
    link: &'l Arc<Link>,
    handover: Handover,
    /// 1 if this thread looks into the pool's queue when it has read calls, which nobody else is woken for then.
    coming: usize,
}

impl<'l> Reader<'l> {
    fn new(link: &'l Arc<Link>, coming: usize) -> Self {
        Self { link, handover: Handover::Now, coming }
    }

    /// Reads until the answer is there or the deadline has passed.
    fn answer(
        mut self,
        waiter: &Waiter,
        deadline: Option<Instant>,
        bell: &Arc<Bell>,
    ) -> Option<Result<Incoming, IpcException>> {
        let mut answer = self.poll(|_| waiter.take());
        while answer.is_none() {
            if waiter.begin_sleep(bell) {
                let waited = bell.sleep(self.link.socket.as_fd(), deadline);
                waiter.end_sleep();
                if waited == Waited::TimedOut {
                    break;
                }
                self.read();
            }
            answer = waiter.take();
        }
        // Nobody but callers waits for anything from the peer, and the next one reads it himself.
        let counts = lock(&self.link.state).engine.counts();
        if self.handover == Handover::Later && (counts.exports > 0 || counts.questions > 1) {
            self.handover = Handover::Now;
        }
        answer
    }

    /// Reads until a call is in the pool's queue or none has come for a while.
    fn call(mut self, bell: &Bell) {
        let deadline = Instant::now() + LINGER;
        let mut called = self.poll(|read| (read.calls > 0 || read.ended).then_some(()));
        while called.is_none() && bell.sleep(self.link.socket.as_fd(), Some(deadline)) == Waited::Ready {
            let read = self.read();
            called = (read.calls > 0 || read.ended).then_some(());
        }
        if called.is_none() {
            self.handover = Handover::Now;
        }
    }

    /// Reads without sleeping, for as long as the history of the connection makes it worth it.
    fn poll<T>(&mut self, mut done: impl FnMut(Read) -> Option<T>) -> Option<T> {
        let begun = Instant::now();
        let limit = self.link.patience.as_ref().map(|patience| lock(patience).poll_for(begun));
        let (Some(patience), Some(limit)) = (&self.link.patience, limit) else { return None };
        if limit.is_zero() {
            return None;
        }
        loop {
            let read = self.read();
            if let Some(done) = done(read) {
                lock(patience).rewarded();
                return Some(done);
            }
            let polled = begun.elapsed();
            if polled >= limit {
                lock(patience).in_vain(polled);
                return None;
            }
            // The peer may need this very core to answer.
            std::thread::yield_now();
        }
    }

    /// Reads what the socket has, at most a turn's share.
    fn read(&mut self) -> Read {
        let read = self.link.read(self.coming);
        self.handover = if read.more { Handover::Now } else { Handover::Later };
        read
    }
}

impl Drop for Reader<'_> {
    fn drop(&mut self) {
        let link = self.link;
        match link.turn.leave(self.handover, |interest| link.watch(interest)) {
            Next::Thread(waiter) => waiter.offer_turn(),
            Next::Settled => {}
            Next::Look => link.look_later(),
        }
    }
}

impl Link {
    pub(super) fn look_later(&self) {
        let this = self.this.clone();
        self.poller.wake_at(Instant::now() + LOOK_DELAY, this, Alarm::Look);
    }
}

/// The right to linger.
struct Place;

static LINGERERS: AtomicUsize = AtomicUsize::new(0);

impl Place {
    fn take() -> Option<Self> {
        let place = Self;
        (LINGERERS.fetch_add(1, Ordering::Relaxed) < LINGERING).then_some(place)
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        LINGERERS.fetch_sub(1, Ordering::Relaxed);
    }
}
