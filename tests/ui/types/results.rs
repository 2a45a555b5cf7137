//! A `Result` inside of data is a value, and so is its error.
//! Worded by rustc.

use std::io;

use ipc_runtime::{IpcException, IpcType, ipc_interface};

#[derive(Debug, IpcType)]
#[ipc(error)]
pub struct Refused {
    #[ipc(exception)]
    cause: Option<IpcException>,
}

#[derive(IpcType)]
pub struct Batch {
    exceptions: Vec<Result<u32, IpcException>>,
    derived: Result<u32, Refused>,
    system: Option<Result<(), io::Error>>,
    value: Result<io::Error, u32>,
}

#[ipc_interface]
pub trait Batches {
    fn send(&self, outcome: &Result<u32, IpcException>) -> Result<(), IpcException>;
    fn receive(&self) -> Result<Result<u32, IpcException>, IpcException>;
}

fn main() {}
