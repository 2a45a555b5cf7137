//! Names with a meaning of their own.

use ipc_runtime::{IpcException, ipc_interface};

#[ipc_interface]
pub trait Calculator {
    fn destroy(&self) -> Result<(), IpcException>;
    #[ipc(name = "construct")]
    fn make(&self) -> Result<(), IpcException>;
    fn back(&self, result: u32) -> Result<(), IpcException>;
}

fn main() {}
