//! Groups, unions beside other fields, and presence fields that the derive itself refuses.

use ipc_runtime::IpcType;

#[derive(IpcType)]
pub struct Point {
    pub x: u32,
}

#[derive(IpcType)]
pub enum Shape {
    Empty,
    Circle(f64),
}

#[derive(IpcType)]
pub struct Both {
    #[ipc(group, union)]
    pub shape: Shape,
    #[ipc(group, default = 1)]
    pub point: Point,
    #[ipc(union, has)]
    pub other: Shape,
    #[ipc(has = 1, default = 1)]
    pub number: Option<u32>,
    #[ipc(has = "x")]
    pub text: Option<String>,
}

#[derive(IpcType)]
pub struct Twice {
    #[ipc(union)]
    pub first: Shape,
    #[ipc(union)]
    pub second: Shape,
    #[ipc(union, name = "third")]
    pub third: Shape,
}

#[derive(IpcType)]
pub struct Circle {
    #[ipc(group)]
    pub inner: Box<Circle>,
}

#[derive(IpcType)]
pub struct Page<T> {
    #[ipc(group)]
    pub point: T,
    #[ipc(has = 2)]
    pub item: Option<T>,
}

pub trait Shown {}

#[derive(IpcType)]
pub struct Frame<T: Shown>
where
    Vec<T>: Clone,
    T: Clone + Iterator,
{
    #[ipc(group)]
    pub point: Point,
    pub items: Vec<T>,
}

#[derive(IpcType)]
pub struct Height(#[ipc(ordinal = 1)] pub u32);

#[derive(IpcType)]
pub struct Position(#[ipc(group)] pub Point);

fn main() {}
