//! The layout of unions, computed by the compiler.
//!
//! The cases of a union share their storage. The rule is the one of the Cap'n Proto compiler, fields in ordinal
//! order: a field of a case goes into the *location* of the union where it wastes least; if there is none, the first
//! location that can grow does, in its own case or at the expense of a hole behind it in what is around the union; else
//! what is around the union gives a new location: the struct, or the case of another union that this one is in. The
//! discriminant is placed when the second case begins, and so lies behind the first field of the first case.

use super::composite::TOP;
use super::holes::{Holes, WORD};
use super::layout::{Packer, Size, Slot};

/// What there is of one union while it is laid out.
#[derive(Clone, Copy, Debug)]
pub struct State {
    /// The case that the union is in, or the struct.
    around: u16,
    /// How many of its cases have begun.
    begun: u16,
    discriminant: Option<u32>,
    /// The first and the last of its locations for data.
    locations: (u16, u16),
    /// The first and the last of its pointers.
    pointers: (u16, u16),
}

impl State {
    /// Scratch space.
    pub const NEW: Self = Self::within(TOP);

    /// A union in a case, or in the struct.
    pub(super) const fn within(around: u16) -> Self {
        Self { around, begun: 0, discriminant: None, locations: (END, END), pointers: (END, END) }
    }

    /// Returns the place of the discriminant; a union has two cases at least.
    pub(super) const fn discriminant(&self) -> u32 {
        match self.discriminant {
            Some(offset) => offset,
            None => 0,
        }
    }
}

/// Scratch space: a row of the tables of cases, locations, uses of locations, and pointers.
#[derive(Clone, Copy, Debug)]
pub struct Scratch {
    case: Case,
    location: Location,
    usage: Usage,
    pointer: Pointer,
}

impl Scratch {
    /// An empty row.
    pub const NEW: Self = Self {
        case: Case { union: 0, begun: false, usages: END, pointer: END },
        location: Location { log2: 0, offset: 0, next: END },
        usage: Usage { location: 0, used: 0, holes: Holes::NONE, next: END },
        pointer: Pointer { index: 0, next: END },
    };

    /// A row whose case is one of a union.
    pub(super) const fn case_of(union: usize) -> Self {
        Self { case: Case { union, ..Self::NEW.case }, ..Self::NEW }
    }
}

/// After the last of a list within a table.
const END: u16 = u16::MAX;

/// One case of a union.
#[derive(Clone, Copy, Debug)]
struct Case {
    union: usize,
    begun: bool,
    /// The first of its uses of locations.
    usages: u16,
    /// The last pointer of the union that it uses.
    pointer: u16,
}

/// A piece of what is around a union that belongs to it.
#[derive(Clone, Copy, Debug)]
struct Location {
    /// The base-two logarithm of its size.
    log2: u32,
    /// Its offset, in units of its size.
    offset: u32,
    /// The next of the union.
    next: u16,
}

/// A pointer of a union.
#[derive(Clone, Copy, Debug)]
struct Pointer {
    index: u32,
    /// The next of the union.
    next: u16,
}

/// What a case uses of a location.
#[derive(Clone, Copy, Debug)]
struct Usage {
    location: u16,
    /// The base-two logarithm of what is used, from the beginning of the location and holes included.
    used: u32,
    /// The holes in what is used, their offsets relative to the location.
    holes: Holes,
    /// The next of the case.
    next: u16,
}

impl Location {
    /// The offset of something within the location, in units of `2^log2` bits.
    const fn absolute(&self, log2: u32, offset: u32) -> u32 {
        (self.offset << (self.log2 - log2)) + offset
    }

    /// Tells where, within the location, something begins, in units of `2^log2` bits; `None` if it is not there.
    const fn relative(&self, log2: u32, offset: u32) -> Option<u32> {
        if self.log2 < log2 || offset >> (self.log2 - log2) != self.offset {
            return None;
        }
        Some(offset - (self.offset << (self.log2 - log2)))
    }
}

impl Usage {
    /// Tells how large a piece must be broken to place `2^log2` bits without growth; the smaller the better.
    const fn room(&self, location: &Location, log2: u32) -> Option<u32> {
        if log2 >= self.used {
            // No hole is that large, but there may be as much behind what is used.
            return if log2 < location.log2 { Some(log2) } else { None };
        }
        match self.holes.smallest(log2) {
            Some(hole) => Some(hole),
            None if self.used < location.log2 => Some(self.used),
            None => None,
        }
    }

    /// Places `2^log2` bits where `room` has found some.
    const fn take(&mut self, log2: u32) -> u32 {
        if log2 >= self.used {
            self.holes.grow(self.used, log2);
            self.used = log2 + 1;
            return 1;
        }
        match self.holes.take(log2) {
            Some(offset) => offset,
            None => {
                self.used += 1;
                // The second half of what is used now: the field at its beginning, holes behind.
                self.holes.split(self.used - 1, 1, log2)
            }
        }
    }
}

/// A struct with unions that is being laid out.
pub(super) struct Composer<'a> {
    top: Packer,
    rows: &'a mut [Scratch],
    states: &'a mut [State],
    /// How many rows of each table are taken.
    locations: u16,
    usages: u16,
    pointers: u16,
    /// Whether what a case uses has grown for a union in it.
    refused: bool,
}

#[expect(
    clippy::indexing_slicing,
    reason = "const evaluation; `scratch` says how many rows there are at most"
)]
impl<'a> Composer<'a> {
    pub(super) const fn new(rows: &'a mut [Scratch], states: &'a mut [State]) -> Self {
        Self { top: Packer::new(), rows, states, locations: 0, usages: 0, pointers: 0, refused: false }
    }

    pub(super) const fn size(&self) -> Size {
        self.top.size()
    }

    /// Tells whether the Cap'n Proto compiler refuses the layout: releases up to 0.5 got it wrong, so it fails instead of
    /// being incompatible with them (`node-translator.c++`, issue 344).
    pub(super) const fn is_refused(&self) -> bool {
        self.refused
    }

    /// Places a field of a case, or of the struct itself.
    pub(super) const fn place(&mut self, case: u16, slot: Slot) -> u32 {
        match (slot, slot.log2_bits()) {
            (Slot::Pointer, _) => self.place_pointer(case),
            (_, Some(log2)) => self.place_bits(case, log2),
            (_, None) => {
                self.place_void(case);
                0
            }
        }
    }

    /// A field without storage is one all the same: its case begins with it, and so do those around.
    const fn place_void(&mut self, case: u16) {
        if case != TOP {
            self.begin(case);
            self.place_void(self.union_of(case).around);
        }
    }

    const fn place_pointer(&mut self, case: u16) -> u32 {
        if case == TOP {
            return self.top.place(Slot::Pointer);
        }
        self.begin(case);
        let last = self.rows[case as usize].case.pointer;
        let next = match last {
            END => self.union_of(case).pointers.0,
            last => self.rows[last as usize].pointer.next,
        };
        let used = if next == END { self.add_pointer(case) } else { next };
        self.rows[case as usize].case.pointer = used;
        self.rows[used as usize].pointer.index
    }

    const fn add_pointer(&mut self, case: u16) -> u16 {
        let index = self.place_pointer(self.union_of(case).around);
        let added = self.pointers;
        self.pointers += 1;
        self.rows[added as usize].pointer = Pointer { index, next: END };
        let (first, last) = self.union_of(case).pointers;
        if first == END {
            self.union_mut(case).pointers = (added, added);
        } else {
            self.rows[last as usize].pointer.next = added;
            self.union_mut(case).pointers.1 = added;
        }
        added
    }

    const fn place_bits(&mut self, case: u16, log2: u32) -> u32 {
        if case == TOP {
            return self.top.place_bits(log2);
        }
        self.begin(case);
        let mut best: Option<(u16, u32)> = None;
        let mut location = self.union_of(case).locations.0;
        while location != END {
            if let Some(room) = self.room(case, location, log2)
                && is_better(room, best)
            {
                best = Some((location, room));
            }
            location = self.rows[location as usize].location.next;
        }
        if let Some((best, _)) = best {
            return self.take(case, best, log2);
        }
        let mut location = self.union_of(case).locations.0;
        while location != END {
            if let Some(offset) = self.grow(case, location, log2) {
                return offset;
            }
            location = self.rows[location as usize].location.next;
        }
        self.add_location(case, log2)
    }

    const fn add_location(&mut self, case: u16, log2: u32) -> u32 {
        let offset = self.place_bits(self.union_of(case).around, log2);
        let added = self.locations;
        self.locations += 1;
        self.rows[added as usize].location = Location { log2, offset, next: END };
        let (first, last) = self.union_of(case).locations;
        if first == END {
            self.union_mut(case).locations = (added, added);
        } else {
            self.rows[last as usize].location.next = added;
            self.union_mut(case).locations.1 = added;
        }
        self.use_first(case, added, log2);
        offset
    }

    const fn room(&self, case: u16, location: u16, log2: u32) -> Option<u32> {
        let piece = &self.rows[location as usize].location;
        match self.usage(case, location) {
            Some(usage) => self.rows[usage as usize].usage.room(piece, log2),
            // All of it is one hole.
            None if log2 <= piece.log2 => Some(piece.log2),
            None => None,
        }
    }

    const fn take(&mut self, case: u16, location: u16, log2: u32) -> u32 {
        let offset = match self.usage(case, location) {
            Some(usage) => self.rows[usage as usize].usage.take(log2),
            None => {
                self.use_first(case, location, log2);
                0
            }
        };
        self.rows[location as usize].location.absolute(log2, offset)
    }

    /// Places `2^log2` bits by growth.
    const fn grow(&mut self, case: u16, location: u16, log2: u32) -> Option<u32> {
        let Some(usage) = self.usage(case, location) else {
            if !self.widen(case, location, log2) {
                return None;
            }
            self.use_first(case, location, log2);
            return Some(self.rows[location as usize].location.absolute(log2, 0));
        };
        let used = self.rows[usage as usize].usage.used;
        let wanted = if used > log2 { used + 1 } else { log2 + 1 };
        if !self.widen(case, location, wanted) {
            return None;
        }
        let usage = &mut self.rows[usage as usize].usage;
        usage.holes.grow(used, wanted);
        usage.used = wanted;
        match usage.holes.take(log2) {
            Some(offset) => Some(self.rows[location as usize].location.absolute(log2, offset)),
            None => None,
        }
    }

    /// Lets a location have `2^log2` bits, if there are holes behind it in what is around the union.
    const fn widen(&mut self, case: u16, location: u16, log2: u32) -> bool {
        let Location { log2: now, offset, .. } = self.rows[location as usize].location;
        if log2 <= now {
            return true;
        }
        let factor = log2 - now;
        if log2 > WORD || !self.absorb(self.union_of(case).around, now, offset, factor) {
            return false;
        }
        let location = &mut self.rows[location as usize].location;
        location.offset >>= factor;
        location.log2 = log2;
        true
    }

    /// Lets what was placed at an offset grow by a power of two into holes behind it; changes nothing if it cannot.
    const fn absorb(&mut self, case: u16, log2: u32, offset: u32, factor: u32) -> bool {
        if case == TOP {
            return self.top.absorb(log2, offset, factor);
        }
        let mut next = self.rows[case as usize].case.usages;
        while next != END {
            let index = next;
            let Usage { location, used, next: following, .. } = self.rows[index as usize].usage;
            if let Some(relative) = self.rows[location as usize].location.relative(log2, offset) {
                if relative != 0 || used != log2 {
                    // There is more in what is used: only holes between can be taken.
                    return self.rows[index as usize].usage.holes.absorb(log2, relative, factor);
                }
                if !self.widen(case, location, log2 + factor) {
                    return false;
                }
                self.rows[index as usize].usage.used = log2 + factor;
                self.refused = true;
                return true;
            }
            next = following;
        }
        false
    }

    /// Finds what a case uses of a location.
    const fn usage(&self, case: u16, location: u16) -> Option<u16> {
        let mut usage = self.rows[case as usize].case.usages;
        while usage != END {
            if self.rows[usage as usize].usage.location == location {
                return Some(usage);
            }
            usage = self.rows[usage as usize].usage.next;
        }
        None
    }

    /// Notes that a case uses the first `2^log2` bits of a location.
    const fn use_first(&mut self, case: u16, location: u16, log2: u32) {
        let added = self.usages;
        self.usages += 1;
        let next = self.rows[case as usize].case.usages;
        self.rows[added as usize].usage = Usage { location, used: log2, holes: Holes::NONE, next };
        self.rows[case as usize].case.usages = added;
    }

    const fn begin(&mut self, case: u16) {
        if self.rows[case as usize].case.begun {
            return;
        }
        self.rows[case as usize].case.begun = true;
        self.union_mut(case).begun += 1;
        let State { around, begun, discriminant, .. } = *self.union_of(case);
        if begun == 2 && discriminant.is_none() {
            let offset = self.place_bits(around, DISCRIMINANT);
            self.union_mut(case).discriminant = Some(offset);
        }
    }

    const fn union_of(&self, case: u16) -> &State {
        &self.states[self.rows[case as usize].case.union]
    }

    const fn union_mut(&mut self, case: u16) -> &mut State {
        &mut self.states[self.rows[case as usize].case.union]
    }
}

/// The base-two logarithm of the bits of a discriminant.
const DISCRIMINANT: u32 = 4;

const fn is_better(room: u32, best: Option<(u16, u32)>) -> bool {
    match best {
        Some((_, least)) => room < least,
        None => true,
    }
}

#[cfg(test)]
mod tests {
    use super::super::composite::{CompositeLayout, composite_layout};
    use super::super::descriptor::{Case, CaseForm, Field, Member, Type, Union};
    use super::super::layout::{At, Shape};
    use super::*;

    const BIT: Member = member(Shape::of(Slot::Bit));
    const TEXT: Member = member(Shape::of(Slot::Pointer));

    const fn member(shape: Shape) -> Member {
        let (name, doc, ty, default) = ("", "", Type::Void, None);
        Member::Field(Field { name, doc, ty, shape, at: At::OPEN, default })
    }

    const fn case(members: &'static [Member]) -> Case {
        Case { name: "", doc: "", members, form: CaseForm::Group }
    }

    const fn union(cases: &'static [Case]) -> Member {
        Member::Union(Union { ordinal: At::OPEN.ordinal, cases })
    }

    #[test]
    fn cases_share_their_storage() {
        // union { a :Bool; b :Text; c :group { d :Bool; e :Text; f :Text; } }
        const LAYOUT: CompositeLayout<5, 1> =
            composite_layout::<5, 1, 23>(&[union(&[case(&[BIT]), case(&[TEXT]), case(&[BIT, TEXT, TEXT])])]);
        assert_eq!(LAYOUT.at.map(|at| at.offset), [0, 0, 0, 0, 1]);
        assert_eq!(LAYOUT.discriminants, [1]);
        assert_eq!(LAYOUT.size, Size { data: 1, pointers: 2 });
    }

    #[test]
    fn a_location_grows_into_the_hole_behind_it() {
        // union { a :Bool; b :UInt8; }: the byte takes the place of the bit, which has seven free bits behind it.
        const LAYOUT: CompositeLayout<2, 1> =
            composite_layout::<2, 1, 11>(&[union(&[case(&[BIT]), case(&[member(Shape::of(Slot::Byte))])])]);
        assert_eq!(LAYOUT.at.map(|at| at.offset), [0, 0]);
        assert_eq!(LAYOUT.size, Size { data: 1, pointers: 0 });
    }

    #[test]
    fn an_option_in_a_case_takes_its_companion_there() {
        const INT: Member = member(Shape::of(Slot::FourBytes).optional());
        const LAYOUT: CompositeLayout<2, 1> =
            composite_layout::<2, 1, 11>(&[union(&[case(&[INT]), case(&[INT])])]);
        assert_eq!(LAYOUT.at[0].ordinal, 0);
        assert_eq!(LAYOUT.at[1], At { ordinal: 2, has_ordinal: 3, ..LAYOUT.at[0] });
    }

    #[test]
    fn the_discriminant_lies_behind_what_came_before_the_second_case() {
        // a @0 :Bool; union { b @1 :Bool; c @2 :Bool; } d @3 :Bool;
        const LAYOUT: CompositeLayout<4, 1> =
            composite_layout::<4, 1, 19>(&[BIT, union(&[case(&[BIT]), case(&[BIT])]), BIT]);
        assert_eq!(LAYOUT.at.map(|at| at.offset), [0, 1, 1, 2]);
        assert_eq!(LAYOUT.discriminants, [1]);
    }
}
