//! What cannot be the argument of a type that is generic in the schema.
//! Worded by rustc.

use std::time::Instant;

use ipc_runtime::{IpcException, IpcType, ipc_interface};

#[derive(IpcType)]
#[ipc(generic)]
pub struct Entry<K, V> {
    pub key: K,
    pub value: V,
}

#[derive(IpcType)]
pub enum Colour {
    Red,
    Green,
}

#[derive(IpcType)]
pub struct Height(pub u32);

#[derive(IpcType)]
pub struct Page<T> {
    pub items: Vec<T>,
}

#[derive(IpcType)]
pub struct Field {
    pub entry: Entry<String, Option<String>>,
}

#[derive(IpcType)]
#[ipc(generic)]
pub struct Inside<T> {
    pub page: Page<T>,
}

#[ipc_interface]
pub trait Interface {
    fn number(&self, entry: Entry<u32, String>) -> Result<(), IpcException>;
    fn newtype(&self, entry: &Entry<String, Height>) -> Result<(), IpcException>;
    fn variants(&self) -> Result<Vec<Entry<Colour, String>>, IpcException>;
    async fn foreign(&self, entry: Entry<String, Instant>) -> Result<(), IpcException>;
}

fn main() {}
