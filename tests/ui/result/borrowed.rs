//! Results that point into another process.

use ipc_runtime::{IpcException, ipc_interface};

#[ipc_interface]
pub trait Calculator {
    fn text(&self) -> Result<&str, IpcException>;
    fn bytes(&self) -> Result<&'static [u8], IpcException>;
    fn nested(&self) -> Result<Vec<&Options>, IpcException>;
    fn bare(&self) -> &str;
}

fn main() {}
