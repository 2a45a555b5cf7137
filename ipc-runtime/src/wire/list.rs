//! `Vec<T>` and slices: `List(T)`, or `Data` for bytes.

use super::layout::Slot;
use super::{
    At, DecodeElement, Element, Encode, IpcType, Lend, PointerReader, PointerWriter, Shape, StructWriter,
    Type, pointer_type,
};
use crate::exception::IpcException;

pointer_type!([T: Element] ['m, T: DecodeElement<'m>] Vec<T> {
    type: T::LIST,
    write: |items: &Vec<T>, to: PointerWriter<'_, '_>| T::encode_list(items, to),
    read: |from: PointerReader<'m>| T::decode_list(from),
});

impl<T: Element> IpcType for [T] {
    type This = Self;
    const SHAPE: Shape = Shape::of(Slot::Pointer);
    const TYPE: Type = T::LIST;
}

impl<T: Element> Encode for [T] {
    fn encode(&self, to: &mut StructWriter<'_, '_>, at: At) -> Result<(), IpcException> {
        T::encode_list(self, to.pointer(at.offset))
    }
}

impl<'m, T: DecodeElement<'m>> Lend<'m> for [T] {
    type Held = T::Slice;
}
