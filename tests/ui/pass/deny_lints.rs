//! Generated code gives no warning, whatever a user denies.
#![deny(
    warnings,
    missing_docs,
    missing_debug_implementations,
    unused,
    nonstandard_style,
    future_incompatible
)]
#![deny(
    rust_2018_idioms,
    unreachable_pub,
    unused_lifetimes,
    unused_qualifications,
    elided_lifetimes_in_paths
)]
#![deny(single_use_lifetimes, trivial_casts, unit_bindings, redundant_lifetimes)]
#![deny(clippy::all, clippy::pedantic)]
#![forbid(unsafe_code)]

use std::sync::Arc;

use ipc_runtime::{IpcException, IpcType, ipc_interface};

mod private {
    use super::{IpcException, IpcType, ipc_interface};

    #[ipc_interface]
    pub(crate) trait Inner {
        fn ping(&self) -> Result<(), IpcException>;
    }

    #[ipc_interface(no_destroy)]
    pub(crate) trait Empty {}

    #[derive(Debug, IpcType)]
    pub(crate) enum Kind {
        One,
    }

    pub(crate) fn uses(_: &dyn Empty) -> Kind {
        Kind::One
    }
}

/// All that a field can be.
#[derive(Debug, IpcType)]
pub struct Data {
    /// A number.
    pub number: u32,
    /// Nothing.
    pub nothing: (),
    /// Gone.
    #[deprecated(note = "old")]
    pub old: bool,
    /// More.
    pub more: Vec<Data>,
    /// One more.
    pub next: Option<Box<Data>>,
}

/// All that a method can be.
#[ipc_interface(root)]
pub trait Init {
    /// Is gone.
    ///
    /// # Errors
    /// Always.
    #[deprecated(note = "old")]
    fn nothing(&self) -> Result<(), IpcException>;

    /// Takes one of each.
    ///
    /// # Errors
    /// Always.
    fn something(
        &self,
        number: u32,
        nothing: (),
        text: &str,
        owned: String,
        bytes: &[u8],
        data: &Data,
    ) -> Result<u32, IpcException>;

    /// Borrows two.
    ///
    /// # Errors
    /// Always.
    fn borrowing(&self, one: &dyn Init, other: Option<&dyn Init>) -> Result<(), IpcException>;

    /// Returns itself.
    ///
    /// # Errors
    /// Always.
    #[must_use = "it is the only one"]
    fn itself(&self, init: Arc<dyn Init>, maybe: Option<u8>) -> Result<Arc<dyn Init>, IpcException>;
}

fn main() {
    let inner: Option<Arc<dyn private::Inner>> = None;
    let empty: Option<Arc<dyn private::Empty>> = None;
    if let (Some(inner), Some(empty)) = (inner, empty) {
        assert!(inner.ping().is_ok());
        assert!(matches!(private::uses(&*empty), private::Kind::One));
    }
}
