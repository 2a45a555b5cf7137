//! How values of foreign types may travel.

#![deny(
    warnings,
    missing_docs,
    unused,
    nonstandard_style,
    future_incompatible,
    rust_2018_idioms,
    unused_lifetimes,
    unused_qualifications,
    elided_lifetimes_in_paths,
    single_use_lifetimes,
    trivial_casts,
    redundant_lifetimes
)]
#![deny(clippy::all, clippy::pedantic)]
#![allow(clippy::missing_errors_doc, clippy::unnecessary_wraps)]
#![forbid(unsafe_code)]

use std::net::Ipv4Addr;
use std::rc::Rc;

use ipc_runtime::{IpcException, IpcType, ipc_interface};

/// Addresses as numbers.
pub mod address {
    use std::net::Ipv4Addr;

    use ipc_runtime::IpcException;

    /// What travels.
    pub type Wire = u32;

    /// Converts to it.
    ///
    /// # Errors
    /// Never returns one.
    pub fn to_wire(address: &Ipv4Addr) -> Result<Wire, IpcException> {
        Ok(address.to_bits())
    }

    /// Converts from it.
    ///
    /// # Errors
    /// Never returns one.
    pub fn from_wire(wire: Wire) -> Result<Ipv4Addr, IpcException> {
        Ok(Ipv4Addr::from_bits(wire))
    }
}

mod shared {
    use std::rc::Rc;

    use ipc_runtime::IpcException;

    pub(crate) type Wire = String;

    pub(crate) fn to_wire(text: &Rc<str>) -> Result<Wire, IpcException> {
        Ok(text.as_ref().to_owned())
    }

    pub(crate) fn from_wire(wire: Wire) -> Result<Rc<str>, IpcException> {
        Ok(wire.into())
    }
}

/// A struct.
#[derive(IpcType)]
pub struct Host<T> {
    /// By itself.
    #[ipc(with = address)]
    pub address: Ipv4Addr,
    /// Or not.
    #[ipc(with = address, name = "second")]
    pub other: Option<Ipv4Addr>,
    /// What no IPC type can be.
    #[ipc(with = shared)]
    pub shared: Rc<str>,
    /// A parameter.
    pub value: T,
}

/// A newtype.
#[derive(Clone, Copy, IpcType)]
pub struct Address(#[ipc(with = address)] pub Ipv4Addr);

/// An interface.
#[ipc_interface]
pub trait Hosts {
    /// Takes and returns.
    #[ipc(with = address)]
    fn next(
        &self,
        #[ipc(with = address)] of: &Ipv4Addr,
        hosts: &[Host<u8>],
    ) -> Result<Option<Ipv4Addr>, IpcException>;
    /// Later.
    async fn later(
        &self,
        #[ipc(with = address)] address: Vec<Ipv4Addr>,
        #[ipc(with = address)] others: &[Ipv4Addr],
    ) -> Result<Vec<Address>, IpcException>;
}

fn main() {}
