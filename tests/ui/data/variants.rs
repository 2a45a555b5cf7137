//! Enums that are more, or less, than a list of names.

use ipc_runtime::IpcType;

#[derive(IpcType)]
pub enum Shape {
    Point,
    Circle(f64),
    Square { side: f64 },
    Empty(),
}

#[derive(IpcType)]
pub enum Code {
    Ok = 0,
    Bad = 7,
}

#[derive(IpcType)]
pub enum Never {}

fn main() {}
