//! Errors whose fields cannot say whether they are there, or have the names of results.
//! Worded by rustc.

use ipc_runtime::{IpcException, IpcType, ipc_interface};

#[derive(Debug, IpcType)]
#[ipc(errors)]
pub enum Numbers {
    Code(u32),
    Text(String),
    #[ipc(exception)]
    Ipc(IpcException),
}

#[derive(Debug, IpcType)]
#[ipc(errors)]
pub enum Named {
    Result(String),
    #[ipc(exception)]
    Ipc(IpcException),
}

#[ipc_interface]
pub trait Calculator {
    fn divide(&self) -> Result<u32, Named>;
}

fn main() {}
