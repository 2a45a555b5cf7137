//! Objects and the calls on them, between the typed traits and the connections.

use std::any::Any;
use std::fmt;
use std::marker::PhantomData;
use std::sync::Arc;

use crate::exception::IpcException;
use crate::wire::{Interface, Size, StructReader, StructWriter};

/// A counted handle on an object in another process.
#[derive(Clone, Debug)]
pub struct Remote {}

/// The connection that a message is for.
#[derive(Clone, Copy, Debug)]
pub struct Destination<'d>(pub PhantomData<&'d ()>);

/// An object as a message carries it.
#[derive(Clone)]
pub enum Capability {
    /// Hosted by this process.
    Local(Arc<dyn Any + Send + Sync>),
    /// Hosted by the peer of the connection.
    Remote(Remote),
}

impl fmt::Debug for Capability {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Capability")
    }
}

impl Capability {
    pub(crate) fn of<T: Interface + ?Sized>(_object: &Arc<T>, _destination: Destination<'_>) -> Self {
        todo!()
    }

    pub(crate) fn into_interface<T: Interface + ?Sized>(self) -> Arc<T> {
        todo!()
    }
}

/// The client of an interface: implements the trait by calling the remote object.
pub struct Client<T: ?Sized> {
    remote: Remote,
    interface: PhantomData<fn(&T)>,
}

impl<T: ?Sized> Client<T> {
    /// Wraps a remote object.
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
pub fn call<T, E: From<IpcException>>(
    _remote: &Remote,
    _method: MethodId,
    _params: Size,
    _encode: impl FnOnce(&mut StructWriter<'_, '_>) -> Result<(), IpcException>,
    _decode: impl FnOnce(&StructReader<'_>) -> Result<T, IpcException>,
) -> Result<T, E> {
    todo!()
}

/// A call that a server has to answer.
#[derive(Debug)]
pub struct ServerCall<'m> {
    method: MethodId,
    marker: PhantomData<&'m ()>,
}

impl<'m> ServerCall<'m> {
    /// Returns the method.
    pub fn method(&self) -> MethodId {
        self.method
    }

    /// Reads the parameters.
    ///
    /// # Errors
    /// Returns an error if they are not a struct.
    pub fn params(&self) -> Result<StructReader<'_>, IpcException> {
        todo!()
    }

    /// Writes the results.
    ///
    /// # Errors
    /// Returns what `encode` returns.
    pub fn reply(
        &self,
        _results: Size,
        _encode: impl FnOnce(&mut StructWriter<'_, '_>) -> Result<(), IpcException>,
    ) -> Result<Reply, IpcException> {
        todo!()
    }

    /// Returns the error for a method that the interface does not have.
    pub fn unimplemented(&self) -> IpcException {
        todo!()
    }
}

/// The encoded results of a call.
#[derive(Debug)]
pub struct Reply {}
