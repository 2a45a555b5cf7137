//! Nothing can be changed through a reference.

use ipc_runtime::{IpcException, ipc_interface};

#[ipc_interface]
pub trait Calculator {
    fn text(&self, text: &mut str) -> Result<(), IpcException>;
    fn bytes(&self, bytes: &mut [u8]) -> Result<(), IpcException>;
    fn maybe(&self, maybe: Option<&mut u32>) -> Result<(), IpcException>;
    fn list(&self, list: Vec<&mut String>) -> Result<(), IpcException>;
    fn object(&self, object: &mut dyn Calculator) -> Result<(), IpcException>;
    fn pointer(&self, pointer: *mut u8) -> Result<(), IpcException>;
}

fn main() {}
