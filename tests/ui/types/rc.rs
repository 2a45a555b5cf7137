//! Objects of one thread.

use std::rc::Rc;

use ipc_runtime::{IpcException, ipc_interface};

#[ipc_interface]
pub trait Calculator {
    fn shared(&self, object: Rc<dyn Calculator>) -> Result<(), IpcException>;
    fn value(&self, value: std::rc::Rc<u32>) -> Result<Rc<u32>, IpcException>;
}

fn main() {}
