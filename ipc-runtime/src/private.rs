//! What generated code names, and nothing else does. Not covered by semantic versioning.

pub use std::borrow::Borrow;
pub use std::boxed::Box;
pub use std::clone::Clone;
pub use std::convert::From;
pub use std::default::Default;
pub use std::future::Future;
pub use std::iter::{ExactSizeIterator, Iterator};
pub use std::marker::{Copy, Send, Sized, Sync};
pub use std::option::Option::{self, None, Some};
pub use std::pin::Pin;
pub use std::primitive::{bool, i8, i16, i32, i64, i128, str, u8, u16, u32, u64};
pub use std::result::Result::{self, Err, Ok};
pub use std::sync::Arc;
pub use std::vec::Vec;
pub use std::{env, module_path};

pub use crate::exception::{IpcError, IpcException};
pub use crate::object::{Client, MethodId, Remote, Reply, ServerCall, Started, call, call_async};
pub use crate::wire::default::{Defaulted, Literal};
pub use crate::wire::descriptor::{
    Case, CaseForm, DefaultValue, Descriptor, Enum as EnumDescriptor, Field, IdSource,
    Interface as InterfaceDescriptor, Kind, Method, Struct as StructDescriptor, Type,
    Union as UnionDescriptor, Variant,
};
pub use crate::wire::id::{package_file_id, type_id};
pub use crate::wire::layout::{
    At, Companion, Layout, NEXT, Shape, Size, Slot, check_pin, layout, pinned_layout,
};
pub use crate::wire::proxy::{CONSTRUCT, CONTEXT, DESTROY};
pub use crate::wire::union::{UnionLayout, union_layout};
pub use crate::wire::{
    Decode, DecodeElement, DecodeStruct, Element, Encode, Enum, HasSize, Interface, IpcType, Lend, Numbered,
    PointerReader, PointerWriter, Single, Struct, StructReader, StructWriter, decode_enum, decode_enums,
    decode_number, decode_numbers, decode_struct, decode_structs, encode_enum, encode_enums, encode_number,
    encode_numbers, encode_struct, encode_structs, unknown_variant,
};

/// What the schema says of a type.
#[derive(Clone, Copy, Debug)]
pub struct Part {
    ty: Type,
    shape: Shape,
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
    Field {
        name,
        doc,
        ty: part.ty,
        shape: part.shape,
        at: At { offset: 0, has: 0, ordinal: 0 },
        default: DefaultValue::Zero,
    }
}

/// Gives a field a default.
pub const fn defaulted(field: Field, default: DefaultValue) -> Field {
    Field { default, ..field }
}

/// Computes the places of fields.
pub const fn layout_of<const N: usize>(fields: &[Field; N]) -> Layout<N> {
    layout(shapes_of(fields))
}

/// Computes the places of fields of which some have a pinned ordinal.
pub const fn pinned_layout_of<const N: usize>(fields: &[Field; N], pins: [u16; N]) -> Layout<N> {
    pinned_layout(shapes_of(fields), pins)
}

/// Checks the pinned ordinal of a field.
pub const fn check_pin_of<const N: usize>(fields: &[Field; N], pins: &[u16; N], index: usize) {
    check_pin(&shapes_of(fields), pins, index);
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

/// Computes the places of the fields of an enum; `cases[i]` is the number of the variant that field `i` is in.
pub const fn union_layout_of<const N: usize>(fields: &[Field; N], cases: [u16; N]) -> UnionLayout<N> {
    union_layout(shapes_of(fields), cases)
}

/// Puts the fields of an enum into their places.
pub const fn placed_in_union<const N: usize>(fields: [Field; N], layout: UnionLayout<N>) -> [Field; N] {
    placed(fields, Layout { at: layout.at, size: layout.size })
}

/// Checks that the number of a variant survives the cast to `repr`.
///
/// # Panics
/// Panics, at compile time, if it does not.
pub const fn check_number(number: i128, cast: i128) {
    assert!(number == cast, "the number of the variant is out of the range of `repr`");
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

/// Describes what a method returns: one field, none for `()`.
pub const fn results_struct(fields: &'static [Field; 1], size: Size) -> StructDescriptor {
    let [Field { shape, .. }] = fields;
    match (shape.slot, shape.companion) {
        (Slot::Void, Companion::None) => StructDescriptor { fields: &[], size },
        _ => StructDescriptor { fields, size },
    }
}

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

/// All that generated code needs of a type that is passed by value, a field or a result.
///
/// One trait, so that rustc has one complaint about a type that is no IPC type: the other bounds are on `This`,
/// which exists only if the first holds.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot cross a process boundary",
    label = "not an IPC type",
    note = "for a struct or a field-less enum of your own, add `#[derive(IpcType)]`",
    note = "for an object that stays in its process, pass `Arc<dyn Trait>` of an `#[ipc_interface]` trait"
)]
pub trait Wire<'m>: Sized {
    /// What the schema says.
    const PART: Part;

    /// Writes the value.
    ///
    /// # Errors
    /// Returns an error if the message becomes too large or too deep.
    fn encode(&self, to: &mut StructWriter<'_, '_>, at: At) -> Result<(), IpcException>;

    /// Reads a value.
    ///
    /// # Errors
    /// Returns an error if the message does not hold a value of the type.
    fn decode(from: &StructReader<'m>, at: At) -> Result<Self, IpcException>;
}

impl<'m, T> Wire<'m> for T
where
    T: IpcType<This = T>,
    T::This: Encode + Decode<'m>,
{
    const PART: Part = Part { ty: T::TYPE, shape: T::SHAPE };

    #[inline]
    fn encode(&self, to: &mut StructWriter<'_, '_>, at: At) -> Result<(), IpcException> {
        Encode::encode(self, to, at)
    }

    #[inline]
    fn decode(from: &StructReader<'m>, at: At) -> Result<Self, IpcException> {
        Decode::decode(from, at)
    }
}

/// All that generated code needs of a type behind the `&` of a parameter.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot cross a process boundary",
    label = "not an IPC type",
    note = "for a struct or a field-less enum of your own, add `#[derive(IpcType)]`",
    note = "for an object that stays in its process, pass `Arc<dyn Trait>` of an `#[ipc_interface]` trait"
)]
pub trait Lent<'m> {
    /// What the schema says.
    const PART: Part;
    /// What the server holds while the method runs.
    type Held;

    /// Writes the value.
    ///
    /// # Errors
    /// Returns an error if the message becomes too large or too deep.
    fn encode(&self, to: &mut StructWriter<'_, '_>, at: At) -> Result<(), IpcException>;

    /// Reads what the server holds.
    ///
    /// # Errors
    /// Returns an error if the message does not hold a value of the type.
    fn decode(from: &StructReader<'m>, at: At) -> Result<Self::Held, IpcException>;

    /// Lends it to the method.
    fn lend(held: &Self::Held) -> &Self;
}

impl<'m, T> Lent<'m> for T
where
    T: IpcType<This = T> + ?Sized,
    T::This: Encode + Lend<'m>,
{
    const PART: Part = Part { ty: T::TYPE, shape: T::SHAPE };
    type Held = <T::This as Lend<'m>>::Held;

    #[inline]
    fn encode(&self, to: &mut StructWriter<'_, '_>, at: At) -> Result<(), IpcException> {
        Encode::encode(self, to, at)
    }

    #[inline]
    fn decode(from: &StructReader<'m>, at: At) -> Result<Self::Held, IpcException> {
        Decode::decode(from, at)
    }

    #[inline]
    fn lend(held: &Self::Held) -> &Self {
        held.borrow()
    }
}

/// [`Lent`] for a slice, named by its element.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be the element of a list",
    label = "not an element type",
    note = "for a struct or a field-less enum of your own, add `#[derive(IpcType)]`",
    note = "a list element has no room to say whether it is there: wrap an `Option` in a struct with \
            `#[derive(IpcType)]`"
)]
pub trait LentSlice<'m>: Sized {
    /// What the schema says.
    const PART: Part;
    /// What the server holds while the method runs.
    type Held;

    /// Writes the list.
    ///
    /// # Errors
    /// Returns an error if the message becomes too large or too deep.
    fn encode(items: &[Self], to: &mut StructWriter<'_, '_>, at: At) -> Result<(), IpcException>;

    /// Reads what the server holds.
    ///
    /// # Errors
    /// Returns an error if the message does not hold such a list.
    fn decode(from: &StructReader<'m>, at: At) -> Result<Self::Held, IpcException>;

    /// Lends it to the method.
    fn lend(held: &Self::Held) -> &[Self];
}

impl<'m, T> LentSlice<'m> for T
where
    T: Element,
    T::This: DecodeElement<'m>,
{
    const PART: Part = Part { ty: T::LIST, shape: <[T] as IpcType>::SHAPE };
    type Held = <T::This as DecodeElement<'m>>::Slice;

    #[inline]
    fn encode(items: &[Self], to: &mut StructWriter<'_, '_>, at: At) -> Result<(), IpcException> {
        Encode::encode(items, to, at)
    }

    #[inline]
    fn decode(from: &StructReader<'m>, at: At) -> Result<Self::Held, IpcException> {
        Decode::decode(from, at)
    }

    #[inline]
    fn lend(held: &Self::Held) -> &[Self] {
        held.borrow()
    }
}

/// The two directions between a method's error and the exception that travels.
#[derive(Debug)]
pub struct ErrorOf<E> {
    from: fn(IpcException) -> E,
    into: fn(E) -> IpcException,
}

impl<E> ErrorOf<E> {
    fn raise(self, exception: IpcException) -> E {
        (self.from)(exception)
    }

    fn lower(self, error: E) -> IpcException {
        (self.into)(error)
    }
}

/// Looks up how a method's error travels.
pub const fn error_of<E: IpcError>() -> ErrorOf<E> {
    ErrorOf { from: E::from, into: E::into_exception }
}

/// Calls a method of a remote object: the body of a client's method.
///
/// # Errors
/// Returns the failure of the call as the method's error.
pub fn call_method<T, E>(
    remote: &Remote,
    method: MethodId,
    params: Size,
    encode: impl FnOnce(&mut StructWriter<'_, '_>) -> Result<(), IpcException>,
    decode: impl FnOnce(&StructReader<'_>) -> Result<T, IpcException>,
    error: ErrorOf<E>,
) -> Result<T, E> {
    call(remote, method, params, encode, decode).map_err(|exception| error.raise(exception))
}

/// Calls a method of a remote object: the body of the future that a client's `async` method returns.
///
/// # Errors
/// Returns the failure of the call as the method's error.
pub async fn call_method_async<T, E>(
    remote: &Remote,
    method: MethodId,
    params: Size,
    encode: impl FnOnce(&mut StructWriter<'_, '_>) -> Result<(), IpcException> + Send,
    decode: impl FnOnce(&StructReader<'_>) -> Result<T, IpcException> + Send,
    error: ErrorOf<E>,
) -> Result<T, E> {
    call_async(remote, method, params, encode, decode).await.map_err(|exception| error.raise(exception))
}

/// Answers a call with what its method returned: the end of a server's method.
///
/// # Errors
/// Returns the method's error as an exception; an error if the result cannot be encoded.
pub fn reply<T, E>(
    call: &ServerCall,
    results: Layout<1>,
    result: Result<T, E>,
    encode: impl FnOnce(&T, &mut StructWriter<'_, '_>, At) -> Result<(), IpcException>,
    error: ErrorOf<E>,
) -> Result<Reply, IpcException> {
    let [at] = results.at;
    match result {
        Ok(value) => call.reply(results.size, |to| encode(&value, to, at)),
        Err(failure) => Err(error.lower(failure)),
    }
}

/// Stands for everything that is not generated because the macro reported an error.
pub fn after_error() -> ! {
    unreachable!("the item did not compile")
}
