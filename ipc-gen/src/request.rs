//! Schemas to a `CodeGeneratorRequest`: what `capnp compile` hands to its plugins.

use capnp::message::{Builder, HeapAllocator};
use ipc_runtime::schema::request;

use crate::model::Model;
use crate::schema::Schema;

/// Builds the request that `capnp compile` would make of all files of the schema, so that any Cap'n Proto plugin
/// can generate code from Rust interfaces.
///
/// In Rust, write it with `capnp::serialize::write_message_to_words` and hand the bytes to
/// `capnpc::codegen::CodeGenerationCommand::run`; a plugin of another language reads them from its standard input.
pub fn code_generator_request(schema: &Schema) -> Builder<HeapAllocator> {
    if schema.annotations().is_some() {
        let request = Model::of(schema).code_generator_request();
        return request.unwrap_or_else(|_| Builder::new_default());
    }
    let draft = request(schema.files());
    // What a model writes is what the compiler writes, to the last empty list.
    let model = Model::from_request(&draft).and_then(|model| model.code_generator_request());
    model.unwrap_or(draft)
}
