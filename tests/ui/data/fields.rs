//! Fields that the derive itself refuses.

use ipc_runtime::IpcType;

#[derive(IpcType)]
pub struct Data {
    pub text: &'static str,
    pub bytes: Option<&'static [u8]>,
    pub single: (u32,),
    pub shared: std::rc::Rc<u32>,
    pub object: Box<dyn std::fmt::Debug>,
}

fn main() {}
