//! The Cap'n Proto RPC engine: one state machine per connection, without any input or output.
//!
//! [`Connection`] knows no lock, thread, socket, clock or waker. Its owner feeds it received messages
//! ([`handle_message`](Connection::handle_message)) and local commands ([`call`](Connection::call),
//! [`respond`](Connection::respond), [`finish`](Connection::finish), [`release`](Connection::release), ...)
//! and, after each input, drains first the [events](Connection::poll_event), then the
//! [messages](Connection::poll_transmit).
//!
//! Level 1 of rpc.capnp is complete. Of the higher levels, messages are answered `unimplemented`, and a
//! capability hosted by a third party is reached through its vine.
//!
//! # Invariants
//!
//! - Every question is answered by exactly one [`Event::Return`], also when it was finished before and when
//!   the connection ends.
//! - Every [`Event::Call`] is answered by one [`respond`](Connection::respond); one that comes too late does
//!   no harm.
//! - A capability is counted: each entry of a table that names another one, each queued message and each
//!   capability that left in an event holds one reference. When nothing is held, [`Counts`] is all zero.
//! - No object handle is dropped inside, unless another one is known to live: it leaves in an
//!   [`Event::Drop`].
//! - Calls through one capability are delivered in the order in which they were made. What the peer pipelines
//!   follows the way that was told to it, even if this side knows a shorter one by now.
//! - What a peer can do ends in [`PeerMisbehaved`], never in a panic, and what it can make this side hold is
//!   bounded by [`Limits`].
//! - Work that one input sets off is a queue and not a recursion: its depth is the peer's choice.

mod answer;
mod connection;
mod embargo;
mod export;
mod fault;
mod frame;
mod id;
mod import;
mod large;
mod limits;
mod message;
mod pipeline;
mod question;
mod received;
mod table;

pub use connection::{Connection, Counts, Known};
pub use fault::PeerMisbehaved;
pub use id::{AnswerId, EmbargoId, ExportId, ImportId, PromiseId, QuestionId};
pub use large::{Form, LARGE_BYTES, LARGE_LIMIT, LargeValue, OwnedBytes, Parts};
pub(crate) use large::{LargeBytes, copies_of};
pub use limits::Limits;
pub use message::{
    CalledMethod, Cap, Caps, IncomingMessage, Outgoing, OutgoingCall, OutgoingMessage, OutgoingResults,
    Payload, Returned, Segments,
};
pub use pipeline::Transform;

pub use crate::attachment::{ATTACHMENT_LIMIT, Arrived, Attachment, Attachments};
use crate::exception::IpcException;

/// What the owner of a connection plugs in.
pub trait Host {
    /// A handle to an object of this side.
    type Object: Object;
    /// Whoever waits for the answer to a question.
    type Waiter;
}

/// A handle to an object of this side, cheap to clone.
pub trait Object: Clone {
    /// Returns the object's identity: two handles with one key are one object, known to the peer by one id.
    fn key(&self) -> usize;

    /// Tells whether somebody waits for calls of the peer on it. Of others it is enough to learn in time.
    fn is_called(&self) -> bool {
        true
    }
}

/// What the engine wants its owner to do.
pub enum Event<H: Host> {
    /// Deliver a call to an object, and [respond](Connection::respond) to it once.
    Call {
        /// What to respond to.
        answer: AnswerId,
        /// The object.
        target: H::Object,
        /// The interface.
        interface_id: u64,
        /// The method in it.
        method_id: u16,
        /// The parameters. Their capabilities are the receiver's to release.
        params: Payload<H::Object>,
        /// The size of the message.
        words: usize,
    },
    /// Hand an answer to whoever waits for it.
    Return {
        /// The question. Usable until it is finished.
        question: QuestionId,
        /// Who waits.
        waiter: H::Waiter,
        /// The results, or why there are none. A question that was finished before gets an exception.
        result: Result<Payload<H::Object>, IpcException>,
    },
    /// The caller no longer wants the answer to a call that still runs. The method may run on.
    Cancelled {
        /// The call.
        answer: AnswerId,
    },
    /// A [`Cap::Awaited`] is known now, or broken because the connection ended.
    Resolved {
        /// The promise. Its references are still to be released.
        promise: PromiseId,
        /// What it leads to; carries a reference of its own.
        cap: Cap<H::Object>,
    },
    /// A handle that the engine no longer needs: drop it where user code may run.
    Drop(H::Object),
}

impl<H: Host> std::fmt::Debug for Event<H> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Call { answer, target, interface_id, method_id, params, words } => f
                .debug_struct("Call")
                .field("answer", answer)
                .field("target", &format_args!("{:#x}", target.key()))
                .field("interface_id", &format_args!("{interface_id:#x}"))
                .field("method_id", method_id)
                .field("params", params)
                .field("words", words)
                .finish(),
            Self::Return { question, result, .. } => {
                f.debug_struct("Return").field("question", question).field("result", result).finish()
            }
            Self::Cancelled { answer } => f.debug_struct("Cancelled").field("answer", answer).finish(),
            Self::Resolved { promise, cap } => {
                f.debug_struct("Resolved").field("promise", promise).field("cap", cap).finish()
            }
            Self::Drop(object) => write!(f, "Drop({:#x})", object.key()),
        }
    }
}

#[cfg(test)]
mod tests;
