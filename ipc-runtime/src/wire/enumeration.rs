//! What the derive of a field-less enum delegates to, so that its expansion stays small.

use std::fmt::Display;

use super::default::{DefaultCodec, HasDefault};
use super::{
    At, DecodeElement, Element, Encode, Enum, PointerReader, PointerWriter, StructReader, StructWriter,
};
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

/// Writes an enum into a field with a default.
///
/// # Errors
/// None; the type is that of every `encode_defaulted`.
pub fn encode_enum_defaulted<T: Enum>(
    value: &T,
    to: &mut StructWriter<'_, '_>,
    at: At,
    default: &T,
) -> Result<(), IpcException> {
    to.set(at.offset, value.to_ordinal() ^ default.to_ordinal());
    Ok(())
}

/// Reads an enum from a field with a default.
///
/// # Errors
/// Returns an error if the ordinal is not one of the enum's.
pub fn decode_enum_defaulted<T: Enum>(
    from: &StructReader<'_>,
    at: At,
    default: &T,
) -> Result<T, IpcException> {
    variant(from.get::<u16>(at.offset) ^ default.to_ordinal())
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

/// A field-less enum with `#[ipc(repr = ..)]`: an integer on the wire and in the schema.
pub trait Numbered: Sized {
    /// The integer.
    type Number: Copy
        + Display
        + Encode
        + for<'m> DecodeElement<'m>
        + for<'m> DefaultCodec<'m>
        + HasDefault<Value = Self::Number>;

    /// The name of the type, for messages.
    const NAME: &'static str;

    /// Returns the number of the variant.
    fn to_number(&self) -> Self::Number;

    /// Returns the variant with the given number.
    fn from_number(number: Self::Number) -> Option<Self>;
}

/// Writes an enum as a number into the field at `at`.
///
/// # Errors
/// None; the type is that of every `encode`.
pub fn encode_number<T: Numbered>(
    value: &T,
    to: &mut StructWriter<'_, '_>,
    at: At,
) -> Result<(), IpcException> {
    value.to_number().encode(to, at)
}

/// Reads an enum as a number from the field at `at`.
///
/// # Errors
/// Returns an error if the number is not one of the enum's.
pub fn decode_number<T: Numbered>(from: &StructReader<'_>, at: At) -> Result<T, IpcException> {
    numbered(super::Decode::decode(from, at)?)
}

/// Writes an enum as a number into a field with a default.
///
/// # Errors
/// Returns an error if the message becomes too large.
pub fn encode_number_defaulted<T: Numbered>(
    value: &T,
    to: &mut StructWriter<'_, '_>,
    at: At,
    default: &T,
) -> Result<(), IpcException> {
    value.to_number().encode_defaulted(to, at, default.to_number())
}

/// Reads an enum as a number from a field with a default.
///
/// # Errors
/// Returns an error if the number is not one of the enum's.
pub fn decode_number_defaulted<T: Numbered>(
    from: &StructReader<'_>,
    at: At,
    default: &T,
) -> Result<T, IpcException> {
    numbered(T::Number::decode_defaulted(from, at, default.to_number())?)
}

/// Writes a list of enums as numbers.
///
/// # Errors
/// Returns an error if the message becomes too large or too deep.
pub fn encode_numbers<'i, T: Numbered + 'i>(
    items: impl ExactSizeIterator<Item = &'i T>,
    to: PointerWriter<'_, '_>,
) -> Result<(), IpcException> {
    let numbers: Vec<T::Number> = items.map(Numbered::to_number).collect();
    T::Number::encode_list(&numbers, to)
}

/// Reads a list of enums as numbers.
///
/// # Errors
/// Returns an error if a number is not one of the enum's.
pub fn decode_numbers<T: Numbered>(from: PointerReader<'_>) -> Result<Vec<T>, IpcException> {
    T::Number::decode_list(from)?.into_iter().map(numbered).collect()
}

fn numbered<T: Numbered>(number: T::Number) -> Result<T, IpcException> {
    T::from_number(number)
        .ok_or_else(|| IpcException::failed(format!("unknown variant {number} of enum `{}`", T::NAME)))
}

pub(super) fn variant<T: Enum>(ordinal: u16) -> Result<T, IpcException> {
    T::from_ordinal(ordinal).ok_or_else(|| {
        IpcException::failed(format!("unknown variant {ordinal} of enum `{}`", T::descriptor().name))
    })
}
