//! Groups, unions and presence fields of types that have none.
//! Worded by rustc.

use ipc_runtime::IpcType;

#[derive(IpcType)]
pub struct Point {
    pub x: u32,
}

#[derive(IpcType)]
pub struct Data {
    #[ipc(group)]
    pub number: u32,
    #[ipc(union)]
    pub point: Point,
    #[ipc(has)]
    pub text: String,
}

fn main() {}
