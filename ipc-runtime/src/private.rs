//! What generated code names, and nothing else does. Not covered by semantic versioning.

mod call;
mod field;
mod lent;
mod part;
mod place;
mod result;
mod superclass;
mod wire;

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

pub use self::call::{call_method, call_method_async, call_oneway, call_oneway_async, once, reply};
pub use self::field::{Defaulted, GroupField, Optional, OutgoingGroup, OutgoingUnion, UnionField};
pub use self::lent::{Lent, LentOption, LentSlice};
pub(crate) use self::part::part_of_object;
pub use self::part::{Part, all, check_number, defaulted, field, layout_of, part_of, placed, wrap_items};
pub use self::place::{
    Position, check_member, check_presence, check_variants, count_before, group, in_case, in_struct, pinned,
    unnamed_union, with_presence,
};
pub use self::result::{
    AnyResult, ErrorAnswer, ErrorOf, count_slots, debug_text, error_of, read_slot, result_fields,
    results_struct, slot_of,
};
pub use self::superclass::{Superclass, first_method, is_method, is_one_of};
pub use self::wire::{Outgoing, Wire, WireAs};
pub use crate::exception::{IpcError, IpcException};
pub use crate::object::loan::{Lendable, LendableOption, OnLoan, check_lendable, lend};
pub use crate::object::{Client, MethodId, Params, Remote, Reply, ServerCall, Started};
pub use crate::wire::composite::{
    CompositeLayout, Half, composite_layout, members_of, pinned_layout, scratch,
};
pub use crate::wire::default::{DefaultCodec, HasDefault};
pub use crate::wire::descriptor::{
    Case, CaseForm, Composite, DefaultValue, Descriptor, Enum as EnumDescriptor, Field,
    Group as GroupDescriptor, IdSource, Interface as InterfaceDescriptor, Kind, Member, Method, Parameter,
    Places, Struct as StructDescriptor, Type, Union as UnionDescriptor, Variant,
};
pub use crate::wire::generic::{Placeholder, PointerArgument};
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

/// Stands for everything that is not generated because the macro reported an error.
pub fn after_error() -> ! {
    unreachable!("the item did not compile")
}
