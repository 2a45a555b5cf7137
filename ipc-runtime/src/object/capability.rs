//! Objects as messages carry them.

use std::sync::Arc;

use super::{LocalObject, Remote};
use crate::driver::link::Link;
use crate::exception::IpcException;
use crate::rpc::Cap;
use crate::wire::Interface;

/// The connection that a message is for: what is hosted at its other end is named, not wrapped.
#[derive(Clone, Copy, Debug, Default)]
pub struct Destination<'d>(Option<&'d Arc<Link>>);

impl<'d> Destination<'d> {
    /// A message that is not for a connection.
    pub fn none() -> Self {
        Self(None)
    }

    pub(crate) fn link(link: &'d Arc<Link>) -> Self {
        Self(Some(link))
    }

    /// Tells whether an object is at the other end of the connection.
    pub(super) fn is_of(self, remote: &Remote) -> bool {
        self.0.is_some_and(|link| remote.is_of(link))
    }

    /// Tells whether file descriptors can be passed there.
    pub(crate) fn carries_descriptors(self) -> bool {
        self.0.is_none_or(|link| link.carries_descriptors())
    }
}

/// An object as a message carries it.
#[derive(Clone, Debug)]
pub enum Capability {
    /// An object of this process that is being passed on.
    Local(LocalObject),
    /// An object at the other end of the message's connection, or one that came back from there.
    Remote(Remote),
}

impl Capability {
    /// Makes the capability under which an object is passed to `destination`.
    ///
    /// A client of an object at that very destination is passed as what it stands for. Any other client is an
    /// implementation like every other: calls come here and go on from here.
    pub(crate) fn of<T: Interface + ?Sized>(object: &Arc<T>, destination: Destination<'_>) -> Self {
        match object.to_remote() {
            Some(remote) if destination.is_of(&remote) => Self::Remote(remote),
            _ => Self::Local(LocalObject::new(object.clone())),
        }
    }

    /// Wraps a capability that arrived over a connection with one reference counted.
    pub(crate) fn received(link: &Arc<Link>, cap: Cap<LocalObject>) -> Self {
        Self::Remote(Remote::counted(link, cap))
    }

    /// Turns the capability into the interface that the receiver expects: an object of this process that came back
    /// is itself again, everything else a client.
    ///
    /// # Errors
    /// Returns an error for an object of this process, of another interface, that has not been through a connection.
    pub(crate) fn into_interface<T: Interface + ?Sized>(self) -> Result<Arc<T>, IpcException> {
        match self {
            Self::Remote(remote) => {
                let home = remote.as_local().and_then(LocalObject::implementation);
                Ok(home.unwrap_or_else(|| T::from_remote(remote)))
            }
            Self::Local(object) => object.implementation().ok_or_else(|| {
                IpcException::failed(format!("an object that is not a `{}`", T::descriptor().name))
            }),
        }
    }

    /// Returns what the engine calls it.
    pub(crate) fn to_cap(&self) -> Cap<LocalObject> {
        match self {
            Self::Local(object) => Cap::Local(object.clone()),
            Self::Remote(remote) => remote.cap().clone(),
        }
    }
}
