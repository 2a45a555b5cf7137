//! A number that the type of the numbers does not have.
//! Worded by rustc.

use ipc_runtime::IpcType;

#[derive(IpcType)]
#[ipc(repr = u8)]
pub enum Code {
    Ok = 0,
    Negative = -1,
    Large = 300,
}

fn main() {}
