//! Mistakes that the macro sees and mistakes that rustc sees, in one build.
//! Worded by rustc.

use ipc_runtime::{IpcException, IpcType, ipc_interface};

pub struct Plain;

#[ipc_interface(rot)]
pub trait Calculator {
    fn by_value(self) -> Result<(), IpcException>;
    #[ipc(nmae = "x")]
    fn generic<T>(&mut self, x: T);
    fn tuple(&self, x: (u32,)) -> Result<&str, IpcException>;
    fn plain(&self, plain: Plain) -> Result<(), IpcException>;
    fn error(&self) -> Result<(), String>;
}

#[derive(IpcType)]
pub struct Data {
    pub shared: std::rc::Rc<u32>,
    pub letter: Plain,
}

fn main() {}
