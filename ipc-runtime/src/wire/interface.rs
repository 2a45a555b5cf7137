//! Interfaces as values: `Arc<dyn Trait>` travels as a capability.

use std::sync::Arc;

use super::Descriptor;
use crate::exception::IpcException;
use crate::object::{MethodId, Remote, Reply, ServerCall, Started};

/// `dyn Trait` of a trait with `#[ipc_interface]`, which implements this.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not an interface",
    label = "not an `#[ipc_interface]` trait object",
    note = "only `Arc<dyn Trait>` of a trait with `#[ipc_interface]` can be passed to another process",
    note = "a value that implements the trait is given its trait-object type first: `let root: Arc<dyn Init> = Arc::new(..);`",
    note = "every argument of a closure, and what it returns, is an IPC type"
)]
pub trait Interface: Send + Sync + 'static {
    /// The method `destroy`, perhaps an inherited one, which the runtime answers itself.
    const DESTROY: Option<MethodId>;

    /// The method `construct`, perhaps an inherited one, which the runtime answers itself.
    const CONSTRUCT: Option<MethodId>;

    /// Returns the compiled-in schema.
    fn descriptor() -> &'static Descriptor;

    /// Tells whether the interface is the one with the given id, or extends it.
    fn implements(interface: u64) -> bool {
        Self::descriptor().id == interface
    }

    /// Tells whether a method is the `destroy` of this interface or of one that it extends.
    fn is_destroy(method: MethodId) -> bool {
        Self::DESTROY == Some(method)
    }

    /// Tells whether a method is the `construct` of this interface or of one that it extends.
    fn is_construct(method: MethodId) -> bool {
        Self::CONSTRUCT == Some(method)
    }

    /// Whether any method is one-way.
    const HAS_ONEWAY: bool = false;

    /// Tells whether nobody waits for a method: what follows it on an object begins when it has ended.
    fn is_oneway(method: MethodId) -> bool {
        let _ = method;
        false
    }

    /// Tells whether the parameters of a method begin with `context`, as they do unless it says otherwise.
    fn has_context(method: MethodId) -> bool {
        let _ = method;
        true
    }

    /// Whether any method is `async`: a thread that waits for its call does not run such ones.
    const HAS_ASYNC: bool = false;

    /// Wraps a remote object into the client that implements the trait.
    fn from_remote(remote: Remote) -> Arc<Self>;

    /// Returns the remote object behind a client, `None` for any other implementation and for a closure.
    fn as_remote(&self) -> Option<&Remote>;

    /// Returns the remote object behind a client or a closure of another process.
    #[doc(hidden)]
    fn to_remote(&self) -> Option<Remote> {
        self.as_remote().cloned()
    }

    /// Returns the method `destroy`, also where it is not known before the program runs.
    #[doc(hidden)]
    fn destroy_method() -> Option<MethodId> {
        Self::DESTROY
    }

    /// Runs the method that the call names on this object.
    ///
    /// # Errors
    /// Returns what the method returns; an error if there is no such method or the arguments cannot be decoded.
    fn dispatch(&self, call: &ServerCall) -> Result<Reply, IpcException>;

    /// Starts the `async` method that the call names; gives the call back if it names none.
    fn dispatch_async(self: Arc<Self>, call: ServerCall) -> Started {
        drop(self);
        Started::NotAsync(call)
    }
}
