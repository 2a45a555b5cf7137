//! `Option<T>`: a null pointer is `None` where `T` is a pointer, a companion field `hasX :Bool` says it elsewhere
//! (libmultiprocess's rule, type-optional.h).
//!
//! In a list and in another `Option` there is no place for either: there it is a struct with one field, the option.

use std::marker::PhantomData;

use super::anonymous::{self, Anonymous, Form, member};
use super::descriptor::{Field, Struct};
use super::layout::{Layout, Slot, layout};
use super::raw::HasSize;
use super::{
    At, Decode, DecodeElement, Element, Encode, IpcType, PointerReader, PointerWriter, Shape, Single, Size,
    StructReader, StructWriter, Type,
};
use crate::exception::IpcException;
use crate::private::placed;

impl<T: Single> IpcType for Option<T> {
    type This = Self;
    const SHAPE: Shape = T::INNER_SHAPE.optional();
    const TYPE: Type = T::INNER_TYPE;
    const INNER_SHAPE: Shape = Shape::of(Slot::Pointer);
    const INNER_TYPE: Type = Type::Struct(anonymous::descriptor::<Holder<T>>);
}

impl<T: Single> Single for Option<T> {}

impl<T: Single<This: Encode>> Encode for Option<T> {
    fn encode(&self, to: &mut StructWriter<'_, '_>, at: At) -> Result<(), IpcException> {
        let Some(value) = self else { return Ok(()) };
        note_presence::<T>(to, at);
        value.encode_inner(to, at)
    }

    fn lend<'d>(&'d self, to: &mut StructWriter<'_, 'd>, at: At) -> Result<(), IpcException> {
        let Some(value) = self else { return Ok(()) };
        note_presence::<T>(to, at);
        value.lend_inner(to, at)
    }

    fn give(self, to: &mut StructWriter<'_, '_>, at: At) -> Result<(), IpcException> {
        let Some(value) = self else { return Ok(()) };
        note_presence::<T>(to, at);
        value.give_inner(to, at)
    }

    fn encode_inner(&self, to: &mut StructWriter<'_, '_>, at: At) -> Result<(), IpcException> {
        to.pointer(at.offset).write_struct(Holder::<T>::SIZE, |to| self.encode(to, Holder::<T>::AT))
    }

    fn encode_owned(&mut self, to: &mut StructWriter<'_, '_>, at: At) -> Result<(), IpcException> {
        let Some(value) = self else { return Ok(()) };
        note_presence::<T>(to, at);
        value.encode_inner_owned(to, at)
    }

    fn encode_inner_owned(&mut self, to: &mut StructWriter<'_, '_>, at: At) -> Result<(), IpcException> {
        to.pointer(at.offset).write_struct(Holder::<T>::SIZE, |to| self.encode_owned(to, Holder::<T>::AT))
    }
}

pub(crate) fn note_presence<T: IpcType + ?Sized>(to: &mut StructWriter<'_, '_>, at: At) {
    if !matches!(T::INNER_SHAPE.slot, Slot::Pointer) {
        to.set_bool(at.has, true);
    }
}

pub(crate) fn is_present<T: IpcType + ?Sized>(from: &StructReader<'_>, at: At) -> bool {
    match T::INNER_SHAPE.slot {
        Slot::Pointer => !from.pointer(at.offset).is_null(),
        _ => from.get_bool(at.has),
    }
}

impl<'m, T: Single<This: Decode<'m>>> Decode<'m> for Option<T> {
    fn decode(from: &StructReader<'m>, at: At) -> Result<Self, IpcException> {
        is_present::<T>(from, at).then(|| T::decode_inner(from, at)).transpose()
    }

    fn decode_inner(from: &StructReader<'m>, at: At) -> Result<Self, IpcException> {
        Self::decode(&from.pointer(at.offset).read_struct()?, Holder::<T>::AT)
    }
}

impl<T: Single<This: Encode>> Element for Option<T> {
    const LIST: Type = Type::List(&<Self as IpcType>::INNER_TYPE);

    fn encode_items<'i>(
        items: impl ExactSizeIterator<Item = &'i Self>,
        mut to: PointerWriter<'_, '_>,
    ) -> Result<(), IpcException>
    where
        Self: 'i,
    {
        to.write_structs::<Holder<T>, _>(items, |item, to| item.encode(to, Holder::<T>::AT))
    }

    fn encode_items_owned<'i>(
        items: impl ExactSizeIterator<Item = &'i mut Self>,
        mut to: PointerWriter<'_, '_>,
    ) -> Result<(), IpcException>
    where
        Self: 'i,
    {
        to.write_structs::<Holder<T>, _>(items, |item, to| item.encode_owned(to, Holder::<T>::AT))
    }
}

impl<'m, T: Single<This: Encode + Decode<'m>>> DecodeElement<'m> for Option<T> {
    type Slice = Vec<Self>;

    fn decode_list(from: PointerReader<'m>) -> Result<Vec<Self>, IpcException> {
        from.read_structs::<Holder<T>, _>(|from| Self::decode(from, Holder::<T>::AT))
    }
}

/// `struct OptionT { value @0 :T; }`, with `hasValue @1 :Bool` where a `T` is no pointer.
struct Holder<T>(PhantomData<T>);

impl<T: Single> Holder<T> {
    const LAYOUT: Layout<1> = layout([<Option<T> as IpcType>::SHAPE]);
    const FIELDS: &'static [Field] = &placed([member::<Option<T>>("value")], Self::LAYOUT);
    const AT: At = {
        let [at] = Self::LAYOUT.at;
        at
    };
}

impl<T: Single> HasSize for Holder<T> {
    const SIZE: Size = Self::LAYOUT.size;
}

impl<T: Single> Anonymous for Holder<T> {
    const FORM: Form = Form::Option(Struct { fields: Self::FIELDS, size: Self::SIZE });
}
