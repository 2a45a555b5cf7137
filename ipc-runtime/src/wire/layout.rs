//! Struct layout, computed by the compiler.
//!
//! A macro sees tokens, not types, so it cannot know how large a field is. Each wire type states its
//! [`Shape`] as an associated constant instead, and [`layout`] computes the offsets from the shapes in a
//! constant. The rule is the one of the Cap'n Proto compiler: fields in ordinal order, each into the smallest
//! hole that fits it, a new data word where none does. Unions have a rule of their own, in [`union`](super::union); [`composite`](super::composite) is for structs with groups, unions and
//! pinned ordinals.
//! `tests/` compares both with `capnp compile`.

use super::holes::{Holes, WORD};
use super::ordinal::NEXT;

/// The storage class of one schema field.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Slot {
    /// No storage at all.
    Void,
    /// One bit of the data section.
    Bit,
    /// 8 bits of the data section.
    Byte,
    /// 16 bits of the data section.
    TwoBytes,
    /// 32 bits of the data section.
    FourBytes,
    /// 64 bits of the data section.
    EightBytes,
    /// One word of the pointer section.
    Pointer,
}

impl Slot {
    /// Returns the base-two logarithm of the size in bits, or `None` where there are no data bits.
    pub const fn log2_bits(self) -> Option<u32> {
        match self {
            Slot::Void | Slot::Pointer => None,
            Slot::Bit => Some(0),
            Slot::Byte => Some(3),
            Slot::TwoBytes => Some(4),
            Slot::FourBytes => Some(5),
            Slot::EightBytes => Some(6),
        }
    }
}

/// Whether a second schema field, `hasX :Bool`, says if the first is present.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Companion {
    /// The field stands alone; a null pointer, if it is one, means absent.
    None,
    /// The field is followed by `hasX :Bool` with the next ordinal.
    Has,
}

/// What one Rust field or parameter takes in a Cap'n Proto struct.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shape {
    /// Storage of the field itself.
    pub slot: Slot,
    /// Whether a presence field follows it.
    pub companion: Companion,
}

impl Shape {
    /// One field of the given storage class.
    pub const fn of(slot: Slot) -> Self {
        Self { slot, companion: Companion::None }
    }

    /// How many ordinals it takes.
    pub const fn ordinals(self) -> u16 {
        match self.companion {
            Companion::None => 1,
            Companion::Has => 2,
        }
    }

    /// The shape of an `Option` of something of this shape.
    ///
    /// A null pointer already says "absent"; everything else needs a companion.
    pub const fn optional(self) -> Self {
        match self.slot {
            Slot::Pointer => self,
            slot => Self { slot, companion: Companion::Has },
        }
    }
}

/// Where one Rust field lies in its struct.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct At {
    /// Offset in multiples of the field's size (in bits for a bool, in pointers for a pointer).
    pub offset: u32,
    /// Bit offset of the presence field; meaningful only where the shape has one.
    pub has: u32,
    /// Ordinal of the field.
    pub ordinal: u16,
    /// Ordinal of the presence field; meaningful only where the shape has one.
    pub has_ordinal: u16,
}

impl At {
    /// The first place.
    pub const FIRST: Self = Self { offset: 0, has: 0, ordinal: 0, has_ordinal: 0 };

    /// No place yet, and no pinned ordinal.
    pub const OPEN: Self = Self { ordinal: NEXT, has_ordinal: NEXT, ..Self::FIRST };
}

/// The size of a struct: what its pointer on the wire says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub struct Size {
    /// Words of the data section.
    pub data: u16,
    /// Words of the pointer section.
    pub pointers: u16,
}

/// The layout of a struct of `N` Rust fields.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Layout<const N: usize> {
    /// The place of each field, in declaration order.
    pub at: [At; N],
    /// The size of the whole.
    pub size: Size,
}

/// Computes the layout of fields in declaration order.
///
/// # Panics
/// Panics, at compile time where it is used in a constant, when the struct would need more than 65,535 words
/// of data or pointers.
pub const fn layout<const N: usize>(shapes: [Shape; N]) -> Layout<N> {
    let mut at = [At::FIRST; N];
    let size = layout_slice(&shapes, &mut at);
    Layout { at, size }
}

/// Computes the layout of a number of fields that is known only at run time, and puts the places into `at`.
///
/// # Panics
/// Panics when `at` is shorter than `shapes`, and when the struct would need more than 65,535 words of data or
/// pointers.
#[expect(clippy::indexing_slicing, reason = "const evaluation; the lengths are compared first")]
pub const fn layout_slice(shapes: &[Shape], at: &mut [At]) -> Size {
    assert!(at.len() >= shapes.len(), "every field needs a place");
    let mut packer = Packer::new();
    let mut ordinal = 0;
    let mut i = 0;
    while i < shapes.len() {
        at[i].offset = packer.place(shapes[i].slot);
        at[i].ordinal = ordinal;
        ordinal = next_ordinal(ordinal);
        if matches!(shapes[i].companion, Companion::Has) {
            at[i].has = packer.place(Slot::Bit);
            at[i].has_ordinal = ordinal;
            ordinal = next_ordinal(ordinal);
        }
        i += 1;
    }
    packer.size()
}

/// Gives out offsets, smallest fitting hole first.
pub(super) struct Packer {
    holes: Holes,
    data: u32,
    pointers: u32,
}

impl Packer {
    pub(super) const fn new() -> Self {
        Self { holes: Holes::NONE, data: 0, pointers: 0 }
    }

    pub(super) const fn place(&mut self, slot: Slot) -> u32 {
        match (slot, slot.log2_bits()) {
            (Slot::Pointer, _) => {
                self.pointers += 1;
                self.pointers - 1
            }
            (_, None) => 0,
            (_, Some(log2)) => self.place_bits(log2),
        }
    }

    pub(super) const fn place_bits(&mut self, log2: u32) -> u32 {
        match self.holes.take(log2) {
            Some(offset) => offset,
            None => {
                self.data += 1;
                self.holes.split(WORD, self.data - 1, log2)
            }
        }
    }

    /// Lets what was placed last at an offset grow into the holes behind it.
    pub(super) const fn absorb(&mut self, log2: u32, offset: u32, factor: u32) -> bool {
        self.holes.absorb(log2, offset, factor)
    }

    pub(super) const fn size(&self) -> Size {
        assert!(
            self.data <= u16::MAX as u32 && self.pointers <= u16::MAX as u32,
            "a Cap'n Proto struct has at most 65,535 words of data and as many pointers"
        );
        Size { data: self.data as u16, pointers: self.pointers as u16 }
    }
}

/// The ordinal after one.
const fn next_ordinal(ordinal: u16) -> u16 {
    assert!(
        ordinal < u16::MAX,
        "too many fields: ordinals have 16 bits, and an `Option` that is no pointer takes two"
    );
    ordinal + 1
}

#[cfg(test)]
mod tests {
    use super::*;

    fn offsets(slots: &[Slot]) -> (Vec<u32>, Size) {
        let mut packer = Packer::new();
        let offsets = slots.iter().map(|slot| packer.place(*slot)).collect();
        (offsets, packer.size())
    }

    #[test]
    fn small_fields_fill_the_holes_that_larger_ones_left() {
        // struct { a :Bool; b :UInt64; c :UInt8; d :UInt32; e :UInt16; f :Bool; }
        let (offsets, size) =
            offsets(&[Slot::Bit, Slot::EightBytes, Slot::Byte, Slot::FourBytes, Slot::TwoBytes, Slot::Bit]);
        assert_eq!(offsets, [0, 1, 1, 1, 1, 1]);
        assert_eq!(size, Size { data: 2, pointers: 0 });
    }

    #[test]
    fn an_option_of_a_number_takes_a_companion_with_the_next_ordinal() {
        const INT: Shape = Shape::of(Slot::FourBytes);
        const LAYOUT: Layout<3> = layout([INT.optional(), Shape::of(Slot::Pointer).optional(), INT]);
        assert_eq!(LAYOUT.at[0], At { has: 32, has_ordinal: 1, ..At::FIRST });
        assert_eq!(LAYOUT.at[1], At { ordinal: 2, ..At::FIRST });
        // The companion broke the second half of the word, so this one starts the next.
        assert_eq!(LAYOUT.at[2], At { offset: 2, ordinal: 3, ..At::FIRST });
        assert_eq!(LAYOUT.size, Size { data: 2, pointers: 1 });
    }

    #[test]
    #[should_panic(expected = "too many fields")]
    fn ordinals_have_16_bits() {
        const COUNT: usize = 40_000;
        let mut at = vec![At::FIRST; COUNT];
        layout_slice(&vec![Shape::of(Slot::Void).optional(); COUNT], &mut at);
    }

    #[test]
    #[should_panic(expected = "at most 65,535 words of data")]
    fn a_struct_has_an_end() {
        let mut packer = Packer::new();
        (0..=u16::MAX).for_each(|_| {
            packer.place(Slot::Pointer);
        });
        packer.size();
    }

    #[test]
    fn void_takes_no_space() {
        let (offsets, size) = offsets(&[Slot::Void, Slot::Pointer, Slot::Void, Slot::Pointer]);
        assert_eq!(offsets, [0, 0, 0, 1]);
        assert_eq!(size, Size { data: 0, pointers: 2 });
    }
}
