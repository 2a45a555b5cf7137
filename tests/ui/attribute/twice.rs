//! Two attributes on one trait.

use ipc_runtime::{IpcException, ipc_interface};

#[ipc_interface]
#[ipc_interface]
pub trait Calculator {
    fn right(&self) -> Result<(), IpcException>;
}

fn main() {}
