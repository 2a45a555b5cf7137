//! Generated code gives no warning, whatever a user denies.
#![deny(warnings, missing_docs, missing_debug_implementations, unused, nonstandard_style, future_incompatible)]
#![deny(rust_2018_idioms, unreachable_pub, unused_lifetimes, unused_qualifications, elided_lifetimes_in_paths)]
#![deny(single_use_lifetimes, trivial_casts, unit_bindings, redundant_lifetimes)]
#![forbid(unsafe_code)]

use std::sync::Arc;

use ipc_runtime::{IpcException, IpcType, ipc_interface};

mod private {
    use super::*;

    /// A trait that nobody else sees.
    #[ipc_interface]
    pub(crate) trait Inner {
        fn ping(&self) -> Result<(), IpcException>;
    }

    #[ipc_interface(no_destroy)]
    trait Unused {}

    #[derive(Debug, IpcType)]
    pub(crate) enum Kind {
        One,
    }
}

/// Uses it.
#[derive(Debug, IpcType)]
struct Uses {
    kind: private::Kind,
}

/// The first.
#[ipc_interface(root)]
pub trait Init {
    /// Does nothing.
    #[deprecated(note = "old")]
    fn nothing(&self) -> Result<(), IpcException>;
    /// Still there.
    #[must_use]
    fn something(&self, x: u32) -> Result<u32, IpcException>;
}

fn main() {
    let inner: Option<Arc<dyn private::Inner>> = None;
    if let Some(inner) = inner {
        let _ = inner.ping();
    }
    let uses = Uses { kind: private::Kind::One };
    let _: &private::Kind = &uses.kind;
}
