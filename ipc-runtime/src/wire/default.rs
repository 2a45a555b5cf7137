//! Fields with `#[ipc(default = ..)]`.
//!
//! As in every Cap'n Proto program, a number is on the wire as the exclusive or of itself and its default, so that a
//! shorter message, which reads as zeros, has the default; text that is null is the default.

use super::descriptor::DefaultValue;
use super::{At, Decode, Encode, StructReader, StructWriter};
use crate::exception::IpcException;

/// A type of which a field can have a default.
#[diagnostic::on_unimplemented(
    message = "a field of type `{Self}` cannot have a default in the schema",
    label = "not a bool, a number or text",
    note = "where a message does not have it, it reads as zero, empty or `None`"
)]
pub trait Defaulted<'m>: Sized {
    /// The type of the default: of `String` it is `&str`.
    type Value;

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
}

/// A default, of a type that only the compiler knows: there is one `schema_value` for each.
#[derive(Clone, Copy, Debug)]
pub struct Literal<T>(pub T);

macro_rules! defaulted {
    ($($ty:ty: $bits:ty, $to:expr, $from:expr, $variant:ident;)*) => {$(
        impl<'m> Defaulted<'m> for $ty {
            type Value = $ty;

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
        }

        impl Literal<$ty> {
            /// Returns the default as the schema has it.
            pub const fn schema_value(self) -> DefaultValue {
                DefaultValue::$variant(self.0 as _)
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

impl<'m> Defaulted<'m> for bool {
    type Value = bool;

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
}

impl Literal<bool> {
    /// Returns the default as the schema has it.
    pub const fn schema_value(self) -> DefaultValue {
        DefaultValue::Bool(self.0)
    }
}

macro_rules! defaulted_text {
    ($ty:ty, $m:lifetime, $own:expr) => {
        impl<$m> Defaulted<$m> for $ty {
            type Value = &'static str;

            fn encode_defaulted(
                &self,
                to: &mut StructWriter<'_, '_>,
                at: At,
                _: &'static str,
            ) -> Result<(), IpcException> {
                Encode::encode(self, to, at)
            }

            fn decode_defaulted(
                from: &StructReader<$m>,
                at: At,
                default: &'static str,
            ) -> Result<Self, IpcException> {
                if from.pointer(at.offset).is_null() {
                    return Ok($own(default));
                }
                Decode::decode(from, at)
            }
        }
    };
}

defaulted_text!(String, 'm, str::to_owned);
defaulted_text!(&'m str, 'm, std::convert::identity);

impl Literal<&'static str> {
    /// Returns the default as the schema has it.
    pub const fn schema_value(self) -> DefaultValue {
        DefaultValue::Text(self.0)
    }
}
