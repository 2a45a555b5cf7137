//! The attribute on an implementation.

use ipc_runtime::{IpcException, ipc_interface};

pub struct Calc;

#[ipc_interface]
pub trait Calculator {
    fn solve(&self) -> Result<f64, IpcException>;
}

#[ipc_interface]
impl Calculator for Calc {
    fn solve(&self) -> Result<f64, IpcException> {
        Ok(1.0)
    }
}

fn main() {}
