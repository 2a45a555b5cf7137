//! Trait objects that neither an `Arc` holds nor a parameter lends.

use std::sync::Arc;

use ipc_runtime::{IpcException, IpcType, ipc_interface};

#[ipc_interface]
pub trait Calculator {
    fn lent(&self, printers: &[&dyn Printer]) -> Result<(), IpcException>;
    fn boxed(&self, printer: Box<dyn Printer>) -> Result<Box<dyn Printer>, IpcException>;
    fn listed(&self, printers: Vec<&dyn Printer>) -> Result<Option<&dyn Printer>, IpcException>;
    fn marked(&self, printer: Arc<dyn Printer + Send>) -> Result<(), IpcException>;
}

#[derive(IpcType)]
pub struct Job<'a> {
    printer: &'a dyn Printer,
}

#[ipc_interface]
pub trait Printer {
    fn print(&self) -> Result<(), IpcException>;
}

fn main() {}
