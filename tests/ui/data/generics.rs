//! Type and lifetime parameters.

use ipc_runtime::IpcType;

#[derive(IpcType)]
pub struct Pair<A, B> {
    pub a: A,
    pub b: B,
}

#[derive(IpcType)]
pub struct Fixed<const N: usize> {
    pub x: u32,
}

#[derive(IpcType)]
pub struct View<'a> {
    pub text: &'a str,
    pub forever: &'static str,
}

#[derive(IpcType)]
pub struct Views<'a, 'b> {
    pub text: &'a str,
    pub data: &'b [u8],
}

fn main() {}
