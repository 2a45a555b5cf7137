//! `bool`, the fixed-width integers, floats and `()`.

use super::layout::Slot;
use super::{
    At, Decode, DecodeElement, Element, Encode, IpcType, PointerReader, PointerWriter, Shape, Single,
    StructReader, StructWriter, Type,
};
use crate::exception::IpcException;

macro_rules! primitive {
    ($ty:ty, $slot:ident, $schema:ident, $set:expr, $get:expr) => {
        impl IpcType for $ty {
            type This = Self;
            const SHAPE: Shape = Shape::of(Slot::$slot);
            const TYPE: Type = Type::$schema;
        }

        impl Single for $ty {}

        impl Encode for $ty {
            #[inline]
            fn encode(&self, to: &mut StructWriter<'_, '_>, at: At) -> Result<(), IpcException> {
                $set(to, at.offset, *self);
                Ok(())
            }
        }

        impl<'m> Decode<'m> for $ty {
            #[inline]
            fn decode(from: &StructReader<'m>, at: At) -> Result<Self, IpcException> {
                Ok($get(from, at.offset))
            }
        }
    };
}

macro_rules! list_of_primitives {
    ($($ty:ty),*) => {$(
        impl Element for $ty {
            const LIST: Type = Type::List(&<$ty as IpcType>::TYPE);

            fn encode_items<'i>(
                items: impl ExactSizeIterator<Item = &'i Self>,
                mut to: PointerWriter<'_, '_>,
            ) -> Result<(), IpcException> {
                to.write_primitives(items.copied())
            }
        }

        impl<'m> DecodeElement<'m> for $ty {
            type Slice = Vec<Self>;

            fn decode_list(from: PointerReader<'m>) -> Result<Vec<Self>, IpcException> {
                from.read_primitives()
            }
        }
    )*};
}

macro_rules! number {
    ($($ty:ty: $slot:ident $schema:ident;)*) => {$(
        primitive!($ty, $slot, $schema, StructWriter::set, StructReader::get);
    )*};
}

number! {
    u8: Byte UInt8;
    u16: TwoBytes UInt16;
    u32: FourBytes UInt32;
    u64: EightBytes UInt64;
    i8: Byte Int8;
    i16: TwoBytes Int16;
    i32: FourBytes Int32;
    i64: EightBytes Int64;
    f32: FourBytes Float32;
    f64: EightBytes Float64;
}

primitive!(bool, Bit, Bool, StructWriter::set_bool, StructReader::get_bool);
primitive!((), Void, Void, |_: &mut _, _, ()| (), |_: &_, _| ());

list_of_primitives!(bool, (), u16, u32, u64, i8, i16, i32, i64, f32, f64);

/// A list of bytes is Data, and a server borrows it from the message.
impl Element for u8 {
    const LIST: Type = Type::Data;

    fn encode_items<'i>(
        items: impl ExactSizeIterator<Item = &'i Self>,
        to: PointerWriter<'_, '_>,
    ) -> Result<(), IpcException> {
        Self::encode_list(&items.copied().collect::<Vec<u8>>(), to)
    }

    fn encode_list(items: &[Self], mut to: PointerWriter<'_, '_>) -> Result<(), IpcException> {
        to.set_data(items)
    }

    fn encode_list_owned(items: &mut [Self], to: PointerWriter<'_, '_>) -> Result<(), IpcException> {
        Self::encode_list(items, to)
    }

    fn lend_list<'d>(items: &'d [Self], mut to: PointerWriter<'_, 'd>) -> Result<(), IpcException> {
        to.lend_data(items)
    }

    fn give_list(items: Vec<Self>, mut to: PointerWriter<'_, '_>) -> Result<(), IpcException> {
        to.give_data(items)
    }
}

impl<'m> DecodeElement<'m> for u8 {
    type Slice = &'m [u8];

    fn decode_list(from: PointerReader<'m>) -> Result<Vec<Self>, IpcException> {
        let data = from.data()?;
        from.charge(data.len())?;
        Ok(data.to_vec())
    }
}
