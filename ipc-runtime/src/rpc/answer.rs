//! Answers: the calls that this side serves.
//!
//! The answer to a call of the peer lives from its Call until Return was sent and Finish received, or until a
//! Return that says that no Finish is needed. What is pipelined on it waits in it, in order of arrival. A
//! local answer lives until its question is freed.

use std::collections::VecDeque;
use std::sync::Arc;

use super::export::ExportIds;
use super::large::Parts;
use super::message::{Caps, read_content};
use super::question::Waiting;
use super::{Cap, Host, Object, OutgoingResults, Payload, QuestionId, Transform, pipeline};
use crate::attachment::Attachments;
use crate::exception::IpcException;
use crate::wire::raw::Words;

pub(crate) struct Answer<H: Host> {
    /// The interface and the method of the [`Event::Call`](super::Event::Call) that was made of it.
    pub(crate) delivered: Option<(u64, u16)>,
    pub(crate) state: State<H>,
    pub(crate) results_to: ResultsTo,
    /// The caller wants no more of it, and whether it counts the results' capabilities as released.
    pub(crate) finished: Option<ResultCaps>,
}

pub(crate) enum State<H: Host> {
    Running(VecDeque<Waiting<H>>),
    Done(Result<Kept<H::Object>, IpcException>),
}

/// Where results go.
#[derive(Clone, Copy)]
pub(crate) enum ResultsTo {
    /// To the peer, in the Return.
    Caller,
    /// Nowhere: a later Return of the peer takes them for one of our questions.
    Taker(Taker),
    /// To a question of this side.
    Local(QuestionId),
}

#[derive(Clone, Copy)]
pub(crate) enum Taker {
    Expected,
    Question(QuestionId),
    Gone,
}

/// What Finish says about the capabilities of the results.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ResultCaps {
    Release,
    Keep,
}

/// Results that calls may be pipelined on. It owns a reference to each capability.
pub(crate) struct Kept<O> {
    /// Nothing, if it was sent and holds no capability: then nobody looks at it again.
    pub(crate) message: Option<Arc<Words>>,
    /// The size of what is kept.
    pub(crate) words: usize,
    /// The large values of the results, unless they were sent.
    pub(crate) parts: Parts,
    pub(crate) caps: Caps<O>,
    /// The file descriptors of the results, unless they were sent: whoever reads the results first has them.
    pub(crate) attached: Attachments,
    /// Exports whose references travelled in the results, for `releaseResultCaps`.
    pub(crate) exports: ExportIds,
}

impl<H: Host> Answer<H> {
    pub(crate) fn new(results_to: ResultsTo) -> Self {
        Self { delivered: None, state: State::Running(VecDeque::new()), results_to, finished: None }
    }
}

impl<O: Object> Kept<O> {
    /// Keeps results that were not sent.
    pub(crate) fn of(results: OutgoingResults<O>) -> Self {
        let words = results.words();
        let OutgoingResults { frame, parts, caps, attached, .. } = results;
        Self { message: Some(Arc::new(frame.words)), words, parts, caps, attached, exports: ExportIds::new() }
    }

    /// Makes a payload of them, which is done once. No references come with it.
    pub(crate) fn payload(&mut self) -> Payload<O> {
        let (parts, attached) = (std::mem::take(&mut self.parts), std::mem::take(&mut self.attached));
        let message = self.message.clone().unwrap_or_default();
        Payload::kept(message, parts, self.caps.clone(), attached)
    }

    /// Returns the capability at the end of the path, without a reference.
    pub(crate) fn cap(&self, transform: &Transform) -> Cap<O> {
        match &self.message {
            Some(message) => {
                read_content(message, |content| pipeline::follow(content, &self.caps, transform))
            }
            None => pipeline::null_capability(),
        }
    }
}
