//! Checking and updating the files of a source tree.

#![expect(clippy::unwrap_used, reason = "what the tests share is a test too")]

use std::fs;
use std::path::{Path, PathBuf};

use ipc_gen::{Mode, Origin, StaleSchema, check_or_update};
use ipc_gen_tests::descriptors::{Home, field, structure};
use ipc_gen_tests::everything::Init;
use ipc_gen_tests::everything::shared::Base;
use ipc_runtime::wire::Interface;
use ipc_runtime::wire::descriptor::{Descriptor, Type};

const HOME: Home = Home { file: 0x9000_0000_0000_0000, module: "update" };

/// An empty folder of its own for each test.
fn folder(name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("update").join(name);
    if folder.exists() {
        fs::remove_dir_all(&folder).unwrap();
    }
    fs::create_dir_all(&folder).unwrap();
    folder
}

fn origin() -> Origin {
    Origin { package: "update".into(), command: "IPC_GEN_UPDATE=1 cargo test -p update schema".into() }
}

fn init() -> &'static Descriptor {
    <dyn Init>::descriptor()
}

fn base() -> &'static Descriptor {
    <dyn Base>::descriptor()
}

fn check(path: &Path, root: &'static Descriptor) -> Result<(), StaleSchema> {
    check_or_update(path, &[root], &origin(), Mode::Check)
}

fn update(path: &Path, root: &'static Descriptor) {
    check_or_update(path, &[root], &origin(), Mode::Update).unwrap();
    check(path, root).unwrap();
}

fn a_struct(of: Type) -> &'static Descriptor {
    Box::leak(Box::new(HOME.declare("A", "", structure([field("x", of), field("y", Type::Bool)]))))
}

#[test]
fn a_missing_file_is_named_with_the_command_that_writes_it() {
    let path = folder("missing").join("a.capnp");
    let message = check(&path, a_struct(Type::Bool)).unwrap_err().to_string();
    assert_eq!(
        message,
        format!(
            "the schema `{}` is missing\nto update: IPC_GEN_UPDATE=1 cargo test -p update schema",
            path.display()
        )
    );
    assert!(!path.exists());
    update(&path, a_struct(Type::Bool));
}

#[test]
fn a_stale_file_is_shown_with_its_first_difference() {
    let path = folder("stale").join("a.capnp");
    update(&path, a_struct(Type::Bool));
    let message = check(&path, a_struct(Type::Text)).unwrap_err().to_string();
    assert_eq!(
        message,
        format!(
            "the schema `{}` is not what the Rust interfaces say:\n  line 7:\n    struct A @0xde6ae47cb35d3856 {{\n  \
             -   x @0 :Bool;\n  +   x @0 :Text;\n\
             to update: IPC_GEN_UPDATE=1 cargo test -p update schema",
            path.display()
        )
    );
    update(&path, a_struct(Type::Text));
}

#[test]
fn imported_files_lie_beside() {
    let folder = folder("imported");
    update(&folder.join("main.capnp"), init());
    for name in ["main.capnp", "proxy.capnp", "ipc_gen_tests.capnp"] {
        assert!(folder.join(name).is_file(), "{name}");
    }
    fs::remove_file(folder.join("proxy.capnp")).unwrap();
    let message = check(&folder.join("main.capnp"), init()).unwrap_err().to_string();
    assert!(message.contains("proxy.capnp` is missing"), "{message}");
    assert!(!message.contains("main.capnp"), "{message}");
}

#[test]
fn schemas_that_import_one_file_share_it() {
    let folder = folder("shared");
    let (context, all) = (folder.join("context.capnp"), folder.join("all.capnp"));
    // The first reaches less of proxy.capnp than the second.
    update(&context, base());
    update(&all, init());
    check(&context, base()).unwrap();
    let both = fs::read_to_string(folder.join("proxy.capnp")).unwrap();
    update(&context, base());
    assert_eq!(fs::read_to_string(folder.join("proxy.capnp")).unwrap(), both);
}

#[test]
fn an_update_of_a_fresh_file_does_not_write_it() {
    let path = folder("fresh").join("a.capnp");
    update(&path, a_struct(Type::Bool));
    let before = fs::metadata(&path).unwrap().modified().unwrap();
    update(&path, a_struct(Type::Bool));
    assert_eq!(fs::metadata(&path).unwrap().modified().unwrap(), before);
}

#[test]
fn a_folder_that_is_missing_is_an_error_of_the_operating_system() {
    let path = folder("no_folder").join("none/a.capnp");
    let error = check_or_update(&path, &[a_struct(Type::Bool)], &origin(), Mode::Update).unwrap_err();
    assert_eq!(error.to_string(), format!("cannot write the schema `{}`", path.display()));
    assert!(std::error::Error::source(&error).is_some());
}

#[test]
fn declarations_that_make_no_schema_are_said_in_the_source_of_the_error() {
    let bad = Box::leak(Box::new(HOME.declare("bad", "", structure([]))));
    let error = check(&folder("bad").join("a.capnp"), bad).unwrap_err();
    assert!(matches!(error, StaleSchema::Invalid(_)));
}
