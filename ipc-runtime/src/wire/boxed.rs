//! `Box<T>` is what `T` is: it makes a recursive struct possible.

use super::{At, Decode, Encode, IpcType, Shape, Single, StructReader, StructWriter, Type};
use crate::exception::IpcException;

impl<T: IpcType> IpcType for Box<T> {
    type This = Self;
    const SHAPE: Shape = T::SHAPE;
    const TYPE: Type = T::TYPE;
}

impl<T: Single> Single for Box<T> {}

impl<T: Encode> Encode for Box<T> {
    fn encode(&self, to: &mut StructWriter<'_, '_>, at: At) -> Result<(), IpcException> {
        T::encode(self, to, at)
    }
}

impl<'m, T: Decode<'m>> Decode<'m> for Box<T> {
    fn decode(from: &StructReader<'m>, at: At) -> Result<Self, IpcException> {
        from.charge(size_of::<T>())?;
        T::decode(from, at).map(Box::new)
    }
}
