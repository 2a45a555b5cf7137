//! What is kept of one message while it is read: its capabilities, and what reading it may still allocate.

use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};

use capnp::any_pointer;
use capnp::private::layout;
use capnp::traits::FromPointerReader;

use super::reader::{PointerReader, StructReader};
use crate::attachment::Attachments;
use crate::exception::IpcException;
use crate::object::{Capabilities, Capability, LocalObject};
use crate::rpc::Payload;
use crate::wire::hooks;

/// What decoding one message may allocate beyond a multiple of the message's own size: room for the structs of a short
/// message from an older peer, which lack most of their fields there, and little beside what 64 threads may hold at a time.
const DECODE_BUDGET: u64 = 8 * 1024 * 1024;

/// The multiple: a list of bools is eight times as large in memory, a struct of defaults may be larger.
const DECODE_FACTOR: u64 = 8;

/// The state of decoding one message: its capabilities and what may still be allocated.
#[derive(Debug)]
pub struct Decoder {
    pub(super) caps: Capabilities,
    /// Each is taken once, by whoever reads it first.
    pub(super) attached: Mutex<Attachments>,
    /// Atomic so that a method's future, which borrows from the message, may move between threads.
    budget: AtomicU64,
}

impl Decoder {
    /// Starts decoding a message of the given size that came with the given capabilities.
    pub fn new(caps: Capabilities, message_words: usize) -> Self {
        let budget = DECODE_BUDGET.saturating_add((message_words as u64).saturating_mul(8 * DECODE_FACTOR));
        Self { caps, attached: Mutex::default(), budget: AtomicU64::new(budget) }
    }

    /// Adds the file descriptors that are attached to the capabilities.
    #[must_use]
    pub fn with_attached(mut self, attached: Attachments) -> Self {
        self.attached = Mutex::new(attached);
        self
    }

    /// Reads the root struct; null reads as a struct of defaults.
    ///
    /// # Errors
    /// Returns an error if the content is not a struct.
    pub fn root<'m>(&'m self, content: any_pointer::Reader<'m>) -> Result<StructReader<'m>, IpcException> {
        let RootReader(mut raw) = content.get_as()?;
        if !self.caps.is_empty() {
            raw.imbue(hooks::table());
        }
        PointerReader::new(raw, self).read_struct()
    }

    /// Reads the root struct of parameters or results; null reads as a struct of defaults.
    ///
    /// # Errors
    /// Returns an error if the content is not a struct.
    pub(crate) fn root_of<'m>(
        &'m self,
        payload: &'m Payload<LocalObject>,
    ) -> Result<StructReader<'m>, IpcException> {
        match payload.plain_data().and_then(|data| StructReader::of_data(data, self)) {
            Some(root) => Ok(root),
            None => self.root(payload.content()?),
        }
    }

    /// Gives access to content that is anything.
    ///
    /// # Errors
    /// Returns an error if there is none.
    pub fn content<'m>(
        &'m self,
        content: any_pointer::Reader<'m>,
    ) -> Result<PointerReader<'m>, IpcException> {
        let RootReader(mut raw) = content.get_as()?;
        raw.imbue(hooks::table());
        Ok(PointerReader::new(raw, self))
    }

    /// Reads content that is a capability and not a struct, as a bootstrap's answer is.
    ///
    /// # Errors
    /// Returns an error if the content is something else.
    pub fn root_capability(
        &self,
        content: any_pointer::Reader<'_>,
    ) -> Result<Option<Capability>, IpcException> {
        let RootReader(mut raw) = content.get_as()?;
        raw.imbue(hooks::table());
        PointerReader::new(raw, self).capability()
    }

    pub(super) fn charge(&self, bytes: u64) -> Result<(), IpcException> {
        let charged = |budget: u64| budget.checked_sub(bytes);
        match self.budget.fetch_update(Ordering::Relaxed, Ordering::Relaxed, charged) {
            Ok(_) => Ok(()),
            Err(_) => Err(IpcException::failed("malformed message: its values would take too much memory")),
        }
    }
}

/// Gets at the pointer itself.
pub(super) struct RootReader<'a>(pub(super) layout::PointerReader<'a>);

impl<'a> FromPointerReader<'a> for RootReader<'a> {
    fn get_from_pointer(
        reader: &layout::PointerReader<'a>,
        _default: Option<&'a [capnp::Word]>,
    ) -> capnp::Result<Self> {
        Ok(Self(*reader))
    }
}
