//! The one module that uses `capnp::private::layout`, which is documented as not for clients: the capnp version
//! is therefore pinned to `~0.27`. Everything is read through capnp's checked readers.
//!
//! What is added here: a budget for decoded memory, a limit for nesting and size when encoding, and
//! capabilities. The engine's capabilities live in a `Vec` beside each message; capnp's own table holds
//! `Box<dyn ClientHook>`, which is not `Send`, so only stand-ins go there that know nothing but their index.

mod large;

use std::cell::Cell;
use std::fmt;
use std::marker::PhantomData;
use std::os::fd::OwnedFd;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};

use capnp::any_pointer;
use capnp::introspect::Introspect;
use capnp::private::layout::{self, PrimitiveElement};
use capnp::traits::{
    FromPointerBuilder, FromPointerReader, HasStructSize, IntoInternalStructReader, OwnedStruct, SetterInput,
};

use super::layout::Size;
use super::{fd, hooks};
use crate::attachment::{ATTACHMENT_LIMIT, Attachment, Attachments};
use crate::exception::IpcException;
use crate::object::{Capability, Destination};
use crate::rpc::LargeValue;
use crate::sync::lock;

/// Names the type: what is inside are pointers into a message.
macro_rules! opaque_debug {
    ($($ty:ty),*) => {$(
        impl fmt::Debug for $ty {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(stringify!($ty))
            }
        }
    )*};
}

/// The deepest nesting of structs and lists in parameters or results, themselves included: of the 64 levels that every
/// reader allows by default, Message, Call or Return, and Payload take one each, and a capability or text one.
pub const NESTING_LIMIT: u32 = 60;

/// The largest message: the traversal limit of every Cap'n Proto reader with default options (64 MiB). A peer
/// drops the connection for a larger one, so it is refused here.
pub const MESSAGE_LIMIT_WORDS: u64 = 8 * 1024 * 1024;

/// What decoding one message may allocate beyond a multiple of the message's own size: room for the structs of a short
/// message from an older peer, which lack most of their fields there, and little beside what 64 threads may hold at a time.
const DECODE_BUDGET: u64 = 8 * 1024 * 1024;

/// What an element is charged at least that takes no space in the message: 24 bytes can claim a list of millions.
const EMPTY_ELEMENT: usize = 16;

/// The multiple: a list of bools is eight times as large in memory, a struct of defaults may be larger.
const DECODE_FACTOR: u64 = 8;

/// The state of encoding one message.
pub struct Encoder<'d> {
    destination: Destination<'d>,
    caps: Vec<Option<Capability>>,
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
            caps: Vec::new(),
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
        PointerWriter { raw: raw.reborrow(), state, depth: 0, address: None }.write_root(size, fill)
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
    pub fn into_caps(self) -> Vec<Option<Capability>> {
        self.caps
    }
}

opaque_debug!(Encoder<'_>, StructWriter<'_, '_>, PointerWriter<'_, '_>, StructReader<'_>, PointerReader<'_>);

struct Root<'a>(layout::PointerBuilder<'a>);

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

struct State<'a, 'd> {
    destination: Destination<'d>,
    caps: &'a mut Vec<Option<Capability>>,
    attached: &'a mut Attachments,
    large: Option<&'a mut Vec<LargeValue<'d>>>,
    words: &'a Cell<u64>,
}

impl<'d> State<'_, 'd> {
    fn reborrow(&mut self) -> State<'_, 'd> {
        State {
            destination: self.destination,
            caps: self.caps,
            attached: self.attached,
            large: self.large.as_deref_mut(),
            words: self.words,
        }
    }

    fn charge(&self, words: u64) -> Result<(), IpcException> {
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

/// A struct that is being written.
pub struct StructWriter<'a, 'd> {
    raw: layout::StructBuilder<'a>,
    state: State<'a, 'd>,
    depth: u32,
    /// The address of the first pointer, if it is known.
    pointers: Option<usize>,
}

impl<'d> StructWriter<'_, 'd> {
    /// Writes a number at `offset`, counted in its own size.
    #[inline]
    pub fn set<T: Number>(&mut self, offset: u32, value: T) {
        value.put(&self.raw, offset);
    }

    /// Writes the bit at `offset`.
    #[inline]
    pub fn set_bool(&mut self, offset: u32, value: bool) {
        self.raw.set_bool_field(offset as usize, value);
    }

    /// Writes the context that the parameters begin with, with the first two capabilities of the message, which are
    /// settled when the call is sent.
    ///
    /// # Errors
    /// Returns an error if the message becomes too large.
    pub(crate) fn reserve_context(&mut self) -> Result<(), IpcException> {
        self.pointer(0).write_struct(Size { data: 0, pointers: 2 }, |to| {
            to.pointer(0).reserve_capability()?;
            to.pointer(1).reserve_capability()
        })
    }

    /// Gives access to the pointer at `index`.
    #[inline]
    pub fn pointer(&mut self, index: u32) -> PointerWriter<'_, 'd> {
        PointerWriter {
            raw: self.raw.reborrow().get_pointer_field(index as usize),
            state: self.state.reborrow(),
            depth: self.depth,
            address: self.pointers.map(|first| first + 8 * index as usize),
        }
    }
}

/// A pointer that is being written; until something is written it is null.
pub struct PointerWriter<'a, 'd> {
    raw: layout::PointerBuilder<'a>,
    state: State<'a, 'd>,
    depth: u32,
    /// Its address in the message, if it is known.
    address: Option<usize>,
}

impl<'d> PointerWriter<'_, 'd> {
    fn descend(&self) -> Result<u32, IpcException> {
        if self.depth >= NESTING_LIMIT {
            return Err(IpcException::failed(format!(
                "value nested too deeply: a message may nest {NESTING_LIMIT} structs and lists; flatten it, for \
                 instance into a list with indices"
            )));
        }
        Ok(self.depth + 1)
    }

    /// Writes text; an empty one is distinct from null.
    ///
    /// # Errors
    /// Returns an error if the message becomes too large.
    pub fn set_text(&mut self, text: &str) -> Result<(), IpcException> {
        self.state.charge(words_of_bytes(text.len() + 1))?;
        self.raw.set_text(text.into());
        Ok(())
    }

    /// Writes bytes; an empty slice is distinct from null.
    ///
    /// # Errors
    /// Returns an error if the message becomes too large.
    pub fn set_data(&mut self, data: &[u8]) -> Result<(), IpcException> {
        self.state.charge(words_of_bytes(data.len()))?;
        self.raw.set_data(data);
        Ok(())
    }

    /// Writes the struct that everything else is in.
    fn write_root(
        mut self,
        size: Size,
        fill: impl FnOnce(&mut StructWriter<'_, 'd>) -> Result<(), IpcException>,
    ) -> Result<(), IpcException> {
        let depth = self.descend()?;
        self.state.charge(words_of_struct(size))?;
        let mut raw = self.raw.reborrow().init_struct(raw_size(size));
        let mut pointers = None;
        if self.state.large.is_some() && size.pointers > 0 {
            // capnp does not tell where a pointer is. What is allocated next, even if it is nothing, would be behind the
            // struct that was just allocated, and the pointers are its end.
            let behind = raw.reborrow().get_pointer_field(0).init_data(0).as_ptr().addr();
            raw.reborrow().get_pointer_field(0).clear();
            pointers = behind.checked_sub(8 * usize::from(size.pointers));
        }
        fill(&mut StructWriter { raw, state: self.state.reborrow(), depth, pointers })
    }

    /// Writes a struct.
    ///
    /// # Errors
    /// Returns what `fill` returns; an error if the message becomes too large or too deep.
    pub fn write_struct(
        &mut self,
        size: Size,
        fill: impl FnOnce(&mut StructWriter<'_, 'd>) -> Result<(), IpcException>,
    ) -> Result<(), IpcException> {
        fill(&mut self.init_struct(size)?)
    }

    /// The part of [`write_struct`](Self::write_struct) that is compiled once.
    fn init_struct(&mut self, size: Size) -> Result<StructWriter<'_, 'd>, IpcException> {
        let depth = self.descend()?;
        self.state.charge(words_of_struct(size))?;
        let raw = self.raw.reborrow().init_struct(raw_size(size));
        Ok(StructWriter { raw, state: self.state.reborrow(), depth, pointers: None })
    }

    /// Writes a list of numbers, bools or `()`.
    ///
    /// # Errors
    /// Returns an error if the message becomes too large or too deep.
    pub fn write_primitives<T: PrimitiveElement>(
        &mut self,
        items: impl ExactSizeIterator<Item = T>,
    ) -> Result<(), IpcException> {
        self.descend()?;
        let bits = u64::from(layout::data_bits_per_element(T::element_size()));
        let length = list_length(items.len())?;
        self.state.charge((u64::from(length) * bits).div_ceil(64))?;
        let list = self.raw.reborrow().init_list(T::element_size(), length);
        for (index, item) in (0..length).zip(items) {
            T::set(&list, index, item);
        }
        Ok(())
    }

    /// Writes a list of pointers.
    ///
    /// # Errors
    /// Returns what `write` returns; an error if the message becomes too large or too deep.
    pub fn write_pointers<T>(
        &mut self,
        items: impl ExactSizeIterator<Item = T>,
        write: impl Fn(T, PointerWriter<'_, 'd>) -> Result<(), IpcException>,
    ) -> Result<(), IpcException> {
        let depth = self.descend()?;
        let length = list_length(items.len())?;
        self.state.charge(u64::from(length))?;
        let mut list = self.raw.reborrow().init_list(layout::ElementSize::Pointer, length);
        for (index, item) in (0..length).zip(items) {
            let raw = list.reborrow().get_pointer_element(index);
            write(item, PointerWriter { raw, state: self.state.reborrow(), depth, address: None })?;
        }
        Ok(())
    }

    /// Writes a list of structs of the size of `S`, inline.
    ///
    /// # Errors
    /// Returns what `write` returns; an error if the message becomes too large or too deep.
    pub fn write_structs<S: HasSize, T>(
        &mut self,
        items: impl ExactSizeIterator<Item = T>,
        write: impl Fn(T, &mut StructWriter<'_, 'd>) -> Result<(), IpcException>,
    ) -> Result<(), IpcException> {
        let depth = self.descend()?;
        let length = list_length(items.len())?;
        self.state.charge((u64::from(length)).saturating_mul(words_of_struct(S::SIZE)).saturating_add(1))?;
        let mut list: StructListBuilder<'_, S> =
            FromPointerBuilder::init_pointer(self.raw.reborrow(), length);
        for (index, item) in (0..length).zip(items) {
            let StructElementBuilder(raw, _) = list.reborrow().get(index);
            write(item, &mut StructWriter { raw, state: self.state.reborrow(), depth, pointers: None })?;
        }
        Ok(())
    }

    /// Returns the connection that the message is for.
    pub fn destination(&self) -> Destination<'d> {
        self.state.destination
    }

    /// Writes a capability.
    ///
    /// # Errors
    /// Returns an error if the message holds too many.
    pub fn set_capability(&mut self, capability: Capability) -> Result<(), IpcException> {
        let index = self.state.caps.len();
        if index >= hooks::LIMIT {
            return Err(IpcException::failed(format!(
                "too many objects in one call: at most {} may be passed",
                hooks::LIMIT
            )));
        }
        self.state.caps.push(Some(capability));
        self.raw.set_capability(hooks::hook(index));
        Ok(())
    }

    /// Writes a capability that is settled later; of it only its place in the table is known.
    ///
    /// # Errors
    /// Returns an error if the message holds too many.
    fn reserve_capability(&mut self) -> Result<(), IpcException> {
        let index = self.state.caps.len();
        if index >= hooks::LIMIT {
            return Err(IpcException::failed("too many objects in one call"));
        }
        self.state.caps.push(None);
        self.raw.set_capability(hooks::hook(index));
        Ok(())
    }

    /// Writes a file descriptor: a capability that it is attached to.
    ///
    /// # Errors
    /// Returns an error if the message holds too many, or if the connection cannot carry them.
    pub fn set_descriptor(&mut self, fd: OwnedFd) -> Result<(), IpcException> {
        if !self.state.destination.carries_descriptors() {
            return Err(IpcException::failed(
                "file descriptors can be passed over unix sockets only, and this connection is over another kind of \
                 socket",
            ));
        }
        if self.state.attached.len() >= ATTACHMENT_LIMIT {
            return Err(IpcException::failed(format!(
                "too many file descriptors in one call: at most {ATTACHMENT_LIMIT} may be passed; send them in several \
                 calls"
            )));
        }
        let index = self.state.caps.len();
        self.set_capability(fd::holder())?;
        self.state.attached.push(index, Attachment::new(fd));
        Ok(())
    }
}

/// The state of decoding one message: its capabilities and what may still be allocated.
#[derive(Debug)]
pub struct Decoder {
    caps: Vec<Option<Capability>>,
    /// Each is taken once, by whoever reads it first.
    attached: Mutex<Attachments>,
    /// Atomic so that a method's future, which borrows from the message, may move between threads.
    budget: AtomicU64,
}

impl Decoder {
    /// Starts decoding a message of the given size that came with the given capabilities.
    pub fn new(caps: Vec<Option<Capability>>, message_words: usize) -> Self {
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
        PointerReader { raw, decoder: self }.read_struct()
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
        PointerReader { raw, decoder: self }.capability()
    }

    fn charge(&self, bytes: u64) -> Result<(), IpcException> {
        let charged = |budget: u64| budget.checked_sub(bytes);
        match self.budget.fetch_update(Ordering::Relaxed, Ordering::Relaxed, charged) {
            Ok(_) => Ok(()),
            Err(_) => Err(IpcException::failed("malformed message: its values would take too much memory")),
        }
    }
}

struct RootReader<'a>(layout::PointerReader<'a>);

impl<'a> FromPointerReader<'a> for RootReader<'a> {
    fn get_from_pointer(
        reader: &layout::PointerReader<'a>,
        _default: Option<&'a [capnp::Word]>,
    ) -> capnp::Result<Self> {
        Ok(Self(*reader))
    }
}

/// Returns which capabilities of the message the context names that the parameters begin with (`proxy.capnp`, `Context`):
/// the thread, the callback thread.
///
/// # Errors
/// Returns an error if the parameters do not begin with such a struct.
pub(crate) fn context_of(content: any_pointer::Reader<'_>) -> Result<[Option<usize>; 2], IpcException> {
    let RootReader(mut raw) = content.get_as()?;
    raw.imbue(hooks::table());
    let context = raw.get_struct(None)?.get_pointer_field(0);
    if context.is_null() {
        return Ok([None, None]);
    }
    let context = context.get_struct(None)?;
    Ok([index_at(context, 0)?, index_at(context, 1)?])
}

/// Returns which capability of the message the first field of results or parameters is.
///
/// # Errors
/// Returns an error if it is something else.
pub(crate) fn first_capability_of(content: any_pointer::Reader<'_>) -> Result<Option<usize>, IpcException> {
    let RootReader(mut raw) = content.get_as()?;
    raw.imbue(hooks::table());
    index_at(raw.get_struct(None)?, 0)
}

fn index_at(from: layout::StructReader<'_>, index: usize) -> Result<Option<usize>, IpcException> {
    let pointer = from.get_pointer_field(index);
    if pointer.is_null() { Ok(None) } else { Ok(Some(hooks::index_of(&*pointer.get_capability()?))) }
}

/// A struct that is being read. Fields beyond its end read as their defaults.
#[derive(Clone, Copy)]
pub struct StructReader<'m> {
    raw: layout::StructReader<'m>,
    decoder: &'m Decoder,
}

impl<'m> StructReader<'m> {
    /// Reads the number at `offset`, counted in its own size.
    #[inline]
    pub fn get<T: Number>(&self, offset: u32) -> T {
        T::take(&self.raw, offset)
    }

    /// Reads the bit at `offset`.
    #[inline]
    pub fn get_bool(&self, offset: u32) -> bool {
        self.raw.get_bool_field(offset as usize)
    }

    /// Charges memory that the caller is about to allocate.
    ///
    /// # Errors
    /// Returns an error if the message's budget is used up.
    pub fn charge(&self, bytes: usize) -> Result<(), IpcException> {
        self.decoder.charge(bytes as u64)
    }

    /// Gives access to the pointer at `index`.
    #[inline]
    pub fn pointer(&self, index: u32) -> PointerReader<'m> {
        PointerReader { raw: self.raw.get_pointer_field(index as usize), decoder: self.decoder }
    }
}

/// A pointer that is being read.
#[derive(Clone, Copy)]
pub struct PointerReader<'m> {
    raw: layout::PointerReader<'m>,
    decoder: &'m Decoder,
}

impl<'m> PointerReader<'m> {
    /// Tells whether nothing was written.
    pub fn is_null(&self) -> bool {
        self.raw.is_null()
    }

    /// Charges memory that the caller is about to allocate.
    ///
    /// # Errors
    /// Returns an error if the message's budget is used up.
    pub fn charge(&self, bytes: usize) -> Result<(), IpcException> {
        self.decoder.charge(bytes as u64)
    }

    /// Reads text; null reads as empty.
    ///
    /// # Errors
    /// Returns an error if it is not text or not UTF-8.
    pub fn text(&self) -> Result<&'m str, IpcException> {
        let text = self.raw.get_text(None)?;
        text.to_str().map_err(|error| {
            let text = format!("malformed message: text that is not UTF-8: {error}");
            IpcException::with_source(crate::ExceptionKind::Failed, text, error)
        })
    }

    /// Reads bytes; null reads as empty.
    ///
    /// # Errors
    /// Returns an error if it is not data.
    pub fn data(&self) -> Result<&'m [u8], IpcException> {
        Ok(self.raw.get_data(None)?)
    }

    /// Reads a struct; null reads as a struct of defaults.
    ///
    /// # Errors
    /// Returns an error if it is not a struct.
    pub fn read_struct(&self) -> Result<StructReader<'m>, IpcException> {
        Ok(StructReader { raw: self.raw.get_struct(None)?, decoder: self.decoder })
    }

    /// Reads a list of numbers, bools or `()`; null reads as empty.
    ///
    /// # Errors
    /// Returns an error if it is not such a list or if the budget is used up.
    pub fn read_primitives<T: PrimitiveElement>(&self) -> Result<Vec<T>, IpcException> {
        let list = self.raw.get_list(T::element_size(), None)?;
        let least = if layout::data_bits_per_element(T::element_size()) == 0 { EMPTY_ELEMENT } else { 0 };
        let mut items = self.allocate(list.len(), least)?;
        items.extend((0..list.len()).map(|index| T::get(&list, index)));
        Ok(items)
    }

    /// Reads a list of pointers; null reads as empty.
    ///
    /// # Errors
    /// Returns what `read` returns; an error if it is not such a list or if the budget is used up.
    pub fn read_pointers<T>(
        &self,
        read: impl Fn(PointerReader<'m>) -> Result<T, IpcException>,
    ) -> Result<Vec<T>, IpcException> {
        let list: capnp::any_pointer_list::Reader<'m> = FromPointerReader::get_from_pointer(&self.raw, None)?;
        let mut items = self.allocate(list.len(), 0)?;
        for index in 0..list.len() {
            let RootReader(raw) = list.get(index).get_as()?;
            items.push(read(PointerReader { raw, decoder: self.decoder })?);
        }
        Ok(items)
    }

    /// Reads a list of structs such as `S`; null reads as empty.
    ///
    /// # Errors
    /// Returns what `read` returns; an error if it is not such a list or if the budget is used up.
    pub fn read_structs<S: HasSize, T>(
        &self,
        read: impl Fn(&StructReader<'m>) -> Result<T, IpcException>,
    ) -> Result<Vec<T>, IpcException> {
        let list: StructListReader<'m, S> = FromPointerReader::get_from_pointer(&self.raw, None)?;
        let mut items = self.allocate(list.len(), EMPTY_ELEMENT)?;
        for index in 0..list.len() {
            let StructElementReader(raw, _) = list.get(index);
            items.push(read(&StructReader { raw, decoder: self.decoder })?);
        }
        Ok(items)
    }

    /// Reads a capability; `None` if the pointer is null.
    ///
    /// # Errors
    /// Returns an error if it is not a capability or not one of the message's.
    pub fn capability(&self) -> Result<Option<Capability>, IpcException> {
        match self.capability_index()? {
            Some(index) => Ok(self.decoder.caps.get(index).cloned().flatten()),
            None => Ok(None),
        }
    }

    /// Reads a file descriptor, which only one reader gets.
    ///
    /// # Errors
    /// Returns an error if the pointer is null or not a capability, if no descriptor came with it, or if it was taken.
    pub fn descriptor(&self) -> Result<OwnedFd, IpcException> {
        let Some(index) = self.capability_index()? else {
            return Err(IpcException::failed("null where a file descriptor is required"));
        };
        lock(&self.decoder.attached).take(index).and_then(Attachment::into_fd).ok_or_else(|| {
            IpcException::failed(
                "an object without its file descriptor: the peer cannot pass any, the connection cannot carry them, \
                 this process may open no more, or the value was read before",
            )
        })
    }

    fn capability_index(&self) -> Result<Option<usize>, IpcException> {
        if self.raw.is_null() {
            return Ok(None);
        }
        let index = hooks::index_of(&*self.raw.get_capability()?);
        if index < self.decoder.caps.len() {
            return Ok(Some(index));
        }
        Err(IpcException::failed("malformed message: an object that the message does not carry"))
    }

    fn allocate<T>(&self, length: u32, least: usize) -> Result<Vec<T>, IpcException> {
        self.charge((length as usize).saturating_mul(size_of::<T>().max(least)))?;
        Ok(Vec::with_capacity(length as usize))
    }
}

/// A number that can be stored in the data section.
pub trait Number: PrimitiveElement + Copy + private::Sealed {}

mod private {
    use capnp::private::layout;

    /// `capnp` does not export the trait that bounds its own accessors, hence one method per type.
    pub trait Sealed: Sized {
        fn put(self, raw: &layout::StructBuilder<'_>, offset: u32);
        fn take(raw: &layout::StructReader<'_>, offset: u32) -> Self;
    }

    macro_rules! number {
        ($($ty:ty)*) => {$(
            impl super::Number for $ty {}
            impl Sealed for $ty {
                #[inline]
                fn put(self, raw: &layout::StructBuilder<'_>, offset: u32) {
                    raw.set_data_field(offset as usize, self);
                }
                #[inline]
                fn take(raw: &layout::StructReader<'_>, offset: u32) -> Self {
                    raw.get_data_field(offset as usize)
                }
            }
        )*};
    }
    number!(u8 u16 u32 u64 i8 i16 i32 i64 f32 f64);
}

/// A type that is a struct on the wire, of a size known at compile time.
pub trait HasSize {
    /// The size of the struct.
    const SIZE: Size;
}

type StructListBuilder<'a, T> = capnp::struct_list::Builder<'a, StructElement<T>>;
type StructListReader<'a, T> = capnp::struct_list::Reader<'a, StructElement<T>>;

/// Ties a Rust type to capnp's list of structs, which names its element by an `OwnedStruct`.
struct StructElement<T>(PhantomData<T>);
struct StructElementReader<'a, T>(layout::StructReader<'a>, PhantomData<T>);
struct StructElementBuilder<'a, T>(layout::StructBuilder<'a>, PhantomData<T>);

impl<T: HasSize> OwnedStruct for StructElement<T> {
    type Reader<'a> = StructElementReader<'a, T>;
    type Builder<'a> = StructElementBuilder<'a, T>;
}

impl<T> Introspect for StructElement<T> {
    /// Required by the bound, used by capnp's dynamic values only, which never see this type.
    fn introspect() -> capnp::introspect::Type {
        any_pointer::Owned::introspect()
    }
}

impl<'a, T> From<layout::StructReader<'a>> for StructElementReader<'a, T> {
    fn from(raw: layout::StructReader<'a>) -> Self {
        Self(raw, PhantomData)
    }
}

impl<'a, T> From<layout::StructBuilder<'a>> for StructElementBuilder<'a, T> {
    fn from(raw: layout::StructBuilder<'a>) -> Self {
        Self(raw, PhantomData)
    }
}

impl<T: HasSize> HasStructSize for StructElementBuilder<'_, T> {
    const STRUCT_SIZE: layout::StructSize = raw_size(T::SIZE);
}

impl<'a, T> IntoInternalStructReader<'a> for StructElementReader<'a, T> {
    fn into_internal_struct_reader(self) -> layout::StructReader<'a> {
        self.0
    }
}

impl<T> SetterInput<StructElement<T>> for StructElementReader<'_, T> {
    fn set_pointer_builder(
        mut builder: layout::PointerBuilder<'_>,
        input: Self,
        canonicalize: bool,
    ) -> capnp::Result<()> {
        builder.set_struct(&input.0, canonicalize)
    }
}

const fn raw_size(size: Size) -> layout::StructSize {
    layout::StructSize { data: size.data, pointers: size.pointers }
}

const fn words_of_struct(size: Size) -> u64 {
    size.data as u64 + size.pointers as u64
}

const fn words_of_bytes(bytes: usize) -> u64 {
    (bytes as u64).div_ceil(8)
}

/// List lengths have 29 bits (encoding specification, "Lists").
fn list_length(length: usize) -> Result<u32, IpcException> {
    match u32::try_from(length) {
        Ok(length) if length < 1 << 29 => Ok(length),
        _ => Err(IpcException::failed(format!(
            "list too long: {length} elements, at most {} fit",
            (1 << 29) - 1
        ))),
    }
}
