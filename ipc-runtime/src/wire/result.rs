//! `Result<T, E>` inside of data: a struct with a union of `ok` and `err`.
//!
//! What a method returns is no such struct: there the wire has errors of its own.

use std::marker::PhantomData;

use super::anonymous::{self, Anonymous, Form, member};
use super::composite::{CompositeLayout, composite_layout, scratch};
use super::descriptor::{Case, CaseForm, Member, Union};
use super::generic::PointerArgument;
use super::layout::Slot;
use super::ordinal::NEXT;
use super::raw::HasSize;
use super::{
    At, Decode, DecodeElement, Element, Encode, IpcType, PointerReader, PointerWriter, Shape, Single, Size,
    StructReader, StructWriter, Type, unknown_variant,
};
use crate::exception::IpcException;

/// What can be the error of a `Result` inside of data.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be the error of a `Result` inside of data",
    label = "not an IPC type",
    note = "such a `Result` is a value like others: its error is text, an enum or a struct with `#[derive(IpcType)]`",
    note = "an `IpcException`, and an error with `#[ipc(error)]`, is what a method returns"
)]
pub trait ErrorValue: IpcType<This = Self> + Sized {}

#[diagnostic::do_not_recommend]
impl<E: IpcType<This = E>> ErrorValue for E {}

impl<T: IpcType<This = T>, E: ErrorValue> IpcType for Result<T, E> {
    type This = Self;
    const SHAPE: Shape = Shape::of(Slot::Pointer);
    const TYPE: Type = Type::Struct(anonymous::descriptor::<Outcome<T, E>>);
}

impl<T: IpcType<This = T>, E: ErrorValue> Single for Result<T, E> {}

impl<T: IpcType<This = T>, E: ErrorValue> PointerArgument for Result<T, E>
where
    T::This: Encode,
    E::This: Encode,
{
}

impl<T: IpcType<This = T>, E: ErrorValue> Encode for Result<T, E>
where
    T::This: Encode,
    E::This: Encode,
{
    fn encode(&self, to: &mut StructWriter<'_, '_>, at: At) -> Result<(), IpcException> {
        to.pointer(at.offset).write_struct(Outcome::<T, E>::SIZE, |to| encode_case(self, to))
    }

    fn encode_owned(&mut self, to: &mut StructWriter<'_, '_>, at: At) -> Result<(), IpcException> {
        to.pointer(at.offset).write_struct(Outcome::<T, E>::SIZE, |to| encode_case_owned(self, to))
    }

    fn encode_inner_owned(&mut self, to: &mut StructWriter<'_, '_>, at: At) -> Result<(), IpcException> {
        self.encode_owned(to, at)
    }
}

impl<'m, T: IpcType<This = T>, E: ErrorValue> Decode<'m> for Result<T, E>
where
    T::This: Decode<'m>,
    E::This: Decode<'m>,
{
    fn decode(from: &StructReader<'m>, at: At) -> Result<Self, IpcException> {
        decode_case(&from.pointer(at.offset).read_struct()?)
    }
}

impl<T: IpcType<This = T>, E: ErrorValue> Element for Result<T, E>
where
    T::This: Encode,
    E::This: Encode,
{
    const LIST: Type = Type::List(&<Self as IpcType>::TYPE);

    fn encode_items<'i>(
        items: impl ExactSizeIterator<Item = &'i Self>,
        mut to: PointerWriter<'_, '_>,
    ) -> Result<(), IpcException>
    where
        Self: 'i,
    {
        to.write_structs::<Outcome<T, E>, _>(items, encode_case)
    }

    fn encode_items_owned<'i>(
        items: impl ExactSizeIterator<Item = &'i mut Self>,
        mut to: PointerWriter<'_, '_>,
    ) -> Result<(), IpcException>
    where
        Self: 'i,
    {
        to.write_structs::<Outcome<T, E>, _>(items, encode_case_owned)
    }
}

impl<'m, T: IpcType<This = T>, E: ErrorValue> DecodeElement<'m> for Result<T, E>
where
    T::This: Encode + Decode<'m>,
    E::This: Encode + Decode<'m>,
{
    type Slice = Vec<Self>;

    fn decode_list(from: PointerReader<'m>) -> Result<Vec<Self>, IpcException> {
        from.read_structs::<Outcome<T, E>, _>(decode_case)
    }
}

/// `struct ResultTE { union { ok @0 :T; err @1 :E; } }`; a case that is no pointer and an `Option` is a group.
struct Outcome<T, E>(PhantomData<(T, E)>);

impl<T: IpcType, E: IpcType> Outcome<T, E> {
    const MEMBERS: &'static [Member] = &[Member::Union(Union {
        ordinal: NEXT,
        cases: &[
            Case { name: "ok", doc: "", members: &[value::<T>()], form: CaseForm::Value },
            Case { name: "err", doc: "", members: &[value::<E>()], form: CaseForm::Value },
        ],
    })];
    const LAYOUT: CompositeLayout<2, 1> = composite_layout::<2, 1, SCRATCH>(Self::MEMBERS);
}

const fn value<T: IpcType>() -> Member {
    Member::Field(member::<T>("value"))
}

/// As much as any two cases of one field each need.
const SCRATCH: usize = scratch(Outcome::<(), ()>::MEMBERS);

impl<T: IpcType, E: IpcType> HasSize for Outcome<T, E> {
    const SIZE: Size = Self::LAYOUT.size;
}

impl<T: IpcType, E: IpcType> Anonymous for Outcome<T, E> {
    const FORM: Form = Form::Result(Self::LAYOUT.describe(Self::MEMBERS));
}

/// The discriminant of `ok`.
const OK: u16 = 0;

/// The discriminant of `err`.
const ERR: u16 = 1;

fn encode_case<T: Encode, E: Encode>(
    result: &Result<T, E>,
    to: &mut StructWriter<'_, '_>,
) -> Result<(), IpcException> {
    let CompositeLayout { at: [ok, err], discriminants: [which], .. } = Outcome::<T, E>::LAYOUT;
    match result {
        Ok(value) => {
            to.set(which, OK);
            value.encode(to, ok)
        }
        Err(error) => {
            to.set(which, ERR);
            error.encode(to, err)
        }
    }
}

fn encode_case_owned<T: Encode, E: Encode>(
    result: &mut Result<T, E>,
    to: &mut StructWriter<'_, '_>,
) -> Result<(), IpcException> {
    let CompositeLayout { at: [ok, err], discriminants: [which], .. } = Outcome::<T, E>::LAYOUT;
    match result {
        Ok(value) => {
            to.set(which, OK);
            value.encode_owned(to, ok)
        }
        Err(error) => {
            to.set(which, ERR);
            error.encode_owned(to, err)
        }
    }
}

fn decode_case<'m, T: Decode<'m>, E: Decode<'m>>(
    from: &StructReader<'m>,
) -> Result<Result<T, E>, IpcException> {
    let CompositeLayout { at: [ok, err], discriminants: [which], .. } = Outcome::<T, E>::LAYOUT;
    match from.get::<u16>(which) {
        OK => T::decode(from, ok).map(Ok),
        ERR => E::decode(from, err).map(Err),
        unknown => Err(unknown_variant(unknown, anonymous::descriptor::<Outcome<T, E>>())),
    }
}
