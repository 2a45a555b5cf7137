//! One connection: the engine under its lock, the two halves of the socket, and what depends on their life.

use std::collections::{HashMap, HashSet, VecDeque};
use std::io;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Condvar, Mutex, OnceLock, Weak};
use std::task::{Poll, Waker};
use std::time::{Duration, Instant};

use rustix::net::Shutdown;
use smallvec::SmallVec;
use tokio::runtime::Handle;

use super::framing::{Filled, Framing, Received};
use super::lender::Lender;
use super::output::{Cause, Flushed, Output, peer_does_not_read};
use super::pace::Pace;
use super::patience::Patience;
use super::poller::{self, Alarm, Poller, Source, Token};
use super::selector::Interest;
use super::socket::{self, Transport};
use super::turn::{Looked, Turn};
use super::waiter::{Cancel, Waiter};
use super::{DriverLimits, Waiting};
use crate::context::Context;
use crate::deadline::timed_out;
use crate::exception::IpcException;
use crate::object::thread::{Hosts, Leases, Parked, PeerThread, Peers};
use crate::object::{Capabilities, Capability, LocalObject, MethodId};
use crate::process::{ChildProcess, peer_credentials};
use crate::reflection::{ConnectionState, Reflection};
use crate::rpc::{self, AnswerId, Cap, Connection, OutgoingCall, OutgoingResults, Payload, QuestionId};
use crate::sync::lock;
use crate::thread::mailbox::Mailbox;
use crate::thread::pool::{Chore, Pool, spawn_chores};
use crate::thread::runtime;
use crate::thread::strand::Kicks;

mod calls;
mod holding;
mod lending;
mod reading;

use self::calls::Delivered;
pub(crate) use self::holding::{hold, is_holding, release_held};

/// What the driver plugs into the engine.
#[derive(Debug)]
pub(crate) struct Host;

impl rpc::Host for Host {
    type Object = LocalObject;
    type Waiter = Asked;
}

/// Who waits for an answer.
pub(crate) enum Asked {
    /// A caller.
    Call(Arc<Waiter>, Reading),
    /// A thread of the peer, which the answer is.
    Thread(Arc<PeerThread>),
}

/// Who reads the answer to a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Reading {
    /// The thread that waits for it.
    Caller,
    /// Whoever reads: a task waits for it, or for the thread of the peer that has the call.
    Others,
}

type Engine = Connection<Host>;
type Event = rpc::Event<Host>;
type Answer = Result<Payload<LocalObject>, IpcException>;

/// How long finishes and releases may wait for a message to ride with.
const BATCH_DELAY: Duration = Duration::from_millis(2);

/// System calls that one connection may make before the others get their turn.
const READS_PER_TURN: usize = 16;

/// Turns of reading that are spent on a peer that no longer reads: what a socket buffer holds, many times over.
const LAST_TURNS: usize = 64;

/// Messages of one read for which there is room while there are none.
const MESSAGES_KEPT: usize = 4;

/// A received payload whose capabilities are counted handles.
#[derive(Debug)]
pub(crate) struct Incoming {
    pub(crate) payload: Payload<LocalObject>,
    pub(crate) caps: Capabilities,
}

/// Which end of a connection this is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Side {
    /// Connected, or spawned the peer: the connection ends with the last handle on a remote object.
    Client,
    /// Accepted, or was spawned by the peer: the connection ends when the peer ends it.
    Server,
}

/// What a connection needs from the application.
#[derive(Clone, Default)]
pub(crate) struct Settings {
    pub(crate) limits: DriverLimits,
    pub(crate) waiting: Waiting,
    pub(crate) reflection: Reflection,
    pub(crate) context: Arc<Context>,
    pub(crate) runtime: Option<Handle>,
}

/// One connection.
///
/// Lock order: `input`, then `state`, then the output queue's, or those of an object and of threads; never the other way. No user code,
/// destructor of a user's object or blocking call runs under any of them.
pub(crate) struct Link {
    /// For the handles that the link gives out on itself.
    this: Weak<Link>,
    socket: OwnedFd,
    transport: Transport,
    side: Side,
    limits: DriverLimits,
    reflection: Reflection,
    context: Arc<Context>,
    runtime: Option<Handle>,
    poller: &'static Arc<Poller>,
    token: OnceLock<Token>,
    /// Who reads.
    turn: Turn<Arc<Mailbox>>,
    /// How long readers poll before they sleep, unless they do not; whoever has the turn asks.
    patience: Option<Mutex<Patience>>,
    /// The read half.
    input: Mutex<Input>,
    state: Mutex<State>,
    output: Output,
    /// Handles on remote objects of this connection.
    handles: AtomicUsize,
    queued_calls: AtomicUsize,
    queued_bytes: AtomicUsize,
    /// The threads of this side that the peer had made.
    hosts: Hosts,
    /// Those of the peer that tasks of this side share.
    leases: Leases,
    /// The peer makes threads: `State::thread_map` is there.
    maps_threads: AtomicBool,
    ending: Mutex<Ending>,
    ended: Condvar,
    /// The process at the other end, if this one spawned it.
    child: OnceLock<Arc<ChildProcess>>,
}

pub(super) struct Input {
    framing: Framing,
    /// What a read has brought; empty between reads.
    messages: Vec<Received>,
}

struct State {
    engine: Engine,
    /// A flush of batched messages is due.
    flush_scheduled: bool,
    /// Calls on their way whose answers their callers do not read.
    tasks_calls: usize,
    /// Who has what the call that is being sent was lent.
    lender: Option<Arc<Lender>>,
    cancellations: Cancellations,
    pace: Pace,
    /// What makes threads at the other end.
    thread_map: Option<Cap<LocalObject>>,
    /// Calls whose threads are not known yet, in order.
    parked: VecDeque<Parked>,
}

/// Which calls are no longer wanted, and whom to tell when one of the running ones is not.
///
/// A call can become unwanted before its method has begun: so its id stays in `unwanted` until it is answered.
#[derive(Default)]
struct Cancellations {
    unwanted: HashSet<AnswerId>,
    running: HashMap<AnswerId, Arc<Cancel>>,
}

impl Cancellations {
    /// Forgets a call that is answered.
    fn forget(&mut self, answer: AnswerId) {
        // With most calls nothing is there to be looked for.
        if !self.unwanted.is_empty() {
            self.unwanted.remove(&answer);
        }
        if !self.running.is_empty() {
            self.running.remove(&answer);
        }
    }
}

/// What reading has brought.
struct Read {
    /// Calls are in the pool's queue now.
    called: bool,
    /// The socket may have more bytes.
    more: bool,
    /// The connection has ended.
    ended: bool,
}

#[derive(Default)]
struct Ending {
    reason: Option<IpcException>,
    next_cleanup: u64,
    cleanups: Vec<(u64, Chore)>,
}

impl std::fmt::Debug for Link {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Link").field("socket", &self.socket).field("side", &self.side).finish_non_exhaustive()
    }
}

impl State {
    /// Gives a call to the engine, with the threads that it has.
    fn call(
        &mut self,
        target: &Cap<LocalObject>,
        mut call: OutgoingCall<LocalObject>,
        waiter: Arc<Waiter>,
        reading: Reading,
    ) -> QuestionId {
        let mut names = None;
        waiter.with_held(|held| names = held.lease().names());
        if let Some(names) = names {
            let mut caps = self.engine.empty_caps();
            caps.extend(names);
            caps.append(&mut call.caps);
            call.caps = caps;
        }
        self.tasks_calls += usize::from(reading == Reading::Others);
        self.engine.call(target, call, Asked::Call(waiter, reading))
    }
}

/// When messages are written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Writing {
    #[default]
    Now,
    /// With others that are about to come, or after a while.
    Later,
    /// The same, if other tasks have called: see [`write_with_others`](Link::write_with_others).
    WithOtherTasks,
}

/// What an input to the engine left to be done outside of its lock: with most, one thing, or nothing.
#[derive(Default)]
struct Effects {
    returns: SmallVec<[(Arc<Waiter>, Answer); 1]>,
    drops: SmallVec<[LocalObject; 2]>,
    /// Who has got calls.
    kicks: Kicks,
    /// Threads of the peer that are not needed any more.
    peers: Peers,
    /// Something is to be written.
    writes: bool,
    /// Bytes that wait to be written and that the peer has brought about.
    queued: usize,
    /// This thread has a message of its own to write, which others wait behind.
    lends: bool,
    schedule: bool,
    writing: Writing,
    cancels: Vec<Arc<Cancel>>,
}

impl Link {
    /// Starts to serve a connected stream socket; `bootstrap` is what the peer may ask for.
    ///
    /// # Errors
    /// Returns the operating system's error if the socket cannot be waited for.
    pub(crate) fn start(
        socket: OwnedFd,
        side: Side,
        bootstrap: Option<LocalObject>,
        settings: Settings,
    ) -> Result<Arc<Self>, IpcException> {
        let Settings { limits, waiting, reflection, context, runtime } = settings;
        let poller = Poller::shared()?;
        let link = Arc::new_cyclic(|this| Self {
            this: this.clone(),
            transport: Transport::of(socket.as_fd()),
            socket,
            side,
            limits,
            reflection,
            context,
            runtime,
            poller,
            token: OnceLock::new(),
            turn: Turn::new(),
            patience: match waiting {
                Waiting::Adaptive => Some(Mutex::new(Patience::new(Instant::now()))),
                Waiting::Sleeping => None,
            },
            input: Mutex::new(Input {
                framing: Framing::new(limits.untaken_descriptors),
                messages: Vec::new(),
            }),
            state: Mutex::new(State {
                engine: Engine::new(rpc::Limits::default(), bootstrap),
                flush_scheduled: false,
                tasks_calls: 0,
                lender: None,
                cancellations: Cancellations::default(),
                pace: Pace::default(),
                thread_map: None,
                parked: VecDeque::new(),
            }),
            output: Output::new(),
            handles: AtomicUsize::new(0),
            queued_calls: AtomicUsize::new(0),
            queued_bytes: AtomicUsize::new(0),
            hosts: Hosts::new(limits.hosted_threads),
            leases: Leases::new(limits.leased_threads),
            maps_threads: AtomicBool::new(false),
            ending: Mutex::default(),
            ended: Condvar::new(),
            child: OnceLock::new(),
        });
        // The reader must find the token: hold its half until it is there.
        let input = lock(&link.input);
        let token = poller
            .add(&(link.clone() as Arc<dyn Source>))
            .map_err(|error| IpcException::system("cannot wait for the connection", error))?;
        let _ = link.token.set(token);
        drop(input);
        Ok(link)
    }

    pub(crate) fn weak(&self) -> Weak<Self> {
        self.this.clone()
    }

    /// Returns the application state.
    pub(crate) fn context(&self) -> &Arc<Context> {
        &self.context
    }

    /// Returns what the peer is told of this process if it asks.
    pub(crate) fn reflection(&self) -> Reflection {
        self.reflection
    }

    /// Tells whether file descriptors can be passed over the connection's socket.
    pub(crate) fn carries_descriptors(&self) -> bool {
        self.transport == Transport::Unix
    }

    /// Returns where the futures of `async` methods run.
    pub(crate) fn runtime(&self) -> &Handle {
        self.runtime.as_ref().unwrap_or_else(|| runtime::fallback())
    }

    /// Notes which process is at the other end.
    pub(crate) fn set_child(&self, child: Arc<ChildProcess>) {
        // Only the spawning code sets it, once.
        let _ = self.child.set(child);
    }

    /// Returns the process at the other end, if this one spawned it.
    pub(crate) fn child(&self) -> Option<&Arc<ChildProcess>> {
        self.child.get()
    }

    /// Asks for the peer's bootstrap object; returns a handle that can be called at once, and where the answer
    /// arrives.
    pub(crate) fn bootstrap(self: &Arc<Self>) -> (Question, Arc<Waiter>) {
        let waiter = Arc::<Waiter>::default();
        let id = self.with_engine(|engine| engine.bootstrap(Asked::Call(waiter.clone(), Reading::Caller)));
        (Question { link: self.clone(), id }, waiter)
    }

    /// Blocks while too much is queued for the socket: so that memory stays bounded, a new call waits before it is
    /// sent.
    ///
    /// # Errors
    /// Returns an error if there is no room before the deadline.
    pub(crate) fn wait_for_room(self: &Arc<Self>, deadline: Option<Instant>) -> Result<(), IpcException> {
        if self.output.is_over(self.limits.high_water_bytes)
            && self.wait(deadline, |waker| self.poll_room(waker)).is_none()
        {
            return Err(timed_out("the peer did not take what was sent to it before"));
        }
        Ok(())
    }

    /// Like [`wait_for_room`](Link::wait_for_room), for tasks.
    pub(crate) fn poll_room(&self, waker: &Waker) -> Poll<()> {
        self.output.poll_below(self.limits.high_water_bytes, waker)
    }

    /// Sends a call; its answer arrives at `waiter`.
    pub(crate) fn call(
        self: &Arc<Self>,
        target: &Cap<LocalObject>,
        call: OutgoingCall<LocalObject>,
        waiter: Arc<Waiter>,
        reading: Reading,
        writing: Writing,
    ) -> Question {
        let id =
            self.with_state_and(Cause::Caller, writing, |state| state.call(target, call, waiter, reading));
        Question { link: self.clone(), id }
    }

    /// Gives a reference on a capability of this connection back.
    pub(crate) fn release(self: &Arc<Self>, cap: Cap<LocalObject>) {
        self.with_engine(|engine| engine.release(cap));
    }

    /// Answers a call.
    pub(crate) fn respond(
        self: &Arc<Self>,
        answer: AnswerId,
        result: Result<OutgoingResults<LocalObject>, IpcException>,
    ) {
        let respond = |state: &mut State| {
            state.cancellations.forget(answer);
            state.engine.respond(answer, result.map_err(IpcException::thrown));
            state.pace.answered(Instant::now());
        };
        if Self::may_hold() {
            self.note_held();
            self.with_state_and(Cause::Peer, Writing::Later, respond);
        } else {
            self.with_state(Cause::Peer, respond);
        }
    }

    /// Returns what tells the future of a method, before it is first polled, that the call is no longer wanted.
    pub(crate) fn cancel_of(&self, answer: AnswerId) -> Arc<Cancel> {
        let cancel = Arc::<Cancel>::default();
        let mut state = lock(&self.state);
        if state.engine.is_terminated().is_some() || state.cancellations.unwanted.contains(&answer) {
            cancel.cancel();
        } else {
            state.cancellations.running.insert(answer, cancel.clone());
        }
        cancel
    }

    /// Takes one more reference on a capability of this connection.
    pub(crate) fn retain(self: &Arc<Self>, cap: &Cap<LocalObject>) {
        self.with_engine(|engine| engine.retain(cap));
    }

    /// Notes a new handle on a remote object.
    pub(crate) fn add_handle(&self) {
        self.handles.fetch_add(1, Ordering::Relaxed);
    }

    /// Gives a handle on a remote object back; the last one closes a client's connection.
    pub(crate) fn drop_handle(self: &Arc<Self>, cap: Cap<LocalObject>) {
        self.with_engine(|engine| engine.release(cap));
        if self.handles.fetch_sub(1, Ordering::AcqRel) == 1 && self.side == Side::Client {
            self.terminate(IpcException::disconnected("the connection was closed by this side"));
        }
    }

    /// Ends the connection: every pending call fails with `reason`, every object is given up.
    pub(crate) fn terminate(self: &Arc<Self>, reason: IpcException) {
        self.with_engine(|engine| engine.terminate(reason));
    }

    /// Returns why the connection has ended, `None` while it lives.
    pub(crate) fn reason(&self) -> Option<IpcException> {
        lock(&self.ending).reason.clone()
    }

    /// Serves a peer that is about to call, until the connection has ended.
    pub(crate) fn serve(self: &Arc<Self>) {
        // They start while the first message is read.
        Pool::strands().warm_up();
        self.greet();
        self.wait_ended();
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

    /// Gives one input to the engine and does what follows from it.
    fn with_engine<R>(self: &Arc<Self>, input: impl FnOnce(&mut Engine) -> R) -> R {
        self.with_state(Cause::Peer, |state| input(&mut state.engine))
    }

    /// Like [`with_engine`](Link::with_engine), for an input that comes with something else, or from a caller.
    fn with_state<R>(self: &Arc<Self>, cause: Cause, input: impl FnOnce(&mut State) -> R) -> R {
        self.with_state_and(cause, Writing::Now, input)
    }

    fn with_state_and<R>(
        self: &Arc<Self>,
        cause: Cause,
        writing: Writing,
        input: impl FnOnce(&mut State) -> R,
    ) -> R {
        let mut effects = Effects { writing, ..Effects::default() };
        let mut state = lock(&self.state);
        let result = input(&mut state);
        self.collect(&mut state, &mut effects, cause);
        let ended = state.engine.is_terminated().cloned();
        drop(state);
        self.apply(effects, ended, 0);
        result
    }

    /// Drains the engine: calls into the pool's queue and messages into the output queue, in order, which is why it
    /// happens under the engine's lock; the rest into `effects`.
    fn collect(self: &Arc<Self>, state: &mut State, effects: &mut Effects, cause: Cause) {
        loop {
            // Before what has come after them.
            self.look_at_parked(state, effects);
            let Some(event) = state.engine.poll_event() else { break };
            match event {
                Event::Call { answer, target, interface_id, method_id, params, words } => {
                    let method = MethodId { interface: interface_id, ordinal: method_id };
                    let call = Delivered { answer, target, method, params, words };
                    self.receive_call(state, call, effects);
                }
                Event::Return { waiter: Asked::Call(waiter, reading), result, .. } => {
                    state.tasks_calls -= usize::from(reading == Reading::Others);
                    effects.returns.push((waiter, result.map_err(IpcException::caught)));
                }
                Event::Return { question, waiter: Asked::Thread(thread), result } => {
                    Self::receive_thread(state, question, &thread, result);
                    effects.peers.push(thread);
                }
                Event::Cancelled { answer } => match state.cancellations.running.remove(&answer) {
                    Some(cancel) => effects.cancels.push(cancel),
                    None => drop(state.cancellations.unwanted.insert(answer)),
                },
                Event::Resolved { cap, .. } => {
                    // Calls through the promise keep working; nobody here changes over to what it became.
                    state.engine.release(cap);
                }
                Event::Drop(object) => effects.drops.push(object),
            }
        }
        if state.engine.is_terminated().is_some() {
            effects.cancels.extend(state.cancellations.running.drain().map(|(_, cancel)| cancel));
        }
        while let Some(message) = state.engine.poll_transmit() {
            let lender = if message.parts().are_lent() { state.lender.take() } else { None };
            effects.lends |= lender.is_some();
            effects.queued = self.output.push(message, cause, lender);
            effects.writes = true;
        }
        state.lender = None;
        if effects.writing == Writing::WithOtherTasks
            && (state.tasks_calls <= 1 || self.output.fills_a_batch())
        {
            effects.writing = Writing::Now;
        }
        let waits = state.engine.has_batched() || effects.writing != Writing::Now;
        if waits && !state.flush_scheduled {
            state.flush_scheduled = true;
            effects.schedule = true;
        }
    }

    /// Does what the engine has left to be done. `coming` threads of the pool are about to look into its queue.
    fn apply(self: &Arc<Self>, effects: Effects, ended: Option<IpcException>, coming: usize) {
        // Who waits for this comes before what others wait for.
        effects.kicks.kick_beyond(coming);
        for (waiter, result) in effects.returns {
            waiter.complete(result.map(|payload| Incoming::new(self, payload)));
            if poller::is_current()
                && let Some(abandoned) = Arc::into_inner(waiter)
            {
                // The caller has stopped waiting at this very moment. What the answer holds is not dropped here.
                spawn_chores(vec![Box::new(move || drop(abandoned))]);
            }
        }
        if effects.writes && effects.writing == Writing::Now {
            self.flush();
        }
        for cancel in effects.cancels {
            cancel.cancel();
        }
        drop(effects.peers);
        self.give_up(effects.drops, effects.lends);
        if effects.schedule {
            let this: Weak<dyn Source> = self.this.clone();
            self.poller.wake_at(Instant::now() + BATCH_DELAY, this, Alarm::Flush);
        }
        match ended {
            Some(reason) => self.end(reason),
            None if effects.queued > self.limits.abort_bytes => {
                self.terminate(peer_does_not_read(self.limits.abort_bytes));
            }
            None => {}
        }
    }

    /// Drops handles that the engine no longer needs. Most are copies of one that lives on, as of an argument that was
    /// just sent; a last one runs a destructor, which is the pool's work.
    fn give_up(&self, mut objects: SmallVec<[LocalObject; 2]>, lends: bool) {
        objects.retain(|object| object.owns());
        if !poller::is_current() && !lends {
            // Where another thread drops its handle meanwhile, the destructor runs on this one: a caller's or a
            // worker's, without a lock.
            objects.retain(LocalObject::is_last_handle);
        }
        if objects.is_empty() {
            return;
        }
        spawn_chores(objects.into_iter().map(|object| Box::new(move || drop(object)) as Chore).collect());
    }

    /// Takes a call into the budget of those that wait for a thread.
    fn admit(&self, words: usize) -> bool {
        let bytes = words.saturating_mul(8);
        // Only the holder of the engine's lock adds, so looking before adding is exact.
        if self.queued_calls.load(Ordering::Relaxed) >= self.limits.queued_calls
            || self.queued_bytes.load(Ordering::Relaxed).saturating_add(bytes) > self.limits.queued_bytes
        {
            return false;
        }
        self.queued_calls.fetch_add(1, Ordering::Relaxed);
        self.queued_bytes.fetch_add(bytes, Ordering::Relaxed);
        true
    }

    /// Gives a call's place in the budget back: it has a thread now.
    pub(crate) fn call_started(&self, words: usize) {
        self.queued_calls.fetch_sub(1, Ordering::Relaxed);
        self.queued_bytes.fetch_sub(words.saturating_mul(8), Ordering::Relaxed);
    }

    /// Writes what is queued; leaves to the poller what the socket does not take.
    fn flush(self: &Arc<Self>) {
        self.flushed(self.output.flush(self.socket.as_fd()));
    }

    fn flushed(self: &Arc<Self>, flushed: io::Result<Flushed>) {
        match flushed {
            Ok(Flushed::Done) => {}
            Ok(Flushed::Full) => {
                self.turn.set_full(true, |interest| self.watch(interest));
                // The peer may have stopped to read because nobody reads what it writes.
                self.attend();
            }
            Err(error) => self.fail_output(&error),
        }
    }

    fn watch(&self, interest: Interest) {
        if let Some(token) = self.token.get() {
            // Fails only after `end` has removed the registration.
            let _ = self.poller.modify(self.socket.as_fd(), *token, interest);
        }
    }

    /// Ends a connection whose socket failed.
    fn fail(self: &Arc<Self>, error: &io::Error) {
        let text = match error.kind() {
            io::ErrorKind::BrokenPipe | io::ErrorKind::ConnectionReset => "the peer is gone".to_owned(),
            _ => format!("the connection broke: {error}"),
        };
        self.terminate(IpcException::disconnected(text));
    }

    /// Nothing can be written any more. What the peer sent before it went is still to be read: the answers that
    /// somebody waits for may be among it.
    fn fail_output(self: &Arc<Self>, error: &io::Error) {
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
    fn end(&self, reason: IpcException) {
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

    /// Reads what the socket has and gives it to the engine, in order. `coming` threads of the pool are about to look into
    /// its queue.
    fn read(self: &Arc<Self>, coming: usize) -> Read {
        let mut input = lock(&self.input);
        let Input { framing, messages } = &mut *input;
        let receive = |space: &mut [u8], fds: &mut Vec<OwnedFd>| {
            socket::receive(self.socket.as_fd(), self.transport, space, fds)
        };
        let filled = framing.fill(receive, messages, READS_PER_TURN);
        let mut effects = Effects::default();
        let mut ended = None;
        if !messages.is_empty() {
            let mut state = lock(&self.state);
            for Received { message, arrived, .. } in messages.drain(..) {
                if state.engine.handle_message_with(message, arrived).is_err() {
                    // The engine has terminated the connection and says why.
                    break;
                }
            }
            self.collect(&mut state, &mut effects, Cause::Peer);
            ended = state.engine.is_terminated().cloned();
            messages.shrink_to(MESSAGES_KEPT);
        }
        drop(input);
        let mut read = Read {
            called: effects.kicks.calls || effects.kicks.strands,
            more: false,
            ended: ended.is_some(),
        };
        self.apply(effects, ended, coming);
        match filled {
            Ok(Filled::Share) => read.more = true,
            Ok(Filled::Empty) => return read,
            Ok(Filled::Eof) => self.terminate(IpcException::disconnected("the peer closed the connection")),
            Err(error) => self.fail(&error),
        }
        read.ended |= !read.more;
        read
    }
}

#[cfg(test)]
impl Link {
    /// Keeps everybody from reading.
    pub(super) fn hold_reader(&self) -> std::sync::MutexGuard<'_, Input> {
        lock(&self.input)
    }

    pub(super) fn is_output_closed(&self) -> bool {
        self.output.is_closed()
    }
}

impl Source for Link {
    fn socket(&self) -> BorrowedFd<'_> {
        self.socket.as_fd()
    }

    fn token(&self) -> Option<Token> {
        self.token.get().copied()
    }

    fn state(&self) -> Option<ConnectionState> {
        let peer = match self.child() {
            Some(child) => Some(child.id()),
            None => peer_credentials(&self.socket).ok().and_then(|peer| peer.pid),
        };
        let state = lock(&self.state);
        let calls = state.engine.running_calls();
        let mut seen = ConnectionState::new(
            self.side == Side::Server,
            peer,
            state.engine.exported_objects(),
            calls.map(|(interface, ordinal)| MethodId { interface, ordinal }),
            state.engine.counts(),
        );
        seen.threads.extend(self.hosts.pooled().iter().map(|thread| thread.state()));
        Some(seen)
    }

    fn handle_ready(self: Arc<Self>, readable: bool, writable: bool) {
        // `start` holds the read half until the registration is known.
        drop(lock(&self.input));
        if writable {
            self.turn.set_full(false, |interest| self.watch(interest));
            self.output.unblock();
            self.flush();
        }
        // A thread that reads finds out itself, also that the peer is gone.
        if readable && self.turn.adopt(|interest| self.watch(interest)) {
            self.read(0);
        }
    }

    fn handle_alarm(self: Arc<Self>, alarm: Alarm) {
        match alarm {
            Alarm::Look => {
                if self.turn.look(|interest| self.watch(interest)) == Looked::Again {
                    self.look_later();
                }
            }
            Alarm::Trim => self.trim_leases_after(self.leases.trim()),
            Alarm::Flush | Alarm::Accept => {
                lock(&self.state).flush_scheduled = false;
                self.with_engine(Engine::flush_batched);
                // What was held back is in the queue already.
                self.flush();
            }
        }
    }
}

impl Incoming {
    pub(crate) fn new(link: &Arc<Link>, mut payload: Payload<LocalObject>) -> Self {
        let caps = std::mem::take(&mut payload.caps);
        let caps = caps.into_iter().map(|cap| cap.map(|cap| Capability::received(link, cap))).collect();
        Self { payload, caps }
    }
}

/// A question of ours. Dropping it finishes the question: a later answer is discarded, the remote method runs on.
#[derive(Debug)]
pub(crate) struct Question {
    link: Arc<Link>,
    id: QuestionId,
}

impl Question {
    /// Returns the capability in the answer that will be, or is, its root.
    pub(crate) fn promised(&self) -> Cap<LocalObject> {
        Cap::Promised(self.id, rpc::Transform::ROOT)
    }
}

impl Drop for Question {
    fn drop(&mut self) {
        self.link.with_engine(|engine| engine.finish(self.id));
    }
}
