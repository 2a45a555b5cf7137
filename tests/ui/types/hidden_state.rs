//! What is shared by threads is not shared by processes.

use std::sync::atomic::AtomicU32;
use std::sync::{Arc, OnceLock, Weak};

use ipc_runtime::{IpcException, ipc_interface};

#[ipc_interface]
pub trait Calculator {
    fn atomic(&self, x: &AtomicU32) -> Result<(), IpcException>;
    fn shared(&self, x: Arc<AtomicU32>) -> Result<(), IpcException>;
    fn once(&self, x: OnceLock<u32>) -> Result<(), IpcException>;
    fn weak(&self, x: Weak<dyn Calculator>) -> Result<(), IpcException>;
}

fn main() {}
