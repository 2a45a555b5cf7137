//! Whose turn it is to read a connection.

use std::collections::VecDeque;

use super::selector::Interest;
use crate::sync::{Mutex, lock};

/// The turn to read one connection.
///
/// At most one thread reads at a time: whoever waits for an answer may take the turn and read it from the socket itself,
/// which saves the wake-up by another thread. `W` is how a thread that waits for the turn is told that it has it.
///
/// Invariants:
/// - The turn is held by one thread, or by the background thread, or by nobody.
/// - Threads queue only while a thread holds the turn. A thread that gives it up hands it to the first of them that
///   sleeps, which then holds it, even before it knows: one that has stopped waiting finds that out from
///   [`withdraw`](Turn::withdraw) and gives it up in turn.
/// - A queued thread that was woken for something else is passed over: most likely its answer is there, and to be handed
///   the turn would only make it hand that on. If it has to wait on it looks again ([`retry`](Turn::retry)), and takes a turn
///   that no thread has by then. So no queued thread is forgotten, and none is woken for a turn that it does not want.
/// - Nobody holds the turn only while a look at it is due ([`look`](Turn::look)), which gives it to the
///   background thread if nobody wanted it in between: so what arrives is read soon, and a busy connection
///   does not pay for registrations that it would change again at once.
/// - The background thread waits for bytes exactly while it holds the turn, and for room exactly while the
///   socket is full: registrations change under the lock, so they end up as the last change says.
#[derive(Debug)]
pub(crate) struct Turn<W> {
    state: Mutex<State<W>>,
}

#[derive(Debug)]
struct State<W> {
    holder: Holder,
    /// In the order of their tickets.
    queue: VecDeque<(Ticket, W)>,
    next: Ticket,
    /// The turn was taken since the last look.
    taken: bool,
    /// A look is due.
    watched: bool,
    /// The socket is full: the background thread waits for room.
    full: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Holder {
    Background,
    Thread,
    Nobody,
}

/// The place of a thread in the queue.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Ticket(u64);

/// What a thread that wants to read is told.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Entered {
    /// It has the turn.
    Reads,
    /// Another thread has it. This one will be told, or it withdraws.
    Queued(Ticket),
}

/// What a thread that no longer wants the turn is told.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Withdrawn {
    /// It has left the queue.
    Left,
    /// It has the turn already, and gives it up.
    Reads,
}

/// Who has the turn after a thread has given it up.
#[derive(Debug)]
#[must_use]
pub(crate) enum Next<W> {
    /// This thread, which is to be told.
    Thread(W),
    /// The background thread, or nobody, and a look is due anyway.
    Settled,
    /// Nobody: a look becomes due.
    Look,
}

/// When the background thread takes over from a thread after which no other wants to read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Handover {
    /// At once: the peer may call.
    Now,
    /// When the turn stayed free for a while.
    Later,
}

/// What a look has found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Looked {
    /// The turn is taken again and again: look once more.
    Again,
    /// The background thread has it, or a thread that keeps it for longer; when that one gives it up, a look
    /// becomes due.
    Enough,
}

impl<W> Turn<W> {
    /// Makes the turn of a connection whose bytes the background thread waits for.
    pub(crate) fn new() -> Self {
        Self {
            state: Mutex::new(State {
                holder: Holder::Background,
                queue: VecDeque::new(),
                next: Ticket(0),
                taken: false,
                watched: false,
                full: false,
            }),
        }
    }

    /// Takes the turn, from the background thread if need be, or queues for it. `register` changes what the background
    /// thread waits for.
    pub(crate) fn enter(&self, register: impl FnOnce(Interest), waiter: impl FnOnce() -> W) -> Entered {
        let mut state = lock(&self.state);
        if state.try_take(register) {
            return Entered::Reads;
        }
        let ticket = state.next;
        state.next = Ticket(ticket.0 + 1);
        state.queue.push_back((ticket, waiter()));
        Entered::Queued(ticket)
    }

    /// Takes the turn unless a thread has it.
    pub(crate) fn try_enter(&self, register: impl FnOnce(Interest)) -> bool {
        let mut state = lock(&self.state);
        state.try_take(register)
    }

    /// Tells a thread in the queue, before it sleeps, whether it has the turn now: because it was handed it, or because no
    /// thread has it any more.
    pub(crate) fn retry(&self, ticket: Ticket, register: impl FnOnce(Interest)) -> bool {
        let mut state = lock(&self.state);
        match state.place_of(ticket) {
            None => true,
            Some(_) if state.holder == Holder::Thread => false,
            Some(place) => {
                state.queue.remove(place);
                state.try_take(register)
            }
        }
    }

    /// Leaves the queue.
    pub(crate) fn withdraw(&self, ticket: Ticket) -> Withdrawn {
        let mut state = lock(&self.state);
        match state.place_of(ticket) {
            Some(place) => {
                state.queue.remove(place);
                Withdrawn::Left
            }
            None => Withdrawn::Reads,
        }
    }

    /// Gives the turn up. `sleeps` tells of a thread in the queue whether it sleeps, or is about to; of one that does not it
    /// is certain that it looks again.
    pub(crate) fn leave(
        &self,
        handover: Handover,
        sleeps: impl Fn(&W) -> bool,
        register: impl FnOnce(Interest),
    ) -> Next<W> {
        let mut state = lock(&self.state);
        let sleeper = state.queue.iter().position(|(_, waiter)| sleeps(waiter));
        if let Some((_, waiter)) = sleeper.and_then(|place| state.queue.remove(place)) {
            state.taken = true;
            return Next::Thread(waiter);
        }
        match handover {
            Handover::Now => {
                state.holder = Holder::Background;
                register(state.interest());
                Next::Settled
            }
            Handover::Later => {
                state.holder = Holder::Nobody;
                if std::mem::replace(&mut state.watched, true) { Next::Settled } else { Next::Look }
            }
        }
    }

    /// Looks whether the background thread has to take over.
    pub(crate) fn look(&self, register: impl FnOnce(Interest)) -> Looked {
        let mut state = lock(&self.state);
        let taken = std::mem::take(&mut state.taken);
        match state.holder {
            Holder::Nobody | Holder::Thread if taken => return Looked::Again,
            Holder::Nobody => {
                state.holder = Holder::Background;
                register(state.interest());
            }
            Holder::Thread | Holder::Background => {}
        }
        state.watched = false;
        Looked::Enough
    }

    /// Gives the background thread the turn if nobody has it; tells whether it has it now.
    pub(crate) fn adopt(&self, register: impl FnOnce(Interest)) -> bool {
        let mut state = lock(&self.state);
        if state.holder == Holder::Nobody {
            state.holder = Holder::Background;
            register(state.interest());
        }
        state.holder == Holder::Background
    }

    /// Lets the background thread wait for room in the socket, or no longer.
    pub(crate) fn set_full(&self, full: bool, register: impl FnOnce(Interest)) {
        let mut state = lock(&self.state);
        if state.full != full {
            state.full = full;
            register(state.interest());
        }
    }
}

impl<W> State<W> {
    fn try_take(&mut self, register: impl FnOnce(Interest)) -> bool {
        let before = std::mem::replace(&mut self.holder, Holder::Thread);
        if before == Holder::Background {
            register(self.interest());
        }
        self.taken = true;
        before != Holder::Thread
    }

    fn place_of(&self, ticket: Ticket) -> Option<usize> {
        self.queue.binary_search_by_key(&ticket, |(ticket, _)| *ticket).ok()
    }

    fn interest(&self) -> Interest {
        Interest { readable: self.holder == Holder::Background, writable: self.full }
    }
}
