//! A type that is neither a `Result` nor an alias of one.
//! Worded by rustc.

use ipc_runtime::{IpcException, ipc_interface};

pub struct Answer;

#[ipc_interface]
pub trait Calculator {
    fn answer(&self) -> Answer;
    fn other(&self) -> std::ops::ControlFlow<(), IpcException>;
}

fn main() {}
