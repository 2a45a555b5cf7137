//! As many arguments as there are parameters.

use ipc_runtime::{IpcException, ipc_interface};

#[ipc_interface]
pub trait Calculator {
    fn print(&self, format: &str, _: ...) -> Result<(), IpcException>;
}

fn main() {}
