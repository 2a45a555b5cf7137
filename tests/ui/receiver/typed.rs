//! `self` behind other pointers than `&`.

use std::sync::Arc;

use ipc_runtime::{IpcException, ipc_interface};

#[ipc_interface]
pub trait Calculator {
    fn boxed(self: Box<Self>) -> Result<(), IpcException>;
    fn shared(self: Arc<Self>) -> Result<(), IpcException>;
    fn right(self: &Self) -> Result<(), IpcException>;
}

fn main() {}
