//! A function without an object.

use ipc_runtime::{IpcException, ipc_interface};

#[ipc_interface]
pub trait Calculator {
    fn version() -> Result<u32, IpcException>;
}

fn main() {}
