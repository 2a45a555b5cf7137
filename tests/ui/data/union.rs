//! A union; its uses give no second message.

use ipc_runtime::IpcType;

#[derive(IpcType)]
pub union Either {
    pub a: u32,
    pub b: f32,
}

#[derive(IpcType)]
pub struct Uses {
    pub either: Either,
    pub list: Vec<Either>,
    pub optional: Option<Either>,
}

fn main() {}
