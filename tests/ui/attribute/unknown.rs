//! Arguments that do not exist where they stand.

use ipc_runtime::{IpcException, IpcType, ipc_interface};

#[ipc_interface(rot)]
pub trait Calculator {
    #[ipc(nmae = "x")]
    fn solve(&self, #[ipc(skip)] x: u32) -> Result<f64, IpcException>;
}

#[derive(IpcType)]
#[ipc(root)]
pub struct Data {
    #[ipc(defualt = 1)]
    pub x: u32,
}

#[derive(IpcType)]
pub enum Kind {
    #[ipc(skip)]
    One,
}

fn main() {}
