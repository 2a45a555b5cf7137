//! Numbers in the data section.

use capnp::private::layout::PrimitiveElement;

/// A number that can be stored in the data section.
pub trait Number: PrimitiveElement + Copy + private::Sealed {}

mod private {
    use capnp::private::layout;

    /// `capnp` does not export the trait that bounds its own accessors, hence one method per type.
    pub trait Sealed: Sized {
        fn put(self, raw: &layout::StructBuilder<'_>, offset: u32);
        fn take(raw: &layout::StructReader<'_>, offset: u32) -> Self;
    }

    macro_rules! number {
        ($($ty:ty)*) => {$(
            impl super::Number for $ty {}
            impl Sealed for $ty {
                #[inline]
                fn put(self, raw: &layout::StructBuilder<'_>, offset: u32) {
                    raw.set_data_field(offset as usize, self);
                }
                #[inline]
                fn take(raw: &layout::StructReader<'_>, offset: u32) -> Self {
                    raw.get_data_field(offset as usize)
                }
            }
        )*};
    }
    number!(u8 u16 u32 u64 i8 i16 i32 i64 f32 f64);
}
