//! Names of methods that differ in little.
#![deny(warnings)]

use ipc_runtime::{IpcException, ipc_interface};

#[ipc_interface(name = "Lower")]
#[allow(non_snake_case, non_camel_case_types)]
pub trait lower {
    fn ab(&self) -> Result<(), IpcException>;
    fn aB(&self) -> Result<(), IpcException>;
    fn params(&self, contexts: u32, params: u32, results: u32) -> Result<(), IpcException>;
    fn _private(&self) -> Result<(), IpcException>;
}

fn main() {}
