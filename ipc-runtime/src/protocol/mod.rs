//! Protocols: what is spoken over a connected socket.

mod capnp;

use std::os::fd::OwnedFd;
use std::sync::Arc;

use crate::context::Context;
use crate::exception::IpcException;
use crate::object::{LocalObject, Remote};
use crate::wire::Descriptor;

#[doc(hidden)]
pub use self::capnp::construct;
pub use self::capnp::{CapnpContext, LogLevel, make_capnp_protocol};

/// Turns sockets into objects.
///
/// The crate ships [`make_capnp_protocol`]; an application may put its own in front of it, for tests or to add to
/// what it does.
pub trait Protocol: Send + Sync {
    /// Speaks to the process at the other end of a stream socket and returns its root object, which is expected to
    /// implement `root`.
    ///
    /// The connection ends when the last handle on any object behind it is dropped.
    ///
    /// # Blocking
    /// The caller waits for the peer's first answer.
    ///
    /// # Errors
    /// Returns an error if the peer goes away before it answers, or offers no root object.
    fn connect(&self, socket: OwnedFd, root: &'static Descriptor) -> Result<Remote, IpcException>;

    /// Accepts connections on a listening socket in the background, and serves `root` on each, until the protocol is
    /// dropped.
    ///
    /// # Errors
    /// Returns the operating system's error if the socket cannot be waited for.
    fn listen(&self, listener: OwnedFd, root: LocalObject) -> Result<(), IpcException>;

    /// Serves `root` on a stream socket: a spawned process serves its parent so.
    ///
    /// # Blocking
    /// The caller waits until the peer closes the connection or is gone.
    ///
    /// # Errors
    /// Returns the operating system's error if the socket cannot be waited for; that the peer is gone is none.
    fn serve(&self, socket: OwnedFd, root: LocalObject) -> Result<(), IpcException>;

    /// Ends every connection that was accepted by [`listen`](Protocol::listen), and none that is
    /// [served](Protocol::serve) for a parent.
    fn disconnect_incoming(&self);

    /// Registers a function that runs once: when the last handle on the object is dropped, or when its connection
    /// ends.
    fn add_cleanup(&self, remote: &Remote, cleanup: Box<dyn FnOnce() + Send>);

    /// Returns the application's state, which server methods reach through
    /// [`Context::current`].
    fn context(&self) -> &Arc<Context>;
}
