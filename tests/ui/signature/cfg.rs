//! Methods and parameters that come and go.

use ipc_runtime::{IpcException, ipc_interface};

#[ipc_interface]
pub trait Calculator {
    #[cfg(debug_assertions)]
    fn more(&self) -> Result<(), IpcException>;
    fn param(&self, #[cfg(debug_assertions)] x: u32) -> Result<(), IpcException>;
}

fn main() {}
