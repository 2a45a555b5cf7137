//! Rows to bytes and back, by our own code.

use capnp::message::{self, ReaderOptions};
use capnp::{any_pointer, serialize};
use ipc_runtime::IpcException;
use ipc_runtime::object::Destination;
use ipc_runtime::wire::raw::Decoder;
use ipc_runtime::wire::{DecodeStruct, Encoder, Struct};

/// Encodes a struct as the root of a message.
///
/// # Errors
/// Returns what the encoder says.
pub fn encode<S: Struct>(value: &S) -> Result<Vec<u8>, IpcException> {
    let mut message = message::Builder::new_default();
    let content: any_pointer::Builder<'_> = message.init_root();
    Encoder::new(Destination::none()).encode_struct(content, S::SIZE, |to| value.encode_fields(to))?;
    Ok(serialize::write_message_to_words(&message))
}

/// Decodes the root of a message, under the limits that a received message has.
///
/// # Errors
/// Returns what the decoder says.
pub fn decode<S: for<'m> DecodeStruct<'m>>(message: &[u8]) -> Result<S, IpcException> {
    let reader = serialize::read_message(message, ReaderOptions::new())?;
    let content: any_pointer::Reader<'_> = reader.get_root()?;
    let decoder = Decoder::new(Vec::new(), message.len() / 8);
    S::decode_fields(&decoder.root(content)?)
}
