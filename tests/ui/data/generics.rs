//! Type and lifetime parameters that a derived type cannot have.

use ipc_runtime::IpcType;

#[derive(IpcType)]
pub struct Views<'a, 'b> {
    pub text: &'a str,
    pub data: &'b [u8],
}

#[derive(IpcType)]
pub struct View<'a> {
    pub text: &'a str,
    pub forever: &'static str,
}

#[derive(IpcType)]
pub enum Kind<const N: usize> {
    A,
    B,
}

#[derive(Debug, IpcType)]
#[ipc(error)]
pub enum Failure<T: std::fmt::Debug> {
    Because(T),
    Unknown,
    #[ipc(exception)]
    Ipc(ipc_runtime::IpcException),
}

#[derive(Debug, IpcType)]
#[ipc(error)]
pub enum Borrowed<'a> {
    Because(&'a str),
    Unknown,
    #[ipc(exception)]
    Ipc(ipc_runtime::IpcException),
}

#[derive(IpcType)]
pub struct Defaults<T> {
    #[ipc(default = 1)]
    pub number: T,
    #[ipc(default = 2)]
    pub other: u8,
}

fn main() {}
