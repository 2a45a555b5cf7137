//! `#[ipc(serde)]` without the feature.
//! Worded by rustc.

use ipc_runtime::{IpcException, IpcType, ipc_interface};

#[derive(IpcType)]
pub struct Fields {
    #[ipc(serde)]
    pub text: String,
}

#[ipc_interface]
pub trait Interface {
    #[ipc(serde)]
    fn swap(&self, #[ipc(serde)] text: &str) -> Result<String, IpcException>;
}

fn main() {}
