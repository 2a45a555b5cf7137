//! Types that have another form on the wire.

use ipc_runtime::{IpcException, ipc_interface};

#[ipc_interface]
pub trait Calculator {
    fn tuple(&self, x: (u32, u32)) -> Result<(String, u32), IpcException>;
    fn array(&self, x: [u8; 32]) -> Result<(), IpcException>;
    fn array_ref(&self, x: &[u8; 32]) -> Result<(), IpcException>;
    fn pointer(&self, x: *const u8) -> Result<(), IpcException>;
    fn infer(&self, x: Vec<_>) -> Result<(), IpcException>;
    fn never(&self) -> Result<!, IpcException>;
}

fn main() {}
