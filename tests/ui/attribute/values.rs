//! Arguments without a value, or with a wrong one.

use ipc_runtime::{IpcException, ipc_interface};

#[ipc_interface(name = Calc, file)]
pub trait Calculator {
    #[ipc(no_context = true)]
    #[ipc(ordinal = "one")]
    fn one(&self) -> Result<f64, IpcException>;
    #[ipc(ordinal = 70000)]
    fn two(&self) -> Result<f64, IpcException>;
    #[ipc(name)]
    fn three(&self) -> Result<f64, IpcException>;
    #[ipc(name =)]
    fn four(&self) -> Result<f64, IpcException>;
}

fn main() {}
