//! Which thread of the peer a call has.

use std::collections::VecDeque;
use std::future::poll_fn;
use std::sync::{Arc, Mutex};
use std::task::{Poll, Waker};
use std::time::{Duration, Instant};

use super::peer::Home;
use super::{PeerThread, frame, name};
use crate::deadline::timed_out;
use crate::driver::link::Link;
use crate::driver::waiter::wake;
use crate::exception::IpcException;
use crate::object::LocalObject;
use crate::rpc::Cap;
use crate::sync::lock;

/// Threads without a call that are kept for good. A server of libmultiprocess has a thread for each.
const KEPT: usize = 64;

/// How long more than that are kept that have no call: who makes many calls at a time makes them again and again, and to have a thread
/// made costs as much as a call.
const SPARED: Duration = Duration::from_secs(1);

/// What a call has: the thread of the peer that runs it, and the one of this side that runs what is called back. Both are
/// null where the peer makes no threads.
#[derive(Default)]
pub(crate) struct Lease(Option<Leased>);

struct Leased {
    thread: Option<Arc<PeerThread>>,
    callback: LocalObject,
}

impl Lease {
    /// A thread that is in use by this call, and whom to call back.
    pub(super) fn new(thread: Arc<PeerThread>, callback: LocalObject) -> Self {
        Self(Some(Leased { thread: Some(thread), callback }))
    }

    /// A thread for a task, which does not wait itself.
    fn of_task(thread: Arc<PeerThread>) -> Self {
        let callback = thread.callback();
        Self::new(thread, callback)
    }

    /// Tells whether the context is null.
    pub(crate) fn is_null(&self) -> bool {
        self.0.is_none()
    }

    /// Returns the first two capabilities of a call, which are those of its context. Under the lock of the connection's
    /// state, in which the call is sent.
    pub(crate) fn names(&self) -> Option<[Option<Cap<LocalObject>>; 2]> {
        let Leased { thread, callback } = self.0.as_ref()?;
        Some([thread.as_ref().and_then(|thread| thread.cap()), Some(Cap::Local(callback.clone()))])
    }
}

impl Drop for Lease {
    fn drop(&mut self) {
        if let Some(Leased { thread: Some(thread), .. }) = self.0.take() {
            thread.end_use();
        }
    }
}

/// The threads of the peer that tasks share, on one connection.
///
/// Lock order: behind a connection's state; before a place's.
pub(crate) struct Leases {
    limit: usize,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    /// The one whose call has ended last is at the end, and is taken first.
    free: Vec<Arc<PeerThread>>,
    /// As few as were free since the last time that some were given up: nobody needs these.
    spare: usize,
    /// Some are to be given up in a while.
    trimmed_later: bool,
    /// Those that exist, with a call or without.
    made: usize,
    queue: VecDeque<Arc<Place>>,
}

/// What a task is told that wants a thread.
enum Taken {
    Thread(Arc<PeerThread>),
    /// It makes one.
    Room,
    Queued(Arc<Place>),
}

/// A task's place in the queue.
#[derive(Default)]
struct Place(Mutex<Waiting>);

#[derive(Default)]
struct Waiting {
    given: Option<Given>,
    waker: Option<Waker>,
}

enum Given {
    Thread(Arc<PeerThread>),
    /// There may be one now.
    Again,
}

impl Leases {
    pub(crate) fn new(limit: usize) -> Self {
        // With none, no task could ever call.
        Self { limit: limit.max(1), state: Mutex::default() }
    }

    fn take(&self) -> Taken {
        let mut state = lock(&self.state);
        if let Some(thread) = state.free.pop() {
            state.spare = state.spare.min(state.free.len());
            return Taken::Thread(thread);
        }
        if state.made < self.limit {
            state.made += 1;
            return Taken::Room;
        }
        let place = Arc::<Place>::default();
        state.queue.push_back(place.clone());
        Taken::Queued(place)
    }

    /// Takes a thread back whose call has ended, for the next one. Returns when [`trim`](Leases::trim) is to be called, if
    /// nobody will otherwise.
    pub(super) fn put_back(&self, thread: Arc<PeerThread>) -> Option<Duration> {
        let mut state = lock(&self.state);
        if let Some(place) = state.queue.pop_front() {
            drop(state);
            place.give(Given::Thread(thread));
            return None;
        }
        state.free.push(thread);
        let many = state.free.len() > KEPT && !state.trimmed_later;
        state.trimmed_later |= many;
        many.then_some(SPARED)
    }

    /// Gives up the threads that nobody has needed lately. Returns when it is to be called again.
    pub(crate) fn trim(&self) -> Option<Duration> {
        let mut state = lock(&self.state);
        // Those at the beginning have been free for longest.
        let surplus = state.spare.min(state.free.len().saturating_sub(KEPT));
        let given_up: Vec<_> = state.free.drain(..surplus).collect();
        state.spare = state.free.len();
        state.trimmed_later = state.free.len() > KEPT;
        let again = state.trimmed_later;
        drop(state);
        // Without the lock: it takes that of the connection.
        drop(given_up);
        again.then_some(SPARED)
    }

    /// Counts a thread that has become everybody's.
    pub(super) fn add_one(&self) {
        lock(&self.state).made += 1;
    }

    /// Notes that there is one fewer.
    pub(super) fn forget_one(&self) {
        let mut state = lock(&self.state);
        state.made -= 1;
        let next = state.queue.pop_front();
        drop(state);
        if let Some(place) = next {
            place.give(Given::Again);
        }
    }

    fn leave(&self, place: &Arc<Place>) -> Option<Duration> {
        let mut state = lock(&self.state);
        state.queue.retain(|other| !Arc::ptr_eq(other, place));
        drop(state);
        let given = lock(&place.0).given.take();
        match given {
            Some(Given::Thread(thread)) => return self.put_back(thread),
            Some(Given::Again) => self.tell_next(),
            None => {}
        }
        None
    }

    fn tell_next(&self) {
        let next = lock(&self.state).queue.pop_front();
        if let Some(place) = next {
            place.give(Given::Again);
        }
    }
}

impl Place {
    fn give(&self, given: Given) {
        let mut waiting = lock(&self.0);
        waiting.given = Some(given);
        let waker = waiting.waker.take();
        drop(waiting);
        wake(waker);
    }

    fn poll(&self, waker: &Waker) -> Poll<Given> {
        // Cloned and dropped without the lock: a waker is an executor's code.
        let waker = waker.clone();
        let mut waiting = lock(&self.0);
        if let Some(given) = waiting.given.take() {
            return Poll::Ready(given);
        }
        let replaced = waiting.waker.replace(waker);
        drop(waiting);
        drop(replaced);
        Poll::Pending
    }
}

/// A task in the queue, until this is dropped.
struct InQueue<'l> {
    link: &'l Arc<Link>,
    place: Arc<Place>,
}

impl Drop for InQueue<'_> {
    fn drop(&mut self) {
        self.link.trim_leases_after(self.link.leases().leave(&self.place));
    }
}

/// What can be done at once about a lease.
enum Attempt<'l> {
    Done(Lease),
    Wait(InQueue<'l>),
}

fn attempt(link: &Arc<Link>) -> Attempt<'_> {
    if !link.has_thread_map() {
        return Attempt::Done(Lease::default());
    }
    loop {
        match link.leases().take() {
            Taken::Thread(thread) if thread.try_use() => return Attempt::Done(Lease::of_task(thread)),
            // The peer has failed to make it.
            Taken::Thread(_) => {}
            Taken::Room => {
                let thread = PeerThread::asked(link, Home::Shared);
                link.ask_for_thread(&thread, &name::of_task());
                return Attempt::Done(Lease::of_task(thread));
            }
            Taken::Queued(place) => return Attempt::Wait(InQueue { link, place }),
        }
    }
}

/// Goes on with what a place in the queue has brought.
fn given(link: &Arc<Link>, given: Given) -> Attempt<'_> {
    match given {
        Given::Thread(thread) if thread.try_use() => Attempt::Done(Lease::of_task(thread)),
        Given::Thread(_) | Given::Again => attempt(link),
    }
}

/// Leases a thread for the call of a task, which waits while there are as many calls on their way as there may be threads.
pub(crate) async fn lease_for_task(link: &Arc<Link>) -> Lease {
    match frame::caller_of(link) {
        Some(caller) if caller.try_use() => Lease::of_task(caller),
        _ => lease_shared(link).await,
    }
}

/// Leases a thread for a call that nobody waits for; see [`lease_oneway`].
pub(crate) async fn lease_shared(link: &Arc<Link>) -> Lease {
    let mut next = attempt(link);
    loop {
        match next {
            Attempt::Done(lease) => return lease,
            Attempt::Wait(queued) => {
                let thread = poll_fn(|cx| queued.place.poll(cx.waker())).await;
                next = given(link, thread);
            }
        }
    }
}

/// Leases a thread for a call that nobody waits for: none that somebody waits on, for it may take its time.
///
/// # Errors
/// Returns an error if all there may be have a call, until the deadline.
pub(crate) fn lease_oneway(link: &Arc<Link>, deadline: Option<Instant>) -> Result<Lease, IpcException> {
    let mut next = attempt(link);
    loop {
        match next {
            Attempt::Done(lease) => return Ok(lease),
            Attempt::Wait(queued) => {
                let thread = link.wait(deadline, |waker| queued.place.poll(waker));
                let thread =
                    thread.ok_or_else(|| timed_out("the peer did not end the calls before this one"))?;
                next = given(link, thread);
            }
        }
    }
}
