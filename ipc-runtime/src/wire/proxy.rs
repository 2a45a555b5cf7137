//! The types of libmultiprocess's `proxy.capnp`: they are in the parameters of every interface, and a peer in any
//! language knows them by these ids. What they mean is in its `doc/design.md`, "Thread mapping", and what becomes of them here
//! in `object/thread/`.

use std::sync::Arc;

use super::At;
use super::descriptor::{Field, Method, Struct};
use super::layout::Size;
use crate::exception::IpcException;
use crate::{IpcType, ipc_interface};

/// Makes threads in the process that it belongs to, for calls from another one.
#[ipc_interface(file = 0xcc316e3f71a040fb, no_destroy)]
pub trait ThreadMap {
    /// Makes a thread that runs the calls of one thread of the caller, in order.
    #[ipc(no_context)]
    fn make_thread(&self, name: &str) -> Result<Arc<dyn Thread>, IpcException>;

    /// Makes threads for the calls that name none.
    #[ipc(no_context)]
    fn make_pool(&self, count: u32) -> Result<(), IpcException>;
}

/// A thread of the process that made it.
#[ipc_interface(file = 0xcc316e3f71a040fb, no_destroy)]
pub trait Thread {
    /// Returns the name that a debugger shows.
    #[ipc(no_context)]
    fn get_name(&self) -> Result<String, IpcException>;
}

/// On which thread a call runs, and on which one its callbacks.
#[derive(Clone, IpcType)]
#[ipc(file = 0xcc316e3f71a040fb)]
pub struct Context {
    /// The receiver's thread that runs the method.
    pub thread: Option<Arc<dyn Thread>>,
    /// The caller's thread, which waits and runs what the method calls back.
    pub callback_thread: Option<Arc<dyn Thread>>,
}

impl std::fmt::Debug for Context {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Context")
            .field("thread", &self.thread.is_some())
            .field("callback_thread", &self.callback_thread.is_some())
            .finish()
    }
}

/// The first parameter of a method, which the runtime writes and reads: a call is sent with the threads that it has, or with
/// null where the peer has no thread map.
pub const CONTEXT: Field = Field {
    name: "context",
    doc: "",
    ty: <Context as IpcType>::TYPE,
    shape: <Context as IpcType>::SHAPE,
    at: At::OPEN,
    default: None,
};

/// `destroy @0 (context :Context) -> ()`, which the runtime answers.
pub const DESTROY: Method = Method {
    name: "destroy",
    doc: "",
    ordinal: 0,
    params: Struct { fields: &[Field { at: At::FIRST, ..CONTEXT }], size: ONE_POINTER },
    results: Struct { fields: &[], size: Size { data: 0, pointers: 0 } },
};

/// `construct @0 (threadMap :ThreadMap) -> (threadMap :ThreadMap)`, which the runtime answers.
pub const CONSTRUCT: Method = Method {
    name: "construct",
    doc: "",
    ordinal: 0,
    params: Struct { fields: &[THREAD_MAP], size: ONE_POINTER },
    results: Struct { fields: &[THREAD_MAP], size: ONE_POINTER },
};

const THREAD_MAP: Field = Field {
    name: "threadMap",
    doc: "",
    ty: <Arc<dyn ThreadMap> as IpcType>::TYPE,
    shape: <Arc<dyn ThreadMap> as IpcType>::SHAPE,
    at: At::FIRST,
    default: None,
};

const ONE_POINTER: Size = Size { data: 0, pointers: 1 };

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::descriptor::Kind;
    use crate::wire::{Interface, Struct};

    fn methods(descriptor: &'static crate::wire::Descriptor) -> Vec<(&'static str, u16)> {
        match descriptor.kind {
            Kind::Interface(interface) => {
                interface.methods.iter().map(|method| (method.name, method.ordinal)).collect()
            }
            _ => panic!("not an interface"),
        }
    }

    #[test]
    fn ids_and_ordinals_are_those_of_proxy_capnp() {
        let thread_map = <dyn ThreadMap>::descriptor();
        assert_eq!(thread_map.id, 0xee5e_3717_9ad9_dc9d);
        assert_eq!(methods(thread_map), [("makeThread", 0), ("makePool", 1)]);
        let thread = <dyn Thread>::descriptor();
        assert_eq!(thread.id, 0x81c1_e260_0d0b_56c5);
        assert_eq!(methods(thread), [("getName", 0)]);
        let context = <Context as Struct>::descriptor();
        assert_eq!(context.id, 0x9c44_e664_5d0b_22c6);
        assert_eq!([thread_map.file, thread.file, context.file], [0xcc31_6e3f_71a0_40fb; 3]);
    }

    #[test]
    fn a_result_without_a_value_has_no_field() {
        let Kind::Interface(interface) = <dyn ThreadMap>::descriptor().kind else {
            panic!("not an interface")
        };
        let results: Vec<_> = interface.methods.iter().map(|method| method.results.fields.len()).collect();
        assert_eq!(results, [1, 0]);
    }
}
