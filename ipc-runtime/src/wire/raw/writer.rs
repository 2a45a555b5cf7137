//! Structs and pointers that are being written.

use std::os::fd::OwnedFd;

use capnp::private::layout;

use super::encoder::State;
use super::number::{Primitive, put_bit};
use super::words::Place;
use super::{HasSize, Number, opaque_debug};
use crate::attachment::{ATTACHMENT_LIMIT, Attachment};
use crate::exception::IpcException;
use crate::object::{Capability, Destination};
use crate::wire::fd;
use crate::wire::layout::Size;

/// The deepest nesting of structs and lists in parameters or results, themselves included: of the 64 levels that every
/// reader allows by default, Message, Call or Return, and Payload take one each, and a capability or text one.
pub const NESTING_LIMIT: u32 = 60;

/// A struct that is being written.
pub struct StructWriter<'a, 'd> {
    pub(super) state: State<'a, 'd>,
    /// Where the data section begins.
    data: Place,
    /// Where the pointers begin.
    pointers: Place,
    depth: u32,
}

impl<'d> StructWriter<'_, 'd> {
    /// Writes a number at `offset`, counted in its own size.
    #[inline]
    pub fn set<T: Number>(&mut self, offset: u32, value: T) {
        value.put(self.state.to.bytes_from(self.data * 8), offset as usize);
    }

    /// Writes the bit at `offset`.
    #[inline]
    pub fn set_bool(&mut self, offset: u32, value: bool) {
        put_bit(self.state.to.bytes_from(self.data * 8), offset as usize, value);
    }

    /// Gives access to the pointer at `index`.
    #[inline]
    pub fn pointer(&mut self, index: u32) -> PointerWriter<'_, 'd> {
        let place = self.pointers + index as usize;
        PointerWriter { state: self.state.reborrow(), place, depth: self.depth }
    }
}

/// A pointer that is being written; until something is written it is null.
pub struct PointerWriter<'a, 'd> {
    pub(super) state: State<'a, 'd>,
    pub(super) place: Place,
    pub(super) depth: u32,
}

opaque_debug!(StructWriter<'_, '_>, PointerWriter<'_, '_>);

impl<'a, 'd> PointerWriter<'a, 'd> {
    /// Starts at the pointer that all content is behind.
    pub(super) fn root(place: Place, state: State<'a, 'd>) -> Self {
        Self { state, place, depth: 0 }
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
        self.state.to.set_bytes(self.place, text.as_bytes(), 1);
        Ok(())
    }

    /// Writes bytes; an empty slice is distinct from null.
    ///
    /// # Errors
    /// Returns an error if the message becomes too large.
    pub fn set_data(&mut self, data: &[u8]) -> Result<(), IpcException> {
        self.state.charge(words_of_bytes(data.len()))?;
        self.state.to.set_bytes(self.place, data, 0);
        Ok(())
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
        let data = self.state.to.init_struct(self.place, raw_size(size));
        let pointers = data + usize::from(size.data);
        Ok(StructWriter { state: self.state.reborrow(), data, pointers, depth })
    }

    /// Writes a list of numbers, bools or `()`.
    ///
    /// # Errors
    /// Returns an error if the message becomes too large or too deep.
    pub fn write_primitives<T: Primitive>(
        &mut self,
        items: impl ExactSizeIterator<Item = T>,
    ) -> Result<(), IpcException> {
        self.descend()?;
        let bits = u64::from(layout::data_bits_per_element(T::element_size()));
        let length = list_length(items.len())?;
        self.state.charge((u64::from(length) * bits).div_ceil(64))?;
        let list = self.state.to.init_list(self.place, T::element_size(), length);
        let list = self.state.to.bytes_from(list * 8);
        for (index, item) in (0..length as usize).zip(items) {
            item.put_item(list, index);
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
        let list = self.state.to.init_list(self.place, layout::ElementSize::Pointer, length);
        for (index, item) in (0..length as usize).zip(items) {
            write(item, PointerWriter { state: self.state.reborrow(), place: list + index, depth })?;
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
        let (data, pointers) = (usize::from(S::SIZE.data), usize::from(S::SIZE.pointers));
        let list = self.state.to.init_structs(self.place, raw_size(S::SIZE), length);
        for (index, item) in (0..length as usize).zip(items) {
            let at = list + index * (data + pointers);
            write(
                item,
                &mut StructWriter { state: self.state.reborrow(), data: at, pointers: at + data, depth },
            )?;
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
        self.state.to.set_capability(self.place, index);
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
        let index = self.state.capability_count();
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
