//! A generic trait.

use ipc_runtime::{IpcException, ipc_interface};

#[ipc_interface]
pub trait Store<T> {
    fn get(&self) -> Result<(), IpcException>;
}

fn main() {}
