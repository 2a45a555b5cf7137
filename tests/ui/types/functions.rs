//! Code cannot be sent.

use std::sync::Arc;

use ipc_runtime::{IpcException, ipc_interface};

#[ipc_interface]
pub trait Calculator {
    fn boxed(&self, f: Box<dyn Fn(u32) -> u32>) -> Result<(), IpcException>;
    fn shared(&self, f: Arc<dyn Fn(u32) + Send + Sync>) -> Result<(), IpcException>;
    fn pointer(&self, f: fn(u32) -> u32) -> Result<(), IpcException>;
}

fn main() {}
