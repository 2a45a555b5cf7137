//! Attributes where they say nothing.

use ipc_runtime::{IpcException, ipc_interface};

#[ipc_interface]
#[ipc(root)]
pub trait Calculator {
    fn solve(#[ipc(name = "me")] &self) -> Result<f64, IpcException>;
}

fn main() {}
