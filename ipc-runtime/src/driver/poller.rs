//! The background thread that waits for all sockets of the process.
//!
//! It reads, frames and runs the engine; it never runs user code, which goes to the pool.

use std::cell::Cell;
use std::collections::{BinaryHeap, HashMap};
use std::io;
use std::os::fd::BorrowedFd;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, OnceLock, Weak};
use std::time::{Duration, Instant};

use super::selector::{Interest, Ready, Selector};
use crate::exception::IpcException;
use crate::reflection::ConnectionState;
use crate::sync::lock;
use crate::thread::pool::{Pool, spawn_chores};

/// Something with a descriptor that the background thread waits for.
pub(crate) trait Source: Send + Sync + 'static {
    /// Returns the descriptor; it is open for as long as the source lives.
    fn socket(&self) -> BorrowedFd<'_>;

    /// Returns the registration, once it is known.
    fn token(&self) -> Option<Token>;

    /// Handles readiness; must not block.
    fn handle_ready(self: Arc<Self>, readable: bool, writable: bool);

    /// Returns what the process at the other end has of this one, if the source is a connection.
    fn state(&self) -> Option<ConnectionState> {
        None
    }

    /// Handles an alarm set with [`Poller::wake_at`]; must not block.
    fn handle_alarm(self: Arc<Self>, alarm: Alarm);
}

/// What a source has set an alarm for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Alarm {
    /// Finishes and releases have waited for a message to ride with.
    Flush,
    /// Somebody may have to take over the reading.
    Look,
    /// Threads of the peer may no longer be needed.
    Trim,
    /// A listener tries again.
    Accept,
}

/// Names one registration; never used twice.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Token(usize);

/// The registry of sources and deadlines.
pub(crate) struct Poller {
    selector: Selector,
    sources: Mutex<HashMap<usize, Arc<dyn Source>>>,
    deadlines: Mutex<BinaryHeap<Deadline>>,
    next: AtomicUsize,
}

impl Poller {
    /// Returns the process's poller, starting its thread at the first use.
    ///
    /// # Errors
    /// Returns the operating system's error if the thread or its descriptors cannot be made.
    pub(crate) fn shared() -> Result<&'static Arc<Poller>, IpcException> {
        static SHARED: OnceLock<Arc<Poller>> = OnceLock::new();
        static STARTING: Mutex<()> = Mutex::new(());
        if let Some(poller) = SHARED.get() {
            return Ok(poller);
        }
        let _starting = lock(&STARTING);
        if let Some(poller) = SHARED.get() {
            return Ok(poller);
        }
        let poller = Arc::new(Self {
            selector: Selector::new()
                .map_err(|error| IpcException::system("cannot make a poller for sockets", error))?,
            sources: Mutex::default(),
            deadlines: Mutex::default(),
            next: AtomicUsize::new(0),
        });
        let running = poller.clone();
        std::thread::Builder::new()
            .name("ipc-poller".into())
            .spawn(move || running.run())
            .map_err(|error| IpcException::system("cannot start the thread that reads sockets", error))?;
        Ok(SHARED.get_or_init(|| poller))
    }

    /// Starts to wait for a source.
    ///
    /// # Errors
    /// Returns the operating system's error.
    pub(crate) fn add(&self, source: &Arc<dyn Source>) -> io::Result<Token> {
        let token = Token(self.next.fetch_add(1, Ordering::Relaxed));
        // From here on `sources` owns the descriptor until `remove` has deleted its registration.
        lock(&self.sources).insert(token.0, source.clone());
        let added = self.selector.add(source.socket(), token.0);
        if added.is_err() {
            lock(&self.sources).remove(&token.0);
        }
        added.map(|()| token)
    }

    /// Returns what is waited for, the oldest first.
    pub(crate) fn sources(&self) -> Vec<Arc<dyn Source>> {
        let mut sources: Vec<_> =
            lock(&self.sources).iter().map(|(token, source)| (*token, source.clone())).collect();
        sources.sort_by_key(|(token, _)| *token);
        sources.into_iter().map(|(_, source)| source).collect()
    }

    /// Changes what a source waits for.
    ///
    /// # Errors
    /// Returns the operating system's error.
    pub(crate) fn modify(&self, socket: BorrowedFd<'_>, token: Token, interest: Interest) -> io::Result<()> {
        self.selector.modify(socket, token.0, interest)
    }

    /// Stops to wait for a source. What is being delivered at this moment may still arrive.
    pub(crate) fn remove(&self, token: Token) {
        let source = lock(&self.sources).remove(&token.0);
        if let Some(source) = source {
            // The only error is that it was not registered.
            let _ = self.selector.delete(source.socket());
        }
    }

    /// Calls the source's [`Source::handle_alarm`] after a while.
    pub(crate) fn wake_at(&self, at: Instant, source: Weak<dyn Source>, alarm: Alarm) {
        self.set(Deadline { at, due: Due::Alarm(source, alarm) });
    }

    /// Has the pool looked at after a while.
    pub(crate) fn look_at(&self, at: Instant, pool: &Arc<Pool>) {
        self.set(Deadline { at, due: Due::Look(pool.clone()) });
    }

    fn set(&self, deadline: Deadline) {
        let mut deadlines = lock(&self.deadlines);
        let earliest = deadlines.peek().is_none_or(|first| deadline.at < first.at);
        deadlines.push(deadline);
        drop(deadlines);
        // The poller's own thread looks before it sleeps.
        if earliest && !is_current() {
            // Fails only if the poller is gone, which it never is.
            let _ = self.selector.notify();
        }
    }

    fn run(&self) {
        CURRENT.set(true);
        let mut ready = Vec::new();
        loop {
            let next = lock(&self.deadlines).peek().map(|deadline| deadline.at);
            let timeout = next.map(|at| at.saturating_duration_since(Instant::now()));
            if self.selector.wait(&mut ready, timeout).is_err() {
                // It fails only for reasons that pass: do not spin on them.
                std::thread::sleep(Duration::from_millis(1));
            }
            for Ready { key, readable, writable } in ready.drain(..) {
                let source = lock(&self.sources).get(&key).cloned();
                if let Some(source) = source {
                    source.clone().handle_ready(readable, writable);
                    self.leave(source);
                }
            }
            self.handle_deadlines();
        }
    }

    fn handle_deadlines(&self) {
        let now = Instant::now();
        loop {
            let mut deadlines = lock(&self.deadlines);
            if deadlines.peek().is_none_or(|first| first.at > now) {
                return;
            }
            let due = deadlines.pop();
            drop(deadlines);
            match due {
                Some(Deadline { due: Due::Alarm(source, alarm), .. }) => {
                    if let Some(source) = source.upgrade() {
                        source.clone().handle_alarm(alarm);
                        self.leave(source);
                    }
                }
                Some(Deadline { due: Due::Look(pool), .. }) => pool.look(),
                None => return,
            }
        }
    }

    /// Drops a handle on a source. It may be the last one of a source that was removed meanwhile, and with it go objects
    /// of the application, whose destructors do not run here.
    fn leave(&self, source: Arc<dyn Source>) {
        let registered = source.token().is_some_and(|token| lock(&self.sources).contains_key(&token.0));
        if !registered {
            spawn_chores(vec![Box::new(move || drop(source))]);
        }
    }
}

/// Tells whether this is the background thread, which runs no user code.
pub(crate) fn is_current() -> bool {
    CURRENT.get()
}

thread_local! {
    static CURRENT: Cell<bool> = const { Cell::new(false) };
}

struct Deadline {
    at: Instant,
    due: Due,
}

enum Due {
    Alarm(Weak<dyn Source>, Alarm),
    Look(Arc<Pool>),
}

impl PartialEq for Deadline {
    fn eq(&self, other: &Self) -> bool {
        self.at == other.at
    }
}

impl Eq for Deadline {}

impl PartialOrd for Deadline {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Deadline {
    /// The earliest is the greatest: `BinaryHeap` gives out the greatest first.
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        other.at.cmp(&self.at)
    }
}
