//! Numbers whose size depends on the machine.

use ipc_runtime::{IpcException, ipc_interface};

#[ipc_interface]
pub trait Calculator {
    fn count(&self, x: usize) -> Result<isize, IpcException>;
    fn list(&self, x: &[usize]) -> Result<(), IpcException>;
}

fn main() {}
