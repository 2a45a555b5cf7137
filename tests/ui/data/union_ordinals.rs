//! Ordinals in variants with fields, and of groups and presence fields, that leave a gap or are taken.
//! Worded by rustc.

use ipc_runtime::{IpcException, IpcType, ipc_interface};

#[derive(IpcType)]
pub enum Gap {
    A(u32),
    #[ipc(ordinal = 2)]
    B(u32),
}

#[derive(IpcType)]
pub enum Taken {
    A(Option<u32>),
    B {
        #[ipc(ordinal = 1)]
        b: u32,
    },
}

#[derive(IpcType)]
pub struct Point {
    pub x: u32,
    pub y: u32,
}

#[derive(IpcType)]
pub struct Group {
    pub first: u32,
    pub second: u32,
    #[ipc(group, ordinal = 1)]
    pub point: Point,
}

#[derive(IpcType)]
pub struct Presence {
    #[ipc(has = 0)]
    pub first: Option<u32>,
    #[ipc(has = 5)]
    pub second: Option<u32>,
}

#[ipc_interface]
pub trait Calls {
    fn call(&self, #[ipc(has = 0)] first: Option<u32>) -> Result<(), IpcException>;
}

fn main() {}
