//! Futures come later.

use ipc_runtime::{IpcException, ipc_interface};

#[ipc_interface]
pub trait Calculator {
    async fn solve(&self, equation: &str) -> Result<f64, IpcException>;
}

fn main() {}
