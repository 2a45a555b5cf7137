//! Derived types that are generic in the schema too, `#[ipc(generic)]`: one struct, whatever its arguments are.
//!
//! That works since all arguments are pointers, so that every field has its place whatever they are. The one struct is
//! described by the type with a [`Placeholder`] for each parameter, of which a field has a [`Type::Parameter`].

use super::layout::Slot;
use super::{At, Element, Encode, IpcType, PointerWriter, Shape, Single, StructWriter, Type};
use crate::exception::IpcException;

/// What can be the argument of a type with `#[ipc(generic)]`: a type that is a pointer on the wire, and the same one
/// wherever it stands.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be the argument of a type with `#[ipc(generic)]`",
    label = "not a pointer on the wire",
    note = "text, bytes, lists, maps, structs and objects are pointers; numbers, field-less enums and an `Option` are none",
    note = "remove `#[ipc(generic)]` from the type: there is a struct for each set of arguments then; \
            or put the argument into a struct with `#[derive(IpcType)]`"
)]
pub trait PointerArgument: Single + Encode {}

/// Stands for a parameter where a type is described.
///
/// It has what a parameter may ask of its argument, as far as the standard library has it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Placeholder<const NUMBER: u16>;

impl<const NUMBER: u16> IpcType for Placeholder<NUMBER> {
    type This = Self;
    const SHAPE: Shape = Shape::of(Slot::Pointer);
    const TYPE: Type = Type::Parameter(NUMBER);
}

impl<const NUMBER: u16> Single for Placeholder<NUMBER> {}

impl<const NUMBER: u16> Encode for Placeholder<NUMBER> {
    /// There is no value to write: types are described by it, and no more.
    fn encode(&self, _: &mut StructWriter<'_, '_>, _: At) -> Result<(), IpcException> {
        Ok(())
    }
}

impl<const NUMBER: u16> PointerArgument for Placeholder<NUMBER> {}

/// Where the fields of a type are counted, it stands for any argument.
impl<const NUMBER: u16> Element for Placeholder<NUMBER> {
    const LIST: Type = Type::List(&Type::Parameter(NUMBER));

    fn encode_items<'i>(
        _: impl ExactSizeIterator<Item = &'i Self>,
        _: PointerWriter<'_, '_>,
    ) -> Result<(), IpcException> {
        Ok(())
    }
}
