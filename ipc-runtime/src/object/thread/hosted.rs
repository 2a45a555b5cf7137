//! Threads of this side, as the peer knows them.

use std::any::Any;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, OnceLock, Weak};

use super::{PeerThread, name};
use crate::driver::link::Link;
use crate::exception::IpcException;
use crate::object::lane::Queue;
use crate::object::server::{AtOnce, Serve, Served};
use crate::object::{Capability, LocalObject, MethodId, Remote, ServerCall};
use crate::reflection::ThreadState;
use crate::rpc::Cap;
use crate::sync::lock;
use crate::thread::strand::Strand;
use crate::wire::Interface;
use crate::wire::descriptor::Descriptor;
use crate::wire::proxy::{Thread, ThreadMap};

/// A thread of this side that the peer can name: one that it had made, or one that waits.
pub(crate) struct HostedThread {
    strand: Arc<Strand>,
    name: Box<str>,
    link: Weak<Link>,
    /// The thread that waited for the last call: it is likely the same for the next one.
    caller: Mutex<Option<Arc<PeerThread>>>,
    /// Calls that it has.
    depth: AtomicUsize,
    /// Where it is counted, if the peer had it made.
    made: Option<Arc<AtomicUsize>>,
}

impl HostedThread {
    /// Makes one that stands for a thread of this side.
    pub(super) fn new(link: Weak<Link>, name: String) -> Arc<Self> {
        Self::counted(link, name, None)
    }

    fn counted(link: Weak<Link>, name: String, made: Option<Arc<AtomicUsize>>) -> Arc<Self> {
        let strand = Strand::new(link.clone());
        let (name, caller, depth) = (name.into(), Mutex::default(), AtomicUsize::new(0));
        Arc::new(Self { strand, name, link, caller, depth, made })
    }

    /// Returns it as what a message can carry.
    pub(super) fn object(this: &Arc<Self>) -> LocalObject {
        LocalObject::of(this.clone())
    }

    pub(crate) fn strand(&self) -> &Arc<Strand> {
        &self.strand
    }

    pub(super) fn name(&self) -> &str {
        &self.name
    }

    /// Returns what it is called, and how many calls it has.
    pub(crate) fn state(&self) -> ThreadState {
        ThreadState::new(&self.name, self.depth.load(Ordering::Relaxed))
    }

    pub(super) fn is_of(&self, link: &Link) -> bool {
        std::ptr::eq(self.link.as_ptr(), link)
    }

    /// Returns the thread of the peer that waits for a call on this one, if it is the one of the call before.
    pub(super) fn last_caller(&self, cap: &Cap<LocalObject>) -> Option<Arc<PeerThread>> {
        lock(&self.caller).as_ref().filter(|caller| caller.is_named(cap)).cloned()
    }

    /// Notes it for the next call; returns the one before.
    pub(super) fn set_caller(&self, caller: Arc<PeerThread>) -> Option<Arc<PeerThread>> {
        lock(&self.caller).replace(caller)
    }
}

impl Drop for HostedThread {
    fn drop(&mut self) {
        if let Some(made) = &self.made {
            made.fetch_sub(1, Ordering::Relaxed);
        }
    }
}

impl Answering for HostedThread {
    fn answer(&self, method: MethodId) -> AtOnce {
        let get_name = MethodId { interface: <dyn Thread>::descriptor().id, ordinal: 0 };
        if method == get_name {
            AtOnce::ThreadName(self.name.clone())
        } else {
            AtOnce::Unknown(self.interface())
        }
    }

    fn interface(&self) -> &'static Descriptor {
        <dyn Thread>::descriptor()
    }

    fn as_thread(self: Arc<Self>) -> Option<Arc<HostedThread>> {
        Some(self)
    }
}

/// A call's place on a thread, until this is dropped.
pub(crate) struct Occupied(Arc<HostedThread>);

impl Occupied {
    pub(crate) fn new(thread: Arc<HostedThread>) -> Self {
        thread.depth.fetch_add(1, Ordering::Relaxed);
        Self(thread)
    }

    pub(crate) fn strand(&self) -> &Arc<Strand> {
        self.0.strand()
    }
}

impl Drop for Occupied {
    fn drop(&mut self) {
        self.0.depth.fetch_sub(1, Ordering::Relaxed);
    }
}

/// The threads that the peer of a connection had made here.
pub(crate) struct Hosts {
    map: LocalObject,
    /// How many there are.
    made: Arc<AtomicUsize>,
    limit: usize,
    /// Numbers their names.
    next: AtomicUsize,
    /// Those for the calls that name none; made once.
    pool: OnceLock<Vec<Arc<HostedThread>>>,
}

impl Hosts {
    pub(crate) fn new(limit: usize) -> Self {
        let (made, next) = (Arc::default(), AtomicUsize::new(1));
        Self { map: LocalObject::of(Arc::new(Map)), made, limit, next, pool: OnceLock::new() }
    }

    /// Returns the `ThreadMap` that the peer gets.
    pub(crate) fn map(&self) -> Capability {
        Capability::Local(self.map.clone())
    }

    /// Makes a thread.
    ///
    /// # Errors
    /// Returns an error if the peer has as many as it may.
    pub(super) fn make_thread(&self, link: &Link, from: &str) -> Result<Capability, IpcException> {
        self.count(1)?;
        let number = self.next.fetch_add(1, Ordering::Relaxed);
        let thread =
            HostedThread::counted(link.weak(), name::of_hosted(number, from), Some(self.made.clone()));
        Ok(Capability::Local(LocalObject::of(thread)))
    }

    /// Makes the threads for calls that name none. To make none of them changes nothing, as in libmultiprocess.
    ///
    /// # Errors
    /// Returns an error if there are any, or if they would be more than there may be.
    pub(super) fn make_pool(&self, link: &Link, count: u32) -> Result<(), IpcException> {
        if self.pool.get().is_some() {
            return Err(IpcException::failed(
                "std::exception: makePool called on connection with existing pool",
            ));
        }
        let count = usize::try_from(count).unwrap_or(usize::MAX);
        if count == 0 {
            return Ok(());
        }
        self.count(count)?;
        let thread =
            |index| HostedThread::counted(link.weak(), name::of_pooled(index), Some(self.made.clone()));
        // Under the lock of the connection's state, so that nobody else has set it since.
        let _ = self.pool.set((0..count).map(thread).collect());
        Ok(())
    }

    fn count(&self, count: usize) -> Result<(), IpcException> {
        let room = |made: usize| made.checked_add(count).filter(|made| *made <= self.limit);
        match self.made.fetch_update(Ordering::Relaxed, Ordering::Relaxed, room) {
            Ok(_) => Ok(()),
            Err(_) => Err(IpcException::overloaded("too many threads were made on this connection")),
        }
    }

    /// Returns the threads for the calls that name none.
    pub(crate) fn pooled(&self) -> &[Arc<HostedThread>] {
        self.pool.get().map_or(&[], Vec::as_slice)
    }

    /// Returns the thread of the pool that has the fewest calls, if there is a pool.
    pub(super) fn least_occupied(&self) -> Option<&Arc<HostedThread>> {
        self.pool.get()?.iter().min_by_key(|thread| thread.depth.load(Ordering::Relaxed))
    }
}

/// The `ThreadMap` of a connection.
struct Map;

impl Answering for Map {
    fn answer(&self, method: MethodId) -> AtOnce {
        let known = method.interface == self.interface().id;
        match method.ordinal {
            0 if known => AtOnce::MakeThread,
            1 if known => AtOnce::MakePool,
            _ => AtOnce::Unknown(self.interface()),
        }
    }

    fn interface(&self) -> &'static Descriptor {
        <dyn ThreadMap>::descriptor()
    }

    fn as_thread(self: Arc<Self>) -> Option<Arc<HostedThread>> {
        None
    }
}

/// An object of the runtime itself: it answers each call when it is received, and nothing of the application is behind it.
trait Answering: Any + Send + Sync {
    fn answer(&self, method: MethodId) -> AtOnce;
    fn interface(&self) -> &'static Descriptor;
    fn as_thread(self: Arc<Self>) -> Option<Arc<HostedThread>>;
}

impl<A: Answering> Serve for A {
    fn at_once(&self, method: MethodId) -> Option<AtOnce> {
        Some(self.answer(method))
    }

    fn thread(self: Arc<Self>) -> Option<Arc<HostedThread>> {
        self.as_thread()
    }

    fn serve(&self, call: ServerCall) -> Served {
        // It is answered before.
        Served::Now(Err(call.unimplemented(self.interface())))
    }

    fn as_any(&self) -> &dyn Any {
        self
    }

    fn renew(self: Arc<Self>) -> LocalObject {
        LocalObject::of(self)
    }

    fn name(&self) -> &'static str {
        self.interface().name
    }

    fn queue(&self) -> Option<&dyn Queue> {
        None
    }

    fn is_oneway(&self, _: MethodId) -> bool {
        false
    }

    fn to_remote(&self) -> Option<Remote> {
        None
    }

    fn has_context(&self, _: MethodId) -> bool {
        false
    }

    fn is_called(&self) -> bool {
        false
    }

    fn owns(&self) -> bool {
        false
    }

    fn owns_alone(&self) -> bool {
        false
    }
}
