//! Imports: what the peer hosts for this side.
//!
//! An import lives as long as it has local references. Then all the references that the peer counts are
//! released at once.

use super::Cap;

pub(crate) struct Import<O> {
    /// How often the peer sent it: what Release gives back.
    pub(crate) remote: u32,
    /// References held on this side.
    pub(crate) local: u32,
    pub(crate) kind: Kind<O>,
}

pub(crate) enum Kind<O> {
    Settled,
    /// Resolve will follow. Whether a call was sent to it decides about an embargo then.
    Promise {
        called: bool,
    },
    /// Resolve came.
    Resolved {
        /// Owns a reference.
        cap: Cap<O>,
        way: Resolution,
    },
}

/// In whose ids the peer named what a promise of its leads to.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Resolution {
    /// In its own: it must know better than to lead them in a circle.
    Abroad,
    /// In those of this side: what is behind them is not for the peer to know.
    Home,
}
