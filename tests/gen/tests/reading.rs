//! `.capnp` text that we read, against what the official compiler makes of it, node by node.

#![expect(clippy::unwrap_used, clippy::panic, reason = "what the tests share is a test too")]

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::Command;

use capnp::message::ReaderOptions;
use capnp::schema_capnp::code_generator_request;
use capnp::serialize::read_message;
use ipc_gen::{ImportPath, Model};
use ipc_gen_tests::{schemas, tools};

/// Compiles files with both compilers, in the given folder, and compares what they say.
fn check(folder: &Path, files: &[&str], imports: &[PathBuf]) {
    let Some(capnp) = tools::require("capnp") else { return };
    let mut command = Command::new(capnp);
    command.args(["compile", "-o-", "--no-standard-import"]);
    for import in imports {
        command.arg("-I").arg(import);
    }
    let output = command.args(files).current_dir(folder).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let options = ReaderOptions { traversal_limit_in_words: None, nesting_limit: 64 };
    let message = read_message(output.stdout.as_slice(), options).unwrap();
    let request = message.get_root::<code_generator_request::Reader<'_>>().unwrap();
    let theirs = Model::from_request_reader(request).unwrap();

    let ours = read(folder, files, imports);
    compare(&ours, &theirs);

    let again = Model::from_request(&ours.code_generator_request().unwrap()).unwrap();
    compare(&again, &ours);
}

fn read(folder: &Path, files: &[&str], imports: &[PathBuf]) -> Model {
    let files: Vec<&Path> = files.iter().map(Path::new).collect();
    let imports = ImportPath { folders: imports.to_vec() };
    // The names of files are those of the folder, whatever folder the test runs in.
    let read = |path: &Path| fs::read(folder.join(path));
    Model::read_with(&files, &imports, &read).unwrap_or_else(|mistakes| panic!("{mistakes}"))
}

fn compare(ours: &Model, theirs: &Model) {
    for (id, theirs) in &theirs.nodes {
        let Some(ours) = ours.nodes.get(id) else { panic!("{id:#x} {} is missing", theirs.display_name) };
        // By text, so that a NaN equals itself.
        let (ours, theirs) = (format!("{ours:#?}"), format!("{theirs:#?}"));
        for (line, (ours, theirs)) in ours.lines().zip(theirs.lines()).enumerate() {
            assert_eq!(ours, theirs, "line {line} of {id:#x}\n{theirs}");
        }
        assert_eq!(ours, theirs);
    }
    let ids = |model: &Model| model.nodes.values().map(|node| node.display_name.clone()).collect::<Vec<_>>();
    assert_eq!(ids(ours), ids(theirs), "a node that they do not have");
    for (ours, theirs) in ours.files.iter().zip(&theirs.files) {
        assert_eq!(ours, theirs);
    }
    assert_eq!(ours.files.len(), theirs.files.len());
}

/// The schemas that come with Cap'n Proto.
#[test]
fn the_schemas_of_capnp() {
    let Some(include) = schemas::capnp() else { return };
    for file in ["schema", "rpc", "rpc-twoparty", "persistent", "c++", "stream", "compat/json"] {
        let file = format!("capnp/{file}.capnp");
        check(&include, &[&file], std::slice::from_ref(&include));
    }
}

/// Bitcoin Core's, and libmultiprocess's.
#[test]
fn the_schemas_of_bitcoin_core() {
    let (Some(ipc), Some(include)) = (schemas::bitcoin_core(), schemas::capnp()) else { return };
    let imports = [ipc.join("libmultiprocess/include"), include];
    let files = ["echo", "mining", "rpc", "common", "init"].map(|name| format!("capnp/{name}.capnp"));
    check(&ipc, &files.each_ref().map(String::as_str), &imports);
    for file in [
        "capnp/init.capnp",
        "libmultiprocess/include/mp/proxy.capnp",
        "libmultiprocess/test/mp/test/foo.capnp",
        "libmultiprocess/example/init.capnp",
        "test/ipc_test.capnp",
    ] {
        check(&ipc, &[file], &imports);
    }
}

/// Those of this workspace.
#[test]
fn the_schemas_of_this_workspace() {
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../..");
    check(&root.join("schema"), &["example.capnp"], &[]);
    check(&root.join("tests/gen/golden"), &["everything.capnp"], &[]);
}

/// What has every construct of the language.
#[test]
fn the_whole_language() {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("schemas");
    check(&folder, &["language.capnp", "imported.capnp"], &[]);
}

/// Files that somebody has at hand: `IPC_GEN_JUDGE` is a folder.
#[test]
fn other_schemas() {
    let Some(folder) = std::env::var_os("IPC_GEN_JUDGE").map(PathBuf::from) else { return };
    let mut files = Vec::new();
    collect(&folder, Path::new(""), &mut files).unwrap();
    for file in files {
        eprintln!("{file}");
        check(&folder, &[&file], &[folder.clone(), "/usr/include".into()]);
    }
}

fn collect(root: &Path, below: &Path, files: &mut Vec<String>) -> io::Result<()> {
    for entry in fs::read_dir(root.join(below))? {
        let path = below.join(entry?.file_name());
        if root.join(&path).is_dir() {
            collect(root, &path, files)?;
        } else if path.extension().is_some_and(|extension| extension == "capnp") {
            files.extend(path.to_str().map(str::to_owned));
        }
    }
    files.sort();
    Ok(())
}

/// What the build script has written, by one line.
#[test]
fn the_files_of_a_build_script() {
    let model = Model::read(&[env!("BUILT_SCHEMA")], &ImportPath { folders: Vec::new() }).unwrap();
    assert!(model.nodes.values().any(|node| node.name() == "Everything"));
}
