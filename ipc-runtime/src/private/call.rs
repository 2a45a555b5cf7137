//! The bodies of clients' and servers' methods.

use super::result::{ErrorAnswer, ErrorOf};
use crate::exception::IpcException;
use crate::object::{
    MethodId, Params, Remote, Reply, ServerCall, call, call_async, send_oneway, send_oneway_async,
};
use crate::wire::layout::{At, Size};
use crate::wire::{StructReader, StructWriter};

/// Writes the parameters of a call, and may lend what lives for `'d`.
///
/// Calls and answers take it as `dyn`, so that only what depends on the types of a method is compiled for each.
type EncodeContent<'f, 'd> = dyn FnMut(&mut StructWriter<'_, 'd>) -> Result<(), IpcException> + 'f;
/// The same, for a future.
type SendContent<'f> = dyn FnMut(&mut StructWriter<'_, '_>) -> Result<(), IpcException> + Send + 'f;

/// Calls a method of a remote object: the body of a client's method.
///
/// # Errors
/// Returns the failure of the call as the method's error.
pub fn call_method<'d, T, E>(
    remote: &'d Remote,
    method: MethodId,
    params: Params,
    encode: &mut EncodeContent<'_, 'd>,
    results_at: &[At],
    decode: &mut dyn FnMut(&StructReader<'_>) -> Result<T, IpcException>,
    error: ErrorOf<E>,
) -> Result<T, E> {
    let ErrorOf { from: raise, read, .. } = error;
    let mut outcome = None;
    let called = call_untyped(remote, method, params, encode, &mut |from| {
        outcome = Some(match read(from, results_at)? {
            Some(error) => Err(error),
            None => Ok(decode(from)?),
        });
        Ok(())
    });
    match (called, outcome) {
        (Ok(()), Some(outcome)) => outcome,
        (Ok(()), None) => Err(raise(IpcException::failed("the answer was not read"))),
        (Err(exception), _) => Err(raise(exception)),
    }
}

/// Makes of a closure that can be called once, since it gives arguments away, one that is called once.
pub fn once<'d>(
    encode: impl FnOnce(&mut StructWriter<'_, 'd>) -> Result<(), IpcException>,
) -> impl FnMut(&mut StructWriter<'_, 'd>) -> Result<(), IpcException> {
    let mut encode = Some(encode);
    move |to| encode.take().map_or(Ok(()), |encode| encode(to))
}

fn call_untyped<'d>(
    remote: &'d Remote,
    method: MethodId,
    params: Params,
    encode: &mut EncodeContent<'_, 'd>,
    decode: &mut dyn FnMut(&StructReader<'_>) -> Result<(), IpcException>,
) -> Result<(), IpcException> {
    call(remote, method, params, encode, decode)
}

/// Calls a method of a remote object: the body of the future that a client's `async` method returns.
///
/// # Errors
/// Returns the failure of the call as the method's error.
pub async fn call_method_async<T, E>(
    remote: &Remote,
    method: MethodId,
    params: Params,
    encode: impl FnOnce(&mut StructWriter<'_, '_>) -> Result<(), IpcException> + Send,
    results_at: &[At],
    decode: impl FnOnce(&StructReader<'_>) -> Result<T, IpcException> + Send,
    error: ErrorOf<E>,
) -> Result<T, E> {
    let ErrorOf { from: raise, read, .. } = error;
    let mut encode = Some(encode);
    let encode: &mut SendContent<'_> = &mut |to| encode.take().map_or(Ok(()), |encode| encode(to));
    let decode = |from: &StructReader<'_>| match read(from, results_at)? {
        Some(error) => Ok(Err(error)),
        None => decode(from).map(Ok),
    };
    let outcome = call_async(remote, method, params, encode, decode).await;
    outcome.unwrap_or_else(|exception| Err(raise(exception)))
}

/// Sends a call that nobody waits for: the body of a client's one-way method.
///
/// # Errors
/// Returns an error if the call cannot be sent, as the method's error.
pub fn call_oneway<'d, E>(
    remote: &'d Remote,
    method: MethodId,
    params: Params,
    encode: &mut EncodeContent<'_, 'd>,
    error: ErrorOf<E>,
) -> Result<(), E> {
    send_oneway(remote, method, params, encode).map_err(error.from)
}

/// Like [`call_oneway`], for a client's one-way `async` method.
///
/// # Errors
/// Returns an error if the call cannot be sent, as the method's error.
pub async fn call_oneway_async<E>(
    remote: &Remote,
    method: MethodId,
    params: Params,
    encode: impl FnOnce(&mut StructWriter<'_, '_>) -> Result<(), IpcException> + Send,
    error: ErrorOf<E>,
) -> Result<(), E> {
    send_oneway_async(remote, method, params, encode).await.map_err(error.from)
}

/// Answers a call with what its method returned: the end of a server's method. An error with a field of its own goes to
/// one of the first places.
///
/// # Errors
/// Returns the method's error as an exception; an error if the result cannot be encoded.
pub fn reply<T, E>(
    call: &ServerCall,
    results: Size,
    results_at: &[At],
    result: Result<T, E>,
    encode: &mut dyn FnMut(T, &mut StructWriter<'_, '_>) -> Result<(), IpcException>,
    error: ErrorOf<E>,
) -> Result<Reply, IpcException> {
    match result {
        Ok(value) => {
            let mut value = Some(value);
            reply_untyped(call, results, &mut |to| value.take().map_or(Ok(()), |value| encode(value, to)))
        }
        Err(failure) => reply_error(call, results, results_at, (error.into)(failure)),
    }
}

fn reply_untyped(
    call: &ServerCall,
    results: Size,
    encode: &mut dyn FnMut(&mut StructWriter<'_, '_>) -> Result<(), IpcException>,
) -> Result<Reply, IpcException> {
    call.reply(results, encode)
}

fn reply_error(
    call: &ServerCall,
    results: Size,
    results_at: &[At],
    answer: ErrorAnswer,
) -> Result<Reply, IpcException> {
    match answer {
        ErrorAnswer::Exception(exception) => Err(exception),
        ErrorAnswer::Slot(index, encode) => {
            let Some(at) = results_at.get(index) else {
                return Err(IpcException::failed("a field of the results that there is not"));
            };
            call.reply(results, |to| encode(to, *at))
        }
    }
}
