//! `cancellable` and `local` where they say nothing.

use ipc_runtime::{IpcException, ipc_interface};

#[ipc_interface]
pub trait Calculator {
    #[ipc(cancellable)]
    fn solve(&self) -> Result<f64, IpcException>;
    #[ipc(local)]
    fn name(&self) -> String;
    #[ipc(local, name = "colour")]
    fn color(&self) -> u32 {
        0
    }
    #[ipc(local = true)]
    fn shape(&self) -> Result<u32, IpcException>;
}

fn main() {}
