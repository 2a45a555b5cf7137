//! Results without a wire type.
//! Worded by rustc.

use ipc_runtime::{IpcException, ipc_interface};

pub struct Plain;

#[ipc_interface]
pub trait Calculator {
    fn plain(&self) -> Result<Plain, IpcException>;
    fn list(&self) -> Result<Vec<Plain>, IpcException>;
    fn optional(&self) -> Result<Option<Plain>, IpcException>;
}

fn main() {}
