//! A path at which there is no runtime.
//! Worded by rustc.

use ipc_runtime::{IpcException, IpcType, ipc_interface};

#[ipc_interface(crate = missing::rpc)]
pub trait Calculator {
    fn solve(&self, data: &Data) -> Result<f64, IpcException>;
}

#[derive(IpcType)]
#[ipc(crate = std)]
pub struct Data {
    pub x: u32,
}

fn main() {}
