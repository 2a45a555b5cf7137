//! Methods that return a future are written as what they are.

use ipc_runtime::{IpcException, ipc_interface};

#[ipc_interface]
pub trait Calculator {
    fn named(&self) -> impl std::future::Future<Output = Result<u32, IpcException>> + Send;
    fn boxed(&self) -> std::pin::Pin<Box<dyn Future<Output = Result<Vec<u8>, IpcException>> + Send + '_>>;
    fn unnamed(&self) -> Box<dyn std::future::Future>;
    fn right(&self) -> Result<(), IpcException>;
}

fn main() {}
