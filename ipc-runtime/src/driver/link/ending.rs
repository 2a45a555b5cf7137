//! The end of a connection: it comes once, whatever brings it about, and what depends on it follows.

use std::io;
use std::sync::Arc;

use rustix::net::Shutdown;

use super::Link;
use crate::exception::IpcException;
use crate::sync::lock;
use crate::thread::pool::{Chore, spawn_chores};

/// Turns of reading that are spent on a peer that no longer reads: what a socket buffer holds, many times over.
const LAST_TURNS: usize = 64;

/// Whether a connection has ended, and what runs when it does.
///
/// The reason is set once. A cleanup either runs then or was taken back before.
#[derive(Default)]
pub(super) struct Ending {
    reason: Option<IpcException>,
    next_cleanup: u64,
    cleanups: Vec<(u64, Chore)>,
}

/// Keeps a connection open, as a handle on an object does, until this is dropped.
pub(crate) struct KeptOpen(Arc<Link>);

impl KeptOpen {
    /// Keeps open a connection that somebody has a handle of.
    pub(crate) fn new(link: Arc<Link>) -> Self {
        link.add_handle();
        Self(link)
    }
}

impl Drop for KeptOpen {
    fn drop(&mut self) {
        self.0.let_go();
    }
}

impl Link {
    /// Ends the connection: every pending call fails with `reason`, every object is given up.
    pub(crate) fn terminate(self: &Arc<Self>, reason: IpcException) {
        self.with_engine(|engine| engine.terminate(reason));
    }

    /// Returns why the connection has ended, `None` while it lives.
    pub(crate) fn reason(&self) -> Option<IpcException> {
        lock(&self.ending).reason.clone()
    }

    /// Blocks until the connection has ended.
    pub(crate) fn wait_ended(&self) {
        let ending = lock(&self.ending);
        let waited = self.ended.wait_while(ending, |ending| ending.reason.is_none());
        drop(waited);
    }

    /// Registers a function to be run once: by [`take_cleanup`](Link::take_cleanup), or on the pool when the
    /// connection ends (at once if it has).
    pub(crate) fn add_cleanup(&self, cleanup: Chore) -> u64 {
        let mut ending = lock(&self.ending);
        let id = ending.next_cleanup;
        ending.next_cleanup += 1;
        if ending.reason.is_none() {
            ending.cleanups.push((id, cleanup));
            return id;
        }
        drop(ending);
        spawn_chores(vec![cleanup]);
        id
    }

    /// Takes a cleanup function back, unless the end of the connection came first.
    pub(crate) fn take_cleanup(&self, id: u64) -> Option<Box<dyn FnOnce() + Send>> {
        let mut ending = lock(&self.ending);
        let index = ending.cleanups.iter().position(|(other, _)| *other == id)?;
        Some(ending.cleanups.remove(index).1)
    }

    /// Ends a connection whose socket failed.
    pub(super) fn fail(self: &Arc<Self>, error: &io::Error) {
        let text = match error.kind() {
            io::ErrorKind::BrokenPipe | io::ErrorKind::ConnectionReset => "the peer is gone".to_owned(),
            _ => format!("the connection broke: {error}"),
        };
        self.terminate(IpcException::disconnected(text));
    }

    /// Nothing can be written any more. What the peer sent before it went is still to be read: the answers that
    /// somebody waits for may be among it.
    pub(super) fn fail_output(self: &Arc<Self>, error: &io::Error) {
        // Without this, whatever the rest brings about would fail here again.
        self.output.close();
        for _ in 0..LAST_TURNS {
            if self.reason().is_some() || !self.read(0).more {
                break;
            }
        }
        self.fail(error);
    }

    /// The first time: gives the socket up and wakes everybody who waits for the end.
    pub(super) fn end(&self, reason: IpcException) {
        let mut ending = lock(&self.ending);
        if ending.reason.is_some() {
            return;
        }
        ending.reason = Some(reason);
        let cleanups: Vec<_> = ending.cleanups.drain(..).map(|(_, cleanup)| cleanup).collect();
        drop(ending);
        self.output.close();
        if let Some(token) = self.token.get() {
            self.poller.remove(*token);
        }
        // Fails only if the peer did so first.
        let _ = rustix::net::shutdown(&self.socket, Shutdown::Both);
        spawn_chores(cleanups);
        self.ended.notify_all();
    }
}
