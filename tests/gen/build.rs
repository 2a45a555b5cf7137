//! Generates Rust readers and builders from Rust interfaces, without the `capnp` binary.

#[expect(unreachable_pub, reason = "public where the tests use it")]
#[path = "src/everything.rs"]
mod everything;

use std::error::Error;

use capnp::serialize::write_message_to_words;
use capnpc::codegen::CodeGenerationCommand;
use ipc_gen::{Schema, code_generator_request};

fn main() -> Result<(), Box<dyn Error>> {
    println!("cargo::rerun-if-changed=src/everything.rs");
    let schema = Schema::of(&everything::roots())?
        .with_main_name("everything.capnp")
        .with_file_name(everything::SHARED_FILE, "shared.capnp");
    let request = write_message_to_words(&code_generator_request(&schema));
    let out = std::env::var_os("OUT_DIR").ok_or("cargo sets OUT_DIR")?;
    CodeGenerationCommand::new()
        .output_directory(out)
        .default_parent_module(vec!["generated".to_owned()])
        .run(request.as_slice())?;
    Ok(())
}
