//! What the schema says of types and fields, in constants.

use super::place::any_apart;
use crate::exception::IpcException;
use crate::wire::composite::pinned_layout;
use crate::wire::descriptor::{DefaultValue, Field, Type};
use crate::wire::layout::{At, Layout, Shape, Slot, layout};
use crate::wire::{Interface, IpcType};

/// What the schema says of a type.
#[derive(Clone, Copy, Debug)]
pub struct Part {
    pub(super) ty: Type,
    pub(super) shape: Shape,
}

impl Part {
    /// Returns the storage.
    pub const fn shape(self) -> Shape {
        self.shape
    }

    /// Returns the type in the schema.
    pub const fn ty(self) -> Type {
        self.ty
    }
}

/// Describes a field, a parameter or a result; its place is still open.
pub const fn field(name: &'static str, doc: &'static str, part: Part) -> Field {
    Field { name, doc, ty: part.ty, shape: part.shape, at: At::OPEN, default: None }
}

/// Gives a field a default.
pub const fn defaulted(field: Field, default: fn() -> DefaultValue) -> Field {
    Field { default: Some(default), ..field }
}

/// Computes the places of fields.
pub const fn layout_of<const N: usize>(fields: &[Field; N]) -> Layout<N> {
    if any_apart(fields) { pinned_layout(fields) } else { layout(shapes_of(fields)) }
}

#[expect(clippy::indexing_slicing, reason = "const evaluation; the index is below N")]
const fn shapes_of<const N: usize>(fields: &[Field; N]) -> [Shape; N] {
    let mut shapes = [Shape::of(Slot::Void); N];
    let mut i = 0;
    while i < N {
        shapes[i] = fields[i].shape;
        i += 1;
    }
    shapes
}

/// Checks that the number of a variant survives the cast to `repr`.
///
/// # Panics
/// Panics, at compile time, if it does not.
pub const fn check_number(number: i128, cast: i128) {
    assert!(number == cast, "the number of the variant is out of the range of `repr`");
}

/// Returns the first failure.
///
/// # Errors
/// Returns it.
pub fn all<const N: usize>(results: [Result<(), IpcException>; N]) -> Result<(), IpcException> {
    results.into_iter().collect()
}

/// Makes newtypes of the elements of a list.
pub fn wrap_items<T, N>(items: Vec<T>, wrap: impl Fn(T) -> N) -> Vec<N> {
    items.into_iter().map(wrap).collect()
}

/// Puts fields into their places.
#[expect(clippy::indexing_slicing, reason = "const evaluation; the index is below N")]
pub const fn placed<const N: usize>(mut fields: [Field; N], layout: Layout<N>) -> [Field; N] {
    let mut i = 0;
    while i < N {
        fields[i].at = layout.at[i];
        i += 1;
    }
    fields
}

/// Describes a type.
pub const fn part_of<T: IpcType + ?Sized>() -> Part {
    Part { ty: T::TYPE, shape: T::SHAPE }
}

/// Describes an object.
pub(crate) const fn part_of_object<T: Interface + ?Sized>() -> Part {
    Part { ty: Type::Interface(T::descriptor), shape: Shape::of(Slot::Pointer) }
}

/// Compares texts in constants.
#[expect(clippy::indexing_slicing, reason = "const evaluation; the index is below both lengths")]
pub(super) const fn same_text(a: &str, b: &str) -> bool {
    let (a, b) = (a.as_bytes(), b.as_bytes());
    let mut i = 0;
    while i < a.len() && i < b.len() && a[i] == b[i] {
        i += 1;
    }
    i == a.len() && i == b.len()
}
