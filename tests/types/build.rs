//! Generates Rust readers and builders of every row's struct, without the `capnp` binary.

#[expect(unreachable_pub, reason = "public where the tests use it")]
#[path = "src/rows.rs"]
mod rows;

use std::error::Error;

use capnp::serialize::write_message_to_words;
use capnpc::codegen::CodeGenerationCommand;
use ipc_gen::{Schema, code_generator_request};

fn main() -> Result<(), Box<dyn Error>> {
    println!("cargo::rerun-if-changed=src/rows.rs");
    let schema = Schema::of(&rows::descriptors())?.with_main_name("rows.capnp");
    let request = write_message_to_words(&code_generator_request(&schema));
    let out = std::env::var_os("OUT_DIR").ok_or("cargo sets OUT_DIR")?;
    CodeGenerationCommand::new()
        .output_directory(out)
        .default_parent_module(vec!["generated".to_owned()])
        .run(request.as_slice())?;
    Ok(())
}
