//! A type parameter has no encoding.

use ipc_runtime::{IpcException, ipc_interface};

#[ipc_interface]
pub trait Calculator {
    fn first<T>(&self, items: Vec<T>) -> Result<T, IpcException>;
    fn fixed<const N: usize>(&self) -> Result<(), IpcException>;
}

fn main() {}
