//! Random structs and unions: the layout that we compute is the one that the official compiler computes.

#![expect(clippy::unwrap_used, reason = "what the tests share is a test too")]

use std::path::Path;
use std::sync::LazyLock;

use ipc_gen::{Origin, Schema, code_generator_request, emit};
use ipc_gen_tests::descriptors::{
    Home, enumeration, field, group, interface, list, optional, structure, union, value,
};
use ipc_gen_tests::{official, tools};
use ipc_runtime::wire::descriptor::{Case, Descriptor, Field, Kind, Type};
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;

/// Compiled at once: starting the compiler is what takes time.
const STRUCTS: usize = 1_500;

const UNIONS: usize = 1_500;

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

#[derive(Clone, Debug)]
enum Variant {
    Value(Type, Presence),
    Group(Vec<(Type, Presence)>),
}

fn any_variants() -> impl Strategy<Value = Vec<Variant>> {
    let presence = || prop_oneof![4 => Just(Presence::Required), 1 => Just(Presence::Optional)];
    let one = prop_oneof![
        1 => (any_type(), presence()).prop_map(|(ty, presence)| Variant::Value(ty, presence)),
        2 => prop::collection::vec((any_type(), presence()), 1..=8).prop_map(Variant::Group),
    ];
    prop::collection::vec(one, 2..=9)
}

fn declare_field(number: usize, ty: Type, presence: Presence) -> Field {
    let name: &'static str = format!("f{number}").leak();
    match presence {
        Presence::Required => field(name, ty),
        Presence::Optional => optional(name, ty),
    }
}

fn declare_fields(fields: &[(Type, Presence)]) -> impl Iterator<Item = Field> {
    fields.iter().enumerate().map(|(number, (ty, presence))| declare_field(number, *ty, *presence))
}

fn declare_variant(number: usize, variant: &Variant) -> (Case, Vec<Field>) {
    let name: &'static str = format!("v{number}").leak();
    match variant {
        Variant::Value(ty, presence) => value(name, "", declare_field(0, *ty, *presence)),
        Variant::Group(fields) => group(name, "", declare_fields(fields)),
    }
}

fn declare(index: usize, kind: Kind) -> &'static Descriptor {
    Box::leak(Box::new(HOME.declare(format!("S{index}").leak(), "", kind)))
}

#[test]
fn random_structs_are_laid_out_as_by_the_official_compiler() {
    let mut runner = TestRunner::default();
    let mut one = || structure(declare_fields(&any_fields().new_tree(&mut runner).unwrap().current()));
    compare("layout", (0..STRUCTS).map(|index| declare(index, one())));
}

#[test]
fn random_unions_are_laid_out_as_by_the_official_compiler() {
    let mut runner = TestRunner::default();
    let mut one = || {
        let variants = any_variants().new_tree(&mut runner).unwrap().current();
        union(variants.iter().enumerate().map(|(number, variant)| declare_variant(number, variant)))
    };
    compare("unions", (0..UNIONS).map(|index| declare(index, one())));
}

fn compare(name: &str, declarations: impl Iterator<Item = &'static Descriptor>) {
    let Some(capnp) = tools::require("capnp") else { return };
    let declarations: Vec<&'static Descriptor> = declarations.collect();
    let schema = Schema::of(&declarations).unwrap();
    let files = emit(&schema, &Origin { package: "test".into(), command: "none".into() });
    // The schema stays there: after a failure it is the input to look at.
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    let theirs = official::describe(&official::compile(&capnp, &files, &folder)).unwrap();
    let ours = official::describe(&official::reread(&code_generator_request(&schema))).unwrap();
    let mut node = String::new();
    for (ours, theirs) in ours.iter().zip(&theirs) {
        if theirs.starts_with("node") {
            node.clone_from(theirs);
        }
        assert_eq!(ours, theirs, "in {node} of {}", folder.display());
    }
    assert_eq!(ours.len(), theirs.len());
}
