//! Values of ours as messages of their own.

#![expect(clippy::unwrap_used, reason = "called by tests alone")]

use capnp::any_pointer;
use capnp::message::{Builder, HeapAllocator};
use ipc_runtime::IpcException;
use ipc_runtime::object::Destination;
use ipc_runtime::wire::raw::Decoder;
use ipc_runtime::wire::{DecodeStruct, Encoder, Struct};

/// A message that has no capabilities, so that it does not matter for which connection it is.
pub fn encode<T: Struct>(value: &T) -> Builder<HeapAllocator> {
    let mut message = Builder::new_default();
    let mut encoder = Encoder::new(Destination::none());
    let root = message.init_root::<any_pointer::Builder<'_>>();
    encoder.encode_struct(root, T::SIZE, |to| value.encode_fields(to)).unwrap();
    assert!(encoder.into_caps().is_empty());
    message
}

/// Reads the root of a message.
///
/// # Errors
/// Returns an error if the message does not hold a value of the type.
pub fn decode<T: for<'m> DecodeStruct<'m>>(message: &Builder<HeapAllocator>) -> Result<T, IpcException> {
    let decoder = Decoder::new(Vec::new(), message.size_in_words());
    let root = message.get_root_as_reader::<any_pointer::Reader<'_>>().unwrap();
    T::decode_fields(&decoder.root(root)?)
}
