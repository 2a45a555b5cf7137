//! Values of foreign types: `#[ipc(with = module)]` converts them to what travels, and `#[ipc(serde)]` serializes them.

use super::{
    At, Decode, DecodeElement, Element, Encode, IpcType, PointerReader, PointerWriter, StructReader,
    StructWriter,
};
use crate::exception::IpcException;
use crate::private::{Part, part_of};

/// What the functions of a module convert: a value that they are about, one or none, or a list of them.
#[diagnostic::on_unimplemented(
    message = "the module of `with` does not convert `{Self}`",
    label = "`to_wire` is about `{F}`",
    note = "`to_wire` takes a `&T` and `from_wire` returns a `Result<T, IpcException>`, where `T` is the type here, or what its \
            `Option` or `Vec` holds"
)]
pub trait Around<F> {
    /// The same of what travels.
    type Of<W>;

    /// Converts to what travels.
    ///
    /// # Errors
    /// Returns the error of the module.
    fn convert<W>(&self, to_wire: fn(&F) -> Result<W, IpcException>) -> Result<Self::Of<W>, IpcException>;
}

/// An [`Around`] that can be received.
#[diagnostic::on_unimplemented(
    message = "the module of `with` does not convert to `{Self}`",
    label = "`from_wire` is about `{F}`"
)]
pub trait FromAround<F>: Around<F> + Sized {
    /// Converts from what travels, which has been read from `from`.
    ///
    /// # Errors
    /// Returns the error of the module; an error if the message's budget is used up.
    fn revert<W>(
        wire: Self::Of<W>,
        from_wire: fn(W) -> Result<F, IpcException>,
        from: &StructReader<'_>,
    ) -> Result<Self, IpcException>;
}

impl<F> Around<F> for F {
    type Of<W> = W;

    fn convert<W>(&self, to_wire: fn(&F) -> Result<W, IpcException>) -> Result<W, IpcException> {
        to_wire(self)
    }
}

impl<F> FromAround<F> for F {
    fn revert<W>(
        wire: W,
        from_wire: fn(W) -> Result<F, IpcException>,
        _: &StructReader<'_>,
    ) -> Result<F, IpcException> {
        from_wire(wire)
    }
}

impl<F> Around<F> for Option<F> {
    type Of<W> = Option<W>;

    fn convert<W>(&self, to_wire: fn(&F) -> Result<W, IpcException>) -> Result<Option<W>, IpcException> {
        self.as_ref().map(to_wire).transpose()
    }
}

impl<F> FromAround<F> for Option<F> {
    fn revert<W>(
        wire: Option<W>,
        from_wire: fn(W) -> Result<F, IpcException>,
        _: &StructReader<'_>,
    ) -> Result<Option<F>, IpcException> {
        wire.map(from_wire).transpose()
    }
}

impl<F> Around<F> for [F] {
    type Of<W> = Vec<W>;

    fn convert<W>(&self, to_wire: fn(&F) -> Result<W, IpcException>) -> Result<Vec<W>, IpcException> {
        self.iter().map(to_wire).collect()
    }
}

impl<F> Around<F> for Vec<F> {
    type Of<W> = Vec<W>;

    fn convert<W>(&self, to_wire: fn(&F) -> Result<W, IpcException>) -> Result<Vec<W>, IpcException> {
        self.as_slice().convert(to_wire)
    }
}

impl<F> FromAround<F> for Vec<F> {
    fn revert<W>(
        wire: Vec<W>,
        from_wire: fn(W) -> Result<F, IpcException>,
        from: &StructReader<'_>,
    ) -> Result<Vec<F>, IpcException> {
        from.charge(wire.len().saturating_mul(size_of::<F>()))?;
        wire.into_iter().map(from_wire).collect()
    }
}

/// Describes what travels.
pub const fn part_with<V, F, W>(_: fn(&F) -> Result<W, IpcException>) -> Part
where
    V: Around<F> + ?Sized,
    V::Of<W>: IpcType,
{
    part_of::<V::Of<W>>()
}

/// Converts and writes a value.
///
/// # Errors
/// Returns the error of the module; an error if the message becomes too large or too deep.
pub fn encode_with<V, F, W>(
    value: &V,
    to: &mut StructWriter<'_, '_>,
    at: At,
    to_wire: fn(&F) -> Result<W, IpcException>,
) -> Result<(), IpcException>
where
    V: Around<F> + ?Sized,
    V::Of<W>: Encode,
{
    value.convert(to_wire)?.encode(to, at)
}

/// Reads and converts a value.
///
/// # Errors
/// Returns the error of the module; an error if the message does not hold what it converts.
pub fn decode_with<'m, V, F, W>(
    from: &StructReader<'m>,
    at: At,
    from_wire: fn(W) -> Result<F, IpcException>,
) -> Result<V, IpcException>
where
    V: FromAround<F>,
    V::Of<W>: Decode<'m>,
{
    V::revert(Decode::decode(from, at)?, from_wire, from)
}

/// Converts and writes a list of newtypes.
///
/// # Errors
/// Returns the error of the module; an error if the message becomes too large or too deep.
pub fn encode_converted<W: Element>(
    items: impl Iterator<Item = Result<W, IpcException>>,
    to: PointerWriter<'_, '_>,
) -> Result<(), IpcException> {
    W::encode_list(&items.collect::<Result<Vec<W>, IpcException>>()?, to)
}

/// Reads and converts a list of newtypes.
///
/// # Errors
/// Returns the error of the module; an error if the message does not hold such a list.
pub fn decode_converted<'m, W: DecodeElement<'m>, N>(
    from: PointerReader<'m>,
    convert: impl Fn(W) -> Result<N, IpcException>,
) -> Result<Vec<N>, IpcException> {
    let items = W::decode_list(from)?;
    from.charge(items.len().saturating_mul(size_of::<N>()))?;
    items.into_iter().map(convert).collect()
}

/// What `#[ipc(serde)]` asks of a type, and what it does.
#[cfg(feature = "serde")]
mod serde_field {
    use ::serde::Serialize;
    use ::serde::de::DeserializeOwned;

    use super::{At, IpcException, Part, StructReader, StructWriter, part_of};
    use crate::wire::serde::{read_serde, write_serde};

    /// Describes the bytes of a value.
    pub const fn part_serde<T: Serialize + ?Sized>() -> Part {
        part_of::<Vec<u8>>()
    }

    /// Writes a value as bytes.
    ///
    /// # Errors
    /// Returns an error if the value cannot be serialized or the message becomes too large.
    pub fn encode_serde<T: Serialize + ?Sized>(
        value: &T,
        to: &mut StructWriter<'_, '_>,
        at: At,
    ) -> Result<(), IpcException> {
        write_serde(value, to.pointer(at.offset))
    }

    /// Reads a value from bytes.
    ///
    /// # Errors
    /// Returns an error if they are not such a value.
    pub fn decode_serde<T: DeserializeOwned>(from: &StructReader<'_>, at: At) -> Result<T, IpcException> {
        read_serde(from.pointer(at.offset))
    }
}

/// Stands for it where the feature is off: so that the error says which.
#[cfg(not(feature = "serde"))]
mod serde_field {
    use super::{At, IpcException, Part, StructReader, StructWriter, part_of};
    use crate::private::after_error;

    /// Implemented for nothing.
    #[diagnostic::on_unimplemented(
        message = "`#[ipc(serde)]` needs the feature `serde` of `ipc-runtime`",
        label = "the feature is off",
        note = "write `ipc-runtime = {{ version = \"..\", features = [\"serde\"] }}` in `Cargo.toml`"
    )]
    pub trait SerdeFeature {}

    /// Cannot be called.
    pub const fn part_serde<T: SerdeFeature + ?Sized>() -> Part {
        part_of::<()>()
    }

    /// Cannot be called.
    ///
    /// # Errors
    /// Never returns one.
    pub fn encode_serde<T: SerdeFeature + ?Sized>(
        _: &T,
        _: &mut StructWriter<'_, '_>,
        _: At,
    ) -> Result<(), IpcException> {
        after_error()
    }

    /// Cannot be called.
    ///
    /// # Errors
    /// Never returns one.
    pub fn decode_serde<T: SerdeFeature>(_: &StructReader<'_>, _: At) -> Result<T, IpcException> {
        after_error()
    }
}

pub use self::serde_field::*;
