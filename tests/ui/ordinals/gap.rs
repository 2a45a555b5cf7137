//! Ordinals that leave one out.

use ipc_runtime::{IpcException, ipc_interface};

#[ipc_interface]
pub trait Calculator {
    fn first(&self) -> Result<(), IpcException>;
    #[ipc(ordinal = 4)]
    fn second(&self) -> Result<(), IpcException>;
    fn third(&self) -> Result<(), IpcException>;
}

fn main() {}
