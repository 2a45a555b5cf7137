//! Fields without names.

use ipc_runtime::IpcType;

#[derive(IpcType)]
pub struct Meters(pub f64);

#[derive(IpcType)]
pub struct Nothing();

fn main() {}
