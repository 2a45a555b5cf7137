//! What an interface has of those that it extends.

use std::sync::Arc;

use crate::exception::IpcException;
use crate::object::{MethodId, Reply, ServerCall, Started};
use crate::wire::Interface;
use crate::wire::descriptor::Descriptor;

/// An interface that another one extends.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be a supertrait of an interface",
    label = "not an `#[ipc_interface]` trait",
    note = "an interface extends other traits with `#[ipc_interface]`, beside `Send`, `Sync` and `'static`; repeat the \
            methods of others in it"
)]
#[expect(missing_docs, reason = "each is the item of `Interface` of its name")]
pub trait Superclass: Send + Sync + 'static {
    const DESTROY: Option<MethodId>;
    const CONSTRUCT: Option<MethodId>;

    fn descriptor() -> &'static Descriptor;
    fn implements(interface: u64) -> bool;
    fn is_destroy(method: MethodId) -> bool;
    fn is_construct(method: MethodId) -> bool;
    const HAS_ONEWAY: bool;
    fn is_oneway(method: MethodId) -> bool;
    fn has_context(method: MethodId) -> bool;
    const HAS_ASYNC: bool;
    fn dispatch(&self, call: &ServerCall) -> Result<Reply, IpcException>;
    fn dispatch_async(self: Arc<Self>, call: ServerCall) -> Started;
}

#[diagnostic::do_not_recommend]
impl<T: Interface + ?Sized> Superclass for T {
    const DESTROY: Option<MethodId> = T::DESTROY;
    const CONSTRUCT: Option<MethodId> = T::CONSTRUCT;

    fn descriptor() -> &'static Descriptor {
        T::descriptor()
    }

    fn implements(interface: u64) -> bool {
        T::implements(interface)
    }

    fn is_destroy(method: MethodId) -> bool {
        T::is_destroy(method)
    }

    fn is_construct(method: MethodId) -> bool {
        T::is_construct(method)
    }

    const HAS_ONEWAY: bool = T::HAS_ONEWAY;

    fn is_oneway(method: MethodId) -> bool {
        T::is_oneway(method)
    }

    fn has_context(method: MethodId) -> bool {
        T::has_context(method)
    }

    const HAS_ASYNC: bool = T::HAS_ASYNC;

    fn dispatch(&self, call: &ServerCall) -> Result<Reply, IpcException> {
        T::dispatch(self, call)
    }

    fn dispatch_async(self: Arc<Self>, call: ServerCall) -> Started {
        T::dispatch_async(self, call)
    }
}

/// Returns the first method that there is.
#[expect(clippy::indexing_slicing, reason = "const evaluation; the index is below the length")]
pub const fn first_method(methods: &[Option<MethodId>]) -> Option<MethodId> {
    let mut i = 0;
    while i < methods.len() {
        if methods[i].is_some() {
            return methods[i];
        }
        i += 1;
    }
    None
}

/// Tells whether a method is one of those of an interface.
pub fn is_one_of(method: MethodId, interface: u64, ordinals: &[u16]) -> bool {
    method.interface == interface && ordinals.contains(&method.ordinal)
}

/// Tells whether a method is the one that there may be.
pub fn is_method(known: Option<MethodId>, method: MethodId) -> bool {
    known == Some(method)
}
