//! Conditions on methods.

use ipc_runtime::{IpcException, ipc_interface};

#[ipc_interface]
pub trait Calculator {
    fn sized(&self) -> Result<(), IpcException> where Self: Sized;
}

fn main() {}
