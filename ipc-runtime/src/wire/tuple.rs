//! Tuples of two to eight: a struct with fields `field0`, `field1` and so on.

use super::anonymous::{self, Anonymous, Form, member};
use super::descriptor::{Field, Struct};
use super::generic::PointerArgument;
use super::layout::{Layout, Slot, layout};
use super::raw::HasSize;
use super::{
    At, Decode, DecodeElement, Element, Encode, IpcType, PointerReader, PointerWriter, Shape, Single, Size,
    StructReader, StructWriter, Type,
};
use crate::exception::IpcException;
use crate::private::placed;

/// A tuple as a struct.
trait Tuple {
    /// The fields.
    const FIELDS: &'static [Field];
}

macro_rules! tuple {
    ($($ty:ident $value:ident $at:ident $name:literal),*) => {
        impl<$($ty: IpcType),*> IpcType for ($($ty,)*) {
            type This = Self;
            const SHAPE: Shape = Shape::of(Slot::Pointer);
            const TYPE: Type = Type::Struct(anonymous::descriptor::<Self>);
        }

        impl<$($ty: IpcType),*> Single for ($($ty,)*) {}

        impl<$($ty: Encode),*> PointerArgument for ($($ty,)*) {}

        impl<$($ty: IpcType),*> Tuple for ($($ty,)*) {
            const FIELDS: &'static [Field] = &placed([$(member::<$ty>($name)),*], layout([$($ty::SHAPE),*]));
        }

        impl<$($ty: IpcType),*> HasSize for ($($ty,)*) {
            const SIZE: Size = layout([$($ty::SHAPE),*]).size;
        }

        impl<$($ty: IpcType),*> Anonymous for ($($ty,)*) {
            const FORM: Form = Form::Tuple(Struct { fields: Self::FIELDS, size: Self::SIZE });
        }

        impl<$($ty: Encode),*> Encode for ($($ty,)*) {
            fn encode(&self, to: &mut StructWriter<'_, '_>, at: At) -> Result<(), IpcException> {
                to.pointer(at.offset).write_struct(Self::SIZE, |to| {
                    let Layout { at: [$($at),*], .. } = const { layout([$($ty::SHAPE),*]) };
                    let ($($value,)*) = self;
                    $($value.encode(to, $at)?;)*
                    Ok(())
                })
            }

            fn encode_owned(&mut self, to: &mut StructWriter<'_, '_>, at: At) -> Result<(), IpcException> {
                to.pointer(at.offset).write_struct(Self::SIZE, |to| {
                    let Layout { at: [$($at),*], .. } = const { layout([$($ty::SHAPE),*]) };
                    let ($($value,)*) = self;
                    $($value.encode_owned(to, $at)?;)*
                    Ok(())
                })
            }

            fn encode_inner_owned(
                &mut self,
                to: &mut StructWriter<'_, '_>,
                at: At,
            ) -> Result<(), IpcException> {
                self.encode_owned(to, at)
            }
        }

        impl<'m, $($ty: Decode<'m>),*> Decode<'m> for ($($ty,)*) {
            fn decode(from: &StructReader<'m>, at: At) -> Result<Self, IpcException> {
                let from = from.pointer(at.offset).read_struct()?;
                let Layout { at: [$($at),*], .. } = const { layout([$($ty::SHAPE),*]) };
                Ok(($($ty::decode(&from, $at)?,)*))
            }
        }

        impl<$($ty: Encode),*> Element for ($($ty,)*) {
            const LIST: Type = Type::List(&<Self as IpcType>::TYPE);

            fn encode_items<'i>(
                items: impl ExactSizeIterator<Item = &'i Self>,
                mut to: PointerWriter<'_, '_>,
            ) -> Result<(), IpcException>
            where
                Self: 'i,
            {
                let Layout { at: [$($at),*], .. } = const { layout([$($ty::SHAPE),*]) };
                to.write_structs::<Self, _>(items, |($($value,)*), to| {
                    $($value.encode(to, $at)?;)*
                    Ok(())
                })
            }

            fn encode_items_owned<'i>(
                items: impl ExactSizeIterator<Item = &'i mut Self>,
                mut to: PointerWriter<'_, '_>,
            ) -> Result<(), IpcException>
            where
                Self: 'i,
            {
                let Layout { at: [$($at),*], .. } = const { layout([$($ty::SHAPE),*]) };
                to.write_structs::<Self, _>(items, |($($value,)*), to| {
                    $($value.encode_owned(to, $at)?;)*
                    Ok(())
                })
            }
        }

        impl<'m, $($ty: Encode + Decode<'m>),*> DecodeElement<'m> for ($($ty,)*) {
            type Slice = Vec<Self>;

            fn decode_list(from: PointerReader<'m>) -> Result<Vec<Self>, IpcException> {
                let Layout { at: [$($at),*], .. } = const { layout([$($ty::SHAPE),*]) };
                from.read_structs::<Self, _>(|from| Ok(($($ty::decode(from, $at)?,)*)))
            }
        }
    };
}

tuple!(A a a_at "field0", B b b_at "field1");
tuple!(A a a_at "field0", B b b_at "field1", C c c_at "field2");
tuple!(A a a_at "field0", B b b_at "field1", C c c_at "field2", D d d_at "field3");
tuple!(A a a_at "field0", B b b_at "field1", C c c_at "field2", D d d_at "field3", E e e_at "field4");
tuple!(A a a_at "field0", B b b_at "field1", C c c_at "field2", D d d_at "field3", E e e_at "field4",
    F f f_at "field5");
tuple!(A a a_at "field0", B b b_at "field1", C c c_at "field2", D d d_at "field3", E e e_at "field4",
    F f f_at "field5", G g g_at "field6");
tuple!(A a a_at "field0", B b b_at "field1", C c c_at "field2", D d d_at "field3", E e e_at "field4",
    F f f_at "field5", G g g_at "field6", H h h_at "field7");
