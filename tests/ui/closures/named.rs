//! `as` where it says nothing or too little.

use std::sync::Arc;

use ipc_runtime::{IpcException, IpcType, ipc_interface};

#[ipc_interface]
pub trait Callback {
    fn call(&self, value: u32) -> Result<u32, IpcException>;
}

type Closure = dyn Fn(u32) -> Result<u32, IpcException> + Send + Sync;

#[ipc_interface]
pub trait Calculator {
    fn lent(&self, #[ipc(as = Callback)] f: &Arc<Closure>) -> Result<(), IpcException>;
    #[ipc(results(first, second), as = Callback)]
    fn parts(&self) -> Result<(Arc<Closure>, Arc<Closure>), IpcException>;
    fn malformed(&self, #[ipc(as = "Callback")] f: Arc<Closure>) -> Result<(), IpcException>;
    fn missing(&self, #[ipc(as)] f: Arc<Closure>) -> Result<(), IpcException>;
    fn defaulted(&self, #[ipc(as = Callback, default = 1)] f: Arc<Closure>) -> Result<(), IpcException>;
    fn present(&self, #[ipc(as = Callback, has)] f: Option<Arc<Closure>>) -> Result<(), IpcException>;
    #[ipc(results(result, has(result)), as = Callback)]
    fn returned(&self) -> Result<Option<Arc<Closure>>, IpcException>;
}

#[derive(IpcType)]
pub struct Handler(#[ipc(as = Callback)] Arc<Closure>);

#[derive(IpcType)]
pub struct Handlers {
    #[ipc(as = Callback, default = 1)]
    first: Arc<Closure>,
    #[ipc(as = Callback, has)]
    second: Option<Arc<Closure>>,
}

fn main() {}
