//! An unsafe trait.

use ipc_runtime::{IpcException, ipc_interface};

#[ipc_interface]
pub unsafe trait Store {
    fn get(&self) -> Result<(), IpcException>;
}

fn main() {}
