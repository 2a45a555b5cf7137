//! Structs and pointers that are being written.

use std::os::fd::OwnedFd;

use capnp::private::layout::{self, PrimitiveElement};
use capnp::traits::FromPointerBuilder;

use super::element::{StructElementBuilder, StructListBuilder};
use super::encoder::State;
use super::{HasSize, Number, opaque_debug};
use crate::attachment::{ATTACHMENT_LIMIT, Attachment};
use crate::exception::IpcException;
use crate::object::{Capability, Destination};
use crate::wire::layout::Size;
use crate::wire::{fd, hooks};

/// The deepest nesting of structs and lists in parameters or results, themselves included: of the 64 levels that every
/// reader allows by default, Message, Call or Return, and Payload take one each, and a capability or text one.
pub const NESTING_LIMIT: u32 = 60;

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
    pub(super) raw: layout::PointerBuilder<'a>,
    pub(super) state: State<'a, 'd>,
    pub(super) depth: u32,
    /// Its address in the message, if it is known.
    pub(super) address: Option<usize>,
}

opaque_debug!(StructWriter<'_, '_>, PointerWriter<'_, '_>);

impl<'a, 'd> PointerWriter<'a, 'd> {
    /// Starts at the pointer that the whole message is behind.
    pub(super) fn root(raw: layout::PointerBuilder<'a>, state: State<'a, 'd>) -> Self {
        Self { raw, state, depth: 0, address: None }
    }

    fn descend(&self) -> Result<u32, IpcException> {
        if self.depth >= NESTING_LIMIT {
            return Err(too_deep());
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
    pub(super) fn write_root(
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
        let index = self.state.add_capability(Some(capability))?;
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

pub(super) fn too_deep() -> IpcException {
    IpcException::failed(format!(
        "value nested too deeply: a message may nest {NESTING_LIMIT} structs and lists; flatten it, for instance into a list \
         with indices"
    ))
}

pub(super) const fn raw_size(size: Size) -> layout::StructSize {
    layout::StructSize { data: size.data, pointers: size.pointers }
}

const fn words_of_struct(size: Size) -> u64 {
    size.data as u64 + size.pointers as u64
}

pub(super) const fn words_of_bytes(bytes: usize) -> u64 {
    (bytes as u64).div_ceil(8)
}

/// List lengths have 29 bits (encoding specification, "Lists").
pub(super) fn list_length(length: usize) -> Result<u32, IpcException> {
    match u32::try_from(length) {
        Ok(length) if length < 1 << 29 => Ok(length),
        _ => Err(IpcException::failed(format!(
            "list too long: {length} elements, at most {} fit",
            (1 << 29) - 1
        ))),
    }
}
