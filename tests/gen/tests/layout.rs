//! Random structs: the layout that we compute is the one that the official compiler computes.

use std::path::Path;
use std::sync::LazyLock;

use ipc_gen::{Origin, Schema, code_generator_request, emit};
use ipc_gen_tests::descriptors::{Home, enumeration, field, interface, list, optional, structure};
use ipc_gen_tests::{official, tools};
use ipc_runtime::wire::descriptor::{Descriptor, Type};
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;

/// Compiled at once: starting the compiler is what takes time.
const STRUCTS: usize = 1_500;

const MOST_FIELDS: usize = 40;

const HOME: Home = Home { file: 0xd2b7_02ce_11a5_9f60, module: "layout" };

macro_rules! descriptor {
    ($name:ident $schema_name:literal $kind:expr) => {
        fn $name() -> &'static Descriptor {
            static DESCRIPTOR: LazyLock<Descriptor> = LazyLock::new(|| HOME.declare($schema_name, "", $kind));
            &DESCRIPTOR
        }
    };
}

descriptor!(an_enum "AnEnum" enumeration([("one", ""), ("two", "")]));
descriptor!(a_struct "AStruct" structure([field("one", Type::Text)]));
descriptor!(an_interface "AnInterface" interface(&[], []));

fn any_type() -> impl Strategy<Value = Type> {
    let one = prop_oneof![
        1 => Just(Type::Void),
        // Bools make the small holes.
        4 => Just(Type::Bool),
        3 => prop_oneof![Just(Type::Int8), Just(Type::UInt8)],
        3 => prop_oneof![Just(Type::Int16), Just(Type::UInt16), Just(Type::Enum(an_enum))],
        3 => prop_oneof![Just(Type::Int32), Just(Type::UInt32), Just(Type::Float32)],
        2 => prop_oneof![Just(Type::Int64), Just(Type::UInt64), Just(Type::Float64)],
        2 => prop_oneof![
            Just(Type::Text),
            Just(Type::Data),
            Just(Type::Struct(a_struct)),
            Just(Type::Interface(an_interface)),
        ],
    ];
    (one, prop_oneof![8 => Just(0), 1 => Just(1), 1 => Just(2)])
        .prop_map(|(element, lists)| (0..lists).fold(element, |element, _| list(element)))
}

#[derive(Clone, Copy, Debug)]
enum Presence {
    Required,
    Optional,
}

fn any_fields() -> impl Strategy<Value = Vec<(Type, Presence)>> {
    let presence = prop_oneof![2 => Just(Presence::Required), 1 => Just(Presence::Optional)];
    prop::collection::vec((any_type(), presence), 0..=MOST_FIELDS)
}

fn declare(index: usize, fields: &[(Type, Presence)]) -> &'static Descriptor {
    let fields = fields.iter().enumerate().map(|(number, (ty, presence))| {
        let name: &'static str = format!("f{number}").leak();
        match presence {
            Presence::Required => field(name, *ty),
            Presence::Optional => optional(name, *ty),
        }
    });
    Box::leak(Box::new(HOME.declare(format!("S{index}").leak(), "", structure(fields))))
}

#[test]
fn random_structs_are_laid_out_as_by_the_official_compiler() {
    let Some(capnp) = tools::require("capnp") else { return };
    let mut runner = TestRunner::default();
    let structs: Vec<&'static Descriptor> = (0..STRUCTS)
        .map(|index| declare(index, &any_fields().new_tree(&mut runner).unwrap().current()))
        .collect();

    let schema = Schema::of(&structs).unwrap();
    let files = emit(&schema, &Origin { package: "test".into(), command: "none".into() });
    // The schema stays there: after a failure it is the input to look at.
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("layout");
    let theirs = official::describe(&official::compile(&capnp, &files, &folder)).unwrap();
    let ours = official::describe(&official::reread(&code_generator_request(&schema))).unwrap();
    assert_eq!(ours.len(), theirs.len());
    let mut node = String::new();
    for (ours, theirs) in ours.iter().zip(&theirs) {
        if theirs.starts_with("node") {
            node.clone_from(theirs);
        }
        assert_eq!(ours, theirs, "in {node} of {}", folder.display());
    }
}
