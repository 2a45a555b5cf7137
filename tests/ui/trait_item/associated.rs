//! What a trait has beside methods.

use ipc_runtime::{IpcException, ipc_interface};

#[ipc_interface]
pub trait Calculator {
    type Item;
    const LIMIT: u32;
    fn right(&self) -> Result<(), IpcException>;
}

fn main() {}
