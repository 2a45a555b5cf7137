//! One connection: the engine under its lock, the two halves of the socket, and what depends on their life.

use std::collections::{HashMap, HashSet, VecDeque};
use std::io;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Condvar, Mutex, OnceLock, Weak};
use std::task::{Poll, Waker};
use std::time::{Duration, Instant};

use tokio::runtime::Handle;

use super::framing::{Filled, Framing, Received};
use super::lender::Lender;
use super::output::{Cause, Flushed, Output};
use super::pace::Pace;
use super::patience::Patience;
use super::poller::{Alarm, Poller, Source, Token};
use super::selector::Interest;
use super::socket::{self, Transport};
use super::turn::{Looked, Turn};
use super::waiter::{Cancel, Waiter};
use super::{DriverLimits, Waiting};
use crate::context::Context;
use crate::deadline::timed_out;
use crate::exception::IpcException;
use crate::object::thread::{Hosts, Leases, Parked, PeerThread};
use crate::object::{Capabilities, Capability, LocalObject, MethodId};
use crate::process::{ChildProcess, peer_credentials};
use crate::reflection::{ConnectionState, Reflection};
use crate::rpc::{self, AnswerId, Cap, Connection, OutgoingCall, OutgoingResults, Payload, QuestionId};
use crate::sync::lock;
use crate::thread::mailbox::Mailbox;
use crate::thread::pool::Pool;
use crate::thread::runtime;

mod calls;
mod effects;
mod ending;
mod holding;
mod lending;
mod reading;

use self::effects::Effects;
pub(crate) use self::effects::Writing;
use self::ending::Ending;
pub(crate) use self::ending::KeptOpen;
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
        self.let_go();
    }

    fn let_go(self: &Arc<Self>) {
        if self.handles.fetch_sub(1, Ordering::AcqRel) == 1 && self.side == Side::Client {
            self.terminate(IpcException::disconnected("the connection was closed by this side"));
        }
    }

    /// Serves a peer that is about to call, until the connection has ended.
    pub(crate) fn serve(self: &Arc<Self>) {
        // They start while the first message is read.
        Pool::strands().warm_up();
        self.greet();
        self.wait_ended();
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
        if payload.caps.is_empty() {
            return Self { payload, caps: Capabilities::new() };
        }
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
        // With most calls, nothing follows from it that would have to be collected.
        let forgotten = lock(&self.link.state).engine.forget(self.id);
        if !forgotten {
            self.link.with_engine(|engine| engine.finish(self.id));
        }
    }
}
