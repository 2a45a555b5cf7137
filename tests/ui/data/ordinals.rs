//! Ordinals of fields that leave a gap or are taken.
//! Worded by rustc.

use ipc_runtime::IpcType;

#[derive(IpcType)]
pub struct Gap {
    pub a: u32,
    #[ipc(ordinal = 2)]
    pub b: u32,
}

#[derive(IpcType)]
pub struct Taken {
    pub a: Option<u32>,
    #[ipc(ordinal = 1)]
    pub b: u32,
}

fn main() {}
