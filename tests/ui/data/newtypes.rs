//! Newtypes that are nothing but themselves.

use ipc_runtime::IpcType;

#[derive(IpcType)]
pub struct Meters(pub f64);

#[derive(IpcType)]
pub struct Chain(pub Box<Chain>);

#[derive(IpcType)]
pub struct List(pub Vec<Self>);

mod other {
    #[derive(ipc_runtime::IpcType)]
    pub struct Feet(pub f64);
}

#[derive(IpcType)]
pub struct Feet(pub other::Feet);

fn main() {}
