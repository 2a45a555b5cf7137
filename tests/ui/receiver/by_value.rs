//! A method that consumes the object; its uses give no second message.

use ipc_runtime::{IpcException, ipc_interface};

#[ipc_interface]
pub trait Calculator {
    fn finish(self) -> Result<(), IpcException>;
    fn right(&self) -> Result<(), IpcException>;
}

struct Calc;

impl Calculator for Calc {
    fn finish(self) -> Result<(), IpcException> {
        Ok(())
    }
    fn right(&self) -> Result<(), IpcException> {
        Ok(())
    }
}

fn uses(_: std::sync::Arc<dyn Calculator>, _: CalculatorClient) {}

fn main() {}
