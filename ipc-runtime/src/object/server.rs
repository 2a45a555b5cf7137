//! The called side: objects that can be called from afar, and one call on one of them.

use std::any::Any;
use std::cell::RefCell;
use std::fmt;
use std::future::poll_fn;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::Pin;
use std::sync::{Arc, Mutex};
use std::task::Poll;

use tokio::runtime::Handle;

use super::lane::{Lane, Queue, Turn};
use super::thread::{Frame, HostedThread, Occupied, PeerThread};
use super::{Capabilities, Capability, Destination, MethodId, Remote};
use crate::context::Context;
use crate::driver::link::{Incoming, Link};
use crate::driver::waiter::Cancel;
use crate::exception::{IpcException, panicked};
use crate::reflection::{self, ThreadState};
use crate::rpc::{AnswerId, Object, OutgoingResults, Payload, copies_of};
use crate::schema::display_name;
use crate::sync::lock;
use crate::thread::mailbox::Mailbox;
use crate::thread::pool::{Job, Pool, Then, Worker, polling, spawn_chores};
use crate::thread::strand::Kicks;
use crate::wire::descriptor::Descriptor;
use crate::wire::raw::Decoder;
use crate::wire::{Encoder, Interface, Size, StructReader, StructWriter};

/// An object of this process that other processes can call, whatever its interface.
#[derive(Clone)]
pub struct LocalObject(Arc<dyn Serve>);

/// What becomes of a call: answered, or a future that will have the answer.
pub(super) enum Served {
    Now(Result<Reply, IpcException>),
    Later(ReplyFuture, Cancellation),
}

/// What becomes of a future when its caller no longer wants the answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Cancellation {
    /// It runs to its end.
    Ignored,
    /// It is dropped.
    Allowed,
}

/// The future of a method, on its way to an answer.
pub type ReplyFuture = Pin<Box<dyn Future<Output = Result<Reply, IpcException>> + Send>>;

/// What a dispatcher makes of a call that may name an `async` method.
#[expect(missing_debug_implementations, reason = "a future has none")]
pub enum Started {
    /// It does: the method is on its way, and runs to its end.
    Future(ReplyFuture),
    /// It does, and its future may be dropped when nobody waits for the answer any more.
    Cancellable(ReplyFuture),
    /// It does not.
    NotAsync(ServerCall),
}

/// What the runtime answers itself, without a thread of its own for it.
pub(crate) enum AtOnce {
    /// Thread maps are exchanged.
    Construct,
    /// To `ThreadMap`.
    MakeThread,
    /// To `ThreadMap`.
    MakePool,
    /// To `Thread`.
    ThreadName(Box<str>),
    /// That its interface has no such method.
    Unknown(&'static Descriptor),
}

impl AtOnce {
    pub(crate) fn is_construct(&self) -> bool {
        matches!(self, Self::Construct)
    }
}

/// What stands behind a [`LocalObject`].
pub(super) trait Serve: Any + Send + Sync {
    fn serve(&self, call: ServerCall) -> Served;
    fn as_any(&self) -> &dyn Any;
    /// Makes another one with the same implementation, so that destroying one leaves the other.
    fn renew(self: Arc<Self>) -> LocalObject;
    fn name(&self) -> &'static str;
    /// Where the calls go, unless each is the pool's to begin.
    fn queue(&self) -> Option<&dyn Queue>;
    fn is_oneway(&self, method: MethodId) -> bool;
    /// Whether the parameters of a method begin with a context.
    fn has_context(&self, method: MethodId) -> bool;
    /// Whether the peer is expected to call it.
    fn is_called(&self) -> bool {
        true
    }
    /// What the runtime answers itself to a call, when it is received.
    fn at_once(&self, method: MethodId) -> Option<AtOnce>;
    /// Returns itself if it is a thread.
    fn thread(self: Arc<Self>) -> Option<Arc<HostedThread>> {
        drop(self);
        None
    }
    /// What the implementation stands for, if it is a client.
    fn to_remote(&self) -> Option<Remote>;
    /// Whether dropping it may run a destructor of the application.
    fn owns(&self) -> bool;
    /// Whether it holds the application's object alone, as far as can be known.
    fn owns_alone(&self) -> bool;
}

impl LocalObject {
    /// Makes an object that forwards calls to `implementation`.
    pub fn new<T: Interface + ?Sized>(implementation: Arc<T>) -> Self {
        Self(Arc::new(Server::new(Some(implementation))))
    }

    /// Wraps what serves calls.
    pub(super) fn of(server: Arc<dyn Serve>) -> Self {
        Self(server)
    }

    /// Tells whether dropping this handle may run a destructor of the application.
    pub(crate) fn owns(&self) -> bool {
        self.0.owns()
    }

    /// Tells whether dropping this handle drops the object, as far as can be known.
    pub(crate) fn is_last_handle(&mut self) -> bool {
        Arc::get_mut(&mut self.0).is_some_and(|server| server.owns_alone())
    }

    /// Makes another object with the same implementation, so that destroying one leaves the other.
    pub(crate) fn renew(&self) -> Self {
        self.0.clone().renew()
    }

    /// Returns the object of another process that the implementation stands for, if it is a client.
    pub(crate) fn to_remote(&self) -> Option<Remote> {
        self.0.to_remote()
    }

    pub(super) fn queue(&self) -> Option<&dyn Queue> {
        self.0.queue()
    }

    pub(crate) fn has_context(&self, method: MethodId) -> bool {
        self.0.has_context(method)
    }

    pub(crate) fn at_once(&self, method: MethodId) -> Option<AtOnce> {
        self.0.at_once(method)
    }

    /// Returns the name of its interface.
    pub(crate) fn interface(&self) -> &'static str {
        self.0.name()
    }

    /// Returns what a thread that the peer can name has to do.
    pub(crate) fn thread_state(&self) -> Option<ThreadState> {
        self.thread().map(|thread| thread.state())
    }

    pub(super) fn thread(&self) -> Option<Arc<HostedThread>> {
        self.0.clone().thread()
    }

    /// Returns the implementation, if it has the given interface and was not destroyed.
    pub(crate) fn implementation<T: Interface + ?Sized>(&self) -> Option<Arc<T>> {
        let server: &Server<T> = self.0.as_any().downcast_ref()?;
        lock(&server.implementation).clone()
    }
}

impl Object for LocalObject {
    fn key(&self) -> usize {
        Arc::as_ptr(&self.0).cast::<()>() as usize
    }

    fn is_called(&self) -> bool {
        self.0.is_called()
    }
}

impl fmt::Debug for LocalObject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "LocalObject({})", self.0.name())
    }
}

/// Forwards calls to an implementation until it is destroyed.
///
/// Each call holds an `Arc` of its own until just before it is answered. So `destroy` drops the value before its answer, unless calls are in
/// flight: it does not wait for these, and the last of them drops the value.
struct Server<T: ?Sized> {
    implementation: Mutex<Option<Arc<T>>>,
    lane: Lane,
}

impl<T: ?Sized> Server<T> {
    fn new(implementation: Option<Arc<T>>) -> Self {
        Self { implementation: Mutex::new(implementation), lane: Lane::default() }
    }
}

impl<T: Interface + ?Sized> Serve for Server<T> {
    fn serve(&self, call: ServerCall) -> Served {
        let method = call.method();
        if T::is_destroy(method) {
            let implementation = lock(&self.implementation).take();
            // As libmultiprocess does: on this thread, and the answer says that it is done. What a destructor raises is
            // nothing that the caller could mend.
            let _ = catch_unwind(AssertUnwindSafe(|| drop(implementation)));
            return Served::Now(call.reply_to_destroy());
        }
        let implementation = lock(&self.implementation).clone();
        let Some(implementation) = implementation else {
            return Served::Now(Err(destroyed()));
        };
        if reflection::is_asked(method) {
            return Served::Now(reflection::answer(call.link.reflection(), T::descriptor(), &call));
        }
        match T::dispatch_async(implementation.clone(), call) {
            Started::Future(future) => Served::Later(future, Cancellation::Ignored),
            Started::Cancellable(future) => Served::Later(future, Cancellation::Allowed),
            Started::NotAsync(call) => Served::Now(implementation.dispatch(&call)),
        }
    }

    fn as_any(&self) -> &dyn Any {
        self
    }

    fn renew(self: Arc<Self>) -> LocalObject {
        LocalObject(Arc::new(Self::new(lock(&self.implementation).clone())))
    }

    fn name(&self) -> &'static str {
        T::descriptor().name
    }

    fn queue(&self) -> Option<&dyn Queue> {
        if T::HAS_ONEWAY { Some(&self.lane) } else { None }
    }

    fn is_oneway(&self, method: MethodId) -> bool {
        T::is_oneway(method)
    }

    fn has_context(&self, method: MethodId) -> bool {
        T::has_context(method)
    }

    fn at_once(&self, method: MethodId) -> Option<AtOnce> {
        T::is_construct(method).then_some(AtOnce::Construct)
    }

    fn to_remote(&self) -> Option<Remote> {
        let implementation = lock(&self.implementation).clone();
        implementation.and_then(|implementation| implementation.to_remote())
    }

    fn owns(&self) -> bool {
        true
    }

    fn owns_alone(&self) -> bool {
        lock(&self.implementation).as_ref().is_some_and(|object| Arc::strong_count(object) == 1)
    }
}

/// A call on its way to the thread that runs it: one of the pool, or the one that it belongs to.
pub(crate) struct ServedCall {
    link: Arc<Link>,
    answer: AnswerId,
    target: LocalObject,
    method: MethodId,
    params: Payload<LocalObject>,
    words: usize,
    turn: Option<Turn>,
    /// The thread of this process that alone may run it.
    bound: Option<Arc<Mailbox>>,
    /// The thread in whose order it runs, by the wish of its caller.
    occupied: Option<Occupied>,
    /// The thread that waits for it.
    caller: Option<Arc<PeerThread>>,
}

impl ServedCall {
    pub(crate) fn new(
        link: Arc<Link>,
        answer: AnswerId,
        target: LocalObject,
        method: MethodId,
        params: Payload<LocalObject>,
        words: usize,
    ) -> Self {
        let (bound, occupied, caller) = (None, None, None);
        Self { link, answer, target, method, params, words, turn: None, bound, occupied, caller }
    }

    /// Sets in whose order the call runs, and who waits for it.
    pub(crate) fn assign(&mut self, thread: Option<Arc<HostedThread>>, caller: Option<Arc<PeerThread>>) {
        self.occupied = thread.map(Occupied::new);
        self.caller = caller;
    }

    /// Gives the call to the pool or to the thread that it belongs to, or has it wait for the one-way calls before it.
    /// What is returned may be the object's last handle: it is dropped where its destructor may run.
    pub(crate) fn enqueue(self, kicks: &mut Kicks) -> Option<LocalObject> {
        if self.target.queue().is_none() {
            self.submit(kicks);
            return None;
        }
        let target = self.target.clone();
        if let Some(queue) = target.queue() {
            queue.enqueue(self, kicks);
        }
        target.owns().then_some(target)
    }

    /// Takes the call apart, which nobody will run.
    pub(crate) fn into_parts(self) -> (AnswerId, LocalObject, Payload<LocalObject>, usize) {
        (self.answer, self.target, self.params, self.words)
    }

    pub(super) fn method(&self) -> MethodId {
        self.method
    }

    pub(super) fn is_oneway(&self) -> bool {
        self.target.0.is_oneway(self.method)
    }

    /// Makes the calls behind this one wait for its end.
    pub(super) fn take_turn(&mut self) {
        self.turn = Some(Turn::of(&self.target));
    }

    /// Makes the call one that only the thread may run.
    pub(super) fn bind_to(&mut self, thread: &Arc<Mailbox>) {
        self.bound = Some(thread.clone());
    }

    /// Puts the call into the queue of those who may run it.
    pub(super) fn submit(self, kicks: &mut Kicks) {
        if let Some(thread) = self.bound.clone() {
            thread.push(self.target.key(), Queued::of(self));
            kicks.threads.push(thread);
        } else if let Some(occupied) = &self.occupied {
            let strand = occupied.strand().clone();
            strand.push(Queued::of(self), kicks);
        } else {
            Pool::calls().push(Queued::of(self));
            kicks.calls = true;
        }
    }

    fn run(self) -> Then {
        let Self { link, answer, target, method, params, words, turn, bound, occupied, caller } = self;
        link.call_started(words);
        let Incoming { mut payload, caps } = Incoming::new(&link, params);
        if link.reason().is_some() && turn.is_none() {
            // Nobody is left to read the answer.
            return Then::Nothing;
        }
        let context = link.context().clone();
        let attached = std::mem::take(&mut payload.attached);
        let decoder = Decoder::new(caps, words).with_attached(attached);
        let call = ServerCall { link: link.clone(), method, decoder, payload };
        // The call goes with its method, so the parameters' objects are released before the answer is sent and their
        // releases ride with it.
        let mut frame = Frame::new(caller);
        let serve = || catch_unwind(AssertUnwindSafe(|| target.0.serve(call)));
        let served = frame.enter(|| context.enter(serve));
        match served.unwrap_or_else(|panic| Served::Now(Err(panicked("the method", &*panic)))) {
            Served::Now(result) => {
                drop(frame);
                respond(&link, answer, result);
                drop(turn);
                let free = bound.is_none() && occupied.is_none();
                if free { Then::LingerAt(link) } else { Then::Nothing }
            }
            Served::Later(future, cancellation) => {
                let Ok(runtime) = catch_unwind(AssertUnwindSafe(|| link.runtime().clone())) else {
                    let text = "the threads for async methods cannot be started";
                    link.respond(answer, Err(IpcException::overloaded(text)));
                    return Then::Nothing;
                };
                let cancel = (cancellation == Cancellation::Allowed).then(|| link.cancel_of(answer));
                let unanswered = Unanswered(Some((link, answer)));
                let frame = frame.into_future(occupied.as_ref().map(Occupied::strand));
                runtime.spawn(answer_later(unanswered, context, cancel, future, (turn, occupied), frame));
                Then::Nothing
            }
        }
    }

    fn refuse(self) {
        let Self { link, answer, target, params, words, .. } = self;
        link.call_started(words);
        let params = Incoming::new(&link, params);
        // These may be the last handles, and this may be the poller's thread.
        spawn_chores(vec![Box::new(move || drop((target, params)))]);
        let text = "every thread of this process waits for another call";
        link.respond(answer, Err(IpcException::overloaded(text)));
    }
}

/// A call in a queue. A thread keeps the boxes of the calls that it has taken for those that it puts there.
struct Queued(Option<ServedCall>);

impl Queued {
    fn of(call: ServedCall) -> Box<Self> {
        match SPARE.try_with(|spare| spare.borrow_mut().pop()).ok().flatten() {
            Some(mut queued) => {
                queued.0 = Some(call);
                queued
            }
            None => Box::new(Self(Some(call))),
        }
    }

    fn take(mut self: Box<Self>) -> Option<ServedCall> {
        let call = self.0.take();
        // A thread that is past its end keeps none.
        let _ = SPARE.try_with(|spare| {
            let mut spare = spare.borrow_mut();
            if spare.len() < SPARE_BOXES {
                spare.push(self);
            }
        });
        call
    }
}

impl Job for Queued {
    fn run(self: Box<Self>) -> Then {
        self.take().map_or(Then::Nothing, ServedCall::run)
    }

    fn refuse(self: Box<Self>) {
        self.take().into_iter().for_each(ServedCall::refuse);
    }
}

thread_local! {
    #[expect(clippy::vec_box, reason = "the boxes are what is kept")]
    static SPARE: RefCell<Vec<Box<Queued>>> = const { RefCell::new(Vec::new()) };
}

/// How many boxes a thread keeps: one that reads its own next calls finds a few at a time.
const SPARE_BOXES: usize = 8;

fn respond(link: &Arc<Link>, answer: AnswerId, result: Result<Reply, IpcException>) {
    match result {
        Ok(Reply { mut results, caps }) => {
            if !caps.is_empty() {
                results.set_caps(caps.iter().map(|cap| cap.as_ref().map(Capability::to_cap)).collect());
            }
            link.respond(answer, Ok(results));
        }
        Err(exception) => link.respond(answer, Err(exception)),
    }
}

/// A call on its way to a runtime, which may be shut down and drop the future, even before it is polled.
struct Unanswered(Option<(Arc<Link>, AnswerId)>);

impl Drop for Unanswered {
    fn drop(&mut self) {
        if let Some((link, answer)) = self.0.take() {
            link.respond(answer, Err(IpcException::failed("the runtime that ran the method has shut down")));
        }
    }
}

/// Answers a call when its future is ready. A panic is an exception for the caller.
async fn answer_later(
    mut unanswered: Unanswered,
    context: Arc<Context>,
    cancel: Option<Arc<Cancel>>,
    mut future: ReplyFuture,
    place: (Option<Turn>, Option<Occupied>),
    mut frame: Frame,
) {
    let worker = Worker::of(&Handle::current());
    let result = poll_fn(|cx| {
        if cancel.as_ref().is_some_and(|cancel| cancel.poll(cx.waker()).is_ready()) {
            return Poll::Ready(Err(IpcException::failed("the caller no longer waits")));
        }
        let poll = || polling(worker, || future.as_mut().poll(cx));
        match frame.enter(|| context.enter(|| catch_unwind(AssertUnwindSafe(poll)))) {
            Ok(poll) => poll,
            Err(panic) => Poll::Ready(Err(panicked("the method", &*panic))),
        }
    })
    .await;
    drop(future);
    if let Some((link, answer)) = unanswered.0.take() {
        respond(&link, answer, result);
    }
    // Whoever comes next begins when it is answered.
    drop((frame, place));
}

/// The answer to what comes after `destroy`.
pub(super) fn destroyed() -> IpcException {
    IpcException::failed("the object was destroyed")
}

/// A call that an implementation has to answer.
#[derive(Debug)]
pub struct ServerCall {
    link: Arc<Link>,
    method: MethodId,
    decoder: Decoder,
    payload: Payload<LocalObject>,
}

impl ServerCall {
    /// Returns the method.
    pub fn method(&self) -> MethodId {
        self.method
    }

    /// Reads the parameters.
    ///
    /// # Errors
    /// Returns an error if they are not a struct.
    pub fn params(&self) -> Result<StructReader<'_>, IpcException> {
        self.decoder.root_of(&self.payload)
    }

    /// Writes the results.
    ///
    /// # Errors
    /// Returns what `encode` returns.
    pub fn reply(
        &self,
        results: Size,
        encode: impl FnOnce(&mut StructWriter<'_, '_>) -> Result<(), IpcException>,
    ) -> Result<Reply, IpcException> {
        let mut encoder = Encoder::new(Destination::link(&self.link)).with_large();
        let mut results = OutgoingResults::with_content(|words, content| {
            encoder.encode(words, content, results, encode)?;
            Ok::<_, IpcException>(encoder.caps().len())
        })?;
        results.set_attached(encoder.take_attached());
        let lent = results.set_large(encoder.take_large())?;
        results.own(copies_of(&lent));
        Ok(Reply { results, caps: encoder.into_caps() })
    }

    pub(super) fn reply_to_destroy(&self) -> Result<Reply, IpcException> {
        self.reply(Size::default(), |_| Ok(()))
    }

    /// Returns the error for a method that the object's interface does not have: in the words of Cap'n Proto in C++, with the
    /// interface's name and that of its file.
    pub fn unimplemented(&self, interface: &Descriptor) -> IpcException {
        self.unimplemented_by(interface.id, &display_name(interface))
    }

    /// Like [`unimplemented`](Self::unimplemented), for an interface that has an id and a name, but no descriptor.
    pub fn unimplemented_by(&self, id: u64, name: &str) -> IpcException {
        self.method.unimplemented(id, name)
    }
}

/// The encoded results of a call.
#[derive(Debug)]
pub struct Reply {
    results: OutgoingResults<LocalObject>,
    /// Keep what the results name counted until the engine has taken its own references.
    caps: Capabilities,
}
