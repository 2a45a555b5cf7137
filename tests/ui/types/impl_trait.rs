//! Types without a name.

use ipc_runtime::{IpcException, ipc_interface};

#[ipc_interface]
pub trait Calculator {
    fn print(&self, text: impl ToString) -> Result<(), IpcException>;
    fn make(&self) -> Result<impl ToString, IpcException>;
}

fn main() {}
