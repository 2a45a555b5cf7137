//! Fields without a wire type.
//! Worded by rustc.

use ipc_runtime::IpcType;

pub struct Plain;

#[derive(IpcType)]
pub struct Data {
    pub plain: Plain,
    pub list: Vec<Plain>,
    pub optional: Option<Plain>,
}

fn main() {}
