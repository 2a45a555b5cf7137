//! What generated code calls in constants, about members and their ordinals.

use super::part::same_text;
use crate::wire::composite::{Half, check_ordinals, members_of};
use crate::wire::descriptor::{Field, Group, Member, Union};
use crate::wire::layout::At;
use crate::wire::ordinal::{Count, NEXT};

/// Pins the ordinal of a field.
pub const fn pinned(field: Field, ordinal: u16) -> Field {
    Field { at: At { ordinal, ..field.at }, ..field }
}

/// Pins the ordinal of the presence field of a field.
pub const fn with_presence(field: Field, has_ordinal: u16) -> Field {
    Field { at: At { has_ordinal, ..field.at }, ..field }
}

/// Puts the members of a type under a name of their own.
pub const fn group(name: &'static str, doc: &'static str, members: &'static [Member]) -> Member {
    Member::Group(Group { name, doc, ordinal: NEXT, members })
}

/// Returns the union that an enum with fields consists of.
///
/// # Panics
/// Panics, at compile time, if there is none.
#[expect(clippy::indexing_slicing, reason = "const evaluation; the length is compared first")]
pub const fn unnamed_union(members: &'static [Member]) -> Member {
    assert!(members.len() == 1, "an enum with fields is one union");
    members[0]
}

/// Which member of a type is meant.
#[derive(Clone, Copy, Debug)]
pub struct Position {
    /// The case that it is in, if it is in one.
    case: Option<usize>,
    index: usize,
}

/// A member of a struct.
pub const fn in_struct(index: usize) -> Position {
    Position { case: None, index }
}

/// A member of the variant with a number.
pub const fn in_case(case: usize, index: usize) -> Position {
    Position { case: Some(case), index }
}

/// Counts what comes before a member.
#[expect(clippy::indexing_slicing, reason = "const evaluation; the macro knows how many there are")]
pub const fn count_before(members: &[Member], position: Position) -> Count {
    match (position.case, members) {
        (Some(case), [Member::Union(union)]) => {
            let (before, _) = union.cases.split_at(case);
            let (members, _) = union.cases[case].members.split_at(position.index);
            let before = Count::of(&[Member::Union(Union { cases: before, ..*union })]);
            before.and(Count::of(members))
        }
        _ => Count::of(members.split_at(position.index).0),
    }
}

/// Checks that the variants of an unnamed union have other names than the fields beside it.
///
/// # Panics
/// Panics, at compile time, if one has not.
#[expect(clippy::indexing_slicing, reason = "const evaluation; the macro knows how many there are")]
pub const fn check_variants(members: &[Member], position: Position) {
    let members = match (position.case, members) {
        (Some(case), [Member::Union(union)]) => union.cases[case].members,
        _ => members,
    };
    let Member::Union(Union { mut cases, .. }) = members[position.index] else { return };
    while let [case, others @ ..] = cases {
        let mut rest = members;
        while let [member, others @ ..] = rest {
            let taken = match member {
                Member::Field(field) => {
                    same_text(field.name, case.name)
                        || field.has_companion() && is_presence(case.name, field.name)
                }
                Member::Group(group) => same_text(group.name, case.name),
                Member::Union(_) => false,
            };
            assert!(
                !taken,
                "a variant of the union has the name of a field beside it, where the schema has both: rename one of them with \
                 `#[ipc(name = ..)]`, or give the union a name, `#[ipc(union, name = ..)]`"
            );
            rest = others;
        }
        cases = others;
    }
}

/// Tells whether a name is `hasX` for a field `x`.
#[expect(clippy::indexing_slicing, reason = "const evaluation; the lengths are compared first")]
const fn is_presence(name: &str, field: &str) -> bool {
    let (name, field) = (name.as_bytes(), field.as_bytes());
    if name.len() != field.len() + 3 || field.is_empty() || !matches!(name, [b'h', b'a', b's', ..]) {
        return false;
    }
    let mut i = 1;
    while i < field.len() && name[3 + i] == field[i] {
        i += 1;
    }
    i == field.len() && name[3] == field[0].to_ascii_uppercase()
}

/// Checks the pinned ordinals of a member.
#[expect(clippy::indexing_slicing, reason = "const evaluation; the macro knows how many there are")]
pub const fn check_member<const M: usize>(members: &[Member], position: Position, half: Half) {
    let first = count_before(members, position).fields;
    let member = match (position.case, members) {
        (Some(case), [Member::Union(union)]) => union.cases[case].members[position.index],
        _ => members[position.index],
    };
    check_ordinals::<M>(members, first, Count::of(&[member]).fields, half);
}

/// Checks the pinned ordinal of the presence field of a parameter.
pub const fn check_presence<const N: usize>(fields: &[Field; N], index: usize) {
    check_ordinals::<N>(&members_of(fields), index, 1, Half::Presence);
}

/// Tells whether any presence field does not follow its field.
pub(super) const fn any_apart<const N: usize>(fields: &[Field; N]) -> bool {
    let mut rest: &[Field] = fields;
    while let [field, others @ ..] = rest {
        if field.at.has_ordinal != NEXT {
            return true;
        }
        rest = others;
    }
    false
}
