//! Methods that cannot report a failed call.

use ipc_runtime::ipc_interface;

#[ipc_interface]
pub trait Calculator {
    fn nothing(&self);
    fn number(&self) -> f64;
    fn list(&self) -> Vec<u32>;
    fn optional(&self) -> Option<String>;
    fn unit(&self) -> ();
}

fn main() {}
