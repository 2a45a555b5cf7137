//! Questions: the calls of this side.
//!
//! A question is freed, and its id reused, when it is answered (on the wire: Return was received), nobody
//! holds it any more, and Finish was sent or is not needed.

use std::collections::VecDeque;

use super::export::ExportIds;
use super::{AnswerId, Host, OutgoingCall, Payload, PromiseId, QuestionId, Transform};
use crate::exception::IpcException;

pub(crate) struct Question<H: Host> {
    /// Who wants the answer; taken when it is there.
    pub(crate) origin: Option<Origin<H>>,
    /// The caller's handle, and one for each [`Cap::Promised`](super::Cap::Promised) that is held somewhere.
    pub(crate) handles: u32,
    pub(crate) path: Path,
    pub(crate) outcome: Option<Outcome>,
    /// Exports whose references travelled in the parameters, for `releaseParamCaps`.
    pub(crate) param_exports: ExportIds,
    /// What is pipelined on a call that has not left its queue.
    pub(crate) waiting: VecDeque<Waiting<H>>,
}

/// Who wants the answer to a question.
pub(crate) enum Origin<H: Host> {
    Driver(H::Waiter),
    /// A call of the peer that goes back to it: its results are those of that answer.
    Forward(u32),
}

/// Where a call went.
#[derive(Clone, Copy)]
pub(crate) enum Path {
    /// Nowhere yet: it waits in some queue.
    Queued,
    /// Onto the wire.
    Peer(Wire),
    /// To an object of this side, under that local answer id.
    Local(u32),
}

/// How far a question on the wire has come.
#[derive(Clone, Copy, Default)]
pub(crate) struct Wire {
    pub(crate) returned: bool,
    pub(crate) finish: Finish,
}

#[derive(Clone, Copy, Default, PartialEq, Eq)]
pub(crate) enum Finish {
    #[default]
    Due,
    /// Sent, or the Return said that none is needed.
    Settled,
}

pub(crate) enum Outcome {
    Results,
    /// Results of a peer that has already forgotten them, because they hold no capability.
    Forgotten,
    Exception(IpcException),
}

/// Something that waits for a result.
pub(crate) enum Waiting<H: Host> {
    Call(Transform, Request<H>),
    Promise(Transform, PromiseId),
}

/// A call on its way to its target. It owns a reference to each of its capabilities.
pub(crate) enum Request<H: Host> {
    Received { answer: u32, interface_id: u64, method_id: u16, payload: Payload<H::Object> },
    Own { question: QuestionId, call: OutgoingCall<H::Object> },
}

impl<H: Host> Question<H> {
    pub(crate) fn new(origin: Origin<H>, path: Path) -> Self {
        Self {
            origin: Some(origin),
            handles: 1,
            path,
            outcome: None,
            param_exports: ExportIds::new(),
            waiting: VecDeque::new(),
        }
    }
}

impl<H: Host> Request<H> {
    /// Returns the words that the peer makes this side hold.
    pub(crate) fn received_words(&self) -> Option<usize> {
        match self {
            Self::Received { payload, .. } => Some(payload.words()),
            Self::Own { .. } => None,
        }
    }

    pub(crate) fn answer(&self) -> Option<AnswerId> {
        match self {
            Self::Received { answer, .. } => Some(AnswerId::peer(*answer)),
            Self::Own { .. } => None,
        }
    }
}
