//! All that generated code needs of types behind the `&` of a parameter, each in one trait.

use std::borrow::Borrow;

use super::Part;
use crate::exception::IpcException;
use crate::wire::layout::At;
use crate::wire::{
    Decode, DecodeElement, Element, Encode, IpcType, Lend, StructReader, StructWriter, is_present,
    note_presence,
};

/// All that generated code needs of a type behind the `&` of a parameter.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot cross a process boundary",
    label = "not an IPC type",
    note = "for a struct or a field-less enum of your own, add `#[derive(IpcType)]`",
    note = "for an object that stays in its process, pass `Arc<dyn Trait>` of an `#[ipc_interface]` trait",
    note = "for a closure, pass `Arc<dyn Fn(..) -> Result<.., IpcException> + Send + Sync>`"
)]
pub trait Lent<'m> {
    /// What the schema says.
    const PART: Part;
    /// What the server holds while the method runs.
    type Held;

    /// Writes the value.
    ///
    /// # Errors
    /// Returns an error if the message becomes too large or too deep.
    fn encode(&self, to: &mut StructWriter<'_, '_>, at: At) -> Result<(), IpcException>;

    /// Writes the value, or lends it to the message.
    ///
    /// # Errors
    /// Returns an error if the message becomes too large or too deep.
    fn lend_to<'d>(&'d self, to: &mut StructWriter<'_, 'd>, at: At) -> Result<(), IpcException>;

    /// Reads what the server holds.
    ///
    /// # Errors
    /// Returns an error if the message does not hold a value of the type.
    fn decode(from: &StructReader<'m>, at: At) -> Result<Self::Held, IpcException>;

    /// Lends it to the method.
    fn lend(held: &Self::Held) -> &Self;
}

impl<'m, T> Lent<'m> for T
where
    T: IpcType<This = T> + ?Sized,
    T::This: Encode + Lend<'m>,
{
    const PART: Part = Part { ty: T::TYPE, shape: T::SHAPE };
    type Held = <T::This as Lend<'m>>::Held;

    #[inline]
    fn encode(&self, to: &mut StructWriter<'_, '_>, at: At) -> Result<(), IpcException> {
        Encode::encode(self, to, at)
    }

    #[inline]
    fn lend_to<'d>(&'d self, to: &mut StructWriter<'_, 'd>, at: At) -> Result<(), IpcException> {
        Encode::lend(self, to, at)
    }

    #[inline]
    fn decode(from: &StructReader<'m>, at: At) -> Result<Self::Held, IpcException> {
        Decode::decode(from, at)
    }

    #[inline]
    fn lend(held: &Self::Held) -> &Self {
        held.borrow()
    }
}

/// [`Lent`] for a type that is behind the `&` of an `Option<&T>`.
#[diagnostic::on_unimplemented(
    message = "an `Option` of `&{Self}` cannot cross a process boundary",
    label = "not an IPC type",
    note = "for a struct or a field-less enum of your own, add `#[derive(IpcType)]`"
)]
pub trait LentOption<'m> {
    /// What the schema says.
    const PART: Part;
    /// What the server holds while the method runs.
    type Held;

    /// Writes the value, if there is one.
    ///
    /// # Errors
    /// Returns an error if the message becomes too large or too deep.
    fn encode(value: Option<&Self>, to: &mut StructWriter<'_, '_>, at: At) -> Result<(), IpcException>;

    /// Writes the value, or lends it to the message, if there is one.
    ///
    /// # Errors
    /// Returns an error if the message becomes too large or too deep.
    fn lend_to<'d>(
        value: Option<&'d Self>,
        to: &mut StructWriter<'_, 'd>,
        at: At,
    ) -> Result<(), IpcException>;

    /// Reads what the server holds.
    ///
    /// # Errors
    /// Returns an error if the message does not hold a value of the type.
    fn decode(from: &StructReader<'m>, at: At) -> Result<Self::Held, IpcException>;

    /// Lends it to the method.
    fn lend(held: &Self::Held) -> Option<&Self>;
}

impl<'m, T> LentOption<'m> for T
where
    T: IpcType<This = T> + ?Sized,
    T::This: Encode + Lend<'m>,
{
    const PART: Part = Part { ty: T::INNER_TYPE, shape: T::INNER_SHAPE.optional() };
    type Held = Option<<T::This as Lend<'m>>::Held>;

    fn encode(value: Option<&Self>, to: &mut StructWriter<'_, '_>, at: At) -> Result<(), IpcException> {
        let Some(value) = value else { return Ok(()) };
        note_presence::<T>(to, at);
        Encode::encode_inner(value, to, at)
    }

    fn lend_to<'d>(
        value: Option<&'d Self>,
        to: &mut StructWriter<'_, 'd>,
        at: At,
    ) -> Result<(), IpcException> {
        let Some(value) = value else { return Ok(()) };
        note_presence::<T>(to, at);
        Encode::lend_inner(value, to, at)
    }

    fn decode(from: &StructReader<'m>, at: At) -> Result<Self::Held, IpcException> {
        is_present::<T>(from, at).then(|| Decode::decode_inner(from, at)).transpose()
    }

    fn lend(held: &Self::Held) -> Option<&Self> {
        held.as_ref().map(Borrow::borrow)
    }
}

/// [`Lent`] for a slice, named by its element.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be the element of a list",
    label = "not an element type",
    note = "for a struct or a field-less enum of your own, add `#[derive(IpcType)]`"
)]
pub trait LentSlice<'m>: Sized {
    /// What the schema says.
    const PART: Part;
    /// What the server holds while the method runs.
    type Held;

    /// Writes the list.
    ///
    /// # Errors
    /// Returns an error if the message becomes too large or too deep.
    fn encode(items: &[Self], to: &mut StructWriter<'_, '_>, at: At) -> Result<(), IpcException>;

    /// Writes the value, or lends it to the message.
    ///
    /// # Errors
    /// Returns an error if the message becomes too large or too deep.
    fn lend_to<'d>(items: &'d [Self], to: &mut StructWriter<'_, 'd>, at: At) -> Result<(), IpcException>;

    /// Reads what the server holds.
    ///
    /// # Errors
    /// Returns an error if the message does not hold such a list.
    fn decode(from: &StructReader<'m>, at: At) -> Result<Self::Held, IpcException>;

    /// Lends it to the method.
    fn lend(held: &Self::Held) -> &[Self];
}

impl<'m, T> LentSlice<'m> for T
where
    T: Element,
    T::This: DecodeElement<'m>,
{
    const PART: Part = Part { ty: T::LIST, shape: <[T] as IpcType>::SHAPE };
    type Held = <T::This as DecodeElement<'m>>::Slice;

    #[inline]
    fn encode(items: &[Self], to: &mut StructWriter<'_, '_>, at: At) -> Result<(), IpcException> {
        Encode::encode(items, to, at)
    }

    #[inline]
    fn lend_to<'d>(items: &'d [Self], to: &mut StructWriter<'_, 'd>, at: At) -> Result<(), IpcException> {
        Encode::lend(items, to, at)
    }

    #[inline]
    fn decode(from: &StructReader<'m>, at: At) -> Result<Self::Held, IpcException> {
        Decode::decode(from, at)
    }

    #[inline]
    fn lend(held: &Self::Held) -> &[Self] {
        held.borrow()
    }
}
