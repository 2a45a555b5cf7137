//! What is written of one message beside its words.

use std::cell::Cell;

use capnp::any_pointer;
use capnp::message::{Reader, SegmentArray};
use capnp::private::layout::CapTable;
use capnp::traits::ImbueMut;

use super::decoder::RootReader;
use super::opaque_debug;
use super::words::{Place, ROOT, Words, unlimited};
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
    /// Capabilities before them, which are settled when the call is sent.
    reserved: usize,
    attached: Attachments,
    /// What was left out of the message; `None` if it takes everything in.
    large: Option<Vec<LargeValue<'d>>>,
    words: Cell<u64>,
}

impl<'d> Encoder<'d> {
    /// Starts a message for the given connection.
    pub fn new(destination: Destination<'d>) -> Self {
        Self {
            destination,
            caps: Capabilities::new(),
            reserved: 0,
            attached: Attachments::new(),
            large: None,
            words: Cell::new(0),
        }
    }

    /// Leaves large values out of the message, where their types allow that: they are to be sent behind it.
    #[must_use]
    pub fn with_large(mut self) -> Self {
        self.large = Some(Vec::new());
        self
    }

    /// Encodes a struct of the given size, behind a pointer of the message.
    ///
    /// # Errors
    /// Returns what `fill` returns; an error if the message becomes too large.
    pub(crate) fn encode(
        &mut self,
        to: &mut Words,
        pointer: Place,
        size: Size,
        fill: impl FnOnce(&mut StructWriter<'_, 'd>) -> Result<(), IpcException>,
    ) -> Result<(), IpcException> {
        let state = State {
            to,
            destination: self.destination,
            caps: &mut self.caps,
            reserved: &mut self.reserved,
            attached: &mut self.attached,
            large: self.large.as_mut(),
            words: &self.words,
        };
        PointerWriter::root(pointer, state).write_struct(size, fill)
    }

    /// Encodes a struct of the given size into a message of capnp's.
    ///
    /// # Errors
    /// Returns what `fill` returns; an error if the message becomes too large.
    pub fn encode_struct(
        &mut self,
        mut content: any_pointer::Builder<'_>,
        size: Size,
        fill: impl FnOnce(&mut StructWriter<'_, 'd>) -> Result<(), IpcException>,
    ) -> Result<(), IpcException> {
        let before = self.caps.len();
        let mut words = Words::new();
        self.encode(&mut words, ROOT, size, fill)?;
        let segments = [words.bytes()];
        let message = Reader::new(SegmentArray::new(&segments), unlimited());
        let RootReader(mut raw) = message.get_root::<any_pointer::Reader<'_>>()?.get_as()?;
        raw.imbue(hooks::table());
        let mut met: CapTable = (0..before).map(|index| Some(hooks::hook(index))).collect();
        let mut content = content.reborrow();
        content.imbue_mut(&mut met);
        content.set_as(any_pointer::Reader::new(raw))?;
        // Copying has numbered them in the order in which it met them.
        let origins: Vec<usize> =
            met.iter().map(|hook| hook.as_deref().map_or(usize::MAX, hooks::index_of)).collect();
        self.caps = origins.iter().map(|origin| self.caps.get(*origin).cloned().flatten()).collect();
        self.attached = self.take_attached().moved(&origins);
        Ok(())
    }

    /// Returns the values that were left out.
    pub fn take_large(&mut self) -> Vec<LargeValue<'d>> {
        self.large.take().unwrap_or_default()
    }

    /// Returns how many capabilities the message has, with those of its context.
    pub(crate) fn capability_count(&self) -> usize {
        self.reserved + self.caps.len()
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

pub(super) struct State<'a, 'd> {
    pub(super) to: &'a mut Words,
    pub(super) destination: Destination<'d>,
    pub(super) caps: &'a mut Capabilities,
    reserved: &'a mut usize,
    pub(super) attached: &'a mut Attachments,
    pub(super) large: Option<&'a mut Vec<LargeValue<'d>>>,
    words: &'a Cell<u64>,
}

impl<'d> State<'_, 'd> {
    pub(super) fn reborrow(&mut self) -> State<'_, 'd> {
        State {
            to: self.to,
            destination: self.destination,
            caps: self.caps,
            reserved: self.reserved,
            attached: self.attached,
            large: self.large.as_deref_mut(),
            words: self.words,
        }
    }

    /// Returns how many capabilities the message has so far.
    pub(super) fn capability_count(&self) -> usize {
        *self.reserved + self.caps.len()
    }

    /// Notes that the message begins with a capability that is settled later; returns its index.
    pub(super) fn reserve_capability(&mut self) -> usize {
        let index = *self.reserved;
        *self.reserved += 1;
        index
    }

    /// Adds a capability; returns its index.
    pub(super) fn add_capability(&mut self, capability: Option<Capability>) -> Result<usize, IpcException> {
        let index = self.capability_count();
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
