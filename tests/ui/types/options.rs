//! Options where there is no room for them.
//! Worded by rustc.

use ipc_runtime::{IpcException, ipc_interface};

#[ipc_interface]
pub trait Calculator {
    fn nested(&self, x: Option<Option<u32>>) -> Result<(), IpcException>;
    fn list(&self, x: Vec<Option<String>>) -> Result<(), IpcException>;
}

fn main() {}
