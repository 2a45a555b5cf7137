//! What a method returns: its results, or its error as an exception or in fields of its own.

use super::part::{Part, field, part_of, same_text};
use crate::exception::{IpcError, IpcException};
use crate::wire::descriptor::{Field, Struct as StructDescriptor, Type};
use crate::wire::layout::{At, Companion, Shape, Size, Slot};
use crate::wire::{Decode, Encode, IpcType, StructReader, StructWriter};

/// `Result<T, E>`, also where a user writes an alias of it.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a `Result`",
    label = "a call can fail",
    note = "write `Result<{Self}, IpcException>`"
)]
pub trait AnyResult {
    /// What a call returns if it succeeds.
    type Ok;
    /// What it returns if it fails.
    type Err;

    /// Makes one.
    fn from_result(result: Result<Self::Ok, Self::Err>) -> Self;

    /// Looks inside.
    fn into_result(self) -> Result<Self::Ok, Self::Err>;
}

impl<T, E> AnyResult for Result<T, E> {
    type Ok = T;
    type Err = E;

    fn from_result(result: Self) -> Self {
        result
    }

    fn into_result(self) -> Self {
        self
    }
}

/// The two directions between a method's error and the exception that travels.
#[derive(Debug)]
pub struct ErrorOf<E> {
    pub(super) slots: &'static [Field],
    pub(super) from: fn(IpcException) -> E,
    pub(super) into: fn(E) -> ErrorAnswer,
    pub(super) read: fn(&StructReader<'_>, &[At]) -> Result<Option<E>, IpcException>,
}

impl<E> Clone for ErrorOf<E> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<E> Copy for ErrorOf<E> {}

/// How an error travels.
pub enum ErrorAnswer {
    /// As an exception of the call.
    Exception(IpcException),
    /// In the field of its own with the number.
    Slot(usize, EncodeSlot),
}

type EncodeSlot = Box<dyn FnOnce(&mut StructWriter<'_, '_>, At) -> Result<(), IpcException>>;

impl ErrorAnswer {
    /// An error that travels as a value of its own.
    pub fn slot<T: Encode + 'static>(index: usize, value: T) -> Self {
        Self::Slot(index, Box::new(move |to, at| value.give(to, at)))
    }
}

impl std::fmt::Debug for ErrorAnswer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Exception(exception) => f.debug_tuple("Exception").field(exception).finish(),
            Self::Slot(index, _) => f.debug_tuple("Slot").field(index).finish(),
        }
    }
}

/// Reads a field of an error; a null one says that this error was not.
///
/// # Errors
/// Returns an error if the field does not hold a value of the type.
pub fn read_slot<T: for<'m> Decode<'m>>(
    from: &StructReader<'_>,
    at: &[At],
    index: usize,
) -> Result<Option<T>, IpcException> {
    match at.get(index) {
        Some(at) if !from.pointer(at.offset).is_null() => T::decode(from, *at).map(Some),
        _ => Ok(None),
    }
}

/// The text of an error that travels as an exception.
pub fn debug_text(error: &dyn std::fmt::Debug) -> String {
    format!("{error:?}")
}

/// Looks up how a method's error travels.
pub const fn error_of<E: IpcError>() -> ErrorOf<E> {
    ErrorOf { slots: E::SLOTS, from: E::from, into: E::into_answer, read: E::read_slot }
}

/// Describes a field of its own of a method's error.
///
/// # Panics
/// Panics, at compile time, if only its value could say whether it is there.
pub const fn slot_of<T: IpcType>(name: &'static str, doc: &'static str) -> Field {
    assert!(
        matches!((T::SHAPE.slot, T::SHAPE.companion), (Slot::Pointer, Companion::None)),
        "an error of its own must be a pointer in the schema, as text or a struct is: of a number it cannot be seen \
         whether it is there"
    );
    field(name, doc, part_of::<T>())
}

/// Tells how many fields of its own an error has among the results.
pub const fn count_slots<E>(error: &ErrorOf<E>) -> usize {
    error.slots.len()
}

/// Describes what a method returns: the fields of its error, then the results.
///
/// # Panics
/// Panics, at compile time, if two have one name.
#[expect(
    clippy::indexing_slicing,
    reason = "const evaluation; the indices are below the lengths, which add up to `N`"
)]
pub const fn result_fields<E, const K: usize, const N: usize>(
    error: &ErrorOf<E>,
    results: [Field; K],
) -> [Field; N] {
    let mut fields = [field("", "", Part { ty: Type::Void, shape: Shape::of(Slot::Void) }); N];
    let slots = error.slots;
    let mut i = 0;
    while i < N {
        fields[i] = if i < slots.len() { slots[i] } else { results[i - slots.len()] };
        let mut j = 0;
        while j < slots.len() && slots.len() <= i {
            assert!(
                !same_text(fields[i].name, slots[j].name),
                "a result has the name of a field of the method's error: give one of them another, with `#[ipc(name = ..)]` on \
                 the variant or in `results(..)`"
            );
            j += 1;
        }
        i += 1;
    }
    fields
}

/// Describes what a method returns, after `slots` fields of its error; a single result that is `()` is none.
pub const fn results_struct<const N: usize>(
    fields: &'static [Field; N],
    size: Size,
    slots: usize,
) -> StructDescriptor {
    match fields.as_slice() {
        [errors @ .., result] if N == slots + 1 && is_void(result) => {
            StructDescriptor { fields: errors, size }
        }
        _ => StructDescriptor { fields, size },
    }
}

const fn is_void(field: &Field) -> bool {
    matches!((field.shape.slot, field.shape.companion), (Slot::Void, Companion::None))
}
