//! Embargoes and the promises of this side.
//!
//! A promise holds calls in the order in which they were made until it is known what it leads to. Its source,
//! an answer that still runs or an embargo, holds one of its references and resolves it exactly once.

use std::collections::VecDeque;

use super::question::Request;
use super::{Cap, ExportId, Host, PromiseId};

/// An embargo: calls through an import that was resolved to an object of this side wait until those sent
/// earlier have come back through the peer.
pub(crate) struct Embargo<O> {
    pub(crate) promise: PromiseId,
    /// What the import was resolved to; owns a reference.
    pub(crate) cap: Cap<O>,
}

pub(crate) struct LocalPromise<H: Host> {
    pub(crate) refs: u32,
    pub(crate) state: State<H>,
    /// Under which id the peer knows it.
    pub(crate) export: Option<ExportId>,
    /// The driver has seen it and waits to hear of its resolution.
    pub(crate) seen: bool,
}

pub(crate) enum State<H: Host> {
    Pending(VecDeque<Request<H>>),
    /// Owns a reference.
    Resolved(Cap<H::Object>),
}

impl<H: Host> LocalPromise<H> {
    /// Makes a promise with its source's reference.
    pub(crate) fn new() -> Self {
        Self { refs: 1, state: State::Pending(VecDeque::new()), export: None, seen: false }
    }
}
