//! Ordinals given to two methods.

use ipc_runtime::{IpcException, ipc_interface};

#[ipc_interface]
pub trait Calculator {
    #[ipc(ordinal = 0)]
    fn first(&self) -> Result<(), IpcException>;
    #[ipc(ordinal = 2)]
    fn second(&self) -> Result<(), IpcException>;
    #[ipc(ordinal = 1)]
    fn third(&self) -> Result<(), IpcException>;
    fn fourth(&self) -> Result<(), IpcException>;
}

fn main() {}
