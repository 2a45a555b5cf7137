//! `cpp/threads.capnp` as Rust traits: what libmultiprocess's own test interface leaves open of threads and objects.

use std::sync::Arc;

use ipc_runtime::wire::proxy::{Context, ThreadMap};
use ipc_runtime::{IpcException, ipc_interface};

/// A method for each rule that is about threads or objects.
#[ipc_interface(file = 0xb1f4_d7be_0c3d_5a96, root, twin = ThreadsAsync)]
pub trait Threads {
    /// Returns the number of the thread that it runs on.
    fn number(&self) -> Result<i32, IpcException>;

    /// Waits until `go` is called.
    fn park(&self) -> Result<(), IpcException>;

    /// Ends the waits.
    #[ipc(no_context)]
    fn go(&self) -> Result<(), IpcException>;

    /// Returns how many calls came in their order, beginning with the last 0.
    fn count(&self, number: i32) -> Result<i32, IpcException>;

    /// Calls the callback, which C++ lends to the method.
    fn lend(&self, callback: Arc<dyn Callback>, arg: i32) -> Result<i32, IpcException>;

    /// Calls the callback, which is the method's.
    fn give(&self, callback: Arc<dyn Callback>, arg: i32) -> Result<i32, IpcException>;

    /// Makes an object.
    #[ipc(no_context)]
    fn make_object(&self) -> Result<Arc<dyn Object>, IpcException>;

    /// Makes another one.
    #[ipc(no_context)]
    fn make_plain(&self) -> Result<Arc<dyn Plain>, IpcException>;

    /// Counts those that live.
    #[ipc(no_context)]
    fn living(&self) -> Result<i32, IpcException>;

    /// Returns its argument.
    fn pass(&self, bytes: &[u8]) -> Result<Vec<u8>, IpcException>;
}

/// What is called back.
#[ipc_interface(file = 0xb1f4_d7be_0c3d_5a96)]
pub trait Callback {
    /// Makes a number of another.
    fn call(&self, arg: i32) -> Result<i32, IpcException>;
}

/// An object.
#[ipc_interface(file = 0xb1f4_d7be_0c3d_5a96)]
pub trait Object {
    /// Returns 1.
    fn touch(&self) -> Result<i32, IpcException>;
}

/// An object whose `destroy` has no context in C++, which cannot be told from one that is null.
#[ipc_interface(file = 0xb1f4_d7be_0c3d_5a96)]
pub trait Plain {
    /// Returns 1.
    #[ipc(no_context)]
    fn touch(&self) -> Result<i32, IpcException>;
}

/// How [`Threads`] begins, to a program that sees to threads itself.
#[ipc_interface(file = 0xb1f4_d7be_0c3d_5a96, name = "Threads", no_destroy, twin = RawThreadsAsync)]
pub trait RawThreads {
    /// What exchanges the thread maps.
    #[ipc(no_context, results(thread_map))]
    fn exchange(
        &self,
        thread_map: Option<Arc<dyn ThreadMap>>,
    ) -> Result<Option<Arc<dyn ThreadMap>>, IpcException>;

    /// As in [`Threads`].
    #[ipc(no_context)]
    fn number(&self, context: Option<Context>) -> Result<i32, IpcException>;

    /// As in [`Threads`].
    #[ipc(no_context)]
    fn park(&self, context: Option<Context>) -> Result<(), IpcException>;

    /// As in [`Threads`].
    #[ipc(no_context)]
    fn go(&self) -> Result<(), IpcException>;

    /// As in [`Threads`].
    #[ipc(no_context)]
    fn count(&self, context: Option<Context>, number: i32) -> Result<i32, IpcException>;

    /// As in [`Threads`].
    #[ipc(no_context)]
    fn lend(
        &self,
        context: Option<Context>,
        callback: Arc<dyn RawCallback>,
        arg: i32,
    ) -> Result<i32, IpcException>;

    /// As in [`Threads`].
    #[ipc(no_context)]
    fn give(
        &self,
        context: Option<Context>,
        callback: Arc<dyn RawCallback>,
        arg: i32,
    ) -> Result<i32, IpcException>;
}

/// A [`Callback`] that sees its end.
#[ipc_interface(file = 0xb1f4_d7be_0c3d_5a96, name = "Callback", no_destroy)]
pub trait RawCallback {
    /// `destroy`.
    #[ipc(no_context)]
    fn end(&self, context: Option<Context>) -> Result<(), IpcException>;

    /// As in [`Callback`].
    #[ipc(no_context)]
    fn call(&self, context: Option<Context>, arg: i32) -> Result<i32, IpcException>;
}
