//! Arguments that do not go together.

use ipc_runtime::{IpcException, IpcType, ipc_interface};

#[derive(IpcType)]
pub struct Fields {
    #[ipc(with = module, serde)]
    pub both: u8,
    #[ipc(with = module, default = 1)]
    pub default: u8,
    #[ipc(serde, skip)]
    pub skipped: String,
    #[ipc(with)]
    pub without: u8,
    #[ipc(with = 1)]
    pub number: u8,
    #[ipc(serde = json)]
    pub value: u8,
}

#[derive(IpcType)]
pub struct Newtype(#[ipc(serde)] pub u8);

#[ipc_interface]
pub trait Interface {
    #[ipc(results(a, b), with = module)]
    fn both(&self) -> Result<(u16, u8), IpcException>;
    fn take(&self, #[ipc(with = a, serde)] value: u8) -> Result<(), IpcException>;
}

fn main() {}
