//! Names that Cap'n Proto refuses.

use ipc_runtime::{IpcException, ipc_interface};

#[ipc_interface]
pub trait My_Store {
    fn größe(&self) -> Result<(), IpcException>;
    #[ipc(name = "get_name")]
    fn name(&self) -> Result<(), IpcException>;
    #[ipc(name = "Upper")]
    fn upper(&self, _: u32) -> Result<(), IpcException>;
}

#[ipc_interface(name = "other")]
pub trait Other {
    fn right(&self) -> Result<(), IpcException>;
}

fn main() {}
