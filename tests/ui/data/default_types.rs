//! Fields that cannot have a default, and defaults of another type.
//! Worded by rustc.

use ipc_runtime::IpcType;

#[derive(IpcType)]
pub struct Data {
    #[ipc(default = "many")]
    pub count: u32,
    #[ipc(default = 1)]
    pub list: Vec<u32>,
}

fn main() {}
