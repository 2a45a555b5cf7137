//! What is called, as ours and capnp-rpc have it.
//!
//! The build script includes this file too: it generates capnp-rpc's code from it.

use std::sync::Arc;

use ipc_runtime::{IpcException, ipc_interface};

/// What the serving process offers.
#[ipc_interface(root, twin = AdderAsync)]
pub trait Adder {
    /// Adds two numbers.
    fn add(&self, a: i32, b: i32) -> Result<i32, IpcException>;

    /// Calls back with the sum.
    fn add_through(&self, other: Arc<dyn Sum>, a: i32, b: i32) -> Result<i32, IpcException>;

    /// Returns its argument.
    fn echo(&self, bytes: &[u8]) -> Result<Vec<u8>, IpcException>;

    /// Makes an object.
    fn make_object(&self) -> Result<Arc<dyn Object>, IpcException>;
}

/// What is called back.
#[ipc_interface(twin = SumAsync)]
pub trait Sum {
    /// Returns its argument.
    fn sum(&self, sum: i32) -> Result<i32, IpcException>;
}

/// One of many.
#[ipc_interface]
pub trait Object {
    /// Adds two numbers.
    fn add(&self, a: i32, b: i32) -> Result<i32, IpcException>;
}
