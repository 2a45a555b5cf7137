//! Options of what cannot cross.
//! Worded by rustc.

use ipc_runtime::{IpcException, ipc_interface};

pub struct Plain;

#[ipc_interface]
pub trait Calculator {
    fn nested(&self, x: Option<Option<Plain>>) -> Result<(), IpcException>;
    fn list(&self, x: Vec<Option<Plain>>) -> Result<(), IpcException>;
}

#[ipc_interface]
pub trait Lent {
    fn plain(&self, value: Option<&Plain>) -> Result<(), IpcException>;
    fn mutable(&self, value: Option<&mut u32>) -> Result<(), IpcException>;
}

fn main() {}
