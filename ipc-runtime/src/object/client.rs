//! The caller's side: encode, send, wait, decode.

use std::fmt;
use std::future::poll_fn;
use std::marker::PhantomData;
use std::sync::Arc;
use std::task::{Poll, Waker};
use std::time::Instant;

use super::remote::{Closing, RunningCall};
use super::thread::{Attended, Awaiting, Lease, attend, lease_for_task, lease_oneway, lease_shared};
use super::{Capability, Destination, Remote};
use crate::deadline::{self, timed_out};
use crate::driver::link::{Incoming, KeptOpen, Link, Question, Reading, Writing};
use crate::driver::waiter::Waiter;
use crate::exception::IpcException;
use crate::rpc::{OutgoingCall, copies_of};
use crate::wire::raw::Decoder;
use crate::wire::{Encoder, Interface, Size, StructReader, StructWriter};

/// The client of an interface: implements the trait by calling the remote object.
///
/// `#[ipc_interface] trait Calculator` declares `CalculatorClient` as an alias of `Client<dyn Calculator>`.
pub struct Client<T: ?Sized> {
    remote: Remote,
    interface: PhantomData<fn(&T)>,
}

impl<T: ?Sized> Client<T> {
    /// Wraps a remote object, which is taken to implement the interface; calls fail if it does not.
    pub fn new(remote: Remote) -> Self {
        Self { remote, interface: PhantomData }
    }

    /// Returns the remote object.
    pub fn remote(&self) -> &Remote {
        &self.remote
    }
}

impl<T: ?Sized> fmt::Debug for Client<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Client({:?})", self.remote)
    }
}

/// One method of one interface, as the wire names it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MethodId {
    /// The id of the interface that declares the method.
    pub interface: u64,
    /// Its ordinal there.
    pub ordinal: u16,
}

impl MethodId {
    /// Returns the error for a method that an object does not have, which has the interface with the id and the name.
    ///
    /// It is what Cap'n Proto in C++ says (`capability.c++`), byte for byte.
    pub(super) fn unimplemented(self, of: u64, name: &str) -> IpcException {
        let Self { interface, ordinal } = self;
        IpcException::unimplemented(if interface == of {
            format!(
                "Method not implemented.; interfaceName = {name}; typeId = {interface}; methodId = {ordinal}"
            )
        } else {
            format!(
                "Requested interface not implemented.; actualInterfaceName = {name}; requestedTypeId = {interface}"
            )
        })
    }
}

/// What the parameters of a method are, apart from their values.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Params {
    size: Size,
    context: Context,
}

/// Whether parameters begin with `context`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Context {
    Present,
    Absent,
}

impl Params {
    /// Parameters of the given size that begin with `context`, which the runtime fills in.
    pub const fn with_context(size: Size) -> Self {
        Self { size, context: Context::Present }
    }

    /// Parameters of the given size.
    pub const fn without_context(size: Size) -> Self {
        Self { size, context: Context::Absent }
    }

    /// Tells whether a call of the object names threads: not if that is of this process, and has come home.
    fn names_threads(self, object: &Remote) -> bool {
        self.context == Context::Present && object.as_local().is_none()
    }
}

/// What a call has until it is answered.
#[derive(Default)]
pub(crate) struct Held {
    lease: Lease,
    running: Option<RunningCall>,
    /// Whose end it would be in the middle of a call back: set for a call that was given objects.
    link: Option<Arc<Link>>,
    kept: Option<KeptOpen>,
}

impl Held {
    /// Notes that nobody waits for the answer any more.
    pub(crate) fn abandon(&mut self) {
        if let Some(running) = &mut self.running {
            running.abandon();
        }
        // Whoever gives it up has a handle still. The method may call back when that is gone too, and a server of
        // libmultiprocess 13 may come to a stop if its connection ends just then.
        self.kept = self.link.take().map(KeptOpen::new);
    }

    /// Returns the threads that the call's context names.
    pub(crate) fn lease(&self) -> &Lease {
        &self.lease
    }
}

impl fmt::Debug for Held {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Held").finish_non_exhaustive()
    }
}

/// Calls a method of a remote object and waits for the answer.
///
/// # Errors
/// Returns what `encode` and `decode` return, what the method returned, or why there is no answer.
pub fn call<'d, T, E: From<IpcException>>(
    remote: &'d Remote,
    method: MethodId,
    params: Params,
    encode: impl FnOnce(&mut StructWriter<'_, 'd>) -> Result<(), IpcException>,
    decode: impl FnOnce(&StructReader<'_>) -> Result<T, IpcException>,
) -> Result<T, E> {
    try_call(remote, method, params, encode, decode).map_err(E::from)
}

fn try_call<'d, T>(
    remote: &'d Remote,
    method: MethodId,
    params: Params,
    encode: impl FnOnce(&mut StructWriter<'_, 'd>) -> Result<(), IpcException>,
    decode: impl FnOnce(&StructReader<'_>) -> Result<T, IpcException>,
) -> Result<T, IpcException> {
    let running = remote.begin_call()?;
    send_counted(remote, method, params, encode, decode, Some(running))
}

/// Like [`try_call`], for the calls that the runtime itself makes.
pub(crate) fn send<'d, T>(
    remote: &'d Remote,
    method: MethodId,
    params: Params,
    encode: impl FnOnce(&mut StructWriter<'_, 'd>) -> Result<(), IpcException>,
    decode: impl FnOnce(&StructReader<'_>) -> Result<T, IpcException>,
) -> Result<T, IpcException> {
    send_counted(remote, method, params, encode, decode, None)
}

fn send_counted<'d, T>(
    remote: &'d Remote,
    method: MethodId,
    params: Params,
    encode: impl FnOnce(&mut StructWriter<'_, 'd>) -> Result<(), IpcException>,
    decode: impl FnOnce(&StructReader<'_>) -> Result<T, IpcException>,
    running: Option<RunningCall>,
) -> Result<T, IpcException> {
    let deadline = deadline::current();
    let link = remote.link();
    link.wait_for_room(deadline)?;
    let _awaiting = Awaiting::begin();
    let (lease, attended): (Lease, Option<Attended>) =
        if params.names_threads(remote) { attend(link, deadline) } else { Default::default() };
    let held = Held { lease, running, ..Held::default() };
    let sent = Sent::new(remote, method, params.size, Sender::Waits(deadline), encode, held)?;
    let answer = link.wait(deadline, |waker| sent.answer.poll(waker));
    // What the method has called back before its answer has been done when the caller goes on.
    drop(attended);
    let incoming = answer.unwrap_or_else(|| Err(timed_out("the call was not answered")))?;
    decode_results(incoming, decode)
}

/// Calls a method of a remote object; the future is ready when the answer is there.
///
/// Nothing is sent before the first poll. Any executor may poll it. Dropping it tells the peer that the answer is no
/// longer wanted; the method runs to its end there unless it is declared otherwise.
///
/// # Errors
/// Returns what `encode` and `decode` return, what the method returned, or why there is no answer.
pub async fn call_async<T, E: From<IpcException>>(
    remote: &Remote,
    method: MethodId,
    params: Params,
    encode: impl FnOnce(&mut StructWriter<'_, '_>) -> Result<(), IpcException> + Send,
    decode: impl FnOnce(&StructReader<'_>) -> Result<T, IpcException> + Send,
) -> Result<T, E> {
    try_call_async(remote, method, params, encode, decode).await.map_err(E::from)
}

async fn try_call_async<T>(
    remote: &Remote,
    method: MethodId,
    params: Params,
    encode: impl FnOnce(&mut StructWriter<'_, '_>) -> Result<(), IpcException> + Send,
    decode: impl FnOnce(&StructReader<'_>) -> Result<T, IpcException> + Send,
) -> Result<T, IpcException> {
    let running = Some(remote.begin_call()?);
    let link = remote.link();
    poll_fn(|cx| link.poll_room(cx.waker())).await;
    let lease = if params.names_threads(remote) { lease_for_task(link).await } else { Lease::default() };
    let _awaiting = Awaiting::begin();
    let sent = Sent::new(
        remote,
        method,
        params.size,
        Sender::Task,
        encode,
        Held { lease, running, ..Held::default() },
    )?;
    link.attend();
    link.write_with_others().await;
    let incoming = poll_fn(|cx| sent.answer.poll(cx.waker())).await?;
    decode_results(incoming, decode)
}

/// Sends a call whose answer nobody waits for; returns when it is on its way, behind the calls that were made before.
///
/// # Errors
/// Returns what `encode` returns, or why the call cannot be sent.
pub(crate) fn send_oneway<'d>(
    remote: &'d Remote,
    method: MethodId,
    params: Params,
    encode: impl FnOnce(&mut StructWriter<'_, 'd>) -> Result<(), IpcException>,
) -> Result<(), IpcException> {
    let running = Some(remote.begin_call()?);
    let deadline = deadline::current();
    remote.link().wait_for_room(deadline)?;
    let link = remote.link();
    let lease = if params.names_threads(remote) { lease_oneway(link, deadline)? } else { Lease::default() };
    let held = Held { lease, running, ..Held::default() };
    Sent::new(remote, method, params.size, Sender::Leaves(deadline), encode, held)?.leave()
}

/// Like [`send_oneway`], without blocking the thread.
///
/// # Errors
/// Returns what `encode` returns, or why the call cannot be sent.
pub(crate) async fn send_oneway_async(
    remote: &Remote,
    method: MethodId,
    params: Params,
    encode: impl FnOnce(&mut StructWriter<'_, '_>) -> Result<(), IpcException> + Send,
) -> Result<(), IpcException> {
    let running = Some(remote.begin_call()?);
    poll_fn(|cx| remote.link().poll_room(cx.waker())).await;
    let link = remote.link();
    let lease = if params.names_threads(remote) { lease_shared(link).await } else { Lease::default() };
    let held = Held { lease, running, ..Held::default() };
    Sent::new(remote, method, params.size, Sender::Task, encode, held)?.leave()?;
    link.write_with_others().await;
    Ok(())
}

/// A call that is on its way. Dropping it finishes the question: what the call has is given back when it returns.
struct Sent {
    answer: Awaited,
    _question: Question,
}

/// Where the answer to a call arrives.
struct Awaited {
    /// Taken when this is dropped.
    waiter: Option<Arc<Waiter>>,
    /// Somebody waits for it.
    awaited: bool,
}

impl Awaited {
    fn poll(&self, waker: &Waker) -> Poll<Result<Incoming, IpcException>> {
        self.waiter.as_ref().map_or(Poll::Pending, |waiter| waiter.poll(waker))
    }
}

impl Drop for Awaited {
    fn drop(&mut self) {
        if let Some(waiter) = self.waiter.take() {
            if self.awaited {
                waiter.abandon();
            }
            waiter.give_back();
        }
    }
}

/// Who sends a call. A thread may lend it large values, which it writes itself then, at most until its deadline.
#[derive(Clone, Copy)]
enum Sender {
    /// A thread that waits for the answer.
    Waits(Option<Instant>),
    /// A thread that does not.
    Leaves(Option<Instant>),
    /// A task.
    Task,
}

impl Sender {
    fn reading(self) -> Reading {
        match self {
            Self::Waits(_) => Reading::Caller,
            Self::Leaves(_) | Self::Task => Reading::Others,
        }
    }

    fn writing(self) -> Writing {
        match self {
            Self::Waits(_) | Self::Leaves(_) => Writing::Now,
            Self::Task => Writing::WithOtherTasks,
        }
    }
}

impl Sent {
    fn new<'d>(
        remote: &'d Remote,
        method: MethodId,
        params: Size,
        sender: Sender,
        encode: impl FnOnce(&mut StructWriter<'_, 'd>) -> Result<(), IpcException>,
        mut held: Held,
    ) -> Result<Self, IpcException> {
        let link = remote.link();
        let mut encoder = Encoder::new(Destination::link(link)).with_large();
        let mut call = OutgoingCall::with_content(method.interface, method.ordinal, |words, content| {
            let encode = |to: &mut StructWriter<'_, 'd>| {
                if !held.lease.is_null() {
                    to.reserve_context()?;
                }
                encode(to)
            };
            encoder.encode(words, content, params, encode)?;
            Ok::<_, IpcException>(encoder.capability_count())
        })?;
        // The handles keep what they name counted until the engine has taken its own references.
        call.set_attached(encoder.take_attached());
        let lent = call.set_large(encoder.take_large())?;
        let caps = encoder.into_caps();
        if !caps.is_empty() {
            call.set_caps(caps.iter().map(|cap| cap.as_ref().map(Capability::to_cap)).collect());
            held.link = Some(link.clone());
        }
        let waiter = Waiter::holding(held);
        let reading = sender.reading();
        let question = match sender {
            Sender::Waits(deadline) | Sender::Leaves(deadline) if !lent.is_empty() => {
                link.call_lent(remote.cap(), call, &waiter, &lent, reading, deadline)
            }
            _ => {
                call.own(copies_of(&lent));
                link.call(remote.cap(), call, waiter.clone(), reading, sender.writing())
            }
        };
        Ok(Self { answer: Awaited { waiter: Some(waiter), awaited: true }, _question: question })
    }
}

impl Sent {
    /// Waits no longer. On a connection that has ended the answer is there at once; any other is the method's, and
    /// whether it has come by now would be chance.
    fn leave(mut self) -> Result<(), IpcException> {
        self.answer.awaited = false;
        match self.answer.poll(Waker::noop()) {
            Poll::Ready(Err(exception)) if exception.is_disconnected() => Err(exception),
            _ => Ok(()),
        }
    }
}

fn decode_results<T>(
    mut incoming: Incoming,
    decode: impl FnOnce(&StructReader<'_>) -> Result<T, IpcException>,
) -> Result<T, IpcException> {
    let attached = std::mem::take(&mut incoming.payload.attached);
    let decoder = Decoder::new(incoming.caps, incoming.payload.words()).with_attached(attached);
    decode(&decoder.root_of(&incoming.payload)?)
}

/// Destroys a remote object: waits for the calls on it that run, then has its process free it, and returns when that
/// is done or, where its interface has no `destroy`, when it is told.
///
/// While a call runs on it that nobody waits for any more, since its deadline has passed or its future was dropped, it is not
/// freed before the last handle goes. Later calls through any clone of the handle fail. Destroying again, or an object that is not remote, does
/// nothing. For a `root` object, its connection is closed.
///
/// # Blocking
/// The caller waits for the calls on the object that other threads wait for, then for one round trip. Called
/// from inside such a call (by a method that it called back) it would wait for itself. After a
/// [deadline](crate::with_deadline) has passed the object refuses calls all the same, and is freed with its last handle.
///
/// # Errors
/// Returns an error if the peer is gone or fails to free the object.
pub fn destroy<T: Interface + ?Sized>(object: &Arc<T>) -> Result<(), IpcException> {
    let Some(remote) = object.to_remote() else { return Ok(()) };
    if remote.close_for_calls()? == Closing::Before {
        return Ok(());
    }
    if T::CONSTRUCT.is_some() {
        remote.disconnect();
        return Ok(());
    }
    match T::destroy_method() {
        // A server of libmultiprocess frees the object under the calls that still run.
        Some(method) if !remote.has_abandoned_calls() => {
            let params = Params::with_context(Size { data: 0, pointers: 1 });
            send(&remote, method, params, |_| Ok(()), |_| Ok(()))
        }
        _ => Ok(()),
    }
}

/// Returns why the connection to a remote object has ended; `None` while it lives, or for an object that is not
/// remote.
pub fn closed<T: Interface + ?Sized>(object: &Arc<T>) -> Option<IpcException> {
    object.to_remote().as_ref().and_then(Remote::closed)
}
