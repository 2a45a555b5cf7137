//! The runtime under another name.
#![deny(warnings)]

mod vendored {
    pub use ipc_runtime as rpc;
}

use vendored::rpc::{IpcException, IpcType, ipc_interface};

#[derive(IpcType)]
#[ipc(crate = crate::vendored::rpc)]
pub struct Data {
    pub next: Option<Box<Data>>,
}

#[derive(IpcType)]
#[ipc(crate = vendored::rpc)]
pub enum Kind {
    One,
}

#[ipc_interface(crate = vendored::rpc)]
pub trait Store {
    fn store(&self, data: &Data, kind: Kind) -> Result<Kind, IpcException>;
}

fn main() {}
