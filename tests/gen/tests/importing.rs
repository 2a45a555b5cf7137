//! Schemas turned into Rust: emitted again, they say what they said.

#![expect(clippy::unwrap_used, clippy::panic, reason = "what the tests share is a test too")]

use std::path::{Path, PathBuf};

use ipc_gen::model::{FieldKind, Node, NodeKind};
use ipc_gen::{Arrangement, ImportPath, Model, PROXY_FILE_ID, Rule, Schema, import};
use ipc_gen_tests::{imported, schemas};
use ipc_runtime::wire::descriptor::Descriptor;
use ipc_runtime::wire::{self, Interface};

/// Compares a schema with what the Rust made of it says, as far as `roots` reach it.
fn check(files: &[PathBuf], imports: &[PathBuf], roots: &[&'static Descriptor]) {
    let original = Model::read(files, &ImportPath { folders: imports.to_vec() }).unwrap();
    let schema = Schema::of(roots).unwrap_or_else(|error| panic!("{error}"));
    let emitted = Model::of(&schema);
    for change in ipc_gen::check(&original, &emitted) {
        match change.rule {
            // Not reached, or nested in the original.
            Rule::DeclarationRemoved | Rule::DeclarationRenamed | Rule::InterfaceRemoved => {}
            _ => panic!("{change}"),
        }
    }
    let mut compared = 0;
    for (id, theirs) in &original.nodes {
        let Some(ours) = emitted.nodes.get(id) else { continue };
        let is_proxy = original.file_of(theirs) == Some(PROXY_FILE_ID);
        if !is_proxy && !matches!(theirs.kind, NodeKind::File) {
            compare(ours, theirs);
            compared += 1;
        }
    }
    assert!(compared >= roots.len(), "{compared} nodes are compared");
}

fn compare(ours: &Node, theirs: &Node) {
    assert_eq!(trimmed(&ours.doc), trimmed(&theirs.doc), "{}", theirs.display_name);
    assert_eq!(ours.parameters, theirs.parameters, "{}", theirs.display_name);
    match (&ours.kind, &theirs.kind) {
        (NodeKind::Struct(ours), NodeKind::Struct(of)) => {
            assert_eq!(
                (ours.data, ours.pointers, ours.choices, ours.discriminant),
                (of.data, of.pointers, of.choices, of.discriminant),
                "{}",
                theirs.display_name
            );
            for (ours, field) in ours.fields.iter().zip(&of.fields) {
                assert_eq!(ours.name, field.name, "{}", theirs.display_name);
                assert_eq!((ours.choice, ours.ordinal), (field.choice, field.ordinal), "{}", field.name);
                assert_eq!(trimmed(&ours.doc), trimmed(&field.doc), "{}", field.name);
                // With its arguments, whatever the nodes are called.
                assert!(same(&ours.kind, &field.kind), "{:?} is now {:?}", field.kind, ours.kind);
            }
            assert_eq!(ours.fields.len(), of.fields.len());
        }
        (NodeKind::Enum(ours), NodeKind::Enum(of)) => {
            let names =
                |of: &[ipc_gen::model::Enumerant]| of.iter().map(|e| e.name.clone()).collect::<Vec<_>>();
            assert_eq!(names(ours), names(of));
        }
        (NodeKind::Interface(ours), NodeKind::Interface(of)) => {
            for (ours, method) in ours.methods.iter().zip(&of.methods) {
                assert_eq!(ours.name, method.name);
                assert_eq!(trimmed(&ours.doc), trimmed(&method.doc), "{}", method.name);
            }
            assert_eq!(ours.methods.len(), of.methods.len(), "{}", theirs.display_name);
        }
        _ => panic!("{} has become something else", theirs.display_name),
    }
}

/// Tells whether two fields are one on the wire and in their types; a default that is zero need not be said.
fn same(ours: &FieldKind, theirs: &FieldKind) -> bool {
    match (ours, theirs) {
        (
            FieldKind::Slot { offset, ty, default, .. },
            FieldKind::Slot { offset: their_offset, ty: their_type, default: their_default, .. },
        ) => (offset, ty) == (their_offset, their_type) && default.is_written_as(their_default),
        _ => ours == theirs,
    }
}

/// Rust's documentation cannot be indented by more than three columns.
fn trimmed(doc: &str) -> Vec<&str> {
    doc.trim().lines().map(str::trim).collect()
}

#[test]
fn everything_that_can_be_said() {
    use imported::sayable;

    let file = Path::new("schemas/sayable.capnp").to_owned();
    let roots = [
        <dyn sayable::Init>::descriptor(),
        <dyn sayable::Special>::descriptor(),
        <sayable::Drawing as wire::Struct>::descriptor(),
        <sayable::Pages as wire::Struct>::descriptor(),
        <sayable::EitherWhich as wire::Struct>::descriptor(),
        <sayable::Nothing as wire::Struct>::descriptor(),
    ];
    check(&[file], &[], &roots);
    assert_eq!((sayable::LIMIT, sayable::FRACTION, sayable::MUTUAL_INNER_MOST), (8000, 0.25, 9));
    assert_eq!(sayable::GREETING, "hello \"world\"");
    assert_eq!((sayable::MAGIC, sayable::FAVOURITE), (&b"\0\xff\""[..], sayable::Colour::DarkBlue));
}

#[cfg(bitcoin_core)]
#[test]
fn the_interfaces_of_bitcoin_core() {
    use imported::{bitcoin, foo};

    let (Some(ipc), Some(include)) = (schemas::bitcoin_core(), schemas::capnp()) else { return };
    let imports = [ipc.join("libmultiprocess/include"), include];
    check(&[ipc.join("capnp/init.capnp")], &imports, &[<dyn bitcoin::Init>::descriptor()]);
    let roots = [<dyn foo::FooInterface>::descriptor()];
    check(&[ipc.join("libmultiprocess/test/mp/test/foo.capnp")], &imports, &roots);
    // `initThreadMap @4` exchanges the thread maps, which its name does not say.
    let construct = <dyn foo::FooInterface>::CONSTRUCT.map(|method| method.ordinal);
    assert_eq!((construct, <dyn bitcoin::Init>::CONSTRUCT.map(|method| method.ordinal)), (Some(4), Some(0)));
}

#[cfg(capnp_schemas)]
#[test]
fn the_schemas_of_capnp() {
    use imported::{rpc, schema};

    let Some(include) = schemas::capnp() else { return };
    let of = |name: &str| [include.join("capnp").join(name)];
    let imports = [include.clone()];
    check(&of("rpc.capnp"), &imports, &[<rpc::Message as wire::Struct>::descriptor()]);
    // What else is in it has unions whose ordinals do not follow each other.
    let roots = [
        <schema::CapnpVersion as wire::Struct>::descriptor(),
        <schema::NodeNestedNode as wire::Struct>::descriptor(),
    ];
    check(&of("schema.capnp"), &imports, &roots);
}

#[test]
fn what_cannot_be_said_has_its_place() {
    let model = Model::read(&["schemas/language.capnp"], &ImportPath { folders: Vec::new() }).unwrap();
    let imported = import(&model, Arrangement::OneFile);
    let places: Vec<String> =
        imported.left_out.iter().map(|mistake| format!("{}:{}", mistake.file, mistake.message)).collect();
    for expected in [
        "schemas/language.capnp:the constant `list` has no counterpart in Rust",
        "schemas/language.capnp:the field `anyStruct` cannot be said in Rust: `AnyStruct` has no counterpart in Rust",
        "schemas/language.capnp:the method `generic` has type parameters",
    ] {
        assert!(places.iter().any(|place| place == expected), "{expected}\n{places:#?}");
    }
    assert!(imported.left_out.iter().all(|mistake| mistake.line > 1), "{:#?}", imported.left_out);
}

/// What `derive(IpcType)` refuses of a type with parameters is refused before.
#[test]
fn what_a_type_with_parameters_cannot_have() {
    for (text, expected) in [
        ("struct S(T) { a @0 :T; hasA @1 :Bool; }", "the field `a` cannot be said in Rust"),
        ("struct S(T) { a @0 :Text; }", "the type parameter `T` of `S` is not used"),
        ("struct S(T) { a @0 :Text; s @1 :List(S(T)); }", "the type parameter `T` of `S` is not used"),
        ("struct S(T) { a @0 :T; s @1 :List(S(S(T))); }", "`S` contains itself with larger and larger"),
    ] {
        let text = format!("@0xc1d2e3f405162738; {text}");
        let read = |_: &Path| Ok(text.clone().into_bytes());
        let imports = ImportPath { folders: Vec::new() };
        let model = Model::read_with(&[Path::new("a.capnp")], &imports, &read).unwrap();
        let left_out = import(&model, Arrangement::OneFile).left_out;
        let [mistake] = &left_out[..] else { panic!("{left_out:#?}") };
        assert!(mistake.message.starts_with(expected), "{mistake}");
    }
}

#[test]
fn what_is_made_is_formatted() {
    let Ok(rustfmt) = std::process::Command::new("rustfmt").arg("--version").output() else { return };
    assert!(rustfmt.status.success());
    let model = Model::read(&["schemas/sayable.capnp"], &ImportPath { folders: Vec::new() }).unwrap();
    let imported = import(&model, Arrangement::Folder);
    assert!(imported.left_out.is_empty(), "{}", imported.left_out[0]);
    let names: Vec<String> = imported.into_files().into_iter().map(|(name, _)| name).collect();
    assert_eq!(names, ["mod.rs", "sayable.rs", "shared.rs"]);
}
