//! What is written of one message beside its words.

use std::cell::Cell;

use capnp::any_pointer;
use capnp::private::layout;
use capnp::traits::FromPointerBuilder;

use super::opaque_debug;
use super::writer::{PointerWriter, StructWriter};
use crate::attachment::Attachments;
use crate::exception::IpcException;
use crate::object::{Capabilities, Capability, Destination};
use crate::rpc::LargeValue;
use crate::wire::hooks;
use crate::wire::layout::Size;

/// The largest message: the traversal limit of every Cap'n Proto reader with default options (64 MiB). A peer
/// drops the connection for a larger one, so it is refused here.
pub const MESSAGE_LIMIT_WORDS: u64 = 8 * 1024 * 1024;

/// The state of encoding one message.
pub struct Encoder<'d> {
    destination: Destination<'d>,
    caps: Capabilities,
    attached: Attachments,
    /// What was left out of the message; `None` if it takes everything in.
    large: Option<Vec<LargeValue<'d>>>,
    hooks: layout::CapTable,
    words: Cell<u64>,
}

impl<'d> Encoder<'d> {
    /// Starts a message for the given connection.
    pub fn new(destination: Destination<'d>) -> Self {
        Self {
            destination,
            caps: Capabilities::new(),
            attached: Attachments::new(),
            large: None,
            hooks: Vec::new(),
            words: Cell::new(0),
        }
    }

    /// Leaves large values out of the message, where their types allow that: they are to be sent behind it.
    #[must_use]
    pub fn with_large(mut self) -> Self {
        self.large = Some(Vec::new());
        self
    }

    /// Encodes a struct of the given size into `content`.
    ///
    /// # Errors
    /// Returns what `fill` returns; an error if the message becomes too large.
    pub fn encode_struct(
        &mut self,
        content: any_pointer::Builder<'_>,
        size: Size,
        fill: impl FnOnce(&mut StructWriter<'_, 'd>) -> Result<(), IpcException>,
    ) -> Result<(), IpcException> {
        let Root(mut raw) = content.init_as::<Root<'_>>();
        raw.imbue(layout::CapTableBuilder::from_ref(&mut self.hooks));
        let state = State {
            destination: self.destination,
            caps: &mut self.caps,
            attached: &mut self.attached,
            large: self.large.as_mut(),
            words: &self.words,
        };
        PointerWriter::root(raw.reborrow(), state).write_root(size, fill)
    }

    /// Returns the values that were left out.
    pub fn take_large(&mut self) -> Vec<LargeValue<'d>> {
        self.large.take().unwrap_or_default()
    }

    /// Returns the capabilities that were written so far, by index.
    pub fn caps(&self) -> &[Option<Capability>] {
        &self.caps
    }

    /// Returns how many words were written so far.
    pub(crate) fn words(&self) -> u64 {
        self.words.get()
    }

    /// Returns the file descriptors that are attached to them.
    pub fn take_attached(&mut self) -> Attachments {
        std::mem::take(&mut self.attached)
    }

    /// Returns the capabilities that the message refers to, by index.
    pub fn into_caps(self) -> Capabilities {
        self.caps
    }
}

opaque_debug!(Encoder<'_>);

/// Gets at the pointer itself.
pub(super) struct Root<'a>(pub(super) layout::PointerBuilder<'a>);

impl<'a> FromPointerBuilder<'a> for Root<'a> {
    fn init_pointer(builder: layout::PointerBuilder<'a>, _length: u32) -> Self {
        Self(builder)
    }

    fn get_from_pointer(
        builder: layout::PointerBuilder<'a>,
        _default: Option<&'a [capnp::Word]>,
    ) -> capnp::Result<Self> {
        Ok(Self(builder))
    }
}

pub(super) struct State<'a, 'd> {
    pub(super) destination: Destination<'d>,
    pub(super) caps: &'a mut Capabilities,
    pub(super) attached: &'a mut Attachments,
    pub(super) large: Option<&'a mut Vec<LargeValue<'d>>>,
    words: &'a Cell<u64>,
}

impl<'d> State<'_, 'd> {
    pub(super) fn reborrow(&mut self) -> State<'_, 'd> {
        State {
            destination: self.destination,
            caps: self.caps,
            attached: self.attached,
            large: self.large.as_deref_mut(),
            words: self.words,
        }
    }

    /// Adds a capability; returns its index.
    pub(super) fn add_capability(&mut self, capability: Option<Capability>) -> Result<usize, IpcException> {
        let index = self.caps.len();
        if index >= hooks::LIMIT {
            return Err(IpcException::failed(format!(
                "too many objects in one call: at most {} may be passed",
                hooks::LIMIT
            )));
        }
        self.caps.push(capability);
        Ok(index)
    }

    pub(super) fn charge(&self, words: u64) -> Result<(), IpcException> {
        let total = self.words.get().saturating_add(words);
        if total > MESSAGE_LIMIT_WORDS {
            return Err(IpcException::failed(
                "message too large: the values of one call may take 64 MiB; send them in several calls",
            ));
        }
        self.words.set(total);
        Ok(())
    }
}
