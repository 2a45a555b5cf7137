//! Twins that cannot be.

use ipc_runtime::{IpcException, ipc_interface};

#[ipc_interface(twin = Calculator)]
pub trait Calculator {
    fn solve(&self) -> Result<f64, IpcException>;
}

#[ipc_interface(twin = MixedAsync)]
pub trait Mixed {
    fn now(&self) -> Result<f64, IpcException>;
    async fn later(&self) -> Result<f64, IpcException>;
}

#[ipc_interface(twin)]
pub trait Nameless {}

fn main() {}
