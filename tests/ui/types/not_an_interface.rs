//! A trait object of a trait without `#[ipc_interface]`, and a value without `#[derive(IpcType)]` in its place.
//! Worded by rustc.

use std::sync::Arc;

use ipc_runtime::{IpcException, ipc_interface};

pub trait Plain: Send + Sync {}

pub struct Value;

#[ipc_interface]
pub trait Calculator {
    fn plain(&self, plain: Arc<dyn Plain>) -> Result<(), IpcException>;
    fn make(&self) -> Result<Arc<dyn Plain>, IpcException>;
    fn optional(&self, plain: Option<Arc<dyn Plain>>) -> Result<(), IpcException>;
    fn value(&self, value: Arc<Value>) -> Result<(), IpcException>;
    fn boxed(&self, value: Box<Value>) -> Result<(), IpcException>;
}

fn main() {}
