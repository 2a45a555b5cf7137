//! Generates capnp-rpc code from Rust interfaces, without the `capnp` binary.

#[expect(unreachable_pub, reason = "public where the tests use it")]
#[path = "src/interfaces.rs"]
mod interfaces;

use std::error::Error;

use capnp::serialize::write_message_to_words;
use capnpc::codegen::CodeGenerationCommand;
use ipc_gen::{Schema, code_generator_request};
use ipc_runtime::wire::Interface;

fn main() -> Result<(), Box<dyn Error>> {
    println!("cargo::rerun-if-changed=src/interfaces.rs");
    let schema = Schema::of(&[<dyn interfaces::Init>::descriptor()])?.with_main_name("interop.capnp");
    let request = write_message_to_words(&code_generator_request(&schema));
    let out = std::env::var_os("OUT_DIR").ok_or("cargo sets OUT_DIR")?;
    CodeGenerationCommand::new()
        .output_directory(out)
        .default_parent_module(vec!["generated".to_owned()])
        .run(request.as_slice())?;
    Ok(())
}
