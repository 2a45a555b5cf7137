//! Parameters without a name for the schema.

use ipc_runtime::{IpcException, ipc_interface};

#[ipc_interface]
pub trait Calculator {
    fn pair(&self, (a, b): u32) -> Result<(), IpcException>;
    fn mutable(&self, mut x: u32) -> Result<(), IpcException>;
    fn ignored(&self, _: u32) -> Result<(), IpcException>;
}

fn main() {}
