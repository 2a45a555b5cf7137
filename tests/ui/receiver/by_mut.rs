//! A method that wants the object for itself.

use ipc_runtime::{IpcException, ipc_interface};

#[ipc_interface]
pub trait Calculator {
    fn add(&mut self, x: u32) -> Result<(), IpcException>;
}

fn main() {}
