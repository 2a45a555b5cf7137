//! `as` with a trait that a closure cannot stand for, or with another closure than it has.
//! Worded by rustc.

use std::sync::Arc;

use ipc_runtime::{IpcException, ipc_interface};

#[ipc_interface]
pub trait Callback {
    fn call(&self, value: u32) -> Result<u32, IpcException>;
}

#[ipc_interface]
pub trait Two {
    fn first(&self) -> Result<(), IpcException>;
    fn second(&self) -> Result<(), IpcException>;
}

#[ipc_interface]
pub trait Later {
    async fn call(&self) -> Result<(), IpcException>;
}

pub trait Plain {}

type Nothing = Arc<dyn Fn() -> Result<(), IpcException> + Send + Sync>;

#[ipc_interface]
pub trait Calculator {
    fn two(&self, #[ipc(as = Two)] f: Nothing) -> Result<(), IpcException>;
    fn later(&self, #[ipc(as = Later)] f: Nothing) -> Result<(), IpcException>;
    fn plain(&self, #[ipc(as = Plain)] f: Nothing) -> Result<(), IpcException>;
    fn other(&self, #[ipc(as = Callback)] f: Nothing) -> Result<(), IpcException>;
    fn number(&self, #[ipc(as = Callback)] f: Option<u32>) -> Result<(), IpcException>;
    #[ipc(as = Callback)]
    fn result(&self) -> Result<(), IpcException>;
}

fn main() {}
