//! The layout of a struct with an unnamed union, computed by the compiler.
//!
//! The cases of a union share their storage. The rule is the one of the Cap'n Proto compiler, fields in ordinal
//! order: a field of a case goes into the *location* of the union where it wastes least; if there is none, the first
//! location that can grow does, in its own case or at the expense of a hole behind it in the struct; else the
//! struct gives a new location. The discriminant is placed when the second case begins, and so lies behind the first
//! field of the first case.

use super::holes::{Holes, WORD};
use super::layout::{At, Companion, Packer, Shape, Size, Slot, next_ordinal};

/// Where fields and the discriminant lie.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct UnionLayout<const N: usize> {
    /// The place of each field.
    pub at: [At; N],
    /// The size of the whole struct.
    pub size: Size,
    /// The place of the discriminant, in units of 16 bits.
    pub discriminant: u32,
}

/// The number of a case for a field that is in none, but beside the union.
pub const BESIDE: u16 = u16::MAX;

/// Computes the layout of fields in declaration order, `cases[i]` being the number of the case that field `i` is in.
///
/// # Panics
/// Panics, at compile time where it is used in a constant, when the struct would need more than 65,535 words
/// of data or pointers.
pub const fn union_layout<const N: usize>(shapes: [Shape; N], cases: [u16; N]) -> UnionLayout<N> {
    let mut at = [At { offset: 0, has: 0, ordinal: 0 }; N];
    // A field has at most two locations: its own and that of its presence field.
    let mut locations = [[Location::NONE; 2]; N];
    let (size, discriminant) = union_layout_slice(&shapes, &cases, &mut at, locations.as_flattened_mut());
    UnionLayout { at, size, discriminant }
}

/// Computes the layout of a number of fields that is known only at run time; returns the size and the place of the
/// discriminant. `locations` is scratch space, twice as long as `shapes`.
///
/// # Panics
/// Panics when another slice is shorter than `shapes`, and when the struct would need more than 65,535 words of data
/// or pointers.
#[expect(clippy::indexing_slicing, reason = "const evaluation; the lengths are compared first")]
pub const fn union_layout_slice(
    shapes: &[Shape],
    cases: &[u16],
    at: &mut [At],
    locations: &mut [Location],
) -> (Size, u32) {
    assert!(cases.len() >= shapes.len() && at.len() >= shapes.len(), "every field needs a case and a place");
    assert!(locations.len() >= 2 * shapes.len(), "every field needs two locations");
    let mut union = Union::new(locations);
    let mut ordinal = 0;
    let mut i = 0;
    while i < shapes.len() {
        at[i].ordinal = ordinal;
        at[i].offset = union.place(cases[i], shapes[i].slot);
        ordinal = next_ordinal(ordinal);
        if matches!(shapes[i].companion, Companion::Has) {
            at[i].has = union.place(cases[i], Slot::Bit);
            ordinal = next_ordinal(ordinal);
        }
        i += 1;
    }
    (union.top.size(), union.discriminant)
}

/// A piece of the struct that belongs to the union, and what the case at hand has used of it.
#[derive(Clone, Copy, Debug)]
pub struct Location {
    /// The base-two logarithm of its size.
    log2: u32,
    /// Its offset, in units of its size.
    offset: u32,
    /// The base-two logarithm of what the case uses of it, from its beginning and holes included.
    used: Option<u32>,
    /// The holes in what is used, their offsets relative to the location.
    holes: Holes,
    /// The index of a pointer of the union: pointers are numbered apart and share the scratch space.
    pointer: u32,
}

impl Location {
    /// Scratch space.
    pub const NONE: Self = Self { log2: 0, offset: 0, used: None, holes: Holes::NONE, pointer: 0 };

    /// The offset of something within the location, in units of `2^log2` bits of the struct.
    const fn absolute(&self, log2: u32, offset: u32) -> u32 {
        (self.offset << (self.log2 - log2)) + offset
    }

    /// Tells how large a piece must be broken to place `2^log2` bits without growing; the smaller the better.
    const fn room(&self, log2: u32) -> Option<u32> {
        let Some(used) = self.used else {
            return if log2 <= self.log2 { Some(self.log2) } else { None };
        };
        if log2 >= used {
            // No hole is that large, but there may be as much behind what is used.
            return if log2 < self.log2 { Some(log2) } else { None };
        }
        match self.holes.smallest(log2) {
            Some(hole) => Some(hole),
            None if used < self.log2 => Some(used),
            None => None,
        }
    }

    /// Places `2^log2` bits where `room` has found some.
    const fn take(&mut self, log2: u32) -> u32 {
        let offset = match self.used {
            None => {
                self.used = Some(log2);
                0
            }
            Some(used) if log2 >= used => {
                self.holes.grow(used, log2);
                self.used = Some(log2 + 1);
                1
            }
            Some(used) => match self.holes.take(log2) {
                Some(offset) => offset,
                None => {
                    self.used = Some(used + 1);
                    // The second half of what is used now: the field at its beginning, holes behind.
                    self.holes.split(used, 1, log2)
                }
            },
        };
        self.absolute(log2, offset)
    }

    /// Lets the location have `2^log2` bits, if the struct has holes behind it.
    const fn widen(&mut self, top: &mut Packer, log2: u32) -> bool {
        if log2 <= self.log2 {
            return true;
        }
        let factor = log2 - self.log2;
        if !top.absorb(self.log2, self.offset, factor) {
            return false;
        }
        self.offset >>= factor;
        self.log2 = log2;
        true
    }

    /// Places `2^log2` bits by growing.
    const fn grow(&mut self, top: &mut Packer, log2: u32) -> Option<u32> {
        match self.used {
            None => {
                if !self.widen(top, log2) {
                    return None;
                }
                self.used = Some(log2);
                Some(self.absolute(log2, 0))
            }
            Some(used) => {
                let wanted = if used > log2 { used + 1 } else { log2 + 1 };
                if wanted > WORD || !self.widen(top, wanted) {
                    return None;
                }
                self.holes.grow(used, wanted);
                self.used = Some(wanted);
                match self.holes.take(log2) {
                    Some(offset) => Some(self.absolute(log2, offset)),
                    None => None,
                }
            }
        }
    }
}

/// A struct with a union that is being laid out.
struct Union<'l> {
    top: Packer,
    locations: &'l mut [Location],
    data_locations: usize,
    pointer_locations: usize,
    /// How many pointers the case at hand has used.
    pointers_used: usize,
    /// The case at hand.
    case: u16,
    cases: u32,
    discriminant: u32,
}

#[expect(
    clippy::indexing_slicing,
    reason = "const evaluation; there are as many locations as places at most"
)]
impl<'l> Union<'l> {
    const fn new(locations: &'l mut [Location]) -> Self {
        Self {
            top: Packer::new(),
            locations,
            data_locations: 0,
            pointer_locations: 0,
            pointers_used: 0,
            case: BESIDE,
            cases: 0,
            discriminant: 0,
        }
    }

    const fn place(&mut self, case: u16, slot: Slot) -> u32 {
        if case == BESIDE {
            return self.top.place(slot);
        }
        if case != self.case || self.cases == 0 {
            self.begin(case);
        }
        match (slot, slot.log2_bits()) {
            (Slot::Pointer, _) => self.place_pointer(),
            (_, Some(log2)) => self.place_bits(log2),
            (_, None) => 0,
        }
    }

    const fn begin(&mut self, case: u16) {
        self.case = case;
        self.cases += 1;
        self.pointers_used = 0;
        let mut i = 0;
        while i < self.data_locations {
            self.locations[i].used = None;
            self.locations[i].holes = Holes::NONE;
            i += 1;
        }
        if self.cases == 2 {
            self.discriminant = self.top.place(Slot::TwoBytes);
        }
    }

    const fn place_pointer(&mut self) -> u32 {
        if self.pointers_used == self.pointer_locations {
            self.locations[self.pointer_locations].pointer = self.top.place(Slot::Pointer);
            self.pointer_locations += 1;
        }
        self.pointers_used += 1;
        self.locations[self.pointers_used - 1].pointer
    }

    const fn place_bits(&mut self, log2: u32) -> u32 {
        let mut best: Option<(usize, u32)> = None;
        let mut i = 0;
        while i < self.data_locations {
            if let Some(room) = self.locations[i].room(log2) {
                let better = match best {
                    Some((_, least)) => room < least,
                    None => true,
                };
                if better {
                    best = Some((i, room));
                }
            }
            i += 1;
        }
        if let Some((best, _)) = best {
            return self.locations[best].take(log2);
        }
        let mut i = 0;
        while i < self.data_locations {
            if let Some(offset) = self.locations[i].grow(&mut self.top, log2) {
                return offset;
            }
            i += 1;
        }
        let offset = self.top.place_bits(log2);
        let location = &mut self.locations[self.data_locations];
        location.log2 = log2;
        location.offset = offset;
        location.used = Some(log2);
        location.holes = Holes::NONE;
        self.data_locations += 1;
        offset
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const BIT: Shape = Shape::of(Slot::Bit);
    const TEXT: Shape = Shape::of(Slot::Pointer);

    #[test]
    fn cases_share_their_storage() {
        // union { a :Bool; b :Text; c :group { d :Bool; e :Text; f :Text; } }
        const LAYOUT: UnionLayout<5> = union_layout([BIT, TEXT, BIT, TEXT, TEXT], [0, 1, 2, 2, 2]);
        assert_eq!(LAYOUT.at.map(|at| at.offset), [0, 0, 0, 0, 1]);
        assert_eq!(LAYOUT.discriminant, 1);
        assert_eq!(LAYOUT.size, Size { data: 1, pointers: 2 });
    }

    #[test]
    fn a_location_grows_into_the_hole_behind_it() {
        // union { a :Bool; b :UInt8; }: the byte takes the place of the bit, which has seven free bits behind it.
        const LAYOUT: UnionLayout<2> = union_layout([BIT, Shape::of(Slot::Byte)], [0, 1]);
        assert_eq!(LAYOUT.at.map(|at| at.offset), [0, 0]);
        assert_eq!(LAYOUT.size, Size { data: 1, pointers: 0 });
    }

    #[test]
    fn an_option_in_a_case_takes_its_companion_there() {
        const INT: Shape = Shape::of(Slot::FourBytes).optional();
        const LAYOUT: UnionLayout<2> = union_layout([INT, INT], [0, 1]);
        assert_eq!(LAYOUT.at[0].ordinal, 0);
        assert_eq!(LAYOUT.at[1], At { ordinal: 2, ..LAYOUT.at[0] });
    }
}
