//! What the derive of a struct delegates to, so that its expansion stays small.

use super::{DecodeStruct, Descriptor, PointerReader, PointerWriter, Struct};
use crate::exception::IpcException;

/// Writes a derived struct behind a pointer.
///
/// # Errors
/// Returns an error if the message becomes too large or too deep.
pub fn encode_struct<T: Struct>(value: &T, mut to: PointerWriter<'_, '_>) -> Result<(), IpcException> {
    to.write_struct(T::SIZE, |to| value.encode_fields(to))
}

/// Writes a list of derived structs.
///
/// # Errors
/// Returns an error if the message becomes too large or too deep.
pub fn encode_structs<'i, T: Struct + 'i>(
    items: impl ExactSizeIterator<Item = &'i T>,
    mut to: PointerWriter<'_, '_>,
) -> Result<(), IpcException> {
    to.write_structs::<T, _>(items, |item, to| item.encode_fields(to))
}

/// Writes a derived struct that is given away.
///
/// # Errors
/// Returns an error if the message becomes too large or too deep.
pub fn encode_struct_owned<T: Struct>(
    value: &mut T,
    mut to: PointerWriter<'_, '_>,
) -> Result<(), IpcException> {
    to.write_struct(T::SIZE, |to| value.encode_fields_owned(to))
}

/// Writes a list of derived structs that are given away.
///
/// # Errors
/// Returns an error if the message becomes too large or too deep.
pub fn encode_structs_owned<'i, T: Struct + 'i>(
    items: impl ExactSizeIterator<Item = &'i mut T>,
    mut to: PointerWriter<'_, '_>,
) -> Result<(), IpcException> {
    to.write_structs::<T, _>(items, |item, to| item.encode_fields_owned(to))
}

/// Reads a derived struct from behind a pointer; null reads as a struct of defaults.
///
/// # Errors
/// Returns an error if a field does not hold a value of its type.
pub fn decode_struct<'m, T: DecodeStruct<'m>>(from: PointerReader<'m>) -> Result<T, IpcException> {
    T::decode_fields(&from.read_struct()?)
}

/// Reads a list of derived structs.
///
/// # Errors
/// Returns an error if a field does not hold a value of its type.
pub fn decode_structs<'m, T: DecodeStruct<'m>>(from: PointerReader<'m>) -> Result<Vec<T>, IpcException> {
    from.read_structs::<T, _>(T::decode_fields)
}

/// What a peer sent that knows more variants of an enum with fields.
pub fn unknown_variant(discriminant: u16, descriptor: &Descriptor) -> IpcException {
    IpcException::failed(format!("unknown variant {discriminant} of enum `{}`", descriptor.name))
}
