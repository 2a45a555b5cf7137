//! What the fields of a generic type cannot be, and what cannot be its argument.
//! Worded by rustc.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Instant;

use ipc_runtime::{IpcException, IpcType, ipc_interface};

#[derive(IpcType)]
pub struct Plain<T> {
    pub value: T,
    pub concrete: Instant,
}

pub struct Foreign<T>(pub T);

#[derive(IpcType)]
pub struct Holder<T> {
    pub foreign: Foreign<T>,
    pub shared: Arc<Foreign<T>>,
}

#[derive(IpcType)]
pub struct Unhashed<K, V> {
    pub map: HashMap<K, V>,
}

#[derive(IpcType)]
pub struct Page<T> {
    pub items: Vec<T>,
}

#[ipc_interface]
pub trait Interface {
    fn take(&self, page: Page<Instant>, lent: &Page<Foreign<u8>>) -> Result<Page<Page<Instant>>, IpcException>;
}

fn main() {}
