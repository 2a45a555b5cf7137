//! Messages and what travels in them: received ones, ones being built, and capabilities.

use std::fmt;
use std::num::NonZeroU32;
use std::ops::Range;
use std::sync::Arc;

use capnp::message::{Builder, HeapAllocator, Reader, ReaderSegments, SegmentArray};
use capnp::{OutputSegments, Word, any_pointer};
use capnp_rpc::rpc_capnp::{message, payload, return_};

use super::frame::Frame;
use super::large::{LargeValue, OwnedBytes, Parts};
use super::{ImportId, Object, PromiseId, QuestionId, Transform, pipeline};
use crate::attachment::{Attachment, Attachments};
use crate::exception::IpcException;
use crate::wire::raw::{Place, Plain, Words, unlimited};

/// A message as it was received.
pub type IncomingMessage = Reader<Segments>;

/// The words of a received message.
pub struct Segments {
    words: Memory,
    bounds: Bounds,
}

/// Whose the words are.
enum Memory {
    Own(Words),
    /// Results that calls may still be pipelined on.
    Shared(Arc<Words>),
}

/// Where the segments are in the words.
#[derive(Debug)]
enum Bounds {
    /// There is one, all of them: most messages are so.
    Whole,
    Each(Box<[Range<usize>]>),
}

impl Segments {
    /// Makes the segments of a message from its words and the bounds of each segment in them.
    pub fn new(words: impl Into<Words>, bounds: Vec<Range<usize>>) -> Self {
        Self { words: Memory::Own(words.into()), bounds: Bounds::Each(bounds.into()) }
    }

    /// Makes a message of one segment.
    pub fn single(words: impl Into<Words>) -> Self {
        Self { words: Memory::Own(words.into()), bounds: Bounds::Whole }
    }

    /// Makes a message of one segment that others have too.
    fn shared(words: Arc<Words>) -> Self {
        Self { words: Memory::Shared(words), bounds: Bounds::Whole }
    }

    fn words(&self) -> &[Word] {
        match &self.words {
            Memory::Own(words) => words.as_slice(),
            Memory::Shared(words) => words.as_slice(),
        }
    }

    /// Returns the words of a message of one segment.
    pub(crate) fn only(&self) -> Option<&[Word]> {
        match self.bounds {
            Bounds::Whole => Some(self.words()),
            Bounds::Each(_) => None,
        }
    }
}

impl ReaderSegments for Segments {
    fn get_segment(&self, index: u32) -> Option<&[u8]> {
        let words = match (&self.bounds, index) {
            (Bounds::Whole, 0) => Some(self.words()),
            (Bounds::Whole, _) => None,
            (Bounds::Each(bounds), index) => self.words().get(bounds.get(index as usize)?.clone()),
        };
        words.map(Word::words_to_bytes)
    }

    fn len(&self) -> usize {
        match &self.bounds {
            Bounds::Whole => 1,
            Bounds::Each(bounds) => bounds.len(),
        }
    }
}

impl fmt::Debug for Segments {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Segments").field("words", &self.words().len()).field("bounds", &self.bounds).finish()
    }
}

/// A capability as the engine names it.
///
/// All but `Local` and `Broken` name an entry of a table, which is counted. A capability that leaves the
/// engine in an [`Event`](super::Event) carries one reference, to be given back with
/// [`Connection::release`](super::Connection::release). One that is handed in is only borrowed.
#[derive(Clone)]
pub enum Cap<O> {
    /// An object of this side.
    Local(O),
    /// A capability that the peer hosts.
    Import(ImportId),
    /// A capability in the results of a call of this side; the path says where. Usable until the question's
    /// last reference is [finished](super::Connection::finish), also after it was answered.
    ///
    /// Calls through it keep their order among each other whatever it turns out to be. So whoever called
    /// through it and then finds an object of this side in the results keeps to it; who finds anything else
    /// there may change over.
    Promised(QuestionId, Transform),
    /// A capability that will be known later: a result of a call that still runs on this side, or one behind
    /// an embargo. [`Event::Resolved`](super::Event::Resolved) follows. It can be called and passed on at once.
    Awaited(PromiseId),
    /// A capability every call of which fails so.
    Broken(IpcException),
}

impl<O: Object> fmt::Debug for Cap<O> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Local(object) => write!(f, "Local({:#x})", object.key()),
            Self::Import(id) => write!(f, "Import({})", id.0),
            Self::Promised(id, transform) => write!(f, "Promised({}, {transform:?})", id.0),
            Self::Awaited(id) => write!(f, "Awaited({})", id.0),
            Self::Broken(exception) => write!(f, "Broken({exception})"),
        }
    }
}

/// The capability table of a message.
pub type Caps<O> = Vec<Option<Cap<O>>>;

/// Parameters or results with their capabilities.
pub struct Payload<O> {
    /// The capabilities; a capability pointer in the content is an index into them.
    pub caps: Caps<O>,
    /// The file descriptors that are attached to some of them.
    pub attached: Attachments,
    message: IncomingMessage,
    /// Where the pointer to the content is, if the message is plain. It is never the first word, and few are so far behind it.
    place: Option<NonZeroU32>,
    /// What the first pointer of the content leads to was read already, and nobody looks at it again.
    first_is_read: bool,
}

impl<O> Payload<O> {
    pub(crate) fn received(message: IncomingMessage, caps: Caps<O>, attached: Attachments) -> Self {
        Self { caps, attached, message, place: None, first_is_read: false }
    }

    /// Notes where the pointer to the content is, in a message of one segment.
    pub(crate) fn with_place(mut self, place: Option<Place>) -> Self {
        self.place = place.and_then(|place| u32::try_from(place).ok()).and_then(NonZeroU32::new);
        self
    }

    /// Makes the payload of a call that is looped back: caller and callee are both on this side.
    pub(crate) fn built(frame: Frame, parts: Parts, caps: Caps<O>, attached: Attachments) -> Self {
        if !parts.is_empty() {
            // Whoever reads it has to find all of it in one place.
            return Self::received(parts.flatten(frame.words.bytes()), caps, attached);
        }
        Self::received(IncomingMessage::new(Segments::single(frame.words), unlimited()), caps, attached)
    }

    /// The same, of results that are kept.
    pub(crate) fn kept(words: Arc<Words>, parts: Parts, caps: Caps<O>, attached: Attachments) -> Self {
        if !parts.is_empty() {
            return Self::received(parts.flatten(words.bytes()), caps, attached);
        }
        let segments = Segments::shared(words);
        Self::received(IncomingMessage::new(segments, unlimited()), caps, attached)
    }

    /// Returns the pointer to the parameters or the results.
    ///
    /// # Errors
    ///
    /// If the message is malformed there.
    pub fn content(&self) -> capnp::Result<any_pointer::Reader<'_>> {
        Ok(payload_of(self.message.get_root()?)?.get_content())
    }

    /// Returns the content if it is a struct, and lies where nearly all do.
    pub(crate) fn plain_content(&self) -> Option<Plain<'_>> {
        Plain::at(self.message.get_segments().only()?, self.place?.get() as Place)
    }

    /// Returns the data of the content if that is all there is to it: no pointer leads anywhere, but for one that
    /// [is read](Self::take_first).
    pub(crate) fn plain_data(&self) -> Option<&[u8]> {
        let content = self.plain_content()?;
        content.is_data_from(usize::from(self.first_is_read)).then(|| content.data())
    }

    /// Notes that what the first pointer of the content leads to was read, and will not be looked at again.
    pub(crate) fn take_first(&mut self) {
        self.first_is_read = true;
    }

    /// Returns the size of the message in words.
    pub fn words(&self) -> usize {
        self.message.get_segments().words().len()
    }
}

impl<O: Object> fmt::Debug for Payload<O> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Payload").field("caps", &self.caps).field("words", &self.words()).finish()
    }
}

/// Reads the content of a message of this side.
pub(crate) fn read_content<R>(
    words: &Words,
    read: impl FnOnce(capnp::Result<any_pointer::Reader<'_>>) -> R,
) -> R {
    let segments = [words.bytes()];
    let message = Reader::new(SegmentArray::new(&segments), unlimited());
    let content = message.get_root().and_then(payload_of).map(payload::Reader::get_content);
    read(content)
}

fn payload_of(message: message::Reader<'_>) -> capnp::Result<payload::Reader<'_>> {
    match message.which()? {
        message::Which::Call(call) => call?.get_params(),
        message::Which::Return(ret) => match ret?.which()? {
            return_::Which::Results(results) => results,
            _ => Err(capnp::Error::failed("a return without results".to_owned())),
        },
        _ => Err(capnp::Error::failed("a message without payload".to_owned())),
    }
}

/// A message with an encoded payload, and what the payload names.
pub struct Outgoing<K, O> {
    pub(crate) frame: Frame,
    pub(crate) kind: K,
    pub(crate) parts: Parts,
    pub(crate) caps: Caps<O>,
    pub(crate) attached: Attachments,
}

impl<K, O> Outgoing<K, O> {
    /// Sets the capability table. Entries beyond the number that was announced are not sent.
    pub fn set_caps(&mut self, caps: Caps<O>) {
        self.caps = caps;
    }

    /// Adds the large values that were left out of the message. Returns the bytes that are lent: they are written by
    /// whoever has them, or copied by [`own`](Self::own).
    ///
    /// # Errors
    ///
    /// If the pointer of a value is not in the message.
    pub fn set_large<'d>(&mut self, values: Vec<LargeValue<'d>>) -> Result<Vec<&'d [u8]>, IpcException> {
        let (parts, lent) = Parts::of(&self.frame.words, values)?;
        self.parts = parts;
        Ok(lent)
    }

    /// Puts copies in the place of the bytes that are lent.
    pub fn own(&mut self, copies: Vec<OwnedBytes>) {
        self.parts.own(copies);
    }

    /// Sets the file descriptors that are attached to capabilities of the table. Those of others are closed.
    pub fn set_attached(&mut self, attached: Attachments) {
        self.attached = attached;
    }

    /// Returns the size of the message in words.
    pub fn words(&self) -> usize {
        self.frame.words.len() + self.parts.words()
    }

    fn new_frame(frame: Frame, kind: K) -> Self {
        Self { frame, kind, parts: Parts::NONE, caps: Caps::new(), attached: Attachments::new() }
    }
}

impl<K: fmt::Debug, O> fmt::Debug for Outgoing<K, O> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Outgoing")
            .field("kind", &self.kind)
            .field("caps", &self.caps.len())
            .finish_non_exhaustive()
    }
}

/// A call with its parameters encoded; target, ids and descriptors are settled by
/// [`Connection::call`](super::Connection::call).
pub type OutgoingCall<O> = Outgoing<CalledMethod, O>;

/// The method of an outgoing call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CalledMethod {
    pub(crate) interface_id: u64,
    pub(crate) method_id: u16,
}

impl<O> OutgoingCall<O> {
    /// Encodes a call. `encode` writes the parameters and fills the capability table.
    ///
    /// # Errors
    ///
    /// Those of `encode`.
    pub fn new<E: From<capnp::Error>>(
        interface_id: u64,
        method_id: u16,
        encode: impl FnOnce(any_pointer::Builder<'_>, &mut Caps<O>) -> Result<(), E>,
    ) -> Result<Self, E> {
        let mut caps = Caps::new();
        let mut outgoing = Self::with_content(interface_id, method_id, |words, content| {
            encode_elsewhere(words, content, |content| encode(content, &mut caps))?;
            Ok::<_, E>(caps.len())
        })?;
        outgoing.caps = caps;
        Ok(outgoing)
    }

    /// Encodes a call whose capabilities [are set afterwards](Self::set_caps); `encode` gets the place of the content, and
    /// returns their number.
    ///
    /// # Errors
    ///
    /// Those of `encode`.
    pub(crate) fn with_content<E>(
        interface_id: u64,
        method_id: u16,
        encode: impl FnOnce(&mut Words, Place) -> Result<usize, E>,
    ) -> Result<Self, E> {
        let mut frame = Frame::call(interface_id);
        let content = frame.content();
        let caps = encode(&mut frame.words, content)?;
        frame.add_table(caps);
        Ok(Self::new_frame(frame, CalledMethod { interface_id, method_id }))
    }

    /// Makes the call anew for another target: the way of a call that arrived here and goes back. Returns
    /// also which capability of the original each one of the copy is.
    pub(crate) fn copied(
        interface_id: u64,
        method_id: u16,
        payload: &Payload<O>,
    ) -> capnp::Result<(Self, Vec<usize>)> {
        let mut origins = Vec::new();
        let copy = Self::with_content(interface_id, method_id, |words, content| {
            origins = pipeline::copy_content(payload, words, content)?;
            Ok::<_, capnp::Error>(origins.len())
        })?;
        Ok((copy, origins))
    }
}

/// Encoded results; the rest is settled by [`Connection::respond`](super::Connection::respond).
pub type OutgoingResults<O> = Outgoing<Returned, O>;

/// What tells results from a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Returned;

impl<O> OutgoingResults<O> {
    /// Encodes results. `encode` writes them and fills the capability table.
    ///
    /// # Errors
    ///
    /// Those of `encode`.
    pub fn new<E: From<capnp::Error>>(
        encode: impl FnOnce(any_pointer::Builder<'_>, &mut Caps<O>) -> Result<(), E>,
    ) -> Result<Self, E> {
        let mut caps = Caps::new();
        let mut outgoing = Self::with_content(|words, content| {
            encode_elsewhere(words, content, |content| encode(content, &mut caps))?;
            Ok::<_, E>(caps.len())
        })?;
        outgoing.caps = caps;
        Ok(outgoing)
    }

    /// Encodes results whose capabilities [are set afterwards](Self::set_caps); `encode` gets the place of the content, and
    /// returns their number.
    ///
    /// # Errors
    ///
    /// Those of `encode`.
    pub(crate) fn with_content<E>(
        encode: impl FnOnce(&mut Words, Place) -> Result<usize, E>,
    ) -> Result<Self, E> {
        let mut frame = Frame::results();
        let content = frame.content();
        let caps = encode(&mut frame.words, content)?;
        frame.add_table(caps);
        Ok(Self::new_frame(frame, Returned))
    }

    /// Makes the results of a method that returns nothing.
    pub fn empty() -> Self {
        Self::new_frame(Frame::results(), Returned)
    }

    /// Makes results that are one capability, as Bootstrap returns it.
    pub(crate) fn capability(cap: Cap<O>) -> Self {
        let mut frame = Frame::results();
        let content = frame.content();
        frame.words.set_capability(content, 0);
        frame.add_table(1);
        Self { caps: vec![Some(cap)], ..Self::new_frame(frame, Returned) }
    }

    /// Makes the results anew for another answer: those of a call that was forwarded. Returns also which
    /// capability of the original each one of the copy is.
    pub(crate) fn copied(payload: &Payload<O>) -> capnp::Result<(Self, Vec<usize>)> {
        let mut origins = Vec::new();
        let copy = Self::with_content(|words, content| {
            origins = pipeline::copy_content(payload, words, content)?;
            Ok::<_, capnp::Error>(origins.len())
        })?;
        Ok((copy, origins))
    }
}

/// A finished message.
pub struct OutgoingMessage {
    message: Finished,
    parts: Parts,
    /// The file descriptors that are to be sent beside its first byte.
    attached: Vec<Attachment>,
}

enum Finished {
    Words(Words),
    /// Results that calls may still be pipelined on.
    Shared(Arc<Words>),
    Built(Builder<HeapAllocator>),
}

impl OutgoingMessage {
    pub(crate) fn new(words: Words) -> Self {
        Self { message: Finished::Words(words), parts: Parts::NONE, attached: Vec::new() }
    }

    pub(crate) fn owned(words: Words, mut parts: Parts, attached: Vec<Attachment>) -> Self {
        parts.number();
        Self { message: Finished::Words(words), parts, attached }
    }

    pub(crate) fn shared(words: Arc<Words>, mut parts: Parts, attached: Vec<Attachment>) -> Self {
        parts.number();
        Self { message: Finished::Shared(words), parts, attached }
    }

    /// Builds a message of about that size.
    pub(crate) fn build(words: u32, build: impl FnOnce(message::Builder<'_>)) -> Self {
        let mut message = Builder::new(HeapAllocator::new().first_segment_words(words));
        build(message.init_root());
        Self { message: Finished::Built(message), parts: Parts::NONE, attached: Vec::new() }
    }

    /// Returns the segments that were built; those of [large values](Self::parts) follow.
    pub fn segments(&self) -> OutputSegments<'_> {
        match &self.message {
            Finished::Words(words) => OutputSegments::SingleSegment([words.bytes()]),
            Finished::Shared(words) => OutputSegments::SingleSegment([words.bytes()]),
            Finished::Built(message) => message.get_segments_for_output(),
        }
    }

    /// Returns the large values.
    pub fn parts(&self) -> &Parts {
        &self.parts
    }

    /// Puts copies in the place of the bytes that are lent.
    pub fn own(&mut self, copies: Vec<OwnedBytes>) {
        self.parts.own(copies);
    }

    /// Returns the size in words.
    pub fn words(&self) -> usize {
        let own = match &self.message {
            Finished::Words(words) => words.len(),
            Finished::Shared(words) => words.len(),
            Finished::Built(message) => message.size_in_words(),
        };
        own + self.parts.words()
    }

    /// Returns the file descriptors that belong to the message: they are sent beside its first byte, in order, by a
    /// system call that begins and ends with it.
    pub fn attached(&self) -> &[Attachment] {
        &self.attached
    }

    /// Takes them out: they are sent, or cannot be.
    pub fn take_attached(&mut self) -> Vec<Attachment> {
        std::mem::take(&mut self.attached)
    }
}

impl fmt::Debug for OutgoingMessage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("OutgoingMessage").field("words", &self.words()).finish_non_exhaustive()
    }
}

/// Encodes content with capnp's builder, and copies it to its place.
fn encode_elsewhere<E: From<capnp::Error>>(
    words: &mut Words,
    place: Place,
    encode: impl FnOnce(any_pointer::Builder<'_>) -> Result<(), E>,
) -> Result<(), E> {
    let mut message = Builder::new_default();
    encode(message.init_root())?;
    Ok(pipeline::copy_built(&message, words, place)?)
}

/// Enough for a message without content.
pub(crate) const CONTROL_WORDS: u32 = 16;
