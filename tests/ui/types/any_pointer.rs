//! What an `AnyPointer` cannot hold, and where it cannot be.
//! Worded by rustc.

use std::collections::HashSet;

use ipc_runtime::{AnyPointer, IpcException, IpcType, ipc_interface};

#[derive(IpcType)]
pub struct Lists {
    list: Vec<AnyPointer>,
    options: Option<Vec<AnyPointer>>,
    set: HashSet<AnyPointer>,
}

#[ipc_interface]
pub trait Store {
    fn lent(&self, list: &[AnyPointer]) -> Result<(), IpcException>;
}

pub struct Other;

pub fn other() -> Result<AnyPointer, IpcException> {
    AnyPointer::new(&Other)
}

fn main() {}
