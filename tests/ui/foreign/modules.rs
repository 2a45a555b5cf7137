//! Modules that do not convert.
//! Worded by rustc.

use std::time::Instant;

use ipc_runtime::{IpcException, IpcType, ipc_interface};

mod without_wire {
    use super::*;

    pub fn to_wire(_: &Instant) -> Result<u64, IpcException> {
        Ok(0)
    }

    pub fn from_wire(_: u64) -> Result<Instant, IpcException> {
        Ok(Instant::now())
    }
}

mod without_functions {
    pub type Wire = u64;
}

mod other {
    use super::*;

    pub type Wire = u64;

    pub fn to_wire(_: &String) -> Result<Wire, IpcException> {
        Ok(0)
    }

    pub fn from_wire(_: Wire) -> Result<String, IpcException> {
        Ok(String::new())
    }
}

mod foreign {
    use super::*;

    pub type Wire = Instant;

    pub fn to_wire(value: &Instant) -> Result<Wire, IpcException> {
        Ok(*value)
    }

    pub fn from_wire(wire: Wire) -> Result<Instant, IpcException> {
        Ok(wire)
    }
}

#[derive(IpcType)]
pub struct Fields {
    #[ipc(with = without_wire)]
    pub a: Instant,
    #[ipc(with = without_functions)]
    pub b: Instant,
    #[ipc(with = other)]
    pub c: Instant,
    #[ipc(with = foreign)]
    pub d: Instant,
    #[ipc(with = other)]
    pub f: Option<Instant>,
    #[ipc(with = missing)]
    pub e: Instant,
}

#[ipc_interface]
pub trait Interface {
    fn take(&self, #[ipc(with = without_functions)] value: &Instant) -> Result<(), IpcException>;
    #[ipc(with = other)]
    fn give(&self) -> Result<Instant, IpcException>;
}

fn main() {}
