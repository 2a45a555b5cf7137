//! Objects that cannot be lent as they are.

use ipc_runtime::{IpcException, ipc_interface};

#[ipc_interface]
pub trait Calculator {
    async fn later(&self, printer: &dyn Printer) -> Result<(), IpcException>;
    #[ipc(oneway)]
    fn tell(&self, printer: Option<&dyn Printer>) -> Result<(), IpcException>;
    fn change(&self, printer: &mut dyn Printer) -> Result<(), IpcException>;
    fn marked(&self, printer: &(dyn Printer + Send)) -> Result<(), IpcException>;
    fn bound(&self, printer: &'static dyn Printer) -> Result<(), IpcException>;
}

#[ipc_interface(twin = BoardAsync)]
pub trait Board {
    fn post(&self, printer: &dyn Printer) -> Result<(), IpcException>;
}

#[ipc_interface]
pub trait Printer {
    fn print(&self) -> Result<(), IpcException>;
}

fn main() {}
