//! The attribute on a function.

use ipc_runtime::ipc_interface;

#[ipc_interface]
pub fn calculate() {}

fn main() {}
