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
    /// Resolve came; owns a reference.
    Resolved(Cap<O>),
}
