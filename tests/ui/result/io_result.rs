//! `io::Error` is not an `IpcError`.
//! Worded by rustc.

use std::io;

use ipc_runtime::ipc_interface;

#[ipc_interface]
pub trait Calculator {
    fn read(&self, path: &str) -> io::Result<Vec<u8>>;
}

fn main() {}
