//! Threads of the peer.

use std::sync::{Arc, Mutex, OnceLock, PoisonError, Weak};

use smallvec::SmallVec;

use super::{HostedThread, Leases};
use crate::driver::link::Link;
use crate::object::LocalObject;
use crate::rpc::{Cap, QuestionId, Transform};
use crate::sync::lock;

/// A thread of the peer that runs calls of this side: one that was made for that, or one that waits in a call to this side.
///
/// It has one call at a time; a thread that waits, one for each call in which it does. The call has the thread until its
/// Return is there, also where nobody waits for that any more. Dropping it releases it, and never happens before.
///
/// Lock order: behind a connection's state, before that of its [`Leases`].
pub(crate) struct PeerThread {
    link: Weak<Link>,
    state: Mutex<State>,
    /// Runs what the peer calls back while no thread of this side waits for it.
    callback: OnceLock<Arc<HostedThread>>,
}

/// Some that are not needed any more, to be dropped outside of the locks.
pub(crate) type Peers = SmallVec<[Arc<PeerThread>; 1]>;

struct State {
    cap: Found,
    /// The calls that it may have, and those that it has.
    room: usize,
    used: usize,
    home: Home,
}

/// What is known of the capability.
enum Found {
    /// Nothing: it was not asked for, or there is none.
    No,
    /// Carries a reference, unless it is a promised one: that is the question's.
    Yes(Cap<LocalObject>),
}

/// Whose it is while it has no call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Home {
    /// A thread's, or a method's.
    Private,
    /// Anybody's: it goes back to the connection.
    Shared,
}

impl PeerThread {
    /// Makes one that is still to be asked for, and leases it.
    pub(crate) fn asked(link: &Arc<Link>, home: Home) -> Arc<Self> {
        Self::new(link, State { cap: Found::No, room: 1, used: 1, home })
    }

    /// Makes the one that waits in a call to this side; the capability carries a reference.
    pub(super) fn waiting(link: &Arc<Link>, cap: Cap<LocalObject>) -> Arc<Self> {
        Self::new(link, State { cap: Found::Yes(cap), room: 0, used: 0, home: Home::Private })
    }

    fn new(link: &Arc<Link>, state: State) -> Arc<Self> {
        Arc::new(Self { link: Arc::downgrade(link), state: Mutex::new(state), callback: OnceLock::new() })
    }

    pub(super) fn is_of(&self, link: &Arc<Link>) -> bool {
        std::ptr::eq(self.link.as_ptr(), Arc::as_ptr(link))
    }

    /// Tells whether it is the one that a capability names, for certain.
    pub(super) fn is_named(&self, cap: &Cap<LocalObject>) -> bool {
        matches!((&lock(&self.state).cap, cap), (Found::Yes(Cap::Import(own)), Cap::Import(other)) if own == other)
    }

    /// Returns the capability. Valid as long as the lock of the connection's state is held.
    pub(super) fn cap(&self) -> Option<Cap<LocalObject>> {
        match &lock(&self.state).cap {
            Found::Yes(cap) => Some(cap.clone()),
            Found::No => None,
        }
    }

    /// Notes the question whose answer it will be.
    pub(crate) fn set_question(&self, question: QuestionId) {
        lock(&self.state).cap = Found::Yes(Cap::Promised(question, Transform::new(&[0])));
    }

    /// Notes the answer, with a reference. The question is no longer needed.
    pub(crate) fn set_cap(&self, cap: Option<Cap<LocalObject>>) {
        lock(&self.state).cap = cap.map_or(Found::No, Found::Yes);
    }

    /// Takes it for a call, if it is free.
    pub(super) fn try_use(&self) -> bool {
        let mut state = lock(&self.state);
        let free = state.used < state.room && matches!(state.cap, Found::Yes(_));
        state.used += usize::from(free);
        free
    }

    /// Ends a call.
    pub(super) fn end_use(self: Arc<Self>) {
        let mut state = lock(&self.state);
        state.used -= 1;
        let goes_back = state.home == Home::Shared && state.used == 0;
        let exists = matches!(state.cap, Found::Yes(_));
        drop(state);
        if goes_back
            && exists
            && let Some(link) = self.link.upgrade()
        {
            link.trim_leases_after(link.leases().put_back(self));
        }
    }

    /// Gives it to the connection when its call has ended; unless it has none.
    pub(super) fn share(&self, leases: &Leases) {
        let mut state = lock(&self.state);
        if state.used > 0 {
            // Counted before anybody can find out.
            leases.add_one();
            state.home = Home::Shared;
        }
    }

    /// Returns the thread of this side that runs what is called back.
    pub(super) fn callback(&self) -> LocalObject {
        let made = || HostedThread::new(self.link.clone(), super::name::of_task());
        HostedThread::object(self.callback.get_or_init(made))
    }
}

impl Drop for PeerThread {
    fn drop(&mut self) {
        let Some(link) = self.link.upgrade() else { return };
        let state = self.state.get_mut().unwrap_or_else(PoisonError::into_inner);
        if let Found::Yes(cap) = std::mem::replace(&mut state.cap, Found::No) {
            link.release(cap);
        }
        if state.home == Home::Shared {
            link.leases().forget_one();
        }
    }
}

/// A call that a thread of the peer waits for, which this side serves: it may have one call meanwhile.
pub(crate) struct Serving(Arc<PeerThread>);

impl Serving {
    pub(crate) fn begin(thread: Arc<PeerThread>) -> Self {
        lock(&thread.state).room += 1;
        Self(thread)
    }

    pub(super) fn thread(&self) -> &Arc<PeerThread> {
        &self.0
    }
}

impl Drop for Serving {
    fn drop(&mut self) {
        lock(&self.0.state).room -= 1;
    }
}
