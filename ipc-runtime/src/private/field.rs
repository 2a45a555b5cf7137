//! What generated code needs of the types of fields and parameters of which more is said than the type.

use super::{Part, part_of};
use crate::exception::IpcException;
use crate::wire::default::{DefaultCodec, HasDefault};
use crate::wire::descriptor::{DefaultValue, Member, Places};
use crate::wire::layout::{At, Companion, Shape};
use crate::wire::{
    Decode, DecodeStruct, Encode, IpcType, Single, Struct, StructReader, StructWriter, Variants,
};

/// All that generated code needs of a type of which a field or a parameter has a default. The default comes as a function,
/// so that a type that cannot have one is one mistake and not two.
#[diagnostic::on_unimplemented(
    message = "a field of type `{Self}` cannot have a default in the schema",
    label = "not a bool, a number, text, bytes, an enum without fields or a `Vec` of these",
    note = "where a message does not have it, it reads as zero, empty or `None`"
)]
pub trait Defaulted<'m>: Sized {
    /// What the schema says.
    const PART: Part;
    /// The type of the default.
    type Value;

    /// Writes the value.
    ///
    /// # Errors
    /// Returns an error if the message becomes too large.
    fn encode(
        &self,
        to: &mut StructWriter<'_, '_>,
        at: At,
        default: fn() -> Self::Value,
    ) -> Result<(), IpcException>;

    /// Reads a value.
    ///
    /// # Errors
    /// Returns an error if the message does not hold a value of the type.
    fn decode(from: &StructReader<'m>, at: At, default: fn() -> Self::Value) -> Result<Self, IpcException>;

    /// Returns the default as the schema has it.
    fn schema_value(default: fn() -> Self::Value) -> DefaultValue;
}

impl<'m, T> Defaulted<'m> for T
where
    T: HasDefault<This = T>,
    T::This: DefaultCodec<'m> + IpcType,
{
    const PART: Part = part_of::<T>();
    type Value = <T as HasDefault>::Value;

    #[inline]
    fn encode(
        &self,
        to: &mut StructWriter<'_, '_>,
        at: At,
        default: fn() -> Self::Value,
    ) -> Result<(), IpcException> {
        self.encode_defaulted(to, at, default())
    }

    #[inline]
    fn decode(from: &StructReader<'m>, at: At, default: fn() -> Self::Value) -> Result<Self, IpcException> {
        T::decode_defaulted(from, at, default())
    }

    fn schema_value(default: fn() -> Self::Value) -> DefaultValue {
        <T as DefaultCodec<'m>>::schema_value(default())
    }
}

/// An `Option` with a presence field of its own, whatever it is of: where there is one, it decides.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is always there, so nothing can say whether it is",
    label = "not an `Option`",
    note = "remove `has`, or write `Option<{Self}>`"
)]
pub trait Optional<'m>: Sized {
    /// What the schema says.
    const PART: Part;

    /// Writes the value.
    ///
    /// # Errors
    /// Returns an error if the message becomes too large or too deep.
    fn encode(&self, to: &mut StructWriter<'_, '_>, at: At) -> Result<(), IpcException>;

    /// Reads a value.
    ///
    /// # Errors
    /// Returns an error if the message does not hold a value of the type.
    fn decode(from: &StructReader<'m>, at: At) -> Result<Self, IpcException>;
}

impl<'m, T: Single<This: Encode + Decode<'m>>> Optional<'m> for Option<T> {
    const PART: Part =
        Part { ty: T::INNER_TYPE, shape: Shape { slot: T::INNER_SHAPE.slot, companion: Companion::Has } };

    fn encode(&self, to: &mut StructWriter<'_, '_>, at: At) -> Result<(), IpcException> {
        let Some(value) = self else { return Ok(()) };
        to.set_bool(at.has, true);
        value.encode_inner(to, at)
    }

    fn decode(from: &StructReader<'m>, at: At) -> Result<Self, IpcException> {
        from.get_bool(at.has).then(|| T::decode_inner(from, at)).transpose()
    }
}

/// A type whose fields lie among those of the struct that has it as a field, under a name of their own.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be a group",
    label = "not a struct with `#[derive(IpcType)]`",
    note = "a group is a field of a type with fields: remove `group`, or write a struct"
)]
pub trait GroupField<'m>: Sized {
    /// What the schema says.
    const MEMBERS: &'static [Member];

    /// Writes every field.
    ///
    /// # Errors
    /// Returns an error if the message becomes too large or too deep.
    fn encode(&self, to: &mut StructWriter<'_, '_>, places: Places) -> Result<(), IpcException>;

    /// Reads every field.
    ///
    /// # Errors
    /// Returns an error if the message does not hold values of their types.
    fn decode(from: &StructReader<'m>, places: Places) -> Result<Self, IpcException>;
}

#[diagnostic::do_not_recommend]
impl<'m, T: DecodeStruct<'m>> GroupField<'m> for T {
    const MEMBERS: &'static [Member] = T::MEMBERS;

    #[inline]
    fn encode(&self, to: &mut StructWriter<'_, '_>, places: Places) -> Result<(), IpcException> {
        self.encode_members(to, places)
    }

    #[inline]
    fn decode(from: &StructReader<'m>, places: Places) -> Result<Self, IpcException> {
        T::decode_members(from, places)
    }
}

/// A [`GroupField`] of a type with parameters, of which it is not known what can be received.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be a group",
    label = "not a struct with `#[derive(IpcType)]`",
    note = "a group is a field of a type with fields: remove `group`, or write a struct"
)]
pub trait OutgoingGroup: Sized {
    /// What the schema says.
    const MEMBERS: &'static [Member];

    /// Writes every field.
    ///
    /// # Errors
    /// Returns an error if the message becomes too large or too deep.
    fn encode(&self, to: &mut StructWriter<'_, '_>, places: Places) -> Result<(), IpcException>;
}

#[diagnostic::do_not_recommend]
impl<T: Struct> OutgoingGroup for T {
    const MEMBERS: &'static [Member] = T::MEMBERS;

    #[inline]
    fn encode(&self, to: &mut StructWriter<'_, '_>, places: Places) -> Result<(), IpcException> {
        self.encode_members(to, places)
    }
}

/// An enum whose variants are a union among the fields of the struct that has it as a field.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be a union",
    label = "not an enum with fields",
    note = "a union is a field whose type is an enum with fields and `#[derive(IpcType)]`: remove `union`, or write one"
)]
pub trait UnionField<'m>: Sized {
    /// What the schema says.
    const MEMBERS: &'static [Member];

    /// Writes the variant.
    ///
    /// # Errors
    /// Returns an error if the message becomes too large or too deep.
    fn encode(&self, to: &mut StructWriter<'_, '_>, places: Places) -> Result<(), IpcException>;

    /// Reads the variant.
    ///
    /// # Errors
    /// Returns an error if the message does not hold one.
    fn decode(from: &StructReader<'m>, places: Places) -> Result<Self, IpcException>;
}

#[diagnostic::do_not_recommend]
impl<'m, T: DecodeStruct<'m> + Variants> UnionField<'m> for T {
    const MEMBERS: &'static [Member] = T::MEMBERS;

    #[inline]
    fn encode(&self, to: &mut StructWriter<'_, '_>, places: Places) -> Result<(), IpcException> {
        self.encode_members(to, places)
    }

    #[inline]
    fn decode(from: &StructReader<'m>, places: Places) -> Result<Self, IpcException> {
        T::decode_members(from, places)
    }
}

/// A [`UnionField`] of a type with parameters, of which it is not known what can be received.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be a union",
    label = "not an enum with fields",
    note = "a union is a field whose type is an enum with fields and `#[derive(IpcType)]`: remove `union`, or write one"
)]
pub trait OutgoingUnion: Sized {
    /// What the schema says.
    const MEMBERS: &'static [Member];

    /// Writes the variant.
    ///
    /// # Errors
    /// Returns an error if the message becomes too large or too deep.
    fn encode(&self, to: &mut StructWriter<'_, '_>, places: Places) -> Result<(), IpcException>;
}

#[diagnostic::do_not_recommend]
impl<T: Variants> OutgoingUnion for T {
    const MEMBERS: &'static [Member] = T::MEMBERS;

    #[inline]
    fn encode(&self, to: &mut StructWriter<'_, '_>, places: Places) -> Result<(), IpcException> {
        self.encode_members(to, places)
    }
}
