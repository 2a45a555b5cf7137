//! What generated code names, and nothing else does. Not covered by semantic versioning.

pub use std::borrow::Borrow;
pub use std::clone::Clone;
pub use std::convert::From;
pub use std::marker::{Copy, Send, Sized, Sync};
pub use std::option::Option::{self, None, Some};
pub use std::primitive::{bool, str, u16, u64};
pub use std::result::Result::{self, Err, Ok};
pub use std::sync::Arc;
pub use std::vec::Vec;
pub use std::{env, module_path};

pub use crate::exception::{IpcError, IpcException};
pub use crate::object::{Client, MethodId, Remote, Reply, ServerCall, call};
pub use crate::wire::descriptor::{
    Descriptor, Enum as EnumDescriptor, Field, IdSource, Interface as InterfaceDescriptor, Kind, Method,
    Struct as StructDescriptor, Type, Variant,
};
pub use crate::wire::id::{package_file_id, type_id};
pub use crate::wire::layout::{At, Companion, Layout, Shape, Size, Slot, layout};
pub use crate::wire::proxy::{CONSTRUCT, CONTEXT, DESTROY};
pub use crate::wire::{
    Decode, DecodeElement, DecodeStruct, Element, Encode, Enum, HasSize, Interface, IpcType, Lend,
    PointerReader, PointerWriter, Single, Struct, StructReader, StructWriter, decode_enum, decode_enums,
    decode_struct, decode_structs, encode_enum, encode_enums, encode_struct, encode_structs,
};

/// Describes a field of a struct, a parameter or a result.
pub const fn field<T: IpcType + ?Sized>(name: &'static str, doc: &'static str, at: At) -> Field {
    Field { name, doc, ty: T::TYPE, shape: T::SHAPE, at }
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

/// Calls a method of a remote object: the body of a client's method.
pub fn call_method<R>(
    remote: &Remote,
    method: MethodId,
    params: Size,
    results: Layout<1>,
    encode: impl FnOnce(&mut StructWriter<'_, '_>) -> Result<(), IpcException>,
) -> R
where
    R: AnyResult<Ok: for<'m> Decode<'m>, Err: IpcError>,
{
    let [at] = results.at;
    R::from_result(call(remote, method, params, encode, |from| R::Ok::decode(from, at)))
}

/// Decodes a parameter or a field.
///
/// # Errors
/// Returns an error if the message does not hold a value of the type.
pub fn decode<'m, T: Decode<'m>>(from: &StructReader<'m>, at: At) -> Result<T, IpcException> {
    T::decode(from, at)
}

/// Decodes what a parameter `&T` is lent from.
///
/// # Errors
/// Returns an error if the message does not hold a value of the type.
pub fn lend<'m, T: Lend<'m> + ?Sized>(from: &StructReader<'m>, at: At) -> Result<T::Held, IpcException> {
    T::Held::decode(from, at)
}

/// Answers a call with what its method returned.
///
/// # Errors
/// Returns the method's error as an exception; an error if the result cannot be encoded.
pub fn reply<R>(call: &ServerCall, results: Layout<1>, result: R) -> Result<Reply, IpcException>
where
    R: AnyResult<Ok: Encode, Err: IpcError>,
{
    let [at] = results.at;
    match result.into_result() {
        Ok(value) => call.reply(results.size, |to| value.encode(to, at)),
        Err(error) => Err(error.into_exception()),
    }
}

/// Stands for everything that is not generated because the macro reported an error.
pub fn after_error() -> ! {
    unreachable!("the item did not compile")
}
