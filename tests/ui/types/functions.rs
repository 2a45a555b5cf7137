//! Code cannot be sent.

use ipc_runtime::{IpcException, ipc_interface};

#[ipc_interface]
pub trait Calculator {
    fn pointer(&self, f: fn(u32) -> u32) -> Result<(), IpcException>;
    fn nothing(&self, f: Option<fn(u8, &str)>) -> Result<(), IpcException>;
}

fn main() {}
