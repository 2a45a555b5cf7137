//! What a type that is generic in the schema cannot have.

use std::collections::{BTreeMap, HashSet};
use std::fmt::{Debug, Display};

use ipc_runtime::IpcType;

#[derive(IpcType)]
#[ipc(generic)]
pub struct Plain {
    pub number: u32,
}

#[derive(IpcType)]
#[ipc(generic)]
pub struct Skipped<T> {
    pub number: u32,
    #[ipc(skip)]
    pub of: std::marker::PhantomData<T>,
}

#[derive(IpcType)]
#[ipc(generic)]
pub struct Newtype<T>(pub T);

#[derive(IpcType)]
#[ipc(generic)]
pub struct Array<T, const N: usize> {
    pub value: T,
    pub numbers: [u8; N],
}

#[derive(IpcType)]
#[ipc(generic)]
pub struct Summary<I: Iterator> {
    pub last: Option<I::Item>,
}

#[derive(IpcType)]
#[ipc(generic)]
#[allow(nonstandard_style)]
pub struct Named<key, V_1> {
    pub key: key,
    pub value: V_1,
}

#[derive(IpcType)]
#[ipc(generic)]
pub struct Bounds<T: Debug + Display, U>
where
    U: Clone + Into<String>,
{
    pub first: T,
    pub second: U,
}

#[derive(IpcType)]
#[ipc(generic)]
pub struct Lists<T> {
    pub items: Vec<T>,
    pub array: Option<[T; 3]>,
    pub map: BTreeMap<String, HashSet<T>>,
}

#[derive(IpcType)]
#[ipc(generic = true)]
pub enum Value<T> {
    Some(T),
}

fn main() {}
