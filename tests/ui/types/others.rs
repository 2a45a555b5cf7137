//! Types of the standard library that mean nothing elsewhere.
//! Worded by rustc.

use std::sync::mpsc::{Receiver, Sender};
use std::time::Instant;

use ipc_runtime::{IpcException, IpcType, ipc_interface};

#[ipc_interface]
pub trait Calculator {
    fn instant(&self, at: Instant) -> Result<(), IpcException>;
    fn sender(&self, to: Sender<u32>) -> Result<(), IpcException>;
    fn receiver(&self) -> Result<Receiver<u32>, IpcException>;
    fn text(&self, text: str) -> Result<(), IpcException>;
    fn range(&self, range: std::ops::Range<u32>) -> Result<(), IpcException>;
}

#[derive(IpcType)]
pub struct Data {
    pub thread: std::thread::JoinHandle<()>,
}

fn main() {}
