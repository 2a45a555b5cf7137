//! Attributes of another form.

use ipc_runtime::{IpcException, ipc_interface};

#[ipc_interface]
pub trait Calculator {
    #[ipc]
    fn one(&self) -> Result<f64, IpcException>;
    #[ipc = "x"]
    fn two(&self) -> Result<f64, IpcException>;
    #[ipc(name: "x")]
    fn three(&self) -> Result<f64, IpcException>;
    #[ipc("x")]
    fn four(&self) -> Result<f64, IpcException>;
}

fn main() {}
