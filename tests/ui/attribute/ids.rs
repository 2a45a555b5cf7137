//! Ids that Cap'n Proto refuses.

use ipc_runtime::{IpcException, ipc_interface};

#[ipc_interface(file = 1, id = 0x1eb32e19f86ee174)]
pub trait Calculator {
    fn right(&self) -> Result<(), IpcException>;
}

#[ipc_interface(file = 0xffff_ffff_ffff_ffff_ff)]
pub trait Other {
    fn right(&self) -> Result<(), IpcException>;
}

fn main() {}
