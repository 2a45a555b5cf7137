//! The official compiler is the judge: what it makes of the emitted text equals our requests, field by field.

#![expect(clippy::unwrap_used, reason = "what the tests share is a test too")]

use std::path::PathBuf;
use std::sync::LazyLock;

use ipc_gen::{EmittedFile, Grouping, Origin, PROXY_FILE_ID, Schema, code_generator_request, emit};
use ipc_gen_tests::descriptors::{Home, documented, field, fields, interface, method, optional};
use ipc_gen_tests::everything::{self, Everything, Nothing};
use ipc_gen_tests::{official, tools};
use ipc_runtime::reflection::Reflect;
use ipc_runtime::wire::descriptor::{Descriptor, Kind, Struct, Type};
use ipc_runtime::wire::proxy::{Context, Thread, ThreadMap};
use ipc_runtime::wire::{self, Interface, Size};

const HOME: Home = Home { file: 0xd2b7_02ce_11a5_9f61, module: "official" };

fn silence() -> &'static Descriptor {
    let superclasses = &[
        nothing as fn() -> &'static Descriptor,
        <dyn Nothing>::descriptor,
        <dyn Everything>::descriptor,
        <dyn Thread>::descriptor,
        <dyn ThreadMap>::descriptor,
    ];
    let long = || {
        let fields = ["aFieldWithALongName", "anotherFieldWithALongName", "aThirdFieldWithALongName"];
        fields.map(|name| optional(name, Type::Struct(<Context as wire::Struct>::descriptor)))
    };
    let long = method("both", "Wraps on both sides.", long(), long());
    let doc = "\nHas superclasses that do not fit on a line.  \n\nA paragraph:\n\n    indented {}\n}\n\n";
    Box::leak(Box::new(HOME.declare("Silence", doc, interface(superclasses, [long]))))
}

fn nothing() -> &'static Descriptor {
    static NOTHING: LazyLock<Descriptor> = LazyLock::new(|| HOME.declare("Nothing", "", interface(&[], [])));
    &NOTHING
}

fn proxy() -> [&'static Descriptor; 2] {
    [<dyn ThreadMap>::descriptor(), <Context as wire::Struct>::descriptor()]
}

fn folder(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(name)
}

fn check(name: &str, roots: &[&'static Descriptor]) {
    let schema = Schema::of(roots).unwrap();
    let origin = Origin { package: "test".into(), command: "none".into() };
    check_files(name, &schema, &emit(&schema, &origin));
}

/// Whatever the files, each declaration stays the same.
fn check_grouping(name: &str, grouping: Grouping) -> Vec<String> {
    let schema = Schema::of(&everything::roots()).unwrap().grouping(grouping).unwrap();
    let files = emit(&schema, &Origin { package: "test".into(), command: "none".into() });
    check_files(name, &schema, &files);
    files.into_iter().map(|file| file.name).collect()
}

#[test]
fn a_file_for_each_module() {
    let names = check_grouping("modules", Grouping::Modules);
    assert_eq!(
        names,
        ["ipc_gen_tests-everything.capnp", "ipc_gen_tests-everything-shared.capnp", "proxy.capnp",]
    );
}

#[test]
fn one_file() {
    assert_eq!(check_grouping("single", Grouping::Single), ["ipc_gen_tests.capnp", "proxy.capnp"]);
}

#[test]
fn files_by_the_kind_of_their_declarations() {
    let kind = |of: &Descriptor| match of.kind {
        Kind::Interface(_) => "interfaces.capnp".to_owned(),
        _ => "data.capnp".to_owned(),
    };
    let names = check_grouping("kinds", Grouping::By(kind));
    assert_eq!(names, ["interfaces.capnp", "data.capnp", "proxy.capnp"]);
}

fn check_files(name: &str, schema: &Schema, files: &[EmittedFile]) {
    let Some(capnp) = tools::require("capnp") else { return };
    let theirs = official::compile(&capnp, files, &folder(name));
    let ours = official::reread(&code_generator_request(schema));
    // What the lines below leave out: type arguments, documentation of every kind, annotations.
    let (our_model, their_model) = (official::model(&ours).unwrap(), official::model(&theirs).unwrap());
    let (ours, theirs) = (official::describe(&ours).unwrap(), official::describe(&theirs).unwrap());
    for (ours, theirs) in ours.iter().zip(&theirs) {
        assert_eq!(ours, theirs);
    }
    assert_eq!(ours.len(), theirs.len());
    for (id, node) in &their_model.nodes {
        assert_eq!(our_model.nodes.get(id), Some(node));
    }
    assert_eq!(our_model, their_model);
}

/// The committed files of this workspace, as they are.
#[test]
fn the_schemas_of_the_workspace() {
    let schema_dir = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../schema");
    let mut files: Vec<EmittedFile> = std::fs::read_dir(&schema_dir)
        .unwrap()
        .map(|entry| entry.unwrap())
        .filter(|entry| entry.path().is_file())
        .map(|entry| EmittedFile {
            name: entry.file_name().into_string().unwrap(),
            text: std::fs::read_to_string(entry.path()).unwrap(),
        })
        .collect();
    let reflection = files.extract_if(.., |file| file.name == "reflection.capnp").collect::<Vec<_>>();
    let schema = Schema::of(&[<dyn Reflect>::descriptor()]).unwrap().with_main_name("reflection.capnp");
    assert_eq!(reflection.len(), schema.files().len());
    check_files("reflection", &schema, &reflection);

    // The file that is asked for comes first, the others by name, as `emit` has them.
    files.sort_by_key(|file| (file.name != "example.capnp", file.name.clone()));
    let roots = [
        <dyn ipc_examples::CalculatorInit>::descriptor(),
        <dyn ipc_examples::PrinterInit>::descriptor(),
        <dyn ipc_examples::Board>::descriptor(),
    ];
    let schema = Schema::of(&roots).unwrap().with_main_name("example.capnp");
    assert_eq!(files.len(), schema.files().len(), "a file in `schema` that no test compares");
    check_files("workspace", &schema, &files);
}

#[test]
fn every_type() {
    check("every_type", &everything::roots());
}

#[test]
fn superclasses_in_this_file_and_in_another() {
    check("superclasses", &[silence()]);
}

#[test]
fn ordinals_in_another_order_than_the_fields() {
    // Laid out in the order of the ordinals, declared the other way round.
    let Struct { fields, size } =
        fields([documented("First on the wire.", field("a", Type::Bool)), optional("b", Type::Int64)]);
    assert_eq!(size, Size { data: 2, pointers: 0 });
    let mut fields = fields.to_vec();
    fields.reverse();
    let kind = Kind::Struct(Struct { fields: fields.leak(), size });
    check("pinned", &[Box::leak(Box::new(HOME.declare("Pinned", "", kind)))]);
}

#[test]
fn the_interfaces_of_libmultiprocess() {
    check("libmultiprocess", &proxy());
}

#[test]
fn the_ids_of_libmultiprocess_are_emitted() {
    let schema = Schema::of(&proxy()).unwrap();
    assert_eq!(schema.files()[0].id(), PROXY_FILE_ID);
    let files = emit(&schema, &Origin { package: "test".into(), command: "none".into() });
    let [file] = &files[..] else { panic!("one file") };
    assert_eq!(file.name, "proxy.capnp");
    // wire-conventions A2.
    for line in [
        "@0xcc316e3f71a040fb;",
        "interface ThreadMap @0xee5e37179ad9dc9d {",
        "interface Thread @0x81c1e2600d0b56c5 {",
        "struct Context @0x9c44e6645d0b22c6 {",
    ] {
        assert!(file.text.lines().any(|found| found == line), "{line}\n{}", file.text);
    }
}
