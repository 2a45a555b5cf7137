//! Supertraits that a client could not implement.

use ipc_runtime::{IpcException, ipc_interface};

pub trait Base {}

#[ipc_interface]
pub trait Store: Base + Send + std::fmt::Debug + 'static {
    fn right(&self) -> Result<(), IpcException>;
}

fn main() {}
