//! The attribute on a struct.

use ipc_runtime::ipc_interface;

#[ipc_interface]
pub struct Calculator {
    pub x: u32,
}

fn main() {}
