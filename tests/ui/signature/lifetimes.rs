//! Lifetimes that a call cannot keep.

use ipc_runtime::{IpcException, ipc_interface};

#[ipc_interface]
pub trait Calculator {
    fn longest<'a>(&'a self, text: &'a str) -> Result<String, IpcException>;
    fn named(&'static self) -> Result<(), IpcException>;
}

fn main() {}
