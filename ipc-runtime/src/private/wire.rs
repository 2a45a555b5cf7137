//! All that generated code needs of types by value, each in one trait.

use super::Part;
use crate::exception::IpcException;
use crate::wire::layout::At;
use crate::wire::{Decode, Encode, IpcType, StandIn, StructReader, StructWriter};

/// All that generated code needs of a type that is passed by value, a field or a result.
///
/// One trait, so that rustc has one complaint about a type that is no IPC type: the other bounds are on `This`,
/// which exists only if the first holds.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot cross a process boundary",
    label = "not an IPC type",
    note = "for a struct or a field-less enum of your own, add `#[derive(IpcType)]`",
    note = "for an object that stays in its process, pass `Arc<dyn Trait>` of an `#[ipc_interface]` trait",
    note = "for a closure, pass `Arc<dyn Fn(..) -> Result<.., IpcException> + Send + Sync>`"
)]
pub trait Wire<'m>: Sized {
    /// What the schema says.
    const PART: Part;
    /// What it says of the type inside an `Option`.
    const INNER: Part;

    /// Writes the value.
    ///
    /// # Errors
    /// Returns an error if the message becomes too large or too deep.
    fn encode(&self, to: &mut StructWriter<'_, '_>, at: At) -> Result<(), IpcException>;

    /// Writes the value, out of which may be taken what cannot be shared.
    ///
    /// # Errors
    /// Returns an error if the message becomes too large or too deep.
    fn encode_mut(&mut self, to: &mut StructWriter<'_, '_>, at: At) -> Result<(), IpcException>;

    /// Writes the value, or lends it to the message.
    ///
    /// # Errors
    /// Returns an error if the message becomes too large or too deep.
    fn lend_to<'d>(&'d self, to: &mut StructWriter<'_, 'd>, at: At) -> Result<(), IpcException>;

    /// Writes the value, or gives it to the message.
    ///
    /// # Errors
    /// Returns an error if the message becomes too large or too deep.
    fn give(self, to: &mut StructWriter<'_, '_>, at: At) -> Result<(), IpcException>;

    /// Reads a value.
    ///
    /// # Errors
    /// Returns an error if the message does not hold a value of the type.
    fn decode(from: &StructReader<'m>, at: At) -> Result<Self, IpcException>;

    /// Writes the value as it stands inside an `Option`.
    ///
    /// # Errors
    /// Returns an error if the message becomes too large or too deep.
    fn encode_inner(&self, to: &mut StructWriter<'_, '_>, at: At) -> Result<(), IpcException>;

    /// Like `encode_inner`; what cannot be shared may be taken out.
    ///
    /// # Errors
    /// Returns an error if the message becomes too large or too deep.
    fn encode_inner_mut(&mut self, to: &mut StructWriter<'_, '_>, at: At) -> Result<(), IpcException>;

    /// Reads a value that stands inside an `Option`.
    ///
    /// # Errors
    /// Returns an error if the message does not hold a value of the type.
    fn decode_inner(from: &StructReader<'m>, at: At) -> Result<Self, IpcException>;
}

impl<'m, T> Wire<'m> for T
where
    T: IpcType<This = T>,
    T::This: Encode + Decode<'m>,
{
    const PART: Part = Part { ty: T::TYPE, shape: T::SHAPE };
    const INNER: Part = Part { ty: T::INNER_TYPE, shape: T::INNER_SHAPE };

    #[inline]
    fn encode(&self, to: &mut StructWriter<'_, '_>, at: At) -> Result<(), IpcException> {
        Encode::encode(self, to, at)
    }

    #[inline]
    fn encode_mut(&mut self, to: &mut StructWriter<'_, '_>, at: At) -> Result<(), IpcException> {
        Encode::encode_owned(self, to, at)
    }

    #[inline]
    fn lend_to<'d>(&'d self, to: &mut StructWriter<'_, 'd>, at: At) -> Result<(), IpcException> {
        Encode::lend(self, to, at)
    }

    #[inline]
    fn give(self, to: &mut StructWriter<'_, '_>, at: At) -> Result<(), IpcException> {
        Encode::give(self, to, at)
    }

    #[inline]
    fn decode(from: &StructReader<'m>, at: At) -> Result<Self, IpcException> {
        Decode::decode(from, at)
    }

    #[inline]
    fn encode_inner(&self, to: &mut StructWriter<'_, '_>, at: At) -> Result<(), IpcException> {
        Encode::encode_inner(self, to, at)
    }

    #[inline]
    fn encode_inner_mut(&mut self, to: &mut StructWriter<'_, '_>, at: At) -> Result<(), IpcException> {
        Encode::encode_inner_owned(self, to, at)
    }

    #[inline]
    fn decode_inner(from: &StructReader<'m>, at: At) -> Result<Self, IpcException> {
        Decode::decode_inner(from, at)
    }
}

/// [`Wire`] for a closure that travels as the interface `I`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot travel as `{I}`",
    label = "not a closure of the method's signature",
    note = "it is an `Arc` of a `dyn Fn(..)`, or a `Box` of a closure, that takes and returns what the one method of the \
            trait does; also in an `Option`, a `Vec` or as the values of a map"
)]
#[expect(missing_docs, reason = "each is the item of `Wire` of its name")]
pub trait WireAs<'m, I: ?Sized>: Sized {
    const PART: Part;

    fn encode(&self, to: &mut StructWriter<'_, '_>, at: At) -> Result<(), IpcException>;
    fn give(self, to: &mut StructWriter<'_, '_>, at: At) -> Result<(), IpcException>;
    fn encode_mut(&mut self, to: &mut StructWriter<'_, '_>, at: At) -> Result<(), IpcException>;
    fn decode(from: &StructReader<'m>, at: At) -> Result<Self, IpcException>;
}

impl<'m, I: ?Sized, T: StandIn<I, Object: Wire<'m>>> WireAs<'m, I> for T {
    const PART: Part = T::Object::PART;

    fn encode(&self, to: &mut StructWriter<'_, '_>, at: At) -> Result<(), IpcException> {
        self.share()?.give(to, at)
    }

    fn give(mut self, to: &mut StructWriter<'_, '_>, at: At) -> Result<(), IpcException> {
        self.take().give(to, at)
    }

    fn encode_mut(&mut self, to: &mut StructWriter<'_, '_>, at: At) -> Result<(), IpcException> {
        self.take().give(to, at)
    }

    fn decode(from: &StructReader<'m>, at: At) -> Result<Self, IpcException> {
        T::Object::decode(from, at).map(T::from_object)
    }
}

/// [`Wire`] of a type that has a parameter: here nothing is known of what may be received.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot cross a process boundary",
    label = "not an IPC type",
    note = "for a struct or a field-less enum of your own, add `#[derive(IpcType)]`",
    note = "for an object that stays in its process, pass `Arc<dyn Trait>` of an `#[ipc_interface]` trait"
)]
pub trait Outgoing {
    /// `Self`: what is received is reached through it, see [`Wire`].
    type This: ?Sized;

    /// What the schema says.
    const PART: Part;
    /// What it says of the type inside an `Option`.
    const INNER: Part;

    /// Writes the value.
    ///
    /// # Errors
    /// Returns an error if the message becomes too large or too deep.
    fn encode(&self, to: &mut StructWriter<'_, '_>, at: At) -> Result<(), IpcException>;

    /// Writes the value, out of which may be taken what cannot be shared.
    ///
    /// # Errors
    /// Returns an error if the message becomes too large or too deep.
    fn encode_mut(&mut self, to: &mut StructWriter<'_, '_>, at: At) -> Result<(), IpcException>;

    /// Writes the value as it stands inside an `Option`.
    ///
    /// # Errors
    /// Returns an error if the message becomes too large or too deep.
    fn encode_inner(&self, to: &mut StructWriter<'_, '_>, at: At) -> Result<(), IpcException>;

    /// Like `encode_inner`; what cannot be shared may be taken out.
    ///
    /// # Errors
    /// Returns an error if the message becomes too large or too deep.
    fn encode_inner_mut(&mut self, to: &mut StructWriter<'_, '_>, at: At) -> Result<(), IpcException>;
}

impl<T> Outgoing for T
where
    T: IpcType<This = T>,
    T::This: Encode,
{
    type This = T::This;

    const PART: Part = Part { ty: T::TYPE, shape: T::SHAPE };
    const INNER: Part = Part { ty: T::INNER_TYPE, shape: T::INNER_SHAPE };

    #[inline]
    fn encode(&self, to: &mut StructWriter<'_, '_>, at: At) -> Result<(), IpcException> {
        Encode::encode(self, to, at)
    }

    #[inline]
    fn encode_mut(&mut self, to: &mut StructWriter<'_, '_>, at: At) -> Result<(), IpcException> {
        Encode::encode_owned(self, to, at)
    }

    #[inline]
    fn encode_inner_mut(&mut self, to: &mut StructWriter<'_, '_>, at: At) -> Result<(), IpcException> {
        Encode::encode_inner_owned(self, to, at)
    }

    #[inline]
    fn encode_inner(&self, to: &mut StructWriter<'_, '_>, at: At) -> Result<(), IpcException> {
        Encode::encode_inner(self, to, at)
    }
}
