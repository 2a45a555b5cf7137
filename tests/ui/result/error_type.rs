//! Errors that cannot stand for a failed call.
//! Worded by rustc.

use ipc_runtime::ipc_interface;

#[derive(Debug)]
pub struct MyError;

#[ipc_interface]
pub trait Calculator {
    fn own(&self) -> Result<f64, MyError>;
    fn text(&self) -> Result<(), String>;
}

fn main() {}
