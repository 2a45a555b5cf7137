//! Streams of what is not an item.
//! Worded by rustc.

use ipc_runtime::{IpcException, IpcStream, IpcType, ipc_interface};

pub struct Plain;

#[ipc_interface]
pub trait Calculator {
    fn plain(&self, items: IpcStream<Plain>) -> Result<(), IpcException>;
    fn borrowed(&self) -> Result<IpcStream<&'static str>, IpcException>;
    fn optional(&self, items: Option<IpcStream<Plain>>) -> Result<(), IpcException>;
    fn list(&self, items: Vec<IpcStream<Plain>>) -> Result<(), IpcException>;
}

#[derive(IpcType)]
pub struct Data {
    items: IpcStream<Plain>,
}

fn main() {
    let _ = IpcStream::<u32>::from_iterator(["text"]);
}
