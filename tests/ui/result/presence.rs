//! Presence fields of results.

use ipc_runtime::{IpcException, ipc_interface};

#[ipc_interface]
pub trait Calls {
    #[ipc(results(tip, has(other)))]
    fn tip(&self) -> Result<Option<String>, IpcException>;
    #[ipc(results(tip, has(tip), has(tip)))]
    fn twice(&self) -> Result<Option<String>, IpcException>;
    fn lend(&self, #[ipc(has)] calls: Option<&dyn Calls>) -> Result<(), IpcException>;
    fn both(&self, #[ipc(default = 1, has)] number: Option<u32>) -> Result<(), IpcException>;
}

fn main() {}
