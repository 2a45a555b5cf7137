//! What is kept of a message behind one pointer, whatever it is: copied into a message of its own, and from there into
//! others.
//!
//! capnp copies whole trees of pointers, within the limits of whoever reads them; where it meets a capability it takes
//! the stand-in from one table to the other. A copy numbers its capabilities in the order in which copying meets
//! them, so a copy of the copy finds them in the order of their numbers.

use std::fmt;

use capnp::any_pointer;
use capnp::message::{Reader, ReaderOptions, ReaderSegments, SegmentArray};
use capnp::private::layout;

use super::decoder::{Decoder, RootReader};
use super::encoder::Encoder;
use super::reader::PointerReader;
use super::words::{ROOT, Words, unlimited};
use super::writer::{NESTING_LIMIT, PointerWriter, raw_size, too_deep};
use crate::exception::IpcException;
use crate::object::{Capabilities, Capability, Destination};
use crate::rpc::{IncomingMessage, Segments};
use crate::wire::layout::{At, Size};
use crate::wire::{Decode, Encode, hooks};

/// What lies behind one pointer of a message, and the capabilities in it. Descriptors are not kept.
pub(crate) struct Opaque {
    /// Its root is a struct of [`HOLDER`], whose pointer leads to the content.
    message: IncomingMessage,
    /// The size of the content.
    words: u64,
    /// In the order in which copying meets them.
    caps: Capabilities,
}

/// A struct that is nothing but a pointer.
const HOLDER: Size = Size { data: 0, pointers: 1 };

/// What a message takes beside the content: the root pointer, and the struct.
const ROOT_WORDS: u64 = 2;

/// What a capability is charged: itself, its stand-in, and the places of both.
const CAPABILITY: u64 = 64;

impl Opaque {
    /// Encodes a value that is a pointer.
    ///
    /// # Errors
    /// Returns an error if the value cannot be sent, or has a file descriptor.
    pub(crate) fn of<T: Encode + ?Sized>(value: &T) -> Result<Self, IpcException> {
        let mut message = Words::new();
        let mut encoder = Encoder::new(Destination::none());
        encoder.encode(&mut message, ROOT, HOLDER, |to| value.encode(to, At::FIRST))?;
        if !encoder.take_attached().is_empty() {
            return Err(IpcException::failed(
                "a file descriptor cannot be kept in an `AnyPointer`: pass it beside it",
            ));
        }
        let words = encoder.words();
        let caps = encoder.into_caps();
        let encoded = Self { message: message_of(message), words, caps };
        // They are in the order in which they were encoded.
        if encoded.caps.len() > 1 {
            Self::copied(encoded.content()?, words, &encoded.caps)
        } else {
            Ok(encoded)
        }
    }

    /// Nothing.
    pub(crate) fn null() -> Self {
        let mut message = Words::new();
        message.init_struct(ROOT, raw_size(HOLDER));
        Self { message: message_of(message), words: 0, caps: Capabilities::new() }
    }

    /// Copies what a pointer of a message leads to, in which capabilities are numbers of those in `caps`.
    ///
    /// # Errors
    /// Returns an error if it is malformed.
    pub(crate) fn of_content(
        content: any_pointer::Reader<'_>,
        caps: &[Option<Capability>],
    ) -> Result<Self, IpcException> {
        let RootReader(mut raw) = content.get_as()?;
        raw.imbue(hooks::table());
        let words = raw.total_size()?.word_count;
        Self::copied(raw, words, caps)
    }

    /// Tells whether there is nothing inside.
    ///
    /// # Errors
    /// Returns an error if the message is malformed, which none of ours is.
    pub(crate) fn is_null(&self) -> Result<bool, IpcException> {
        Ok(self.content()?.is_null())
    }

    /// Decodes the value.
    ///
    /// # Errors
    /// Returns an error if the content is something else.
    pub(crate) fn decode<T: for<'m> Decode<'m>>(&self) -> Result<T, IpcException> {
        let decoder = Decoder::new(self.caps.clone(), self.message.size_in_words());
        T::decode(&decoder.root(self.message.get_root()?)?, At::FIRST)
    }

    /// Copies what a pointer leads to. How large that is has to be known before: a few words can lead to the same
    /// ones again and again.
    fn copied(
        from: layout::PointerReader<'_>,
        words: u64,
        caps: &[Option<Capability>],
    ) -> Result<Self, IpcException> {
        let mut message = Words::new();
        let mut met = layout::CapTable::new();
        let holder = message.init_struct(ROOT, raw_size(HOLDER));
        message.copy(holder, any_pointer::Reader::new(from), words, &mut met)?;
        // A stand-in knows the number that the capability had where it came from.
        let of = |hook: &Option<_>| hook.as_deref().and_then(|hook| caps.get(hooks::index_of(hook)));
        let caps = met.iter().map(|hook| of(hook).cloned().ok_or_else(missing)).collect::<Result<_, _>>()?;
        Ok(Self { message: message_of(message), words, caps })
    }

    fn content(&self) -> Result<layout::PointerReader<'_>, IpcException> {
        let RootReader(root) = self.message.get_root::<any_pointer::Reader<'_>>()?.get_as()?;
        content_of(root)
    }
}

impl fmt::Debug for Opaque {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Opaque").field("words", &self.words).field("caps", &self.caps).finish()
    }
}

fn message_of(words: Words) -> IncomingMessage {
    IncomingMessage::new(Segments::single(words), unlimited())
}

/// Finds the content of a message of [`HOLDER`].
fn content_of(mut root: layout::PointerReader<'_>) -> Result<layout::PointerReader<'_>, IpcException> {
    root.imbue(hooks::table());
    Ok(root.get_struct(None)?.get_pointer_field(0))
}

fn missing() -> IpcException {
    IpcException::failed("malformed message: an object that the message does not carry")
}

impl PointerReader<'_> {
    /// Copies what the pointer leads to, which is not null.
    ///
    /// # Errors
    /// Returns an error if it is malformed, or larger than the message's budget.
    pub(crate) fn to_opaque(self) -> Result<Opaque, IpcException> {
        let size = self.raw.total_size()?;
        let caps = (size.cap_count as u64).saturating_mul(CAPABILITY);
        self.decoder
            .charge(size.word_count.saturating_add(ROOT_WORDS).saturating_mul(8).saturating_add(caps))?;
        Opaque::copied(self.raw, size.word_count, &self.decoder.caps)
    }
}

impl PointerWriter<'_, '_> {
    /// Writes a copy of what was kept.
    ///
    /// # Errors
    /// Returns an error if the message becomes too large or too deep, if it holds too many objects, or one that is
    /// behind another connection.
    pub(crate) fn set_opaque(&mut self, opaque: &Opaque) -> Result<(), IpcException> {
        self.state.charge(opaque.words)?;
        let mut met: layout::CapTable =
            (0..self.state.capability_count()).map(|index| Some(hooks::hook(index))).collect();
        let destination = self.state.destination;
        for cap in &opaque.caps {
            let cap = cap.as_ref().map(|cap| cap.passed_on(destination)).transpose()?;
            self.state.add_capability(cap)?;
        }
        let options = ReaderOptions {
            // What was charged for when it was copied is the program's own.
            traversal_limit_in_words: None,
            // The root, and text or an object at the innermost level.
            nesting_limit: i32::try_from(NESTING_LIMIT.saturating_sub(self.depth)).unwrap_or(0) + 2,
        };
        let segments = [opaque.message.get_segments().get_segment(0).unwrap_or_default()];
        let message = Reader::new(SegmentArray::new(&segments), options);
        let RootReader(root) = message.get_root::<any_pointer::Reader<'_>>()?.get_as()?;
        let content = any_pointer::Reader::new(content_of(root)?);
        self.state.to.copy(self.place, content, opaque.words, &mut met).map_err(|error| match error.kind {
            capnp::ErrorKind::MessageIsTooDeeplyNestedOrContainsCycles => too_deep(),
            _ => error.into(),
        })
    }
}
