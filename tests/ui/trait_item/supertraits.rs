//! Supertraits that are certainly no interfaces.

use ipc_runtime::{IpcException, ipc_interface};

#[ipc_interface]
pub trait Store: AsRef<str> + Send + std::fmt::Debug + 'static {
    fn right(&self) -> Result<(), IpcException>;
}

fn main() {}
