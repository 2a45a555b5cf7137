//! Trait objects that no `Arc` holds.

use std::sync::Arc;

use ipc_runtime::{IpcException, ipc_interface};

#[ipc_interface]
pub trait Calculator {
    fn lent(&self, printer: &dyn Printer) -> Result<(), IpcException>;
    fn boxed(&self, printer: Box<dyn Printer>) -> Result<Box<dyn Printer>, IpcException>;
    fn optional(&self, printer: Option<&dyn Printer>) -> Result<(), IpcException>;
    fn marked(&self, printer: Arc<dyn Printer + Send>) -> Result<(), IpcException>;
}

#[ipc_interface]
pub trait Printer {
    fn print(&self) -> Result<(), IpcException>;
}

fn main() {}
