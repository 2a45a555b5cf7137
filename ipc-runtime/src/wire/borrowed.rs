//! Values behind a pointer of their own: `Box<str>`, `Arc<[T]>`, `Cow<'_, Path>`, and `&str` as an element.
//!
//! `str`, `[T]`, `Path`, `OsStr` and `CStr` have no size, so each holder of them is a type of its own and not the
//! holder of a wire type.

use std::borrow::Cow;
use std::ffi::{CStr, OsStr};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::generic::PointerArgument;
use super::layout::Slot;
use super::os::{lend_c, lend_os, read_c, read_os, write_c, write_os};
use super::text::read_text;
use super::{
    At, Decode, DecodeElement, Element, Encode, IpcType, PointerReader, PointerWriter, Shape, Single,
    StructReader, StructWriter, Type, pointer_type,
};
use crate::exception::IpcException;

/// Implements the wire traits of a type without a size and of what holds one, from two functions: one that writes
/// the pointer, and one that reads what owns such a value.
macro_rules! unsized_type {
    ([$($generics:tt)*] [$m:lifetime $(, $($decode_generics:tt)+)?] [$($owned_bounds:tt)*] $ty:ty {
        type: $schema:expr,
        write: $write:expr,
        lend: $lend:expr,
        read: $read:expr $(,)?
    }) => {
        impl<$($generics)*> IpcType for $ty {
            type This = Self;
            const SHAPE: Shape = Shape::of(Slot::Pointer);
            const TYPE: Type = $schema;
        }

        impl<$($generics)*> Encode for $ty {
            fn encode(&self, to: &mut StructWriter<'_, '_>, at: At) -> Result<(), IpcException> {
                $write(self, to.pointer(at.offset))
            }

            $crate::wire::lend_by! { $lend }
        }

        impl<$($generics)*> Single for &$ty {}

        impl<$($generics)*> PointerArgument for &$ty {}

        impl<$($generics)*> Element for &$ty {
            const LIST: Type = Type::List(&$schema);

            fn encode_items<'i>(
                items: impl ExactSizeIterator<Item = &'i Self>,
                mut to: PointerWriter<'_, '_>,
            ) -> Result<(), IpcException>
            where
                Self: 'i,
            {
                to.write_pointers(items, |item, to| $write(*item, to))
            }
        }

        pointer_type!([$($generics)*] [$m $(, $($decode_generics)+)?] Box<$ty> {
            type: $schema,
            write: |value: &Box<$ty>, to: PointerWriter<'_, '_>| $write(&**value, to),
            lend: |value: &'d Box<$ty>, to: PointerWriter<'_, 'd>| $lend(&**value, to),
            read: |from: PointerReader<$m>| Ok(Box::from($read(from)?)),
        });

        pointer_type!([$($generics)*] [$m $(, $($decode_generics)+)?] Arc<$ty> {
            type: $schema,
            write: |value: &Arc<$ty>, to: PointerWriter<'_, '_>| $write(&**value, to),
            lend: |value: &'d Arc<$ty>, to: PointerWriter<'_, 'd>| $lend(&**value, to),
            read: |from: PointerReader<$m>| Ok(Arc::from($read(from)?)),
        });

        pointer_type!(['c, $($generics)* $($owned_bounds)*] [$m, 'c, $($($decode_generics)+)? $($owned_bounds)*] Cow<'c, $ty> {
            type: $schema,
            write: |value: &Cow<'c, $ty>, to: PointerWriter<'_, '_>| $write(&**value, to),
            lend: |value: &'d Cow<'c, $ty>, to: PointerWriter<'_, 'd>| $lend(&**value, to),
            read: |from: PointerReader<$m>| Ok(Cow::Owned($read(from)?)),
        });
    };
}

unsized_type!([] ['m] [] str {
    type: Type::Text,
    write: |text: &str, mut to: PointerWriter<'_, '_>| to.set_text(text),
    lend: |text: &'d str, mut to: PointerWriter<'_, 'd>| to.lend_text(text),
    read: read_text,
});

unsized_type!([T: Element] ['m, T: DecodeElement<'m>] [+ Clone + 'c] [T] {
    type: T::LIST,
    write: |items: &[T], to: PointerWriter<'_, '_>| T::encode_list(items, to),
    lend: |items: &'d [T], to: PointerWriter<'_, 'd>| T::lend_list(items, to),
    read: |from: PointerReader<'m>| T::decode_list(from),
});

unsized_type!([] ['m] [] Path {
    type: Type::Data,
    write: |path: &Path, to: PointerWriter<'_, '_>| write_os(path.as_os_str(), to),
    lend: |path: &'d Path, to: PointerWriter<'_, 'd>| lend_os(path.as_os_str(), to),
    read: |from: PointerReader<'m>| read_os(from).map(PathBuf::from),
});

unsized_type!([] ['m] [] OsStr {
    type: Type::Data,
    write: write_os,
    lend: lend_os,
    read: read_os,
});

unsized_type!([] ['m] [] CStr {
    type: Type::Data,
    write: write_c,
    lend: lend_c,
    read: read_c,
});

impl<T: IpcType + Clone> IpcType for Cow<'_, T> {
    type This = Self;
    const SHAPE: Shape = T::SHAPE;
    const TYPE: Type = T::TYPE;
    const INNER_SHAPE: Shape = T::INNER_SHAPE;
    const INNER_TYPE: Type = T::INNER_TYPE;
}

impl<T: Single + Clone> Single for Cow<'_, T> {}

impl<T: PointerArgument + Clone> PointerArgument for Cow<'_, T> {}

impl<T: Encode + Clone> Encode for Cow<'_, T> {
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
}

impl<'m, T: Decode<'m> + Clone> Decode<'m> for Cow<'_, T> {
    fn decode(from: &StructReader<'m>, at: At) -> Result<Self, IpcException> {
        T::decode(from, at).map(Cow::Owned)
    }

    fn decode_inner(from: &StructReader<'m>, at: At) -> Result<Self, IpcException> {
        T::decode_inner(from, at).map(Cow::Owned)
    }
}

impl<T: Element + Clone> Element for Cow<'_, T> {
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

impl<'m, T: DecodeElement<'m> + Clone> DecodeElement<'m> for Cow<'_, T> {
    type Slice = Vec<Self>;

    fn decode_list(from: PointerReader<'m>) -> Result<Vec<Self>, IpcException> {
        let items = T::decode_list(from)?;
        from.charge(items.len().saturating_mul(size_of::<Self>()))?;
        Ok(items.into_iter().map(Cow::Owned).collect())
    }
}
