//! Structs and pointers that are being read.

use std::os::fd::OwnedFd;
use std::sync::LazyLock;

use capnp::any_pointer;
use capnp::private::layout::{self, PrimitiveElement};
use capnp::traits::FromPointerReader;

use super::decoder::{Decoder, RootReader};
use super::element::{StructElementReader, StructListReader};
use super::number::take_bit;
use super::words::{Words, unlimited};
use super::{HasSize, Number, opaque_debug};
use crate::attachment::Attachment;
use crate::exception::IpcException;
use crate::object::Capability;
use crate::rpc::{IncomingMessage, Segments};
use crate::sync::lock;
use crate::wire::hooks;

/// What an element is charged at least that takes no space in the message: 24 bytes can claim a list of millions.
const EMPTY_ELEMENT: usize = 16;

/// A struct that is being read. Fields beyond its end read as their defaults.
#[derive(Clone, Copy)]
pub struct StructReader<'m> {
    fields: Fields<'m>,
    decoder: &'m Decoder,
}

/// What a struct consists of.
#[derive(Clone, Copy)]
enum Fields<'m> {
    Any(layout::StructReader<'m>),
    /// Nothing but data, which was found without capnp, and a pointer for all of its pointers, which are null.
    Data {
        data: &'m [u8],
        null: layout::PointerReader<'m>,
    },
}

impl<'m> StructReader<'m> {
    fn new(raw: layout::StructReader<'m>, decoder: &'m Decoder) -> Self {
        Self { fields: Fields::Any(raw), decoder }
    }

    /// Makes the reader of a struct whose pointers are null.
    pub(super) fn of_data(data: &'m [u8], decoder: &'m Decoder) -> Option<Self> {
        Some(Self { fields: Fields::Data { data, null: null_pointer()? }, decoder })
    }

    /// Reads the number at `offset`, counted in its own size.
    #[inline]
    pub fn get<T: Number>(&self, offset: u32) -> T {
        match &self.fields {
            Fields::Any(raw) => T::take(raw, offset),
            Fields::Data { data, .. } => T::take_from(data, offset),
        }
    }

    /// Reads the bit at `offset`.
    #[inline]
    pub fn get_bool(&self, offset: u32) -> bool {
        match &self.fields {
            Fields::Any(raw) => raw.get_bool_field(offset as usize),
            Fields::Data { data, .. } => take_bit(data, offset as usize),
        }
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
        let raw = match &self.fields {
            Fields::Any(raw) => raw.get_pointer_field(index as usize),
            Fields::Data { null, .. } => *null,
        };
        PointerReader { raw, decoder: self.decoder }
    }
}

/// Returns a pointer that is null. capnp makes none without a message; a thread that is past its end has none.
fn null_pointer() -> Option<layout::PointerReader<'static>> {
    static MESSAGE: LazyLock<IncomingMessage> =
        LazyLock::new(|| IncomingMessage::new(Segments::single(Words::new()), unlimited()));
    thread_local! {
        static NULL: Option<layout::PointerReader<'static>> =
            MESSAGE.get_root().and_then(|root: any_pointer::Reader<'static>| root.get_as()).ok().map(|RootReader(raw)| raw);
    }
    NULL.try_with(|null| *null).ok().flatten()
}

/// A pointer that is being read.
#[derive(Clone, Copy)]
pub struct PointerReader<'m> {
    pub(super) raw: layout::PointerReader<'m>,
    pub(super) decoder: &'m Decoder,
}

opaque_debug!(StructReader<'_>, PointerReader<'_>);

impl<'m> PointerReader<'m> {
    pub(super) fn new(raw: layout::PointerReader<'m>, decoder: &'m Decoder) -> Self {
        Self { raw, decoder }
    }

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
        Ok(StructReader::new(self.raw.get_struct(None)?, self.decoder))
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
            items.push(read(&StructReader::new(raw, self.decoder))?);
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
