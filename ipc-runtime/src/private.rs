//! What generated code names, and nothing else does. Not covered by semantic versioning.

pub use std::borrow::Borrow;
pub use std::clone::Clone;
pub use std::convert::From;
pub use std::marker::{Copy, Send, Sync};
pub use std::option::Option::{self, None, Some};
pub use std::primitive::{bool, str, u16, u64};
pub use std::result::Result::{self, Err, Ok};
pub use std::sync::Arc;

pub use crate::exception::{IpcError, IpcException};
pub use crate::object::{Client, MethodId, Remote, Reply, ServerCall, call};
pub use crate::wire::descriptor::{
    Descriptor, Enum as EnumDescriptor, Field, IdSource, Interface as InterfaceDescriptor, Kind, Method,
    Struct as StructDescriptor, Type, Variant,
};
pub use crate::wire::id::{package_file_id, type_id};
pub use crate::wire::layout::{At, Companion, Layout, Shape, Size, Slot, layout};
pub use crate::wire::{
    Decode, DecodeElement, DecodeStruct, Element, Encode, Enum, HasSize, Interface, IpcType, Lend,
    PointerReader, PointerWriter, Single, Struct, StructReader, StructWriter, decode_enum, decode_enums,
    decode_struct, decode_structs, encode_enum, encode_enums, encode_struct, encode_structs,
};
