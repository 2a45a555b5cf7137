//! Fields that cannot have a default, and defaults of another type.
//! Worded by rustc.

use ipc_runtime::{IpcException, IpcType, ipc_interface};

#[derive(IpcType)]
pub struct Data {
    #[ipc(default = "many")]
    pub count: u32,
    #[ipc(default = 1)]
    pub list: Vec<u32>,
    #[ipc(default = [1, "two"])]
    pub mixed: Vec<u32>,
    #[ipc(default = [1])]
    pub array: [u32; 1],
    #[ipc(default = [1])]
    pub options: Vec<Option<u32>>,
}

#[ipc_interface]
pub trait Lists {
    fn lent(&self, #[ipc(default = [1])] list: &[u32]) -> Result<(), IpcException>;
}

fn main() {}
