//! Memory that two processes would have to share.

use std::cell::RefCell;
use std::sync::{Arc, Mutex};

use ipc_runtime::{IpcException, ipc_interface};

#[ipc_interface]
pub trait Calculator {
    fn cell(&self, x: &RefCell<u32>) -> Result<(), IpcException>;
    fn mutex(&self, x: Arc<Mutex<u32>>) -> Result<(), IpcException>;
}

fn main() {}
