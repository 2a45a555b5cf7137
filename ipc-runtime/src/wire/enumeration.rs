//! What the derive of a field-less enum delegates to, so that its expansion stays small.

use super::{At, Enum, PointerReader, PointerWriter, StructReader, StructWriter};
use crate::exception::IpcException;

/// Writes an enum into the field at `at`.
pub fn encode_enum<T: Enum>(value: &T, to: &mut StructWriter<'_, '_>, at: At) {
    to.set(at.offset, value.to_ordinal());
}

/// Reads an enum from the field at `at`.
///
/// # Errors
/// Returns an error if the ordinal is not one of the enum's: a newer peer may know more variants.
pub fn decode_enum<T: Enum>(from: &StructReader<'_>, at: At) -> Result<T, IpcException> {
    variant(from.get(at.offset))
}

/// Writes a list of enums.
///
/// # Errors
/// Returns an error if the message becomes too large or too deep.
pub fn encode_enums<'i, T: Enum + 'i>(
    items: impl ExactSizeIterator<Item = &'i T>,
    mut to: PointerWriter<'_, '_>,
) -> Result<(), IpcException> {
    to.write_primitives(items.map(Enum::to_ordinal))
}

/// Reads a list of enums.
///
/// # Errors
/// Returns an error if an ordinal is not one of the enum's.
pub fn decode_enums<T: Enum>(from: PointerReader<'_>) -> Result<Vec<T>, IpcException> {
    from.read_primitives()?.into_iter().map(variant).collect()
}

fn variant<T: Enum>(ordinal: u16) -> Result<T, IpcException> {
    T::from_ordinal(ordinal).ok_or_else(|| {
        IpcException::failed(format!("unknown variant {ordinal} of enum `{}`", T::descriptor().name))
    })
}
