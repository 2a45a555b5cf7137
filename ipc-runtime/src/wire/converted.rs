//! Types that travel as a number: `char`, `usize` and `isize`, `NonZero`, of which not every value is one of theirs, and
//! [`Byte`].

use std::num::NonZero;

use crate::exception::IpcException;

/// Implements the wire traits of a type from its number and the ways there and back, which may fail.
macro_rules! converted {
    ($($ty:ty: $number:ty, $to:expr, $from:expr;)*) => {$(
        impl $crate::wire::IpcType for $ty {
            type This = Self;
            const SHAPE: $crate::wire::Shape = <$number as $crate::wire::IpcType>::SHAPE;
            const TYPE: $crate::wire::Type = <$number as $crate::wire::IpcType>::TYPE;
        }

        impl $crate::wire::Single for $ty {}

        impl $crate::wire::Encode for $ty {
            #[inline]
            fn encode(
                &self,
                to: &mut $crate::wire::StructWriter<'_, '_>,
                at: $crate::wire::At,
            ) -> Result<(), $crate::IpcException> {
                to.set::<$number>(at.offset, $to(*self)?);
                Ok(())
            }
        }

        impl<'m> $crate::wire::Decode<'m> for $ty {
            #[inline]
            fn decode(
                from: &$crate::wire::StructReader<'m>,
                at: $crate::wire::At,
            ) -> Result<Self, $crate::IpcException> {
                $from(from.get::<$number>(at.offset))
            }
        }

        impl $crate::wire::default::HasDefault for $ty {
            type This = Self;
            type Value = Self;
        }

        impl<'m> $crate::wire::default::DefaultCodec<'m> for $ty {
            fn encode_defaulted(
                &self,
                to: &mut $crate::wire::StructWriter<'_, '_>,
                at: $crate::wire::At,
                default: Self,
            ) -> Result<(), $crate::IpcException> {
                let (value, default): ($number, $number) = ($to(*self)?, $to(default)?);
                to.set(at.offset, value ^ default);
                Ok(())
            }

            fn decode_defaulted(
                from: &$crate::wire::StructReader<'m>,
                at: $crate::wire::At,
                default: Self,
            ) -> Result<Self, $crate::IpcException> {
                let default: $number = $to(default)?;
                $from(from.get::<$number>(at.offset) ^ default)
            }

            fn schema_value(default: Self) -> $crate::wire::descriptor::DefaultValue {
                // What is out of range is an error whenever it is used.
                let number = $to(default).unwrap_or_default();
                <$number as $crate::wire::default::DefaultCodec<'m>>::schema_value(number)
            }
        }

        impl $crate::wire::Element for $ty {
            const LIST: $crate::wire::Type =
                $crate::wire::Type::List(&<$number as $crate::wire::IpcType>::TYPE);

            fn encode_items<'i>(
                items: impl ExactSizeIterator<Item = &'i Self>,
                mut to: $crate::wire::PointerWriter<'_, '_>,
            ) -> Result<(), $crate::IpcException> {
                let numbers: Result<Vec<$number>, $crate::IpcException> = items.map(|item| $to(*item)).collect();
                to.write_primitives(numbers?.into_iter())
            }
        }

        impl<'m> $crate::wire::DecodeElement<'m> for $ty {
            type Slice = Vec<Self>;

            fn decode_list(from: $crate::wire::PointerReader<'m>) -> Result<Vec<Self>, $crate::IpcException> {
                let numbers = from.read_primitives::<$number>()?;
                from.charge(numbers.len().saturating_mul(size_of::<Self>()))?;
                numbers.into_iter().map($from).collect()
            }
        }
    )*};
}
pub(super) use converted;

/// A number in a list of numbers, as other programs' schemas have it: `Vec<Byte>` is a `List(UInt8)` in the schema,
/// where `Vec<u8>` is `Data`. In a message the two are alike.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Byte(pub u8);

converted! {
    Byte: u8, |byte: Self| Ok::<_, IpcException>(byte.0), |number| Ok(Self(number));
    char: u32, |c| Ok::<_, IpcException>(u32::from(c)), to_char;
    usize: u64, to_number, from_size;
    isize: i64, to_number, from_size;
}

macro_rules! non_zero {
    ($($number:ty)*) => {
        converted! {$(
            NonZero<$number>: $number, |n: Self| Ok::<_, IpcException>(n.get()), |n| match Self::new(n) {
                Some(n) => Ok(n),
                None => Err(zero(stringify!($number))),
            };
        )*}
    };
}

non_zero! { u8 u16 u32 u64 i8 i16 i32 i64 }

/// A `NonZero` whose number itself has another form on the wire.
macro_rules! non_zero_size {
    ($($size:ident: $number:ty;)*) => {
        converted! {$(
            NonZero<$size>: $number, |n: Self| to_number(n.get()), |n| match Self::new(from_size(n)?) {
                Some(n) => Ok(n),
                None => Err(zero(stringify!($size))),
            };
        )*}
    };
}

non_zero_size! {
    usize: u64;
    isize: i64;
}

fn to_char(number: u32) -> Result<char, IpcException> {
    char::from_u32(number).ok_or_else(|| IpcException::failed(format!("{number:#x} is no `char`")))
}

/// Never fails as long as no machine has addresses of more than 64 bits.
fn to_number<S, N: TryFrom<S>>(size: S) -> Result<N, IpcException> {
    N::try_from(size).map_err(|_| out_of_range::<S>("a number of 64 bits"))
}

fn from_size<N, S: TryFrom<N>>(number: N) -> Result<S, IpcException> {
    S::try_from(number).map_err(|_| out_of_range::<S>("the number that was received"))
}

fn out_of_range<S>(what: &str) -> IpcException {
    IpcException::failed(format!("`{}` out of range for {what}", std::any::type_name::<S>()))
}

pub(super) fn zero(number: &str) -> IpcException {
    IpcException::failed(format!("zero where `NonZero<{number}>` is required"))
}
