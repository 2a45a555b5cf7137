//! [`PeerMisbehaved`]: how a peer can break the protocol.

use std::error::Error;
use std::fmt;

use super::{AnswerId, EmbargoId, ExportId, ImportId, QuestionId};
use crate::exception::IpcException;

/// What the peer did that the protocol forbids. It ends the connection: the two sides no longer agree about
/// its state.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum PeerMisbehaved {
    /// A message could not be read as one of rpc.capnp; the decoder's words.
    MalformedMessage(String),
    /// A question id was used while the earlier question with it was still open.
    DuplicateQuestion(AnswerId),
    /// A Return came for a question that was never asked, or is over.
    ReturnForUnknownQuestion(QuestionId),
    /// A second Return came for a question.
    DuplicateReturn(QuestionId),
    /// A Return said that the results went elsewhere, for a call that did not ask for that.
    ResultsSentElsewhereUnasked(QuestionId),
    /// A Return took its results from a question that is not open or was not made with
    /// `sendResultsTo.yourself`.
    TakeFromUnknownQuestion(AnswerId),
    /// The results of one question were taken twice.
    ResultsTakenTwice(AnswerId),
    /// A message named a capability that this side does not export.
    UnknownExport(ExportId),
    /// A Release gave back more references than there are.
    ReleaseTooLarge {
        /// The export released.
        export: ExportId,
        /// How many references the peer held.
        held: u32,
        /// How many it released.
        released: u32,
    },
    /// A Resolve came for an import that is not a promise.
    ResolveForNonPromise(ImportId),
    /// A second Resolve came for one promise.
    DuplicateResolve(ImportId),
    /// A promise was resolved to itself, or to a chain of promises that does not end.
    PromiseLoop(ImportId),
    /// A Disembargo was sent to something that does not lead back to its sender.
    DisembargoForeignTarget,
    /// A Disembargo came back that was never sent.
    UnknownEmbargo(EmbargoId),
    /// A capability table was longer than [`Limits::max_caps_per_message`](super::Limits).
    CapTableTooLong(u32),
    /// The path of a pipelined capability was longer than [`Limits::max_transform_length`](super::Limits).
    TransformTooLong(u32),
    /// More capabilities were sent than [`Limits::max_imports`](super::Limits) allows to hold.
    TooManyImports(usize),
}

impl fmt::Display for PeerMisbehaved {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::MalformedMessage(error) => write!(f, "the peer sent a malformed message: {error}"),
            Self::DuplicateQuestion(id) => write!(f, "the peer reused the id of {id}, which is still open"),
            Self::ReturnForUnknownQuestion(id) => write!(f, "the peer returned {id}, which is not open"),
            Self::DuplicateReturn(id) => write!(f, "the peer returned {id} twice"),
            Self::ResultsSentElsewhereUnasked(id) => {
                write!(f, "the peer sent the results of {id} elsewhere without being asked to")
            }
            Self::TakeFromUnknownQuestion(id) => {
                write!(f, "the peer took results from {id}, which holds none for it")
            }
            Self::ResultsTakenTwice(id) => write!(f, "the peer took the results of {id} twice"),
            Self::UnknownExport(id) => write!(f, "the peer named {id}, which does not exist"),
            Self::ReleaseTooLarge { export, held, released } => {
                write!(f, "the peer released {released} references of {export} and held {held}")
            }
            Self::ResolveForNonPromise(id) => write!(f, "the peer resolved {id}, which is not a promise"),
            Self::DuplicateResolve(id) => write!(f, "the peer resolved {id} twice"),
            Self::PromiseLoop(id) => write!(f, "the peer resolved {id} to a chain of promises without end"),
            Self::DisembargoForeignTarget => {
                write!(f, "the peer sent a disembargo to a capability that does not lead back to it")
            }
            Self::UnknownEmbargo(id) => write!(f, "the peer lifted {id}, which does not exist"),
            Self::CapTableTooLong(count) => write!(f, "the peer sent {count} capabilities in one message"),
            Self::TransformTooLong(count) => {
                write!(f, "the peer named a pipelined capability by a path of {count} steps")
            }
            Self::TooManyImports(count) => write!(f, "the peer sent more than {count} capabilities"),
        }
    }
}

impl Error for PeerMisbehaved {}

impl From<capnp::Error> for PeerMisbehaved {
    fn from(error: capnp::Error) -> Self {
        Self::MalformedMessage(error.to_string())
    }
}

impl From<PeerMisbehaved> for IpcException {
    /// What the calls of a connection are told that was aborted for it.
    fn from(fault: PeerMisbehaved) -> Self {
        Self::with_source(crate::exception::ExceptionKind::Failed, fault.to_string(), fault)
    }
}
