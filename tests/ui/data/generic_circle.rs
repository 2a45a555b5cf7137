//! Generic types that contain themselves with larger and larger arguments, where the macro sees it and where it does not.
//! Worded by rustc.

use ipc_runtime::IpcType;

#[derive(IpcType)]
pub struct Growing<T> {
    pub value: T,
    pub next: Option<Box<Growing<Vec<T>>>>,
    pub same: Option<Box<Growing<T>>>,
    pub other: Option<Box<Growing<u8>>>,
}

#[derive(IpcType)]
pub struct Odd<T> {
    pub value: T,
    pub next: Option<Box<Even<Vec<T>>>>,
}

#[derive(IpcType)]
pub struct Even<T> {
    pub value: T,
    pub next: Option<Box<Odd<T>>>,
}

fn main() {}
