//! Code generators for other languages make the same of our requests as of the official compiler's, to the last byte.

#![expect(clippy::unwrap_used, reason = "what the tests share is a test too")]

use std::collections::BTreeMap;
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use capnp::message::{Builder, HeapAllocator};
use capnp::serialize::write_message_to_words;
use ipc_gen::{Grouping, ImportPath, Model, Origin, Schema, code_generator_request, emit};
use ipc_gen_tests::{everything, schemas, tools};
use ipc_runtime::reflection::Reflect;
use ipc_runtime::wire::proxy::{Thread, ThreadMap};
use ipc_runtime::wire::{Descriptor, Interface};

/// An empty folder.
fn folder(name: &str) -> PathBuf {
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(name);
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(&folder).unwrap();
    folder
}

fn files(folder: &Path) -> BTreeMap<String, String> {
    let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let name = |path: &Path| path.file_name().unwrap().to_string_lossy().into_owned();
    entries.map(|path| (name(&path), fs::read_to_string(&path).unwrap())).collect()
}

/// Runs the generator for C++ on a request.
fn generate(plugin: &Path, request: &Builder<HeapAllocator>, to: &Path) -> BTreeMap<String, String> {
    let mut child = Command::new(plugin).current_dir(to).stdin(Stdio::piped()).spawn().unwrap();
    child.stdin.take().unwrap().write_all(&write_message_to_words(request)).unwrap();
    assert!(child.wait().unwrap().success());
    files(to)
}

fn compare(ours: &BTreeMap<String, String>, theirs: &BTreeMap<String, String>) {
    assert!(!theirs.is_empty());
    for (name, theirs) in theirs {
        let ours = ours.get(name).unwrap();
        for (line, (ours, theirs)) in ours.lines().zip(theirs.lines()).enumerate() {
            assert_eq!(ours, theirs, "{name}:{line}");
        }
        assert_eq!(ours, theirs);
    }
}

#[test]
fn what_is_made_of_text() {
    let (Some(capnp), Some(plugin)) = (tools::require("capnp"), tools::require("capnpc-c++")) else { return };
    let Some(include) = schemas::capnp() else { return };
    let from = include.join("capnp");
    for file in ["schema.capnp", "rpc.capnp", "persistent.capnp"] {
        let theirs = folder(&format!("theirs_{file}"));
        let status = Command::new(&capnp)
            .args(["compile", &format!("-oc++:{}", theirs.display()), file])
            .current_dir(&from)
            .env_remove("PWD")
            .status();
        assert!(status.unwrap().success());
        let read = |path: &Path| fs::read(from.join(path));
        let imports = ImportPath { folders: vec![include.clone()] };
        let model = Model::read_with(&[Path::new(file)], &imports, &read).unwrap();
        let request = model.code_generator_request().unwrap();
        let ours = generate(&plugin, &request, &folder(&format!("ours_{file}")));
        compare(&ours, &files(&theirs));
    }
}

#[test]
fn what_is_made_of_interfaces() {
    let (Some(capnp), Some(plugin)) = (tools::require("capnp"), tools::require("capnpc-c++")) else { return };
    let schema = Schema::of(&everything::roots()).unwrap().with_main_name("everything.capnp");
    let (text, theirs) = (folder("plugins_text"), folder("plugins_theirs"));
    let origin = Origin { package: "test".into(), command: "none".into() };
    let mut command = Command::new(capnp);
    command.arg("compile").arg(format!("-oc++:{}", theirs.display())).current_dir(&text).env_remove("PWD");
    for file in emit(&schema, &origin) {
        fs::write(text.join(&file.name), &file.text).unwrap();
        command.arg(&file.name);
    }
    assert!(command.status().unwrap().success());
    let ours = generate(&plugin, &code_generator_request(&schema), &folder("plugins_ours"));
    compare(&ours, &files(&theirs));
}

/// C++ compiles what its generator makes of every schema at hand.
#[test]
fn what_cpp_compiles() {
    let (Some(plugin), Some(compiler)) = (tools::require("capnpc-c++"), tools::require("g++")) else {
        return;
    };
    let one_file = |roots: &[&'static Descriptor], name: &str| {
        let schema = Schema::of(roots).unwrap().grouping(Grouping::Single).unwrap();
        schema.with_main_name(name)
    };
    let examples = [
        <dyn ipc_examples::CalculatorInit>::descriptor(),
        <dyn ipc_examples::PrinterInit>::descriptor(),
        <dyn ipc_examples::Board>::descriptor(),
    ];
    let schemas = [
        one_file(&everything::roots(), "everything.capnp"),
        one_file(&examples, "example.capnp"),
        one_file(&[<dyn Reflect>::descriptor()], "reflection.capnp"),
        one_file(&[<dyn ThreadMap>::descriptor(), <dyn Thread>::descriptor()], "proxy.capnp"),
    ];
    for (number, schema) in schemas.iter().enumerate() {
        let to = folder(&format!("plugins_cpp_{number}"));
        let made = generate(&plugin, &code_generator_request(schema), &to);
        for name in made.keys().filter(|name| name.ends_with(".c++")) {
            let output = Command::new(&compiler)
                .args(["-std=c++17", "-fsyntax-only", "-x", "c++"])
                .arg(name)
                .current_dir(&to)
                .output()
                .unwrap();
            assert!(output.status.success(), "{name}\n{}", String::from_utf8_lossy(&output.stderr));
        }
    }
}
