//! The context that parameters begin with, read and written by the runtime itself.

use capnp::any_pointer;
use capnp::private::layout;

use super::decoder::RootReader;
use super::{Plain, PointerWriter, StructWriter};
use crate::exception::IpcException;
use crate::wire::hooks;
use crate::wire::layout::Size;

/// Returns which capabilities of the message the context names that the parameters begin with (`proxy.capnp`, `Context`):
/// the thread, the callback thread.
///
/// # Errors
/// Returns an error if the parameters do not begin with such a struct.
pub(crate) fn context_of(content: any_pointer::Reader<'_>) -> Result<[Option<usize>; 2], IpcException> {
    let context = first_pointer(content)?;
    if context.is_null() {
        return Ok([None, None]);
    }
    let context = context.get_struct(None)?;
    Ok([index_of(context.get_pointer_field(0))?, index_of(context.get_pointer_field(1))?])
}

/// Like [`context_of`], of parameters that are plain. Returns nothing if the context is not.
pub(crate) fn plain_context_of(content: Plain<'_>) -> Option<[Option<usize>; 2]> {
    let context = content.read_struct(0)?;
    let indices = [context.read_capability(0)?, context.read_capability(1)?];
    // No message has more.
    indices.iter().flatten().all(|index| *index < hooks::LIMIT).then_some(indices)
}

/// Returns which capability of the message the first field of results or parameters is.
///
/// # Errors
/// Returns an error if it is something else.
pub(crate) fn first_capability_of(content: any_pointer::Reader<'_>) -> Result<Option<usize>, IpcException> {
    index_of(first_pointer(content)?)
}

fn first_pointer(content: any_pointer::Reader<'_>) -> Result<layout::PointerReader<'_>, IpcException> {
    let RootReader(mut raw) = content.get_as()?;
    raw.imbue(hooks::table());
    Ok(raw.get_struct(None)?.get_pointer_field(0))
}

fn index_of(pointer: layout::PointerReader<'_>) -> Result<Option<usize>, IpcException> {
    if pointer.is_null() { Ok(None) } else { Ok(Some(hooks::index_of(&*pointer.get_capability()?))) }
}

impl StructWriter<'_, '_> {
    /// Writes the context that the parameters begin with, with the first two capabilities of the message, which are
    /// settled when the call is sent.
    ///
    /// # Errors
    /// Returns an error if the message becomes too large.
    pub(crate) fn reserve_context(&mut self) -> Result<(), IpcException> {
        self.pointer(0).write_struct(Size { data: 0, pointers: 2 }, |to| {
            to.pointer(0).reserve_capability();
            to.pointer(1).reserve_capability();
            Ok(())
        })
    }
}

impl PointerWriter<'_, '_> {
    /// Writes a capability that is settled later; of it only its place in the table is known.
    fn reserve_capability(&mut self) {
        let index = self.state.reserve_capability();
        self.state.to.set_capability(self.place, index);
    }
}
