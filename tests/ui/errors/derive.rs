//! Errors without a place for the failure of a call, or with a wrong one.

use ipc_runtime::{IpcException, IpcType, ipc_interface};

#[derive(Debug, IpcType)]
#[ipc(error)]
pub enum Nowhere {
    ByZero,
}

#[derive(Debug, IpcType)]
#[ipc(error)]
pub struct Without {
    code: u32,
}

#[derive(Debug, IpcType)]
#[ipc(error)]
pub enum Twice {
    ByZero,
    #[ipc(exception)]
    Ipc(IpcException),
    #[ipc(exception)]
    More(IpcException),
}

#[derive(Debug, IpcType)]
#[ipc(error)]
pub enum Shapes {
    ByZero,
    #[ipc(exception)]
    Ipc,
}

#[derive(IpcType)]
pub struct Plain {
    #[ipc(exception)]
    code: u32,
}

#[derive(Debug, IpcType)]
#[ipc(error)]
pub enum Only {
    #[ipc(exception)]
    Ipc(IpcException),
}

#[derive(Debug, IpcType)]
#[ipc(error, repr = i32)]
pub enum Number {
    ByZero,
    #[ipc(exception)]
    Ipc(IpcException),
}

#[derive(Debug, IpcType)]
#[ipc(error)]
pub struct Borrowed<'a> {
    #[ipc(exception)]
    ipc: Option<IpcException>,
    text: &'a str,
}

#[ipc_interface]
pub trait Calculator {
    fn divide(&self) -> Result<(), Nowhere>;
}

fn main() {}
