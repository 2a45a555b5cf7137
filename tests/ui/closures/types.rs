//! Closures of which an argument, the result or the error cannot travel.
//! Worded by rustc.

use std::sync::Arc;

use ipc_runtime::{IpcException, IpcType, ipc_interface};

pub struct Plain;

type Handler<A, R> = Arc<dyn Fn(A) -> Result<R, IpcException> + Send + Sync>;

#[ipc_interface]
pub trait Calculator {
    fn error(&self, f: Arc<dyn Fn(u32) -> Result<u32, std::io::Error> + Send + Sync>) -> Result<(), IpcException>;
    fn once(&self, f: Box<dyn FnOnce(u32) -> Result<u32, String> + Send>) -> Result<(), IpcException>;
    fn argument(&self, f: Handler<Plain, ()>) -> Result<(), IpcException>;
    fn result(&self, f: Handler<(), Plain>) -> Result<(), IpcException>;
    fn lent(&self, f: Box<dyn FnMut(&Plain) -> Result<(), IpcException> + Send>) -> Result<(), IpcException>;
    fn unsent(&self, f: Arc<Unsent>) -> Result<(), IpcException>;
}

type Unsent = dyn Fn(u32) -> Result<u32, IpcException>;

#[derive(IpcType)]
pub struct Handlers {
    argument: Handler<Plain, u32>,
    error: Option<Box<dyn FnOnce(u32) -> Result<(), ()> + Send>>,
}

fn main() {}
