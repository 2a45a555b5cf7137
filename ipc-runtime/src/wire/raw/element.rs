//! Lists of structs: capnp knows the element by a type of its own.

use std::marker::PhantomData;

use capnp::any_pointer;
use capnp::introspect::Introspect;
use capnp::private::layout;
use capnp::traits::{HasStructSize, IntoInternalStructReader, OwnedStruct, SetterInput};

use super::HasSize;
use super::writer::raw_size;

pub(super) type StructListReader<'a, T> = capnp::struct_list::Reader<'a, StructElement<T>>;

/// Ties a Rust type to capnp's list of structs, which names its element by an `OwnedStruct`.
pub(super) struct StructElement<T>(PhantomData<T>);
pub(super) struct StructElementReader<'a, T>(pub(super) layout::StructReader<'a>, pub(super) PhantomData<T>);
/// Required by `OwnedStruct`, and never made: lists are written without capnp.
pub(super) struct StructElementBuilder<'a, T>(PhantomData<(&'a (), T)>);

impl<T: HasSize> OwnedStruct for StructElement<T> {
    type Reader<'a> = StructElementReader<'a, T>;
    type Builder<'a> = StructElementBuilder<'a, T>;
}

impl<T> Introspect for StructElement<T> {
    /// Required by the bound, used by capnp's dynamic values only, which never see this type.
    fn introspect() -> capnp::introspect::Type {
        any_pointer::Owned::introspect()
    }
}

impl<'a, T> From<layout::StructReader<'a>> for StructElementReader<'a, T> {
    fn from(raw: layout::StructReader<'a>) -> Self {
        Self(raw, PhantomData)
    }
}

impl<'a, T> From<layout::StructBuilder<'a>> for StructElementBuilder<'a, T> {
    fn from(_: layout::StructBuilder<'a>) -> Self {
        Self(PhantomData)
    }
}

impl<T: HasSize> HasStructSize for StructElementBuilder<'_, T> {
    const STRUCT_SIZE: layout::StructSize = raw_size(T::SIZE);
}

impl<'a, T> IntoInternalStructReader<'a> for StructElementReader<'a, T> {
    fn into_internal_struct_reader(self) -> layout::StructReader<'a> {
        self.0
    }
}

impl<T> SetterInput<StructElement<T>> for StructElementReader<'_, T> {
    fn set_pointer_builder(
        mut builder: layout::PointerBuilder<'_>,
        input: Self,
        canonicalize: bool,
    ) -> capnp::Result<()> {
        builder.set_struct(&input.0, canonicalize)
    }
}
