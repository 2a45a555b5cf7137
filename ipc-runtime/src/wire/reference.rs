//! `&T` is what `T` is; a server decides by [`Lend`](super::Lend) how it holds one.

use super::{At, Encode, IpcType, Shape, StructWriter, Type};
use crate::exception::IpcException;

#[diagnostic::do_not_recommend]
impl<T: IpcType + ?Sized> IpcType for &T {
    type This = Self;
    const SHAPE: Shape = T::SHAPE;
    const TYPE: Type = T::TYPE;
    const INNER_SHAPE: Shape = T::INNER_SHAPE;
    const INNER_TYPE: Type = T::INNER_TYPE;
}

#[diagnostic::do_not_recommend]
impl<T: Encode + ?Sized> Encode for &T {
    #[inline]
    fn encode(&self, to: &mut StructWriter<'_, '_>, at: At) -> Result<(), IpcException> {
        T::encode(self, to, at)
    }

    #[inline]
    fn encode_inner(&self, to: &mut StructWriter<'_, '_>, at: At) -> Result<(), IpcException> {
        T::encode_inner(self, to, at)
    }

    #[inline]
    fn lend<'d>(&'d self, to: &mut StructWriter<'_, 'd>, at: At) -> Result<(), IpcException> {
        T::lend(self, to, at)
    }

    #[inline]
    fn lend_inner<'d>(&'d self, to: &mut StructWriter<'_, 'd>, at: At) -> Result<(), IpcException> {
        T::lend_inner(self, to, at)
    }
}
