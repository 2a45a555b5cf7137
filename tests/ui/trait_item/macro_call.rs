//! Methods that the attribute cannot see.

use ipc_runtime::{IpcException, ipc_interface};

macro_rules! methods {
    () => {};
}

#[ipc_interface]
pub trait Calculator {
    methods! {}
    fn right(&self) -> Result<(), IpcException>;
}

fn main() {}
