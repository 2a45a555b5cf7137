//! References that last longer or do more than a call can.

use ipc_runtime::{IpcException, ipc_interface};

#[ipc_interface]
pub trait Calculator {
    fn fill(&self, buffer: &mut Vec<u8>) -> Result<(), IpcException>;
    fn keep(&self, text: &'static str) -> Result<(), IpcException>;
}

fn main() {}
