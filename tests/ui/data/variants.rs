//! Variants that cannot be told apart, or say too much.

use ipc_runtime::IpcType;

#[derive(IpcType)]
pub enum Single {
    Circle(f64),
}

#[derive(IpcType)]
pub enum Shape {
    Point,
    Circle(f64),
    #[ipc(name = "circle")]
    Round { radius: f64 },
    Square {
        side: f64,
        #[ipc(name = "side")]
        length: f64,
    },
    #[ipc(other)]
    Unknown(u16),
    #[ipc(other)]
    Newer,
}

#[derive(IpcType)]
pub enum Code {
    Ok = 0,
    Bad = 7,
}

#[derive(IpcType)]
pub enum Never {}

fn main() {}
