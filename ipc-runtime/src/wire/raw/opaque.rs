//! What is kept of a message behind one pointer, whatever it is: copied into a message of its own, and from there into
//! others.
//!
//! capnp copies whole trees of pointers, within the limits of whoever reads them; where it meets a capability it takes
//! the stand-in from one table to the other. A copy numbers its capabilities in the order in which copying meets
//! them, so a copy of the copy finds them in the order of their numbers.

use std::fmt;

use capnp::any_pointer;
use capnp::message::{Builder, HeapAllocator, Reader, ReaderOptions};
use capnp::private::layout;

use super::decoder::{Decoder, RootReader};
use super::encoder::{Encoder, Root};
use super::reader::PointerReader;
use super::writer::{NESTING_LIMIT, PointerWriter, raw_size, too_deep};
use crate::exception::IpcException;
use crate::object::{Capabilities, Capability, Destination};
use crate::wire::layout::{At, Size};
use crate::wire::{Decode, Encode, hooks};

/// What lies behind one pointer of a message, and the capabilities in it. Descriptors are not kept.
pub(crate) struct Opaque {
    /// Its root is a struct of [`ROOT`], whose pointer leads to the content.
    message: Builder<HeapAllocator>,
    /// The size of the content.
    words: u64,
    /// In the order in which copying meets them.
    caps: Capabilities,
}

/// A struct that is nothing but a pointer.
const ROOT: Size = Size { data: 0, pointers: 1 };

/// What a message takes beside the content: the root pointer, and the struct.
const ROOT_WORDS: u64 = 2;

/// Where a message begins whose size is not known; most values are small.
const SMALL: u64 = 64;

/// What a capability is charged: itself, its stand-in, and the places of both.
const CAPABILITY: u64 = 64;

impl Opaque {
    /// Encodes a value that is a pointer.
    ///
    /// # Errors
    /// Returns an error if the value cannot be sent, or has a file descriptor.
    pub(crate) fn of<T: Encode + ?Sized>(value: &T) -> Result<Self, IpcException> {
        let mut message = message_of(SMALL);
        let mut encoder = Encoder::new(Destination::none());
        encoder.encode_struct(message.init_root(), ROOT, |to| value.encode(to, At::FIRST))?;
        if !encoder.take_attached().is_empty() {
            return Err(IpcException::failed(
                "a file descriptor cannot be kept in an `AnyPointer`: pass it beside it",
            ));
        }
        let words = encoder.words();
        let caps = encoder.into_caps();
        let encoded = Self { message, words, caps };
        // They are in the order in which they were encoded.
        if encoded.caps.len() > 1 {
            Self::copied(encoded.content()?, words, &encoded.caps)
        } else {
            Ok(encoded)
        }
    }

    /// Nothing.
    pub(crate) fn null() -> Self {
        let mut message = message_of(ROOT_WORDS);
        let Root(root) = message.init_root::<any_pointer::Builder<'_>>().init_as();
        root.init_struct(raw_size(ROOT));
        Self { message, words: 0, caps: Capabilities::new() }
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
        T::decode(&decoder.root(self.message.get_root_as_reader()?)?, At::FIRST)
    }

    /// Copies what a pointer leads to. How large that is has to be known before: a few words can lead to the same
    /// ones again and again.
    fn copied(
        from: layout::PointerReader<'_>,
        words: u64,
        caps: &[Option<Capability>],
    ) -> Result<Self, IpcException> {
        let mut message = message_of(words.saturating_add(ROOT_WORDS));
        let mut met = layout::CapTable::new();
        let Root(root) = message.init_root::<any_pointer::Builder<'_>>().init_as();
        let mut to = root.init_struct(raw_size(ROOT)).get_pointer_field(0);
        to.imbue(layout::CapTableBuilder::from_ref(&mut met));
        any_pointer::Builder::new(to).set_as(any_pointer::Reader::new(from))?;
        // A stand-in knows the number that the capability had where it came from.
        let of = |hook: &Option<_>| hook.as_deref().and_then(|hook| caps.get(hooks::index_of(hook)));
        let caps = met.iter().map(|hook| of(hook).cloned().ok_or_else(missing)).collect::<Result<_, _>>()?;
        Ok(Self { message, words, caps })
    }

    fn content(&self) -> Result<layout::PointerReader<'_>, IpcException> {
        let RootReader(root) = self.message.get_root_as_reader::<any_pointer::Reader<'_>>()?.get_as()?;
        content_of(root)
    }
}

impl fmt::Debug for Opaque {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Opaque").field("words", &self.words).field("caps", &self.caps).finish()
    }
}

fn message_of(words: u64) -> Builder<HeapAllocator> {
    let words = u32::try_from(words).unwrap_or(u32::MAX);
    Builder::new(HeapAllocator::new().first_segment_words(words))
}

/// Finds the content of a message of [`ROOT`].
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
        let message = Reader::new(opaque.message.get_segments_for_output(), options);
        let RootReader(root) = message.get_root::<any_pointer::Reader<'_>>()?.get_as()?;
        let content = any_pointer::Reader::new(content_of(root)?);
        any_pointer::Builder::new(self.raw.reborrow()).set_as(content).map_err(|error| match error.kind {
            capnp::ErrorKind::MessageIsTooDeeplyNestedOrContainsCycles => too_deep(),
            _ => error.into(),
        })
    }
}
