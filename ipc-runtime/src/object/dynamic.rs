//! Calls of interfaces that are known at run time only, from a schema: what `ipc-gen` calls with, and is called back through.
//!
//! Calling needs little beside [`call`](super::call), which takes a method by its number. A struct is written word by word
//! and pointer by pointer; what is behind a pointer is made outside, as a message of its own.

use std::any::Any;
use std::sync::Arc;

use capnp::any_pointer;

use super::lane::Queue;
use super::server::{AtOnce, Serve, Served};
use super::{Capability, LocalObject, MethodId, Remote, Reply, ServerCall};
use crate::exception::IpcException;
use crate::wire::AnyPointer;
use crate::wire::raw::Opaque;

pub use crate::protocol::construct;

/// An object whose interface is known at run time only.
pub trait DynamicObject: Send + Sync + 'static {
    /// Tells whether the parameters of a method begin with `context`.
    fn has_context(&self, method: MethodId) -> bool;

    /// Answers a call.
    ///
    /// # Errors
    /// Returns what the caller is to get in place of results.
    fn answer(&self, call: &ServerCall) -> Result<Reply, IpcException>;
}

/// Makes such an object one that messages can carry.
pub fn object(of: Arc<dyn DynamicObject>) -> Capability {
    Capability::Local(LocalObject::of(Arc::new(Dynamic(of))))
}

/// Copies what a pointer leads to; the capabilities in it are numbers of those in `caps`.
///
/// # Errors
/// Returns an error if it is malformed.
pub fn opaque(
    content: any_pointer::Reader<'_>,
    caps: &[Option<Capability>],
) -> Result<AnyPointer, IpcException> {
    Opaque::of_content(content, caps).map(AnyPointer::from)
}

struct Dynamic(Arc<dyn DynamicObject>);

impl Serve for Dynamic {
    fn serve(&self, call: ServerCall) -> Served {
        Served::Now(self.0.answer(&call))
    }

    fn as_any(&self) -> &dyn Any {
        self
    }

    fn renew(self: Arc<Self>) -> LocalObject {
        LocalObject::of(Arc::new(Self(self.0.clone())))
    }

    fn name(&self) -> &'static str {
        "dynamic"
    }

    fn queue(&self) -> Option<&dyn Queue> {
        None
    }

    fn is_oneway(&self, _: MethodId) -> bool {
        false
    }

    fn has_context(&self, method: MethodId) -> bool {
        self.0.has_context(method)
    }

    fn at_once(&self, _: MethodId) -> Option<AtOnce> {
        None
    }

    fn to_remote(&self) -> Option<Remote> {
        None
    }

    fn owns(&self) -> bool {
        true
    }

    fn owns_alone(&self) -> bool {
        Arc::strong_count(&self.0) == 1
    }
}
