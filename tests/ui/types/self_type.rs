//! `Self` is not a type of the schema.

use std::sync::Arc;

use ipc_runtime::{IpcException, ipc_interface};

#[ipc_interface]
pub trait Calculator {
    fn same(&self, other: Arc<Self>) -> Result<Arc<Self>, IpcException>;
}

fn main() {}
