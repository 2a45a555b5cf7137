//! Arguments that contradict each other.

use ipc_runtime::{IpcException, ipc_interface};

#[ipc_interface(root, no_destroy)]
pub trait Calculator {
    fn right(&self) -> Result<(), IpcException>;
}

fn main() {}
