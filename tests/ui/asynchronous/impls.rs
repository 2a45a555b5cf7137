//! The attribute on an `impl` that it is not for, and arguments that say nothing there.

use ipc_runtime::{IpcException, ipc_interface};

pub struct Calc;

#[ipc_interface]
pub trait Calculator {
    async fn solve(&self) -> Result<f64, IpcException>;
}

#[ipc_interface]
impl Calc {
    pub fn new() -> Self {
        Self
    }
}

#[ipc_interface(root)]
impl Calculator for Calc {
    #[ipc(cancellable)]
    async fn solve(&self) -> Result<f64, IpcException> {
        Ok(1.0)
    }
}

fn main() {}
