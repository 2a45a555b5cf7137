//! The official compiler is the judge: what it makes of the emitted text equals our requests, field by field.

use std::path::PathBuf;

use ipc_gen::{Origin, PROXY_FILE_ID, Schema, code_generator_request, emit};
use ipc_gen_tests::{descriptors, everything, official, tools};
use ipc_runtime::wire::Size;
use ipc_runtime::wire::descriptor::{Descriptor, Kind, Struct, Type};

fn folder(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(name)
}

fn check(name: &str, roots: &[&'static Descriptor]) {
    let Some(capnp) = tools::require("capnp") else { return };
    let schema = Schema::of(roots).unwrap();
    let origin = Origin { package: "test".into(), command: "none".into() };
    let theirs = official::compile(&capnp, &emit(&schema, &origin), &folder(name));
    let ours = official::reread(&code_generator_request(&schema));
    let (ours, theirs) = (official::describe(&ours).unwrap(), official::describe(&theirs).unwrap());
    for (ours, theirs) in ours.iter().zip(&theirs) {
        assert_eq!(ours, theirs);
    }
    assert_eq!(ours.len(), theirs.len());
}

#[test]
fn every_type() {
    check("every_type", &everything::roots());
}

#[test]
fn ordinals_in_another_order_than_the_fields() {
    // Laid out in the order of the ordinals, declared the other way round.
    let Struct { fields, size } = descriptors::fields([
        descriptors::documented("First on the wire.", descriptors::field("a", Type::Bool)),
        descriptors::optional("b", Type::Int64),
    ]);
    assert_eq!(size, Size { data: 2, pointers: 0 });
    let mut fields = fields.to_vec();
    fields.reverse();
    let kind = Kind::Struct(Struct { fields: fields.leak(), size });
    check("pinned", &[Box::leak(Box::new(everything::EVERYTHING.declare("Pinned", "", kind)))]);
}

#[test]
fn the_interfaces_of_libmultiprocess() {
    check("libmultiprocess", &[everything::thread_map(), everything::context_struct()]);
}

#[test]
fn the_ids_of_libmultiprocess_are_emitted() {
    let schema = Schema::of(&[everything::thread_map(), everything::context_struct()]).unwrap();
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
