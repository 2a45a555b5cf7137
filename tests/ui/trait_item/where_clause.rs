//! Conditions on a trait.

use ipc_runtime::{IpcException, ipc_interface};

#[ipc_interface]
pub trait Store
where
    Self: Clone,
{
    fn get(&self) -> Result<(), IpcException>;
}

fn main() {}
