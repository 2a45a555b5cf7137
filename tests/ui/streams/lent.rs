//! A stream has one reader, who is not always the one that has it.

use ipc_runtime::{IpcException, IpcStream, ipc_interface};

#[ipc_interface]
pub trait Calculator {
    fn lent(&self, numbers: &IpcStream<u32>) -> Result<(), IpcException>;
    fn changed(&self, numbers: &mut ipc_runtime::IpcStream<Vec<u32>>) -> Result<(), IpcException>;
    fn several(&self, streams: &[IpcStream<String>]) -> Result<(), IpcException>;
}

fn main() {}
