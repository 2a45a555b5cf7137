//! What lies in data sections and in lists: numbers, and bits.

use capnp::private::layout::PrimitiveElement;

/// A number that can be stored in the data section.
pub trait Number: PrimitiveElement + Copy + private::Sealed {}

/// An element of a list that is neither a pointer nor a struct.
pub trait Primitive: PrimitiveElement + private::Item {}

mod private {
    use capnp::private::layout;

    /// `capnp` does not export the trait that bounds its own accessors, hence one method per type.
    pub trait Sealed: Sized {
        /// Writes the number at `offset`, counted in its own size.
        fn put(self, data: &mut [u8], offset: usize);
        fn take(raw: &layout::StructReader<'_>, offset: u32) -> Self;
        /// Reads the number at `offset`, counted in its own size; zero beyond the end.
        fn take_from(data: &[u8], offset: u32) -> Self;
    }

    pub trait Item {
        /// Writes the item at an index of a list.
        fn put_item(self, list: &mut [u8], index: usize);
    }

    macro_rules! number {
        ($($ty:ty)*) => {$(
            impl super::Number for $ty {}
            impl super::Primitive for $ty {}
            impl Sealed for $ty {
                #[inline]
                fn put(self, data: &mut [u8], offset: usize) {
                    let at = offset * size_of::<$ty>();
                    if let Some(place) = data.get_mut(at..).and_then(<[u8]>::first_chunk_mut) {
                        *place = self.to_le_bytes();
                    }
                }
                #[inline]
                fn take(raw: &layout::StructReader<'_>, offset: u32) -> Self {
                    raw.get_data_field(offset as usize)
                }
                #[inline]
                fn take_from(data: &[u8], offset: u32) -> Self {
                    let at = offset as usize * size_of::<$ty>();
                    let bytes = data.get(at..).and_then(<[u8]>::first_chunk);
                    bytes.map_or_else(Self::default, |bytes| Self::from_le_bytes(*bytes))
                }
            }
            impl Item for $ty {
                #[inline]
                fn put_item(self, list: &mut [u8], index: usize) {
                    self.put(list, index);
                }
            }
        )*};
    }
    number!(u8 u16 u32 u64 i8 i16 i32 i64 f32 f64);

    impl super::Primitive for bool {}
    impl Item for bool {
        #[inline]
        fn put_item(self, list: &mut [u8], index: usize) {
            put_bit(list, index, self);
        }
    }

    impl super::Primitive for () {}
    impl Item for () {
        #[inline]
        fn put_item(self, _: &mut [u8], _: usize) {}
    }

    /// Reads the bit at an index; zero beyond the end.
    pub(crate) fn take_bit(data: &[u8], index: usize) -> bool {
        data.get(index / 8).is_some_and(|byte| byte & 1 << (index % 8) != 0)
    }

    /// Writes the bit at an index.
    pub(crate) fn put_bit(data: &mut [u8], index: usize, value: bool) {
        if let Some(byte) = data.get_mut(index / 8) {
            let bit = 1 << (index % 8);
            *byte = if value { *byte | bit } else { *byte & !bit };
        }
    }
}

pub(super) use self::private::{put_bit, take_bit};
