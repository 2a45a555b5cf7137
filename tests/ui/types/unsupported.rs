//! Parameters without a wire type.
//! Worded by rustc.

use ipc_runtime::{IpcException, ipc_interface};

use std::collections::HashMap;

pub struct Plain;

#[ipc_interface]
pub trait Calculator {
    fn plain(&self, plain: Plain) -> Result<(), IpcException>;
    fn lent(&self, plain: &Plain) -> Result<(), IpcException>;
    fn list(&self, list: Vec<Plain>) -> Result<(), IpcException>;
    fn slice(&self, list: &[Plain]) -> Result<(), IpcException>;
    fn optional(&self, maybe: Option<Plain>) -> Result<(), IpcException>;
    fn map(&self, map: HashMap<String, Plain>) -> Result<(), IpcException>;
}

fn main() {}
