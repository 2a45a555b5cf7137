//! Generates the code of the peers that have a schema, without their compilers.

/// What is called, as ours and capnp-rpc have it.
#[cfg(feature = "capnp-rpc")]
#[expect(unreachable_pub, reason = "public for the traits that are made of it")]
#[path = "src/contenders/interface.rs"]
mod interface;

use std::error::Error;

fn main() -> Result<(), Box<dyn Error>> {
    println!("cargo::rerun-if-changed=src/contenders/interface.rs");
    // Its version is printed.
    let compiler = std::env::var_os("RUSTC").ok_or("cargo sets RUSTC")?;
    let version = String::from_utf8(std::process::Command::new(compiler).arg("--version").output()?.stdout)?;
    let version = version.split_whitespace().nth(1).unwrap_or("unknown");
    println!("cargo::rustc-env=IPC_BENCH_RUSTC={version}");
    #[cfg(feature = "capnp-rpc")]
    generate_capnp_rpc()?;
    #[cfg(feature = "tonic")]
    generate_tonic();
    Ok(())
}

/// Makes of our interfaces what `capnp compile` would make of their schema.
#[cfg(feature = "capnp-rpc")]
fn generate_capnp_rpc() -> Result<(), Box<dyn Error>> {
    use capnp::serialize::write_message_to_words;
    use capnpc::codegen::CodeGenerationCommand;
    use ipc_gen::{Schema, code_generator_request};
    use ipc_runtime::wire::Interface;

    let schema = Schema::of(&[<dyn interface::Adder>::descriptor()])?.with_main_name("bench.capnp");
    let request = write_message_to_words(&code_generator_request(&schema));
    CodeGenerationCommand::new()
        .output_directory(std::env::var_os("OUT_DIR").ok_or("cargo sets OUT_DIR")?)
        .default_parent_module(vec!["contenders".to_owned(), "capnp_rpc".to_owned(), "generated".to_owned()])
        .run(request.as_slice())?;
    Ok(())
}

/// Makes of a description in Rust what `protoc` would make of a service.
#[cfg(feature = "tonic")]
fn generate_tonic() {
    use tonic_build::manual::{Builder, Method, Service};

    let method = |name: &str, route: &str, input: &str, output: &str| {
        Method::builder()
            .name(name)
            .route_name(route)
            .input_type(format!("crate::contenders::tonic::{input}"))
            .output_type(format!("crate::contenders::tonic::{output}"))
            .codec_path("tonic_prost::ProstCodec")
            .build()
    };
    let service = Service::builder()
        .package("bench")
        .name("Adder")
        .method(method("add", "Add", "Numbers", "Sum"))
        .method(method("echo", "Echo", "Blob", "Blob"))
        .build();
    Builder::new().compile(&[service]);
}
