//! Generates Rust readers and builders from Rust interfaces, and Rust interfaces from schemas, without the `capnp` binary.

#[expect(unreachable_pub, reason = "public where the tests use it")]
#[path = "src/everything.rs"]
mod everything;
#[expect(unreachable_pub, reason = "public where the tests use it")]
#[path = "src/schemas.rs"]
mod schemas;
#[expect(unreachable_pub, dead_code, reason = "public where the tests use it")]
#[path = "src/tools.rs"]
mod tools;

use std::error::Error;
use std::path::{Path, PathBuf};
use std::{env, fs};

use capnp::serialize::write_message_to_words;
use capnpc::codegen::CodeGenerationCommand;
use ipc_gen::{Arrangement, ImportPath, Model, Schema, code_generator_request, import};

fn main() -> Result<(), Box<dyn Error>> {
    println!("cargo::rerun-if-changed=src");
    let out = PathBuf::from(env::var_os("OUT_DIR").ok_or("cargo sets OUT_DIR")?);
    generate_readers(&out)?;
    let schemas = ipc_gen::build(&everything::roots())?;
    let main = schemas.first().ok_or("a file")?;
    println!("cargo::rustc-env=BUILT_SCHEMA={}", main.display());

    println!("cargo::rerun-if-changed=schemas");
    let own = |name: &str| PathBuf::from("schemas").join(name);
    generate_interfaces(&out, "sayable", &[own("sayable.capnp")], &[])?;
    println!("cargo::rustc-check-cfg=cfg(bitcoin_core)");
    println!("cargo::rustc-check-cfg=cfg(capnp_schemas)");
    if let Some(include) = schemas::capnp() {
        println!("cargo::rustc-cfg=capnp_schemas");
        let file = |name: &str| include.join("capnp").join(name);
        generate_interfaces(&out, "rpc", &[file("rpc.capnp")], std::slice::from_ref(&include))?;
        generate_interfaces(&out, "schema", &[file("schema.capnp")], std::slice::from_ref(&include))?;
        if let Some(ipc) = schemas::bitcoin_core() {
            println!("cargo::rustc-cfg=bitcoin_core");
            let imports = [ipc.join("libmultiprocess/include"), include];
            generate_interfaces(&out, "bitcoin", &[ipc.join("capnp/init.capnp")], &imports)?;
            generate_interfaces(
                &out,
                "foo",
                &[ipc.join("libmultiprocess/test/mp/test/foo.capnp")],
                &imports,
            )?;
        }
    }
    Ok(())
}

fn generate_readers(out: &Path) -> Result<(), Box<dyn Error>> {
    let schema = Schema::of(&everything::roots())?
        .with_main_name("everything.capnp")
        .with_file_name(everything::SHARED_FILE, "shared.capnp");
    let request = write_message_to_words(&code_generator_request(&schema));
    CodeGenerationCommand::new()
        .output_directory(out)
        .default_parent_module(vec!["generated".to_owned()])
        .run(request.as_slice())?;
    Ok(())
}

/// Writes `imported/<name>.rs`; what cannot be said in Rust is left out.
fn generate_interfaces(
    out: &Path,
    name: &str,
    files: &[PathBuf],
    imports: &[PathBuf],
) -> Result<(), Box<dyn Error>> {
    let model = Model::read(files, &ImportPath { folders: imports.to_vec() })?;
    let folder = out.join("imported");
    fs::create_dir_all(&folder)?;
    for (_, text) in import(&model, Arrangement::OneFile).into_files() {
        fs::write(folder.join(name).with_extension("rs"), text)?;
    }
    Ok(())
}
