//! What is lent must be an interface whose methods block.
//! Worded by rustc.

use ipc_runtime::{IpcException, ipc_interface};

pub trait Plain: Send + Sync {}

#[ipc_interface]
pub trait Printer {
    async fn print(&self) -> Result<(), IpcException>;
}

#[ipc_interface]
pub trait Plotter: Printer {}

#[ipc_interface]
pub trait Plainly {
    fn plain(&self, plain: &dyn Plain) -> Result<(), IpcException>;
    fn optional(&self, plain: Option<&dyn Plain>) -> Result<(), IpcException>;
}

#[ipc_interface]
pub trait Calculator {
    fn later(&self, printer: &dyn Printer) -> Result<(), IpcException>;
    fn inherited(&self, plotter: Option<&dyn Plotter>) -> Result<(), IpcException>;
}

fn main() {}
