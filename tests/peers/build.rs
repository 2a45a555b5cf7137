//! Generates capnp-rpc code from the interfaces of Bitcoin Core, for the program that the manual shows beside ours.

use std::error::Error;

use bitcoin_mining::Init;
use capnp::serialize::write_message_to_words;
use capnpc::codegen::CodeGenerationCommand;
use ipc_gen::{Schema, code_generator_request};
use ipc_runtime::wire::Interface;

fn main() -> Result<(), Box<dyn Error>> {
    println!("cargo::rerun-if-changed=build.rs");
    let schema = Schema::of(&[<dyn Init>::descriptor()])?
        .with_main_name("init.capnp")
        .with_file_name(0xcd2c_6232_cb48_4a28, "common.capnp")
        .with_file_name(0x888b_4f7f_51e6_91f7, "echo.capnp")
        .with_file_name(0xc77d_03df_6a41_b505, "mining.capnp")
        .with_file_name(0x9c35_05dc_45e1_46ac, "rpc.capnp");
    let request = write_message_to_words(&code_generator_request(&schema));
    let out = std::env::var_os("OUT_DIR").ok_or("cargo sets OUT_DIR")?;
    CodeGenerationCommand::new()
        .output_directory(out)
        .default_parent_module(vec!["generated".to_owned()])
        .run(request.as_slice())?;
    Ok(())
}
