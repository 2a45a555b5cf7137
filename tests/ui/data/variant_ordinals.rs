//! Ordinals of variants that leave a gap or are taken.

use ipc_runtime::IpcType;

#[derive(IpcType)]
pub enum Taken {
    A,
    #[ipc(ordinal = 0)]
    B,
}

#[derive(IpcType)]
pub enum Gap {
    A,
    #[ipc(ordinal = 2)]
    B,
}

#[derive(IpcType)]
pub enum Twice {
    A,
    #[ipc(ordinal = 1)]
    B(#[ipc(ordinal = 1)] u32),
}

#[derive(IpcType)]
#[ipc(repr = i32)]
pub enum Number {
    #[ipc(ordinal = 0)]
    A,
}

fn main() {}
