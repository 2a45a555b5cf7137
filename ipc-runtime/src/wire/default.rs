//! Fields and parameters with `#[ipc(default = ..)]`.
//!
//! As in every Cap'n Proto program, a number is on the wire as the exclusive or of itself and its default, so that a
//! shorter message, which reads as zeros, has the default; text and bytes that are null are the default.

use super::descriptor::DefaultValue;
use super::{At, Decode, Encode, StructReader, StructWriter};
use crate::exception::IpcException;

/// A type of which a field can have a default.
#[diagnostic::on_unimplemented(
    message = "a field of type `{Self}` cannot have a default in the schema",
    label = "not a bool, a number, text, bytes or an enum without fields",
    note = "where a message does not have it, it reads as zero, empty or `None`"
)]
pub trait HasDefault {
    /// `Self`, reached by a path that exists for these types only.
    type This: ?Sized;
    /// The type of the default: of `String` it is `&str`.
    type Value;
}

/// How values with a default are written and read.
pub trait DefaultCodec<'m>: HasDefault + Sized {
    /// Writes the value into the field at `at`.
    ///
    /// # Errors
    /// Returns an error if the message becomes too large.
    fn encode_defaulted(
        &self,
        to: &mut StructWriter<'_, '_>,
        at: At,
        default: Self::Value,
    ) -> Result<(), IpcException>;

    /// Reads the value of the field at `at`.
    ///
    /// # Errors
    /// Returns an error if the message does not hold a value of the type.
    fn decode_defaulted(from: &StructReader<'m>, at: At, default: Self::Value) -> Result<Self, IpcException>;

    /// Returns the default as the schema has it.
    fn schema_value(default: Self::Value) -> DefaultValue;
}

macro_rules! defaulted {
    ($($ty:ty: $bits:ty, $to:expr, $from:expr, $variant:ident;)*) => {$(
        impl HasDefault for $ty {
            type This = Self;
            type Value = Self;
        }

        impl<'m> DefaultCodec<'m> for $ty {
            #[inline]
            fn encode_defaulted(
                &self,
                to: &mut StructWriter<'_, '_>,
                at: At,
                default: $ty,
            ) -> Result<(), IpcException> {
                to.set::<$bits>(at.offset, $to(*self) ^ $to(default));
                Ok(())
            }

            #[inline]
            fn decode_defaulted(from: &StructReader<'m>, at: At, default: $ty) -> Result<Self, IpcException> {
                Ok($from(from.get::<$bits>(at.offset) ^ $to(default)))
            }

            fn schema_value(default: $ty) -> DefaultValue {
                DefaultValue::$variant(default.into())
            }
        }
    )*};
}

defaulted! {
    u8: u8, std::convert::identity, std::convert::identity, Unsigned;
    u16: u16, std::convert::identity, std::convert::identity, Unsigned;
    u32: u32, std::convert::identity, std::convert::identity, Unsigned;
    u64: u64, std::convert::identity, std::convert::identity, Unsigned;
    i8: i8, std::convert::identity, std::convert::identity, Signed;
    i16: i16, std::convert::identity, std::convert::identity, Signed;
    i32: i32, std::convert::identity, std::convert::identity, Signed;
    i64: i64, std::convert::identity, std::convert::identity, Signed;
    f32: u32, f32::to_bits, f32::from_bits, Float32;
    f64: u64, f64::to_bits, f64::from_bits, Float64;
}

impl HasDefault for bool {
    type This = Self;
    type Value = Self;
}

impl<'m> DefaultCodec<'m> for bool {
    fn encode_defaulted(
        &self,
        to: &mut StructWriter<'_, '_>,
        at: At,
        default: bool,
    ) -> Result<(), IpcException> {
        to.set_bool(at.offset, *self != default);
        Ok(())
    }

    fn decode_defaulted(from: &StructReader<'m>, at: At, default: bool) -> Result<Self, IpcException> {
        Ok(from.get_bool(at.offset) != default)
    }

    fn schema_value(default: bool) -> DefaultValue {
        DefaultValue::Bool(default)
    }
}

macro_rules! defaulted_pointer {
    ([$($generics:tt)*] $ty:ty: $value:ty, $m:lifetime, $own:expr, $variant:ident) => {
        impl<$($generics)*> HasDefault for $ty {
            type This = Self;
            type Value = &'static $value;
        }

        impl<$m> DefaultCodec<$m> for $ty {
            fn encode_defaulted(
                &self,
                to: &mut StructWriter<'_, '_>,
                at: At,
                _: &'static $value,
            ) -> Result<(), IpcException> {
                Encode::encode(self, to, at)
            }

            fn decode_defaulted(
                from: &StructReader<$m>,
                at: At,
                default: &'static $value,
            ) -> Result<Self, IpcException> {
                if from.pointer(at.offset).is_null() {
                    return Ok($own(default));
                }
                Decode::decode(from, at)
            }

            fn schema_value(default: &'static $value) -> DefaultValue {
                DefaultValue::$variant(default)
            }
        }
    };
}

defaulted_pointer!([] String: str, 'm, str::to_owned, Text);
defaulted_pointer!(['m] &'m str: str, 'm, std::convert::identity, Text);
defaulted_pointer!([] Vec<u8>: [u8], 'm, <[u8]>::to_vec, Data);
defaulted_pointer!(['m] &'m [u8]: [u8], 'm, std::convert::identity, Data);
