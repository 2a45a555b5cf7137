//! Methods and parameters that come and go.

use ipc_runtime::{IpcException, ipc_interface};

#[ipc_interface]
pub trait Calculator {
    #[cfg(feature = "more")]
    fn more(&self) -> Result<(), IpcException>;
    fn param(&self, #[cfg(feature = "more")] x: u32) -> Result<(), IpcException>;
}

fn main() {}
