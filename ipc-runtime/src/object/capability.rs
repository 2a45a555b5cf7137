//! Objects as messages carry them.

use std::sync::Arc;

use super::{LocalObject, Remote};
use crate::driver::link::Link;
use crate::exception::IpcException;
use crate::rpc::Cap;
use crate::wire::Interface;

/// The connection that a message is for: what is hosted at its other end is named, not wrapped.
#[derive(Clone, Copy, Debug, Default)]
pub struct Destination<'d>(End<'d>);

#[derive(Clone, Copy, Debug, Default)]
enum End<'d> {
    #[default]
    None,
    Link(&'d Arc<Link>),
    Scales,
}

impl<'d> Destination<'d> {
    /// A message that is not for a connection.
    pub fn none() -> Self {
        Self(End::None)
    }

    /// A message that nobody gets: it tells how large a value is, which must stay whole.
    pub(crate) fn scales() -> Self {
        Self(End::Scales)
    }

    pub(crate) fn link(link: &'d Arc<Link>) -> Self {
        Self(End::Link(link))
    }

    pub(crate) fn is_scales(self) -> bool {
        matches!(self.0, End::Scales)
    }

    /// Tells whether an object is at the other end of the connection.
    pub(crate) fn is_of(self, remote: &Remote) -> bool {
        matches!(self.0, End::Link(link) if remote.is_of(link))
    }

    /// Tells whether an object is at the other end of another connection.
    pub(crate) fn is_beyond(self, remote: &Remote) -> bool {
        matches!(self.0, End::Link(link) if !remote.is_of(link))
    }

    /// Tells whether file descriptors can be passed there.
    pub(crate) fn carries_descriptors(self) -> bool {
        match self.0 {
            End::Link(link) => link.carries_descriptors(),
            End::None | End::Scales => true,
        }
    }
}

/// The objects that a message carries, by index.
pub type Capabilities = Vec<Option<Capability>>;

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

    /// Returns the capability under which one that was kept without its type is passed to `destination`.
    ///
    /// # Errors
    /// Returns an error for an object behind another connection: what forwards its calls is made for an interface.
    pub(crate) fn passed_on(&self, destination: Destination<'_>) -> Result<Self, IpcException> {
        match self {
            Self::Local(object) => match object.to_remote() {
                Some(remote) if destination.is_of(&remote) => Ok(Self::Remote(remote)),
                // Each is destroyed by itself.
                _ => Ok(Self::Local(object.renew())),
            },
            Self::Remote(remote) => match remote.as_local() {
                Some(object) => Ok(Self::Local(object.renew())),
                None if destination.is_beyond(remote) => Err(IpcException::failed(
                    "an object of another connection in an `AnyPointer`: it can be passed on only as what it is, so take it \
                     out with `get` and pass it as an `Arc<dyn Trait>`",
                )),
                None => Ok(self.clone()),
            },
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
