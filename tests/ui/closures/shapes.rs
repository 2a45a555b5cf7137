//! Closures that are not held, sent, called or answered as they must be.

use std::sync::Arc;

use ipc_runtime::{IpcException, IpcType, ipc_interface};

#[ipc_interface]
pub trait Calculator {
    fn lent(&self, f: &dyn Fn(u32) -> Result<u32, IpcException>) -> Result<(), IpcException>;
    fn lent_without_result(&self, f: &(dyn FnMut(&str, Vec<u8>) + Send)) -> Result<(), IpcException>;
    fn any(&self, f: impl Fn(u32) -> u32) -> Result<(), IpcException>;
    fn shared(&self, f: Arc<dyn FnMut(u32) -> Result<u32, IpcException> + Send>) -> Result<(), IpcException>;
    fn listed(&self, f: Vec<&dyn FnOnce()>) -> Result<(), IpcException>;

    fn no_result(&self, f: Arc<dyn Fn(u32) -> u32 + Send + Sync>) -> Result<(), IpcException>;
    fn nothing(&self, f: Box<dyn FnOnce() + Send>) -> Result<(), IpcException>;
    fn maybe(&self, f: Option<Box<dyn Fn() -> (u8, bool)>>) -> Result<(), IpcException>;

    fn here(&self, f: Arc<dyn Fn(u32) -> Result<u32, IpcException>>) -> Result<(), IpcException>;
    fn sent(&self, f: Box<dyn Fn(u32) -> Result<u32, IpcException> + Send>) -> Result<(), IpcException>;
    fn once(&self, f: Box<dyn FnOnce() -> Result<(), IpcException>>) -> Result<(), IpcException>;
    fn synced(&self) -> Result<Box<dyn FnMut() -> Result<(), IpcException> + Send + Sync>, IpcException>;

    fn nine(
        &self,
        f: Box<dyn FnOnce(u8, u8, u8, u8, u8, u8, u8, u8, u8) -> Result<(), IpcException> + Send>,
    ) -> Result<(), IpcException>;
    fn four(
        &self,
        f: Box<dyn FnOnce(&str, u8, u8, u8) -> Result<(), IpcException> + Send>,
    ) -> Result<(), IpcException>;
    fn changed(
        &self,
        f: Box<dyn FnOnce(&mut u8) -> Result<(), IpcException> + Send>,
    ) -> Result<(), IpcException>;
}

#[derive(IpcType)]
pub struct Handlers {
    ready: Arc<dyn Fn() + Send + Sync>,
    done: Option<Box<dyn FnOnce(u32) -> Result<(), IpcException>>>,
}

fn main() {}
