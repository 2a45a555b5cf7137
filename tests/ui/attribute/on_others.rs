//! The attribute on everything else.

use ipc_runtime::ipc_interface;

#[ipc_interface]
mod module {}

#[ipc_interface]
pub enum Enum {}

#[ipc_interface]
pub union Union {
    x: u32,
}

#[ipc_interface]
pub type Alias = u32;

#[ipc_interface]
pub const X: u32 = 1;

fn main() {}
