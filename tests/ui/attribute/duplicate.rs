//! Arguments given twice.

use ipc_runtime::{IpcException, ipc_interface};

#[ipc_interface(root, root)]
pub trait Calculator {
    #[ipc(no_context, no_context)]
    #[ipc(name = "a")]
    #[ipc(name = "b")]
    fn solve(&self) -> Result<f64, IpcException>;
}

fn main() {}
