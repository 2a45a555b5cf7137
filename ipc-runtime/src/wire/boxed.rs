//! `Box<T>` is what `T` is: it makes a recursive struct possible.

use super::{
    At, Decode, DecodeElement, Element, Encode, IpcType, PointerReader, PointerWriter, Shape, Single,
    StructReader, StructWriter, Type,
};
use crate::exception::IpcException;

impl<T: IpcType> IpcType for Box<T> {
    type This = Self;
    const SHAPE: Shape = T::SHAPE;
    const TYPE: Type = T::TYPE;
    const INNER_SHAPE: Shape = T::INNER_SHAPE;
    const INNER_TYPE: Type = T::INNER_TYPE;
}

impl<T: Single> Single for Box<T> {}

impl<T: Encode> Encode for Box<T> {
    fn encode(&self, to: &mut StructWriter<'_, '_>, at: At) -> Result<(), IpcException> {
        T::encode(self, to, at)
    }

    fn encode_inner(&self, to: &mut StructWriter<'_, '_>, at: At) -> Result<(), IpcException> {
        T::encode_inner(self, to, at)
    }

    fn lend<'d>(&'d self, to: &mut StructWriter<'_, 'd>, at: At) -> Result<(), IpcException> {
        T::lend(self, to, at)
    }

    fn lend_inner<'d>(&'d self, to: &mut StructWriter<'_, 'd>, at: At) -> Result<(), IpcException> {
        T::lend_inner(self, to, at)
    }

    fn give(self, to: &mut StructWriter<'_, '_>, at: At) -> Result<(), IpcException> {
        T::give(*self, to, at)
    }

    fn give_inner(self, to: &mut StructWriter<'_, '_>, at: At) -> Result<(), IpcException> {
        T::give_inner(*self, to, at)
    }
}

impl<'m, T: Decode<'m>> Decode<'m> for Box<T> {
    fn decode(from: &StructReader<'m>, at: At) -> Result<Self, IpcException> {
        from.charge(size_of::<T>())?;
        T::decode(from, at).map(Box::new)
    }

    fn decode_inner(from: &StructReader<'m>, at: At) -> Result<Self, IpcException> {
        from.charge(size_of::<T>())?;
        T::decode_inner(from, at).map(Box::new)
    }
}

impl<T: Element> Element for Box<T> {
    const LIST: Type = T::LIST;

    fn encode_items<'i>(
        items: impl ExactSizeIterator<Item = &'i Self>,
        to: PointerWriter<'_, '_>,
    ) -> Result<(), IpcException>
    where
        Self: 'i,
    {
        T::encode_items(items.map(|item| &**item), to)
    }
}

impl<'m, T: DecodeElement<'m>> DecodeElement<'m> for Box<T> {
    type Slice = Vec<Self>;

    fn decode_list(from: PointerReader<'m>) -> Result<Vec<Self>, IpcException> {
        let items = T::decode_list(from)?;
        from.charge(items.len().saturating_mul(size_of::<T>() + size_of::<Self>()))?;
        Ok(items.into_iter().map(Box::new).collect())
    }
}
