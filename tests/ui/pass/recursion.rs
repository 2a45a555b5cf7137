//! Types and interfaces that refer to themselves and to each other.
#![deny(warnings)]

use std::sync::Arc;

use ipc_runtime::{IpcException, IpcType, ipc_interface};

#[derive(IpcType)]
pub struct Tree {
    pub children: Vec<Self>,
    pub left: Option<Box<Tree>>,
    pub owner: Owner,
}

#[derive(IpcType)]
pub struct Owner {
    pub trees: Vec<Tree>,
    pub calculator: Option<Arc<dyn Calculator>>,
}

#[ipc_interface(root)]
pub trait Init {
    fn make(&self, printers: Vec<Arc<dyn Printer>>, tree: &Tree)
    -> Result<Arc<dyn Calculator>, IpcException>;
}

#[ipc_interface]
pub trait Calculator {
    fn init(&self) -> Result<Arc<dyn Init>, IpcException>;
    fn same(&self, other: Arc<dyn Calculator>) -> Result<Option<Arc<dyn Calculator>>, IpcException>;
    fn printers(&self) -> Result<Vec<Arc<dyn Printer>>, IpcException>;
}

#[ipc_interface]
pub trait Printer {
    fn print(&self, text: &str, from: Option<Arc<dyn Calculator>>) -> Result<(), IpcException>;
}

fn main() {}
