//! The caller's side: encode, send, wait, decode.

use std::fmt;
use std::future::poll_fn;
use std::marker::PhantomData;
use std::sync::Arc;
use std::task::{Poll, Waker};
use std::time::Instant;

use super::remote::Closing;
use super::{Capability, Destination, Remote};
use crate::deadline::{self, timed_out};
use crate::driver::link::{Incoming, Question};
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

/// Calls a method of a remote object and waits for the answer.
///
/// # Errors
/// Returns what `encode` and `decode` return, what the method returned, or why there is no answer.
pub fn call<'d, T, E: From<IpcException>>(
    remote: &'d Remote,
    method: MethodId,
    params: Size,
    encode: impl FnOnce(&mut StructWriter<'_, 'd>) -> Result<(), IpcException>,
    decode: impl FnOnce(&StructReader<'_>) -> Result<T, IpcException>,
) -> Result<T, E> {
    try_call(remote, method, params, encode, decode).map_err(E::from)
}

fn try_call<'d, T>(
    remote: &'d Remote,
    method: MethodId,
    params: Size,
    encode: impl FnOnce(&mut StructWriter<'_, 'd>) -> Result<(), IpcException>,
    decode: impl FnOnce(&StructReader<'_>) -> Result<T, IpcException>,
) -> Result<T, IpcException> {
    let _running = remote.begin_call()?;
    send(remote, method, params, encode, decode)
}

/// Like [`try_call`], for the calls that the runtime itself makes.
pub(crate) fn send<'d, T>(
    remote: &'d Remote,
    method: MethodId,
    params: Size,
    encode: impl FnOnce(&mut StructWriter<'_, 'd>) -> Result<(), IpcException>,
    decode: impl FnOnce(&StructReader<'_>) -> Result<T, IpcException>,
) -> Result<T, IpcException> {
    let deadline = deadline::current();
    remote.link().wait_for_room(deadline)?;
    let sent = Sent::new(remote, method, params, Lending::Until(deadline), encode)?;
    let answer = remote.link().wait(deadline, |waker| sent.waiter.poll(waker));
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
    params: Size,
    encode: impl FnOnce(&mut StructWriter<'_, '_>) -> Result<(), IpcException> + Send,
    decode: impl FnOnce(&StructReader<'_>) -> Result<T, IpcException> + Send,
) -> Result<T, E> {
    try_call_async(remote, method, params, encode, decode).await.map_err(E::from)
}

async fn try_call_async<T>(
    remote: &Remote,
    method: MethodId,
    params: Size,
    encode: impl FnOnce(&mut StructWriter<'_, '_>) -> Result<(), IpcException> + Send,
    decode: impl FnOnce(&StructReader<'_>) -> Result<T, IpcException> + Send,
) -> Result<T, IpcException> {
    let _running = remote.begin_call()?;
    poll_fn(|cx| remote.link().poll_room(cx.waker())).await;
    let sent = Sent::new(remote, method, params, Lending::Never, encode)?;
    remote.link().attend();
    let incoming = poll_fn(|cx| sent.waiter.poll(cx.waker())).await?;
    decode_results(incoming, decode)
}

/// Sends a call whose answer nobody waits for; returns when it is on its way, behind the calls that were made before.
///
/// # Errors
/// Returns what `encode` returns, or why the call cannot be sent.
pub(crate) fn send_oneway<'d>(
    remote: &'d Remote,
    method: MethodId,
    params: Size,
    encode: impl FnOnce(&mut StructWriter<'_, 'd>) -> Result<(), IpcException>,
) -> Result<(), IpcException> {
    let _running = remote.begin_call()?;
    let deadline = deadline::current();
    remote.link().wait_for_room(deadline)?;
    Sent::new(remote, method, params, Lending::Until(deadline), encode)?.leave()
}

/// Like [`send_oneway`], without blocking the thread.
///
/// # Errors
/// Returns what `encode` returns, or why the call cannot be sent.
pub(crate) async fn send_oneway_async(
    remote: &Remote,
    method: MethodId,
    params: Size,
    encode: impl FnOnce(&mut StructWriter<'_, '_>) -> Result<(), IpcException> + Send,
) -> Result<(), IpcException> {
    let _running = remote.begin_call()?;
    poll_fn(|cx| remote.link().poll_room(cx.waker())).await;
    Sent::new(remote, method, params, Lending::Never, encode)?.leave()
}

/// A call that is on its way. Dropping it finishes the question.
struct Sent {
    waiter: Arc<Waiter>,
    _question: Question,
}

/// Whether a call may borrow large values from its caller, who waits until it is written.
#[derive(Clone, Copy)]
enum Lending {
    /// At most until then, if there is a deadline.
    Until(Option<Instant>),
    Never,
}

impl Sent {
    fn new<'d>(
        remote: &'d Remote,
        method: MethodId,
        params: Size,
        lending: Lending,
        encode: impl FnOnce(&mut StructWriter<'_, 'd>) -> Result<(), IpcException>,
    ) -> Result<Self, IpcException> {
        let link = remote.link();
        let mut encoder = Encoder::new(Destination::link(link)).with_large();
        let mut call = OutgoingCall::with_content(method.interface, method.ordinal, |content| {
            encoder.encode_struct(content, params, encode)?;
            Ok::<_, IpcException>(encoder.caps().len())
        })?;
        // The handles keep what they name counted until the engine has taken its own references.
        call.set_attached(encoder.take_attached());
        let lent = call.set_large(encoder.take_large())?;
        let caps = encoder.into_caps();
        call.set_caps(caps.iter().map(|cap| cap.as_ref().map(Capability::to_cap)).collect());
        let waiter = Arc::<Waiter>::default();
        let question = match lending {
            Lending::Until(deadline) if !lent.is_empty() => {
                link.call_lent(remote.cap(), call, &waiter, &lent, deadline)
            }
            _ => {
                call.own(copies_of(&lent));
                link.call(remote.cap(), call, waiter.clone())
            }
        };
        Ok(Self { waiter, _question: question })
    }
}

impl Sent {
    /// Waits no longer. On a connection that has ended the answer is there at once; any other is the method's, and
    /// whether it has come by now would be chance.
    fn leave(self) -> Result<(), IpcException> {
        match self.waiter.poll(Waker::noop()) {
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
    decode(&decoder.root(incoming.payload.content()?)?)
}

/// Destroys a remote object: waits for the calls on it that run, then has its process free it, and returns when that
/// is done or, where its interface has no `destroy`, when it is told.
///
/// Later calls through any clone of the handle fail. Destroying again, or an object that is not remote, does
/// nothing. For a `root` object, its connection is closed.
///
/// # Blocking
/// The caller waits for the calls on the object that other threads have in flight, then for one round trip. Called
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
        Some(method) => {
            // Its one parameter is the context, which is null.
            send(&remote, method, Size { data: 0, pointers: 1 }, |_| Ok(()), |_| Ok(()))
        }
        None => Ok(()),
    }
}

/// Returns why the connection to a remote object has ended; `None` while it lives, or for an object that is not
/// remote.
pub fn closed<T: Interface + ?Sized>(object: &Arc<T>) -> Option<IpcException> {
    object.to_remote().as_ref().and_then(Remote::closed)
}
