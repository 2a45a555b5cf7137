//! Supertraits that turn out not to be interfaces.
//! Worded by rustc.

use ipc_runtime::{IpcException, ipc_interface};

pub trait Base {}

#[ipc_interface]
pub trait Store: Base + Send {
    fn right(&self) -> Result<(), IpcException>;
}

#[ipc_interface]
pub trait Other: Send + Base {
    fn wrong(&self);
}

fn main() {}
