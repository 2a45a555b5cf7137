//! Fields and parameters with `#[ipc(default = ..)]`.
//!
//! As in every Cap'n Proto program, a number is on the wire as the exclusive or of itself and its default, so that a
//! shorter message, which reads as zeros, has the default; text, bytes and lists that are null are the default.

use std::collections::BTreeMap;
use std::sync::Mutex;

use super::descriptor::DefaultValue;
use super::enumeration::variant;
use super::{At, Decode, DecodeElement, Encode, Enum, StructReader, StructWriter};
use crate::exception::IpcException;
use crate::sync::lock;

/// A type of which a field can have a default.
#[diagnostic::on_unimplemented(
    message = "a field of type `{Self}` cannot have a default in the schema",
    label = "not a bool, a number, text, bytes, an enum without fields or a `Vec` of these",
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
                    from.charge(default.len())?;
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
defaulted_pointer!(['m] &'m [u8]: [u8], 'm, std::convert::identity, Data);

/// A type of which a list can be a default.
#[diagnostic::on_unimplemented(
    message = "a list of `{Self}` cannot be a default in the schema",
    label = "not a bool, a number, text, bytes, an enum without fields or a list of these",
    note = "where a message does not have it, it reads as empty"
)]
pub trait DefaultElement: HasDefault<Value: Sized> + Sized {
    /// Makes a value of a default.
    ///
    /// # Errors
    /// Returns an error if there is none, which no derived type does.
    fn of_default(default: &'static Self::Value) -> Result<Self, IpcException>;

    /// How much memory the values of some defaults take.
    fn size_of_defaults(defaults: &'static [Self::Value]) -> usize {
        size_of_val(defaults)
    }

    /// Returns a default as the schema has it.
    fn item_value(default: &'static Self::Value) -> DefaultValue;

    /// Returns a list of defaults as the schema has it.
    fn list_value(defaults: &'static [Self::Value]) -> DefaultValue {
        DefaultValue::List(keep(defaults.iter().map(Self::item_value).collect()))
    }
}

/// Keeps what a schema says, once.
fn keep(items: Vec<DefaultValue>) -> &'static [DefaultValue] {
    static KEPT: Mutex<BTreeMap<String, &'static [DefaultValue]>> = Mutex::new(BTreeMap::new());

    // Floating-point numbers have no order, and one is not equal to itself.
    let key = format!("{items:?}");
    lock(&KEPT).entry(key).or_insert_with(|| items.leak())
}

macro_rules! default_elements {
    ($($ty:ty)*) => {$(
        impl DefaultElement for $ty {
            fn of_default(default: &'static Self) -> Result<Self, IpcException> {
                Ok(*default)
            }

            fn item_value(default: &'static Self) -> DefaultValue {
                <Self as DefaultCodec<'_>>::schema_value(*default)
            }
        }
    )*};
}
default_elements! { bool u16 u32 u64 i8 i16 i32 i64 f32 f64 char usize isize }

/// A list of bytes is `Data`.
impl DefaultElement for u8 {
    fn of_default(default: &'static Self) -> Result<Self, IpcException> {
        Ok(*default)
    }

    fn item_value(default: &'static Self) -> DefaultValue {
        <Self as DefaultCodec<'_>>::schema_value(*default)
    }

    fn list_value(defaults: &'static [Self]) -> DefaultValue {
        DefaultValue::Data(defaults)
    }
}

impl DefaultElement for String {
    fn of_default(default: &'static &'static str) -> Result<Self, IpcException> {
        Ok((*default).to_owned())
    }

    fn size_of_defaults(defaults: &'static [&'static str]) -> usize {
        size_of::<Self>() * defaults.len() + defaults.iter().map(|text| text.len()).sum::<usize>()
    }

    fn item_value(default: &'static &'static str) -> DefaultValue {
        DefaultValue::Text(default)
    }
}

impl<E: Enum + HasDefault<Value = E> + 'static> DefaultElement for E {
    fn of_default(default: &'static Self) -> Result<Self, IpcException> {
        // It may have no `Clone`.
        variant(default.to_ordinal())
    }

    fn item_value(default: &'static Self) -> DefaultValue {
        DefaultValue::Enum(default.to_ordinal())
    }
}

impl<T: DefaultElement<Value: 'static>> DefaultElement for Vec<T> {
    fn of_default(default: &'static &'static [T::Value]) -> Result<Self, IpcException> {
        default.iter().map(T::of_default).collect()
    }

    fn size_of_defaults(defaults: &'static [&'static [T::Value]]) -> usize {
        size_of::<Self>() * defaults.len()
            + defaults.iter().map(|items| T::size_of_defaults(items)).sum::<usize>()
    }

    fn item_value(default: &'static &'static [T::Value]) -> DefaultValue {
        T::list_value(default)
    }
}

impl<T: DefaultElement<Value: 'static>> HasDefault for Vec<T> {
    type This = Self;
    type Value = &'static [T::Value];
}

impl<'m, T> DefaultCodec<'m> for Vec<T>
where
    T: DefaultElement<Value: 'static> + DecodeElement<'m>,
{
    fn encode_defaulted(
        &self,
        to: &mut StructWriter<'_, '_>,
        at: At,
        _: &'static [T::Value],
    ) -> Result<(), IpcException> {
        Encode::encode(self, to, at)
    }

    fn decode_defaulted(
        from: &StructReader<'m>,
        at: At,
        default: &'static [T::Value],
    ) -> Result<Self, IpcException> {
        if from.pointer(at.offset).is_null() {
            from.charge(T::size_of_defaults(default))?;
            return default.iter().map(T::of_default).collect();
        }
        Decode::decode(from, at)
    }

    fn schema_value(default: &'static [T::Value]) -> DefaultValue {
        T::list_value(default)
    }
}
