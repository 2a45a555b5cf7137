//! What a root interface begins with, said wrongly.

use ipc_runtime::{IpcException, ipc_interface};

#[ipc_interface(root, no_destroy)]
pub trait Calculator {
    fn right(&self) -> Result<(), IpcException>;
}

#[ipc_interface(root = "initThreadMap")]
pub trait WithoutParentheses {}

#[ipc_interface(root(4))]
pub trait WithoutName {}

#[ipc_interface(root(id = 4))]
pub trait Unknown {}

#[ipc_interface(root(name = "InitThreadMap", ordinal = "none"))]
pub trait Values {}

#[ipc_interface(root(name = "destroy"))]
pub trait Destroyed {}

#[ipc_interface(root(name = "exchange"))]
pub trait Twice {
    fn exchange(&self) -> Result<(), IpcException>;
}

#[ipc_interface(root(ordinal = 1))]
pub trait Taken {
    fn first(&self) -> Result<(), IpcException>;
    #[ipc(ordinal = 1)]
    fn second(&self) -> Result<(), IpcException>;
}

#[ipc_interface(root(ordinal = 2))]
pub trait Gap {
    fn first(&self) -> Result<(), IpcException>;
}

fn main() {}
