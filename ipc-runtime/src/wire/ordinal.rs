//! Ordinals: declared order, and what is pinned.
//!
//! A field takes the ordinal after the one before it, its presence field the next; a group or union takes as many as
//! there are in it. Where one is pinned the following continue after it. The presence field may be pinned apart from its
//! field: then what is not pinned leaves its ordinal free.

use super::descriptor::{Field, Member};
use super::layout::{At, Companion};

/// In place of a pinned ordinal: the one after the previous.
pub const NEXT: u16 = u16::MAX;

/// In place of the pinned ordinal of a presence field, with a number: the one after so many members.
const AFTER: u16 = 1 << 15;

/// The pin of a presence field that stands behind so many members.
///
/// # Panics
/// Panics, at compile time, when no struct has so many.
pub const fn after(count: usize) -> u16 {
    assert!(count < (NEXT - AFTER) as usize, "a struct does not have so many fields");
    AFTER | count as u16
}

/// How many there are of what in some members.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Count {
    /// Fields; a presence field is not one of its own.
    pub fields: usize,
    /// Unions.
    pub unions: usize,
    /// Cases of unions.
    pub cases: usize,
    /// Ordinals.
    pub ordinals: usize,
    /// How many unions there are around the deepest field.
    pub depth: usize,
}

impl Count {
    const NONE: Self = Self { fields: 0, unions: 0, cases: 0, ordinals: 0, depth: 0 };

    /// Counts what is in some members.
    pub const fn of(members: &[Member]) -> Self {
        let mut count = Self::NONE;
        let mut rest = members;
        while let [member, others @ ..] = rest {
            count = count.and(match member {
                Member::Field(field) => {
                    Self { fields: 1, ordinals: field.shape.ordinals() as usize, ..Self::NONE }
                }
                Member::Group(group) => Self::of(group.members),
                Member::Union(union) => {
                    let mut inner = Self { unions: 1, cases: union.cases.len(), ..Self::NONE };
                    let mut cases = union.cases;
                    while let [case, others @ ..] = cases {
                        inner = inner.and(Self::of(case.members));
                        cases = others;
                    }
                    Self { depth: inner.depth + 1, ..inner }
                }
            });
            rest = others;
        }
        count
    }

    /// Adds what is in others.
    pub(crate) const fn and(self, other: Self) -> Self {
        Self {
            fields: self.fields + other.fields,
            unions: self.unions + other.unions,
            cases: self.cases + other.cases,
            ordinals: self.ordinals + other.ordinals,
            depth: if self.depth > other.depth { self.depth } else { other.depth },
        }
    }
}

/// Gives every field its ordinals: `at` has a place for each, in the order in which the members reach them.
pub(super) const fn assign(members: &[Member], at: &mut [At]) {
    Assigner { at, field: 0, next: 0 }.list(members, 0);
}

struct Assigner<'a> {
    at: &'a mut [At],
    /// The index of the field that comes next.
    field: usize,
    next: u16,
}

#[expect(clippy::indexing_slicing, reason = "const evaluation; there is a place for each field")]
impl Assigner<'_> {
    /// Members whose pins count from `base`.
    const fn list(&mut self, members: &[Member], base: u16) {
        let first = self.field;
        let apart = any_apart(members);
        let mut i = 0;
        if apart {
            self.presence_after(members, 0, first);
        }
        while i < members.len() {
            let pin = members[i].pin();
            if pin == NEXT {
                while apart && is_reserved(members, self.next - base) {
                    self.next += 1;
                }
            } else {
                self.next = base.saturating_add(pin);
            }
            match &members[i] {
                Member::Field(field) => {
                    self.field(field, base);
                    if is_next(field) {
                        while apart && is_reserved(members, self.next - base) {
                            self.next += 1;
                        }
                        self.at[self.field - 1].has_ordinal = self.next;
                        self.next = self.next.saturating_add(1);
                    }
                }
                Member::Group(group) => {
                    let base = self.next;
                    self.list(group.members, base);
                    self.next = base.saturating_add(Count::of(group.members).ordinals as u16);
                }
                Member::Union(union) => {
                    let base = self.next;
                    let mut rest = union.cases;
                    while let [case, others @ ..] = rest {
                        self.list(case.members, base);
                        rest = others;
                    }
                    self.next = base.saturating_add(Count::of(&[members[i]]).ordinals as u16);
                }
            }
            i += 1;
            if apart {
                self.presence_after(members, i, first);
            }
        }
    }

    const fn field(&mut self, field: &Field, base: u16) {
        let at = &mut self.at[self.field];
        self.field += 1;
        at.ordinal = self.next;
        // Far from the end of the range: a message has no room for so many fields.
        self.next = self.next.saturating_add(1);
        // Otherwise it comes next, or with the members that it stands behind.
        let pin = has_pin(field);
        if pin < AFTER {
            at.has_ordinal = base.saturating_add(pin);
        }
    }

    /// Gives the presence fields that stand behind so many members their ordinals. Only lists of results have such, and
    /// what is no field in them has no fields.
    const fn presence_after(&mut self, members: &[Member], count: usize, first: usize) {
        let mut place = first;
        let mut i = 0;
        while i < members.len() {
            if let Member::Field(field) = &members[i] {
                if has_pin(field) == AFTER | count as u16 {
                    self.at[place].has_ordinal = self.next;
                    self.next = self.next.saturating_add(1);
                }
                place += 1;
            }
            i += 1;
        }
    }
}

/// Tells whether any presence field is pinned apart from its field.
const fn any_apart(members: &[Member]) -> bool {
    let mut rest = members;
    while let [member, others @ ..] = rest {
        if let Member::Field(field) = member
            && has_pin(field) != NEXT
        {
            return true;
        }
        rest = others;
    }
    false
}

/// Tells whether an ordinal, counted as pins are, is that of a presence field.
#[expect(clippy::indexing_slicing, reason = "const evaluation; the index is below the length")]
const fn is_reserved(members: &[Member], ordinal: u16) -> bool {
    let mut i = 0;
    while i < members.len() {
        if let Member::Field(field) = &members[i]
            && has_pin(field) == ordinal
        {
            return true;
        }
        i += 1;
    }
    false
}

/// Tells whether a presence field comes next.
const fn is_next(field: &Field) -> bool {
    matches!(field.shape.companion, Companion::Has) && field.at.has_ordinal == NEXT
}

const fn has_pin(field: &Field) -> u16 {
    match field.shape.companion {
        Companion::Has => field.at.has_ordinal,
        Companion::None => NEXT,
    }
}
