//! What generated code names, and nothing else does. Not covered by semantic versioning.

mod field;
mod place;

pub use std::borrow::Borrow;
pub use std::boxed::Box;
pub use std::clone::Clone;
pub use std::convert::From;
pub use std::default::Default;
pub use std::future::Future;
pub use std::iter::{ExactSizeIterator, Iterator};
pub use std::marker::{Copy, Send, Sized, Sync};
pub use std::ops::Fn;
pub use std::option::Option::{self, None, Some};
pub use std::pin::Pin;
pub use std::primitive::{bool, i8, i16, i32, i64, i128, str, u8, u16, u32, u64, usize};
pub use std::result::Result::{self, Err, Ok};
pub use std::string::String;
pub use std::sync::Arc;
pub use std::vec::Vec;
pub use std::{env, module_path};

pub use self::field::{Defaulted, GroupField, Optional, UnionField};
use self::place::any_apart;
pub use self::place::{
    Position, check_member, check_presence, count_before, group, in_case, in_struct, pinned, unnamed_union,
    with_presence,
};
pub use crate::exception::{IpcError, IpcException};
pub use crate::object::loan::{Lendable, LendableOption, OnLoan, check_lendable, lend};
pub use crate::object::{Client, MethodId, Params, Remote, Reply, ServerCall, Started, call, call_async};
use crate::object::{send_oneway, send_oneway_async};
pub use crate::wire::composite::{
    CompositeLayout, Half, composite_layout, members_of, pinned_layout, scratch,
};
pub use crate::wire::default::{DefaultCodec, HasDefault};
pub use crate::wire::descriptor::{
    Case, CaseForm, Composite, DefaultValue, Descriptor, Enum as EnumDescriptor, Field,
    Group as GroupDescriptor, IdSource, Interface as InterfaceDescriptor, Kind, Member, Method, Places,
    Struct as StructDescriptor, Type, Union as UnionDescriptor, Variant,
};
pub use crate::wire::id::{package_file_id, type_id};
pub use crate::wire::instance::{Argument, Instance, Laid, Spelled, describe_instance, spelled};
pub use crate::wire::layout::{At, Companion, Layout, Shape, Size, Slot, layout};
pub use crate::wire::ordinal::{Count, NEXT, after};
pub use crate::wire::proxy::{CONSTRUCT, CONTEXT, DESTROY};
pub use crate::wire::with::{
    decode_converted, decode_serde, decode_with, encode_converted, encode_serde, encode_with, part_serde,
    part_with,
};
pub use crate::wire::{
    ByReference, Callable, Decode, DecodeElement, DecodeStruct, Element, Encode, Enum, HasSize, Interface,
    IpcType, Lend, Numbered, Passable, PointerReader, PointerWriter, Single, StandIn, Struct, StructReader,
    StructWriter, Variants, decode_enum, decode_enum_defaulted, decode_enums, decode_number,
    decode_number_defaulted, decode_numbers, decode_struct, decode_structs, encode_enum,
    encode_enum_defaulted, encode_enums, encode_number, encode_number_defaulted, encode_numbers,
    encode_struct, encode_struct_owned, encode_structs, encode_structs_owned, unknown_variant,
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

#[expect(clippy::indexing_slicing, reason = "const evaluation; the index is below both lengths")]
const fn same_text(a: &str, b: &str) -> bool {
    let (a, b) = (a.as_bytes(), b.as_bytes());
    let mut i = 0;
    while i < a.len() && i < b.len() && a[i] == b[i] {
        i += 1;
    }
    i == a.len() && i == b.len()
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

/// An interface that another one extends.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be a supertrait of an interface",
    label = "not an `#[ipc_interface]` trait",
    note = "an interface extends other traits with `#[ipc_interface]`, beside `Send`, `Sync` and `'static`; repeat the \
            methods of others in it"
)]
#[expect(missing_docs, reason = "each is the item of `Interface` of its name")]
pub trait Superclass: Send + Sync + 'static {
    const DESTROY: Option<MethodId>;
    const CONSTRUCT: Option<MethodId>;

    fn descriptor() -> &'static Descriptor;
    fn implements(interface: u64) -> bool;
    fn is_destroy(method: MethodId) -> bool;
    fn is_construct(method: MethodId) -> bool;
    const HAS_ONEWAY: bool;
    fn is_oneway(method: MethodId) -> bool;
    fn has_context(method: MethodId) -> bool;
    const HAS_ASYNC: bool;
    fn dispatch(&self, call: &ServerCall) -> Result<Reply, IpcException>;
    fn dispatch_async(self: Arc<Self>, call: ServerCall) -> Started;
}

#[diagnostic::do_not_recommend]
impl<T: Interface + ?Sized> Superclass for T {
    const DESTROY: Option<MethodId> = T::DESTROY;
    const CONSTRUCT: Option<MethodId> = T::CONSTRUCT;

    fn descriptor() -> &'static Descriptor {
        T::descriptor()
    }

    fn implements(interface: u64) -> bool {
        T::implements(interface)
    }

    fn is_destroy(method: MethodId) -> bool {
        T::is_destroy(method)
    }

    fn is_construct(method: MethodId) -> bool {
        T::is_construct(method)
    }

    const HAS_ONEWAY: bool = T::HAS_ONEWAY;

    fn is_oneway(method: MethodId) -> bool {
        T::is_oneway(method)
    }

    fn has_context(method: MethodId) -> bool {
        T::has_context(method)
    }

    const HAS_ASYNC: bool = T::HAS_ASYNC;

    fn dispatch(&self, call: &ServerCall) -> Result<Reply, IpcException> {
        T::dispatch(self, call)
    }

    fn dispatch_async(self: Arc<Self>, call: ServerCall) -> Started {
        T::dispatch_async(self, call)
    }
}

/// Returns the first method that there is.
#[expect(clippy::indexing_slicing, reason = "const evaluation; the index is below the length")]
pub const fn first_method(methods: &[Option<MethodId>]) -> Option<MethodId> {
    let mut i = 0;
    while i < methods.len() {
        if methods[i].is_some() {
            return methods[i];
        }
        i += 1;
    }
    None
}

/// Tells whether a method is one of those of an interface.
pub fn is_one_of(method: MethodId, interface: u64, ordinals: &[u16]) -> bool {
    method.interface == interface && ordinals.contains(&method.ordinal)
}

/// Tells whether a method is the one that there may be.
pub fn is_method(known: Option<MethodId>, method: MethodId) -> bool {
    known == Some(method)
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
    note = "for an object that stays in its process, pass `Arc<dyn Trait>` of an `#[ipc_interface]` trait",
    note = "for a closure, pass `Arc<dyn Fn(..) -> Result<.., IpcException> + Send + Sync>`"
)]
pub trait Wire<'m>: Sized {
    /// What the schema says.
    const PART: Part;
    /// What it says of the type inside an `Option`.
    const INNER: Part;

    /// Writes the value.
    ///
    /// # Errors
    /// Returns an error if the message becomes too large or too deep.
    fn encode(&self, to: &mut StructWriter<'_, '_>, at: At) -> Result<(), IpcException>;

    /// Writes the value, out of which may be taken what cannot be shared.
    ///
    /// # Errors
    /// Returns an error if the message becomes too large or too deep.
    fn encode_mut(&mut self, to: &mut StructWriter<'_, '_>, at: At) -> Result<(), IpcException>;

    /// Writes the value, or lends it to the message.
    ///
    /// # Errors
    /// Returns an error if the message becomes too large or too deep.
    fn lend_to<'d>(&'d self, to: &mut StructWriter<'_, 'd>, at: At) -> Result<(), IpcException>;

    /// Writes the value, or gives it to the message.
    ///
    /// # Errors
    /// Returns an error if the message becomes too large or too deep.
    fn give(self, to: &mut StructWriter<'_, '_>, at: At) -> Result<(), IpcException>;

    /// Reads a value.
    ///
    /// # Errors
    /// Returns an error if the message does not hold a value of the type.
    fn decode(from: &StructReader<'m>, at: At) -> Result<Self, IpcException>;

    /// Writes the value as it stands inside an `Option`.
    ///
    /// # Errors
    /// Returns an error if the message becomes too large or too deep.
    fn encode_inner(&self, to: &mut StructWriter<'_, '_>, at: At) -> Result<(), IpcException>;

    /// Like `encode_inner`; what cannot be shared may be taken out.
    ///
    /// # Errors
    /// Returns an error if the message becomes too large or too deep.
    fn encode_inner_mut(&mut self, to: &mut StructWriter<'_, '_>, at: At) -> Result<(), IpcException>;

    /// Reads a value that stands inside an `Option`.
    ///
    /// # Errors
    /// Returns an error if the message does not hold a value of the type.
    fn decode_inner(from: &StructReader<'m>, at: At) -> Result<Self, IpcException>;
}

impl<'m, T> Wire<'m> for T
where
    T: IpcType<This = T>,
    T::This: Encode + Decode<'m>,
{
    const PART: Part = Part { ty: T::TYPE, shape: T::SHAPE };
    const INNER: Part = Part { ty: T::INNER_TYPE, shape: T::INNER_SHAPE };

    #[inline]
    fn encode(&self, to: &mut StructWriter<'_, '_>, at: At) -> Result<(), IpcException> {
        Encode::encode(self, to, at)
    }

    #[inline]
    fn encode_mut(&mut self, to: &mut StructWriter<'_, '_>, at: At) -> Result<(), IpcException> {
        Encode::encode_owned(self, to, at)
    }

    #[inline]
    fn lend_to<'d>(&'d self, to: &mut StructWriter<'_, 'd>, at: At) -> Result<(), IpcException> {
        Encode::lend(self, to, at)
    }

    #[inline]
    fn give(self, to: &mut StructWriter<'_, '_>, at: At) -> Result<(), IpcException> {
        Encode::give(self, to, at)
    }

    #[inline]
    fn decode(from: &StructReader<'m>, at: At) -> Result<Self, IpcException> {
        Decode::decode(from, at)
    }

    #[inline]
    fn encode_inner(&self, to: &mut StructWriter<'_, '_>, at: At) -> Result<(), IpcException> {
        Encode::encode_inner(self, to, at)
    }

    #[inline]
    fn encode_inner_mut(&mut self, to: &mut StructWriter<'_, '_>, at: At) -> Result<(), IpcException> {
        Encode::encode_inner_owned(self, to, at)
    }

    #[inline]
    fn decode_inner(from: &StructReader<'m>, at: At) -> Result<Self, IpcException> {
        Decode::decode_inner(from, at)
    }
}

/// [`Wire`] for a closure that travels as the interface `I`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot travel as `{I}`",
    label = "not a closure of the method's signature",
    note = "it is an `Arc` of a `dyn Fn(..)`, or a `Box` of a closure, that takes and returns what the one method of the \
            trait does; also in an `Option`, a `Vec` or as the values of a map"
)]
#[expect(missing_docs, reason = "each is the item of `Wire` of its name")]
pub trait WireAs<'m, I: ?Sized>: Sized {
    const PART: Part;

    fn encode(&self, to: &mut StructWriter<'_, '_>, at: At) -> Result<(), IpcException>;
    fn give(self, to: &mut StructWriter<'_, '_>, at: At) -> Result<(), IpcException>;
    fn encode_mut(&mut self, to: &mut StructWriter<'_, '_>, at: At) -> Result<(), IpcException>;
    fn decode(from: &StructReader<'m>, at: At) -> Result<Self, IpcException>;
}

impl<'m, I: ?Sized, T: StandIn<I, Object: Wire<'m>>> WireAs<'m, I> for T {
    const PART: Part = T::Object::PART;

    fn encode(&self, to: &mut StructWriter<'_, '_>, at: At) -> Result<(), IpcException> {
        self.share()?.give(to, at)
    }

    fn give(mut self, to: &mut StructWriter<'_, '_>, at: At) -> Result<(), IpcException> {
        self.take().give(to, at)
    }

    fn encode_mut(&mut self, to: &mut StructWriter<'_, '_>, at: At) -> Result<(), IpcException> {
        self.take().give(to, at)
    }

    fn decode(from: &StructReader<'m>, at: At) -> Result<Self, IpcException> {
        T::Object::decode(from, at).map(T::from_object)
    }
}

/// [`Wire`] of a type that has a parameter: here nothing is known of what may be received.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot cross a process boundary",
    label = "not an IPC type",
    note = "for a struct or a field-less enum of your own, add `#[derive(IpcType)]`",
    note = "for an object that stays in its process, pass `Arc<dyn Trait>` of an `#[ipc_interface]` trait"
)]
pub trait Outgoing {
    /// `Self`: what is received is reached through it, see [`Wire`].
    type This: ?Sized;

    /// What the schema says.
    const PART: Part;
    /// What it says of the type inside an `Option`.
    const INNER: Part;

    /// Writes the value.
    ///
    /// # Errors
    /// Returns an error if the message becomes too large or too deep.
    fn encode(&self, to: &mut StructWriter<'_, '_>, at: At) -> Result<(), IpcException>;

    /// Writes the value, out of which may be taken what cannot be shared.
    ///
    /// # Errors
    /// Returns an error if the message becomes too large or too deep.
    fn encode_mut(&mut self, to: &mut StructWriter<'_, '_>, at: At) -> Result<(), IpcException>;

    /// Writes the value as it stands inside an `Option`.
    ///
    /// # Errors
    /// Returns an error if the message becomes too large or too deep.
    fn encode_inner(&self, to: &mut StructWriter<'_, '_>, at: At) -> Result<(), IpcException>;

    /// Like `encode_inner`; what cannot be shared may be taken out.
    ///
    /// # Errors
    /// Returns an error if the message becomes too large or too deep.
    fn encode_inner_mut(&mut self, to: &mut StructWriter<'_, '_>, at: At) -> Result<(), IpcException>;
}

impl<T> Outgoing for T
where
    T: IpcType<This = T>,
    T::This: Encode,
{
    type This = T::This;

    const PART: Part = Part { ty: T::TYPE, shape: T::SHAPE };
    const INNER: Part = Part { ty: T::INNER_TYPE, shape: T::INNER_SHAPE };

    #[inline]
    fn encode(&self, to: &mut StructWriter<'_, '_>, at: At) -> Result<(), IpcException> {
        Encode::encode(self, to, at)
    }

    #[inline]
    fn encode_mut(&mut self, to: &mut StructWriter<'_, '_>, at: At) -> Result<(), IpcException> {
        Encode::encode_owned(self, to, at)
    }

    #[inline]
    fn encode_inner_mut(&mut self, to: &mut StructWriter<'_, '_>, at: At) -> Result<(), IpcException> {
        Encode::encode_inner_owned(self, to, at)
    }

    #[inline]
    fn encode_inner(&self, to: &mut StructWriter<'_, '_>, at: At) -> Result<(), IpcException> {
        Encode::encode_inner(self, to, at)
    }
}

/// All that generated code needs of a type behind the `&` of a parameter.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot cross a process boundary",
    label = "not an IPC type",
    note = "for a struct or a field-less enum of your own, add `#[derive(IpcType)]`",
    note = "for an object that stays in its process, pass `Arc<dyn Trait>` of an `#[ipc_interface]` trait",
    note = "for a closure, pass `Arc<dyn Fn(..) -> Result<.., IpcException> + Send + Sync>`"
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

    /// Writes the value, or lends it to the message.
    ///
    /// # Errors
    /// Returns an error if the message becomes too large or too deep.
    fn lend_to<'d>(&'d self, to: &mut StructWriter<'_, 'd>, at: At) -> Result<(), IpcException>;

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
    fn lend_to<'d>(&'d self, to: &mut StructWriter<'_, 'd>, at: At) -> Result<(), IpcException> {
        Encode::lend(self, to, at)
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
    note = "for a struct or a field-less enum of your own, add `#[derive(IpcType)]`"
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

    /// Writes the value, or lends it to the message.
    ///
    /// # Errors
    /// Returns an error if the message becomes too large or too deep.
    fn lend_to<'d>(items: &'d [Self], to: &mut StructWriter<'_, 'd>, at: At) -> Result<(), IpcException>;

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
    fn lend_to<'d>(items: &'d [Self], to: &mut StructWriter<'_, 'd>, at: At) -> Result<(), IpcException> {
        Encode::lend(items, to, at)
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
    slots: &'static [Field],
    from: fn(IpcException) -> E,
    into: fn(E) -> ErrorAnswer,
    read: fn(&StructReader<'_>, &[At]) -> Result<Option<E>, IpcException>,
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

/// Describes a type.
pub const fn part_of<T: IpcType + ?Sized>() -> Part {
    Part { ty: T::TYPE, shape: T::SHAPE }
}

/// Describes an object.
pub(crate) const fn part_of_object<T: Interface + ?Sized>() -> Part {
    Part { ty: Type::Interface(T::descriptor), shape: Shape::of(Slot::Pointer) }
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

/// Writes the parameters of a call, and may lend what lives for `'d`.
///
/// Calls and answers take it as `dyn`, so that only what depends on the types of a method is compiled for each.
type EncodeContent<'f, 'd> = dyn FnMut(&mut StructWriter<'_, 'd>) -> Result<(), IpcException> + 'f;
/// The same, for a future.
type SendContent<'f> = dyn FnMut(&mut StructWriter<'_, '_>) -> Result<(), IpcException> + Send + 'f;

/// Calls a method of a remote object: the body of a client's method.
///
/// # Errors
/// Returns the failure of the call as the method's error.
pub fn call_method<'d, T, E>(
    remote: &'d Remote,
    method: MethodId,
    params: Params,
    encode: &mut EncodeContent<'_, 'd>,
    results_at: &[At],
    decode: &mut dyn FnMut(&StructReader<'_>) -> Result<T, IpcException>,
    error: ErrorOf<E>,
) -> Result<T, E> {
    let ErrorOf { from: raise, read, .. } = error;
    let mut outcome = None;
    let called = call_untyped(remote, method, params, encode, &mut |from| {
        outcome = Some(match read(from, results_at)? {
            Some(error) => Err(error),
            None => Ok(decode(from)?),
        });
        Ok(())
    });
    match (called, outcome) {
        (Ok(()), Some(outcome)) => outcome,
        (Ok(()), None) => Err(raise(IpcException::failed("the answer was not read"))),
        (Err(exception), _) => Err(raise(exception)),
    }
}

/// Makes of a closure that can be called once, since it gives arguments away, one that is called once.
pub fn once<'d>(
    encode: impl FnOnce(&mut StructWriter<'_, 'd>) -> Result<(), IpcException>,
) -> impl FnMut(&mut StructWriter<'_, 'd>) -> Result<(), IpcException> {
    let mut encode = Some(encode);
    move |to| encode.take().map_or(Ok(()), |encode| encode(to))
}

fn call_untyped<'d>(
    remote: &'d Remote,
    method: MethodId,
    params: Params,
    encode: &mut EncodeContent<'_, 'd>,
    decode: &mut dyn FnMut(&StructReader<'_>) -> Result<(), IpcException>,
) -> Result<(), IpcException> {
    call(remote, method, params, encode, decode)
}

/// Calls a method of a remote object: the body of the future that a client's `async` method returns.
///
/// # Errors
/// Returns the failure of the call as the method's error.
pub async fn call_method_async<T, E>(
    remote: &Remote,
    method: MethodId,
    params: Params,
    encode: impl FnOnce(&mut StructWriter<'_, '_>) -> Result<(), IpcException> + Send,
    results_at: &[At],
    decode: impl FnOnce(&StructReader<'_>) -> Result<T, IpcException> + Send,
    error: ErrorOf<E>,
) -> Result<T, E> {
    let ErrorOf { from: raise, read, .. } = error;
    let mut encode = Some(encode);
    let encode: &mut SendContent<'_> = &mut |to| encode.take().map_or(Ok(()), |encode| encode(to));
    let decode = |from: &StructReader<'_>| match read(from, results_at)? {
        Some(error) => Ok(Err(error)),
        None => decode(from).map(Ok),
    };
    let outcome = call_async(remote, method, params, encode, decode).await;
    outcome.unwrap_or_else(|exception| Err(raise(exception)))
}

/// Sends a call that nobody waits for: the body of a client's one-way method.
///
/// # Errors
/// Returns an error if the call cannot be sent, as the method's error.
pub fn call_oneway<'d, E>(
    remote: &'d Remote,
    method: MethodId,
    params: Params,
    encode: &mut EncodeContent<'_, 'd>,
    error: ErrorOf<E>,
) -> Result<(), E> {
    send_oneway(remote, method, params, encode).map_err(error.from)
}

/// Like [`call_oneway`], for a client's one-way `async` method.
///
/// # Errors
/// Returns an error if the call cannot be sent, as the method's error.
pub async fn call_oneway_async<E>(
    remote: &Remote,
    method: MethodId,
    params: Params,
    encode: impl FnOnce(&mut StructWriter<'_, '_>) -> Result<(), IpcException> + Send,
    error: ErrorOf<E>,
) -> Result<(), E> {
    send_oneway_async(remote, method, params, encode).await.map_err(error.from)
}

/// Answers a call with what its method returned: the end of a server's method. An error with a field of its own goes to
/// one of the first places.
///
/// # Errors
/// Returns the method's error as an exception; an error if the result cannot be encoded.
pub fn reply<T, E>(
    call: &ServerCall,
    results: Size,
    results_at: &[At],
    result: Result<T, E>,
    encode: &mut dyn FnMut(T, &mut StructWriter<'_, '_>) -> Result<(), IpcException>,
    error: ErrorOf<E>,
) -> Result<Reply, IpcException> {
    match result {
        Ok(value) => {
            let mut value = Some(value);
            reply_untyped(call, results, &mut |to| value.take().map_or(Ok(()), |value| encode(value, to)))
        }
        Err(failure) => reply_error(call, results, results_at, (error.into)(failure)),
    }
}

fn reply_untyped(
    call: &ServerCall,
    results: Size,
    encode: &mut dyn FnMut(&mut StructWriter<'_, '_>) -> Result<(), IpcException>,
) -> Result<Reply, IpcException> {
    call.reply(results, encode)
}

fn reply_error(
    call: &ServerCall,
    results: Size,
    results_at: &[At],
    answer: ErrorAnswer,
) -> Result<Reply, IpcException> {
    match answer {
        ErrorAnswer::Exception(exception) => Err(exception),
        ErrorAnswer::Slot(index, encode) => {
            let Some(at) = results_at.get(index) else { return Err(call.unimplemented()) };
            call.reply(results, |to| encode(to, *at))
        }
    }
}

/// Stands for everything that is not generated because the macro reported an error.
pub fn after_error() -> ! {
    unreachable!("the item did not compile")
}
