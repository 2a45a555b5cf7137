//! Reading by a thread that waits, so that no other has to wake it: for the answer to its call, or, after it has
//! answered one, for the next.

use std::os::fd::AsFd;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::{Poll, Wake, Waker};
use std::time::{Duration, Instant};

use super::{Link, Read};
use crate::driver::pace::LINGER;
use crate::driver::poller::Alarm;
use crate::driver::turn::{Entered, Handover, Next, Ticket, Withdrawn};
use crate::object::thread::is_serving;
use crate::sync::{Waited, lock};
use crate::thread::bell::sleep_at;
use crate::thread::mailbox::{Berth, Mailbox};
use crate::thread::pool::blocking;

/// When a turn that nobody has is looked at. A thread that calls again soon finds it free, and what arrives meanwhile
/// is not noticed for longer than twice that.
const LOOK_DELAY: Duration = Duration::from_millis(1);

/// Threads of this process that linger at connections, each a stack; connections beyond are read in the background.
const LINGERERS: usize = 64;

impl Link {
    /// Blocks until `poll` returns something, or until the deadline: then returns `None`. The thread reads the socket
    /// itself, for the others too, unless another one does.
    pub(crate) fn wait<R>(
        self: &Arc<Self>,
        deadline: Option<Instant>,
        poll: impl FnMut(&Waker) -> Poll<R>,
    ) -> Option<R> {
        blocking(|| Mailbox::wait_at(&mut AtSocket::new(self), deadline, poll))
    }

    /// Waits for the next call, if the last ones came soon after the answers to those before, and reads it into the
    /// pool's queue; returns whether it has. The thread is one of the pool's, with nothing else to do, and looks there next.
    pub(crate) fn linger(self: &Arc<Self>) -> bool {
        if !lock(&self.state).pace.is_brisk() || self.reason().is_some() {
            return false;
        }
        let Some(_place) = Lingerer::new() else { return false };
        self.turn.try_enter(|interest| self.watch(interest))
            && blocking(|| Reader::new(self, 1).read_call().is_some())
    }

    /// Waits for the first call of a peer that has just connected and is about to call, and reads it into the pool's queue: so it
    /// does not wait for the background thread to start. The thread has nothing else to do.
    pub(crate) fn greet(self: &Arc<Self>) {
        if self.turn.try_enter(|interest| self.watch(interest)) {
            let _ = Reader::new(self, 0).read_call();
        }
    }

    /// Lets the background thread read unless a thread does: a task waits for an answer, and is to have it at once.
    pub(crate) fn attend(&self) {
        self.turn.adopt(|interest| self.watch(interest));
    }

    /// Tells whether what arrives is to be read at once also where no thread waits: tasks wait for answers, or the
    /// peer has somebody to call, and it is not this thread that comes back for that: it `returns` to its wait, or has a call of
    /// the peer to answer and lingers then.
    fn is_attended(self: &Arc<Self>, returns: bool) -> bool {
        let state = lock(&self.state);
        let comes_back = || returns || state.pace.is_brisk() && is_serving(self);
        state.tasks_calls > 0 || state.engine.has_called_exports() && !comes_back()
    }

    pub(super) fn look_later(&self) {
        self.poller.wake_at(Instant::now() + LOOK_DELAY, self.this.clone(), Alarm::Look);
    }
}

/// Where a thread sleeps that waits for something from the peer: at the socket, if it is its turn to read that.
///
/// It has the turn for no longer than it waits: what it does meanwhile for others may take its time.
struct AtSocket<'l> {
    link: &'l Arc<Link>,
    turn: Place<'l>,
    /// The wait has begun with polling, since the last work that was done in it.
    polled: bool,
}

/// What a thread has of the turn to read.
enum Place<'l> {
    Nothing,
    InQueue(Ticket),
    Reads(Reader<'l>),
}

impl<'l> AtSocket<'l> {
    fn new(link: &'l Arc<Link>) -> Self {
        Self { link, turn: Place::Nothing, polled: false }
    }

    fn enter(&mut self, mailbox: &Arc<Mailbox>) {
        let link = self.link;
        let register = |interest| link.watch(interest);
        let entered = match self.turn {
            Place::Nothing => link.turn.enter(register, || mailbox.clone()),
            Place::InQueue(ticket) if link.turn.retry(ticket, register) => Entered::Reads,
            Place::InQueue(_) | Place::Reads(_) => return,
        };
        self.turn = match entered {
            Entered::Reads => Place::Reads(Reader::new(link, 0)),
            Entered::Queued(ticket) => Place::InQueue(ticket),
        };
    }
}

impl Berth for AtSocket<'_> {
    fn sleep(&mut self, mailbox: &Arc<Mailbox>, deadline: Option<Instant>) {
        self.enter(mailbox);
        let Place::Reads(reader) = &mut self.turn else { return mailbox.sleep(deadline) };
        if !std::mem::replace(&mut self.polled, true)
            && reader.poll(|_| mailbox.has_arrived().then_some(())).is_some()
        {
            return;
        }
        match mailbox.sleep_at(self.link.socket.as_fd(), deadline) {
            Ok(()) => drop(reader.read()),
            Err(_) => {
                // The background thread needs no more descriptors.
                self.leave();
                mailbox.sleep(deadline);
            }
        }
    }

    fn leave(&mut self) {
        if let Place::InQueue(ticket) = self.turn
            && self.link.turn.withdraw(ticket) == Withdrawn::Reads
        {
            self.turn = Place::Reads(Reader::new(self.link, 0));
        }
        if let Place::Reads(reader) = &mut self.turn {
            reader.returns = true;
        }
        self.turn = Place::Nothing;
        // What is waited for after the work is another thing, and may come as soon as the work did.
        self.polled = false;
    }
}

impl Drop for AtSocket<'_> {
    fn drop(&mut self) {
        if let Place::InQueue(ticket) = self.turn
            && self.link.turn.withdraw(ticket) == Withdrawn::Reads
        {
            self.turn = Place::Reads(Reader::new(self.link, 0));
        }
    }
}

/// A thread that has the turn. Dropping it gives the turn up.
struct Reader<'l> {
    link: &'l Arc<Link>,
    handover: Handover,
    /// 1 if this thread looks into the pool's queue when it has read calls, which nobody else is woken for then.
    coming: usize,
    /// The thread does work that has come while it waits, and goes on waiting then.
    returns: bool,
}

impl<'l> Reader<'l> {
    fn new(link: &'l Arc<Link>, coming: usize) -> Self {
        // Until it has read, it does not know what there is.
        Self { link, handover: Handover::Now, coming, returns: false }
    }

    /// Reads until a call is in the pool's queue or none has come for a while.
    fn read_call(mut self) -> Option<()> {
        let done = |read: Read| (read.called || read.ended).then_some(());
        let deadline = Instant::now() + LINGER;
        let mut called = self.poll(done);
        while called.is_none() && sleep_at(self.link.socket.as_fd(), deadline) == Waited::Ready {
            called = done(self.read());
        }
        if called.is_none() {
            self.handover = Handover::Now;
        }
        called
    }

    /// Reads without sleeping, for as long as the history of the connection makes it worth it.
    fn poll<T>(&mut self, mut done: impl FnMut(Read) -> Option<T>) -> Option<T> {
        let patience = self.link.patience.as_ref()?;
        let begun = Instant::now();
        let limit = lock(patience).poll_for(begun);
        if limit.is_zero() {
            return None;
        }
        let mut found = done(self.read());
        while found.is_none() {
            // The peer may need this very core to answer.
            std::thread::yield_now();
            found = done(self.read());
            let polled = begun.elapsed();
            if polled >= limit {
                // Also where it has come: another one had the core for so long, and to sleep would have been better.
                lock(patience).in_vain(polled);
                return found;
            }
        }
        lock(patience).rewarded();
        found
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
        if self.coming == 0 && self.handover == Handover::Later && link.is_attended(self.returns) {
            self.handover = Handover::Now;
        }
        let sleeps = |mailbox: &Arc<Mailbox>| !mailbox.has_arrived();
        match link.turn.leave(self.handover, sleeps, |interest| link.watch(interest)) {
            Next::Thread(mailbox) => mailbox.wake(),
            Next::Settled => {}
            Next::Look => link.look_later(),
        }
    }
}

/// A thread that lingers.
struct Lingerer;

static LINGERING: AtomicUsize = AtomicUsize::new(0);

impl Lingerer {
    fn new() -> Option<Self> {
        let lingerer = Self;
        (LINGERING.fetch_add(1, Ordering::Relaxed) < LINGERERS).then_some(lingerer)
    }
}

impl Drop for Lingerer {
    fn drop(&mut self) {
        LINGERING.fetch_sub(1, Ordering::Relaxed);
    }
}
