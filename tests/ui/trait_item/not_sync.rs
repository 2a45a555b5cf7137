//! An implementation that cannot serve several threads.
//! Worded by rustc.

use std::cell::Cell;

use ipc_runtime::{IpcException, ipc_interface};

#[ipc_interface]
pub trait Counter {
    fn count(&self) -> Result<u32, IpcException>;
}

struct Plain(Cell<u32>);

impl Counter for Plain {
    fn count(&self) -> Result<u32, IpcException> {
        Ok(self.0.get())
    }
}

fn main() {}
