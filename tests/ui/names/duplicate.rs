//! Names that occur twice in the schema.

use ipc_runtime::{IpcException, IpcType, ipc_interface};

#[ipc_interface]
pub trait Calculator {
    fn get_name(&self, a_b: u32, #[ipc(name = "aB")] c: u32) -> Result<(), IpcException>;
    #[ipc(name = "getName")]
    fn name(&self) -> Result<(), IpcException>;
    fn own(&self, context: u32) -> Result<(), IpcException>;
}

#[derive(IpcType)]
pub struct Data {
    pub x: u32,
    #[ipc(name = "x")]
    pub y: u32,
}

#[derive(IpcType)]
pub enum Kind {
    One,
    #[ipc(name = "one")]
    Two,
}

fn main() {}
