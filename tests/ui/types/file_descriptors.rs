//! Descriptors that are not owned, and what is no descriptor.
//! Worded by rustc.

use std::collections::HashSet;
use std::io::Stdin;
use std::os::fd::{BorrowedFd, OwnedFd};
use std::process::Child;

use ipc_runtime::{IpcException, ipc_interface};

#[ipc_interface]
pub trait Files {
    fn borrowed(&self, fd: BorrowedFd<'_>) -> Result<(), IpcException>;
    fn stdin(&self, from: Stdin) -> Result<(), IpcException>;
    fn child(&self, child: &Child) -> Result<(), IpcException>;
    fn set(&self, fds: HashSet<OwnedFd>) -> Result<(), IpcException>;
}

fn main() {}
