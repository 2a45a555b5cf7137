//! The layout of structs with groups, unions and pinned ordinals, computed by the compiler.
//!
//! Fields are placed in ordinal order. A group has nothing of its own but the name: its fields are placed as if they
//! stood beside it. Those of the variants of a union are placed by [`union`](super::union).

use super::descriptor::{Composite, Field, Member, Places};
use super::layout::{At, Companion, Layout, Shape, Size, Slot};
use super::ordinal::{self, Count};
use super::union::{Composer, Scratch, State};

/// The places of `M` fields and `U` unions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CompositeLayout<const M: usize, const U: usize> {
    /// The place of each field, in the order in which the members reach them.
    pub at: [At; M],
    /// The place of the discriminant of each union, in units of 16 bits.
    pub discriminants: [u32; U],
    /// The size of the struct.
    pub size: Size,
}

impl<const M: usize, const U: usize> CompositeLayout<M, U> {
    /// Borrows the places.
    pub const fn places(&'static self) -> Places {
        Places { at: &self.at, discriminants: &self.discriminants }
    }

    /// Describes a struct with these members and places.
    pub const fn describe(&'static self, members: &'static [Member]) -> Composite {
        Composite { members, places: self.places(), size: self.size }
    }

    /// The same, where there are no unions.
    pub const fn into_layout(self) -> Layout<M> {
        Layout { at: self.at, size: self.size }
    }
}

impl Places {
    /// No fields.
    pub const NONE: Self = Self { at: &[], discriminants: &[] };

    /// Returns the place of the field with an index.
    #[inline]
    #[expect(clippy::indexing_slicing, reason = "the index is compared with the length")]
    pub const fn at(self, index: usize) -> At {
        // A part of a struct is handed as many places as it has fields.
        if index < self.at.len() { self.at[index] } else { At::FIRST }
    }

    /// Returns the place of the discriminant of the first union.
    #[inline]
    pub const fn discriminant(self) -> u32 {
        match self.discriminants {
            [first, ..] => *first,
            [] => 0,
        }
    }

    /// Returns the places of what comes after some members.
    #[inline]
    #[must_use]
    pub const fn after(self, members: Count) -> Self {
        Self { at: skip(self.at, members.fields), discriminants: skip(self.discriminants, members.unions) }
    }
}

const fn skip<T>(items: &'static [T], count: usize) -> &'static [T] {
    if count < items.len() { items.split_at(count).1 } else { &[] }
}

/// How much scratch space the layout of some members needs.
pub const fn scratch(members: &[Member]) -> usize {
    let Count { fields, unions, cases, depth, .. } = Count::of(members);
    // A field, its presence field and a discriminant take a location in each union around them at most.
    let locations = (2 * fields + unions) * depth;
    // One more for the struct itself.
    if locations > cases { locations + 1 } else { cases + 1 }
}

/// Computes the layout of members. Where [`check_ordinals`] finds a mistake, the pins do not count.
///
/// `S` is what [`scratch`] says of the members.
///
/// # Panics
/// Panics, at compile time where it is used in a constant, when the struct would need more than 65,535 words
/// of data or pointers, when the Cap'n Proto compiler would refuse the layout, and when `M`, `U` and `S` are not those of
/// the members.
#[expect(clippy::expect_used, reason = "const evaluation")]
pub const fn composite_layout<const M: usize, const U: usize, const S: usize>(
    members: &[Member],
) -> CompositeLayout<M, U> {
    let mut at = [At::FIRST; M];
    let mut discriminants = [0; U];
    let mut leaves = [Leaf::NONE; M];
    let mut order = [[EMPTY; 2]; M];
    let mut states = [State::NEW; U];
    let mut scratch = [Scratch::NEW; S];
    let space = Space {
        leaves: &mut leaves,
        order: order.as_flattened_mut(),
        states: &mut states,
        scratch: &mut scratch,
    };
    let size = composite_layout_slice(members, &mut at, &mut discriminants, space);
    CompositeLayout { at, discriminants, size: size.expect(REFUSED) }
}

const REFUSED: &str = "the Cap'n Proto compiler refuses a union in a variant that is laid out like this (its issue 344): \
    declare the largest fields of the inner union first";

/// Scratch space for [`composite_layout_slice`].
#[derive(Debug)]
pub struct Space<'a> {
    /// One for each field.
    pub leaves: &'a mut [Leaf],
    /// Two for each field.
    pub order: &'a mut [u16],
    /// One for each union.
    pub states: &'a mut [State],
    /// As many as [`scratch`] says.
    pub scratch: &'a mut [Scratch],
}

/// Computes the layout of a number of members that is known only at run time; returns the size, `None` if the Cap'n Proto
/// compiler would refuse the layout.
///
/// # Panics
/// Panics when a slice is too short for the members, and when the struct would need more than 65,535 words of data or
/// pointers.
#[expect(clippy::indexing_slicing, reason = "const evaluation; the lengths are compared first")]
pub const fn composite_layout_slice(
    members: &[Member],
    at: &mut [At],
    discriminants: &mut [u32],
    space: Space<'_>,
) -> Option<Size> {
    let count = Count::of(members);
    assert!(count.ordinals < EMPTY as usize, "a Cap'n Proto struct has at most 65,535 fields");
    let Space { leaves, order, states, scratch: rows } = space;
    assert!(
        at.len() == count.fields
            && leaves.len() == count.fields
            && order.len() == 2 * count.fields
            && discriminants.len() == count.unions
            && states.len() == count.unions
            && rows.len() >= scratch(members),
        "every field and union needs a place"
    );
    let mut flattener = Flattener { leaves, states, scratch: rows, leaf: 0, union: 0, case: TOP };
    flattener.members(members, TOP);
    ordinal::assign(members, at);
    sort(leaves, at, order, count.ordinals);

    let mut composer = Composer::new(rows, states);
    let mut i = 0;
    while i < count.ordinals {
        let Leaf { shape, scope } = leaves[order[i] as usize / 2];
        let place = &mut at[order[i] as usize / 2];
        if order[i].is_multiple_of(2) {
            place.offset = composer.place(scope, shape.slot);
        } else {
            place.has = composer.place(scope, Slot::Bit);
        }
        i += 1;
    }
    let size = if composer.is_refused() { None } else { Some(composer.size()) };
    let mut i = 0;
    while i < count.unions {
        discriminants[i] = states[i].discriminant();
        i += 1;
    }
    size
}

/// Computes the layout of fields that lie beside each other, in the order of their ordinals.
///
/// # Panics
/// Panics, at compile time where it is used in a constant, when the struct would need more than 65,535 words
/// of data or pointers.
pub const fn pinned_layout<const N: usize>(fields: &[Field; N]) -> Layout<N> {
    composite_layout::<N, 0, 1>(&members_of(fields)).into_layout()
}

/// Makes members of fields.
#[expect(clippy::indexing_slicing, reason = "const evaluation; the index is below N")]
pub const fn members_of<const N: usize>(fields: &[Field; N]) -> [Member; N] {
    let mut members =
        [Member::Group(super::descriptor::Group { name: "", doc: "", ordinal: 0, members: &[] }); N];
    let mut i = 0;
    while i < N {
        members[i] = Member::Field(fields[i]);
        i += 1;
    }
    members
}

/// Which ordinal of some fields is meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Half {
    /// That of the field, and that of its presence field where it is the next.
    Own,
    /// That of the presence field.
    Presence,
}

/// Checks the pinned ordinals of `count` fields from the one at `first` on. If all are right, the ordinals are
/// consecutive.
///
/// # Panics
/// Panics, at compile time, when another field has one of the ordinals, or when there are not so many.
#[expect(clippy::indexing_slicing, reason = "const evaluation; the indices are below M")]
pub const fn check_ordinals<const M: usize>(members: &[Member], first: usize, count: usize, half: Half) {
    let mut at = [At::FIRST; M];
    ordinal::assign(members, &mut at);
    let mut leaves = [Leaf::NONE; M];
    shapes(members, &mut leaves, 0);
    let total = Count::of(members).ordinals;
    let mut i = first;
    while i < first + count {
        let mine = match half {
            Half::Own => at[i].ordinal,
            Half::Presence => at[i].has_ordinal,
        };
        let follows = matches!(half, Half::Own)
            && matches!(leaves[i].shape.companion, Companion::Has)
            && at[i].has_ordinal == mine.saturating_add(1);
        let mut j = 0;
        while j < M {
            let own = j == i && matches!(half, Half::Own);
            let presence = j == i && (matches!(half, Half::Presence) || follows);
            assert!(own || !is_one(at[j].ordinal, mine, follows), "{}", TAKEN);
            if matches!(leaves[j].shape.companion, Companion::Has) {
                assert!(presence || !is_one(at[j].has_ordinal, mine, follows), "{}", TAKEN);
            }
            j += 1;
        }
        assert!((mine as usize) < total, "{}", GAP);
        assert!(!follows || (mine as usize) + 1 < total, "{}", GAP);
        i += 1;
    }
}

const TAKEN: &str = "the ordinal is taken by another field (an `Option` that is no pointer takes two)";
const GAP: &str = "the ordinal leaves a gap: ordinals are consecutive and begin at 0";

const fn is_one(ordinal: u16, first: u16, two: bool) -> bool {
    ordinal == first || (two && ordinal == first.saturating_add(1))
}

/// The struct itself, in place of a case.
pub(super) const TOP: u16 = 0;

/// In place of a field: none has the ordinal.
const EMPTY: u16 = u16::MAX;

/// One field.
#[derive(Clone, Copy, Debug)]
pub struct Leaf {
    shape: Shape,
    /// The case that it is in.
    scope: u16,
}

impl Leaf {
    /// Scratch space.
    pub const NONE: Self = Self { shape: Shape::of(Slot::Void), scope: TOP };
}

/// Finds the fields, unions and cases among members.
struct Flattener<'a> {
    leaves: &'a mut [Leaf],
    states: &'a mut [State],
    scratch: &'a mut [Scratch],
    leaf: usize,
    union: usize,
    case: u16,
}

#[expect(clippy::indexing_slicing, reason = "const evaluation; the lengths are compared first")]
impl Flattener<'_> {
    const fn members(&mut self, members: &[Member], scope: u16) {
        let mut rest = members;
        while let [member, others @ ..] = rest {
            match member {
                Member::Field(field) => {
                    self.leaves[self.leaf] = Leaf { shape: field.shape, scope };
                    self.leaf += 1;
                }
                Member::Group(group) => self.members(group.members, scope),
                Member::Union(union) => {
                    let index = self.union;
                    self.states[index] = State::within(scope);
                    self.union += 1;
                    let mut cases = union.cases;
                    while let [case, others @ ..] = cases {
                        self.case += 1;
                        let scope = self.case;
                        self.scratch[scope as usize] = Scratch::case_of(index);
                        self.members(case.members, scope);
                        cases = others;
                    }
                }
            }
            rest = others;
        }
    }
}

/// Puts the shapes of the fields from `leaf` on; returns the index after the last.
#[expect(clippy::indexing_slicing, reason = "const evaluation; there is one for each field")]
const fn shapes(members: &[Member], leaves: &mut [Leaf], mut leaf: usize) -> usize {
    let mut rest = members;
    while let [member, others @ ..] = rest {
        match member {
            Member::Field(field) => {
                leaves[leaf].shape = field.shape;
                leaf += 1;
            }
            Member::Group(group) => leaf = shapes(group.members, leaves, leaf),
            Member::Union(union) => {
                let mut cases = union.cases;
                while let [case, others @ ..] = cases {
                    leaf = shapes(case.members, leaves, leaf);
                    cases = others;
                }
            }
        }
        rest = others;
    }
    leaf
}

/// Puts twice the index of the field with each ordinal into `order`, one more for its presence field. If the ordinals
/// are not consecutive, gives out others first.
#[expect(clippy::indexing_slicing, reason = "const evaluation; the lengths are compared first")]
const fn sort(leaves: &[Leaf], at: &mut [At], order: &mut [u16], total: usize) {
    let mut sound = true;
    let mut i = 0;
    while i < leaves.len() {
        sound &= put(order, at[i].ordinal, 2 * i, total);
        if matches!(leaves[i].shape.companion, Companion::Has) {
            sound &= put(order, at[i].has_ordinal, 2 * i + 1, total);
        }
        i += 1;
    }
    if sound {
        return;
    }
    let mut ordinal = 0;
    let mut i = 0;
    while i < leaves.len() {
        at[i].ordinal = ordinal;
        order[ordinal as usize] = 2 * i as u16;
        ordinal += 1;
        if matches!(leaves[i].shape.companion, Companion::Has) {
            at[i].has_ordinal = ordinal;
            order[ordinal as usize] = 2 * i as u16 + 1;
            ordinal += 1;
        }
        i += 1;
    }
}

#[expect(clippy::indexing_slicing, reason = "const evaluation; the ordinal is below the length")]
const fn put(order: &mut [u16], ordinal: u16, half: usize, total: usize) -> bool {
    if ordinal as usize >= total || order[ordinal as usize] != EMPTY {
        return false;
    }
    order[ordinal as usize] = half as u16;
    true
}
