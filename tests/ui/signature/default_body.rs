//! A provided method.

use ipc_runtime::{IpcException, ipc_interface};

#[ipc_interface]
pub trait Calculator {
    fn solve(&self) -> Result<f64, IpcException> {
        Ok(0.0)
    }
}

fn main() {}
