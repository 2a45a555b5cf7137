//! Names for results that do not fit them.

use ipc_runtime::{IpcException, ipc_interface};

#[ipc_interface]
pub trait Calculator {
    #[ipc(results)]
    fn none(&self) -> Result<(u32, u32), IpcException>;
    #[ipc(results())]
    fn empty(&self) -> Result<(u32, u32), IpcException>;
    #[ipc(results(a, b))]
    fn more(&self) -> Result<(u32, u32, u32), IpcException>;
    #[ipc(results(a, b))]
    fn whole(&self) -> Result<u32, IpcException>;
    #[ipc(results(error, value))]
    fn reserved(&self) -> Result<(u32, u32), IpcException>;
    #[ipc(results(value, value))]
    fn twice(&self) -> Result<(u32, u32), IpcException>;
    #[ipc(results(x, has_x))]
    fn companion(&self) -> Result<(u32, bool), IpcException>;
    #[ipc(results(nested, value))]
    fn nested(&self) -> Result<((u32, u32), &str), IpcException>;
}

fn main() {}
