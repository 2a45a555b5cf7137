//! Types that have another form on the wire.

use ipc_runtime::{IpcException, ipc_interface};

#[ipc_interface]
pub trait Calculator {
    fn tuple(&self, x: (u32,)) -> Result<(u8, u8, u8, u8, u8, u8, u8, u8, u8), IpcException>;
    fn slice(&self, x: Vec<[u8]>) -> Result<(), IpcException>;
    fn inside(&self, x: [(u32, std::rc::Rc<u8>); 2]) -> Result<(), IpcException>;
    fn pointer(&self, x: *const u8) -> Result<(), IpcException>;
    fn infer(&self, x: Vec<_>) -> Result<(), IpcException>;
    fn never(&self) -> Result<!, IpcException>;
}

fn main() {}
