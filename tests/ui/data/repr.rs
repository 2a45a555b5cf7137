//! Enums that are numbers.

use ipc_runtime::IpcType;

#[derive(IpcType)]
#[ipc(repr = i32)]
pub struct Data {
    pub x: u32,
}

#[derive(IpcType)]
#[ipc(repr = u8)]
pub enum Shape {
    Empty,
    Circle(f64),
}

#[derive(IpcType)]
#[ipc(repr = usize)]
pub enum Size {
    Small,
}

#[derive(IpcType)]
#[ipc(repr)]
pub enum Missing {
    Small,
}

fn main() {}
