//! A struct of infinite size.
//! Worded by rustc.

use ipc_runtime::IpcType;

#[derive(IpcType)]
pub struct Node {
    pub next: Option<Node>,
}

fn main() {}
