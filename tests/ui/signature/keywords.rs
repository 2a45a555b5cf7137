//! Functions that a message cannot run.

use ipc_runtime::{IpcException, ipc_interface};

#[ipc_interface]
pub trait Calculator {
    unsafe fn poke(&self) -> Result<(), IpcException>;
    extern "C" fn call(&self) -> Result<(), IpcException>;
    const fn constant(&self) -> Result<u32, IpcException>;
}

fn main() {}
