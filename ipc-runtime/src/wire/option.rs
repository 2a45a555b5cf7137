//! `Option<T>`: a null pointer is `None` where `T` is a pointer, a companion field `hasX :Bool` says it elsewhere
//! (libmultiprocess's rule, type-optional.h).

use super::layout::Slot;
use super::{At, Decode, Encode, IpcType, Shape, Single, StructReader, StructWriter, Type};
use crate::exception::IpcException;

impl<T: Single> IpcType for Option<T> {
    type This = Self;
    const SHAPE: Shape = T::INNER_SHAPE.optional();
    const TYPE: Type = T::INNER_TYPE;
}

impl<T: Single<This: Encode>> Encode for Option<T> {
    fn encode(&self, to: &mut StructWriter<'_, '_>, at: At) -> Result<(), IpcException> {
        let Some(value) = self else { return Ok(()) };
        if !matches!(T::INNER_SHAPE.slot, Slot::Pointer) {
            to.set_bool(at.has, true);
        }
        value.encode_inner(to, at)
    }
}

impl<'m, T: Single<This: Decode<'m>>> Decode<'m> for Option<T> {
    fn decode(from: &StructReader<'m>, at: At) -> Result<Self, IpcException> {
        let present = match T::INNER_SHAPE.slot {
            Slot::Pointer => !from.pointer(at.offset).is_null(),
            _ => from.get_bool(at.has),
        };
        present.then(|| T::decode_inner(from, at)).transpose()
    }
}
