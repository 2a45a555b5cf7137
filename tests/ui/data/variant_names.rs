//! An unnamed union has its variants among the fields of the struct.
//! Worded by rustc.

use ipc_runtime::IpcType;

#[derive(IpcType)]
pub enum Shape {
    Empty,
    Circle(f64),
    Rect {
        width: u32,
    },
}

#[derive(IpcType)]
pub struct Drawing {
    pub circle: String,
    #[ipc(union)]
    pub shape: Shape,
}

#[derive(IpcType)]
pub enum Unit {
    Has(u8),
    HasLevel(u8),
}

#[derive(IpcType)]
pub struct Levels {
    pub level: Option<u8>,
    #[ipc(union)]
    pub unit: Unit,
}

#[derive(IpcType)]
pub enum Figure {
    Flat {
        rect: u8,
        #[ipc(union)]
        shape: Shape,
    },
    Solid,
}

fn main() {}
