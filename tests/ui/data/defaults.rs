//! Defaults that the derive itself refuses.

use ipc_runtime::IpcType;

#[derive(IpcType)]
pub struct Data {
    #[ipc(skip, default = 1)]
    pub skipped: u32,
    #[ipc(skip, ordinal = 1)]
    pub also: u32,
    #[ipc(default)]
    pub missing: u32,
    #[ipc(skip = true)]
    pub value: u32,
}

#[derive(IpcType)]
pub struct Height(#[ipc(default = 1)] pub u32);

fn main() {}
