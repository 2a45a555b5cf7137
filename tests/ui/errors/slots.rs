//! Errors with several fields among the results.

use ipc_runtime::{IpcException, IpcType, ipc_interface};

#[derive(Debug, IpcType)]
#[ipc(errors)]
pub enum Shapes {
    Unit,
    Pair(String, String),
    Named {
        text: String,
    },
    Perhaps(Option<String>),
    Defaulted(#[ipc(default = "text")] String),
    Skipped(#[ipc(skip)] String),
    #[ipc(exception)]
    Ipc(IpcException),
}

#[derive(Debug, IpcType)]
#[ipc(errors)]
pub struct Fields {
    text: String,
    #[ipc(exception)]
    ipc: Option<IpcException>,
}

#[derive(Debug, IpcType)]
#[ipc(error, errors)]
pub enum Both {
    Text(String),
    #[ipc(exception)]
    Ipc(IpcException),
}

#[derive(Debug, IpcType)]
#[ipc(errors)]
pub enum Without {
    Text(String),
}

#[derive(Debug, IpcType)]
#[ipc(errors)]
pub enum Twins {
    Text(String),
    #[ipc(name = "text")]
    Other(String),
    #[ipc(exception)]
    Ipc(IpcException),
}

#[ipc_interface]
pub trait Calculator {
    fn divide(&self) -> Result<(), Shapes>;
}

fn main() {}
