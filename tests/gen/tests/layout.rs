//! Random structs and unions: the layout that we compute is the one that the official compiler computes.

#![expect(clippy::unwrap_used, reason = "what the tests share is a test too")]

use std::path::Path;
use std::sync::LazyLock;

use ipc_gen::{Origin, Schema, code_generator_request, emit};
use ipc_gen_tests::descriptors::{
    Home, composite, enumeration, field, group, interface, list, optional, structure, union, value, variant,
};
use ipc_gen_tests::{official, tools};
use ipc_runtime::wire::descriptor::{Case, Descriptor, Field, Group, Kind, Member, Type, Union};
use ipc_runtime::wire::layout::{At, Companion};
use ipc_runtime::wire::ordinal::{Count, NEXT};
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;

/// Compiled at once: starting the compiler is what takes time.
const STRUCTS: usize = 1_500;

const UNIONS: usize = 1_500;

const COMPOSITES: usize = 400;

const MOST_FIELDS: usize = 40;

/// How deep groups and unions lie in each other.
const DEPTH: usize = 3;

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
    let listed = (one, prop_oneof![8 => Just(0), 1 => Just(1), 1 => Just(2)])
        .prop_map(|(element, lists)| (0..lists).fold(element, |element, _| list(element)));
    // Of these there are no lists.
    prop_oneof![30 => listed, 1 => Just(Type::AnyPointer)]
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

fn declare_variant(number: usize, of: &Variant) -> Case {
    let name: &'static str = format!("v{number}").leak();
    match of {
        Variant::Value(ty, presence) => value(name, "", declare_field(0, *ty, *presence)),
        Variant::Group(fields) => variant(name, "", declare_fields(fields).map(Member::Field)),
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
        let cases = variants.iter().enumerate().map(|(number, variant)| declare_variant(number, variant));
        composite([union(cases)]).unwrap()
    };
    compare("unions", (0..UNIONS).map(|index| declare(index, one())));
}

#[test]
fn random_structs_with_groups_and_unions_are_laid_out_as_by_the_official_compiler() {
    let mut random = Random { runner: TestRunner::default(), names: 0 };
    let some = std::iter::repeat_with(|| composite(random.members(0))).flatten();
    compare("composites", some.take(COMPOSITES).enumerate().map(|(index, kind)| declare(index, kind)));
}

#[test]
fn random_ordinals_are_laid_out_as_by_the_official_compiler() {
    let mut random = Random { runner: TestRunner::default(), names: 0 };
    let some = std::iter::repeat_with(|| {
        let members = random.members(0);
        composite(random.pin(&members))
    });
    compare(
        "ordinals",
        some.flatten().take(COMPOSITES).enumerate().map(|(index, kind)| declare(index, kind)),
    );
}

/// Makes structs with groups and unions.
struct Random {
    runner: TestRunner,
    names: usize,
}

impl Random {
    fn below(&mut self, limit: usize) -> usize {
        self.runner.rng().next_u32() as usize % limit
    }

    fn name(&mut self, prefix: &str) -> &'static str {
        self.names += 1;
        format!("{prefix}{}", self.names).leak()
    }

    /// Members of a struct, a group or a variant: one at least, an unnamed union at most.
    fn members(&mut self, depth: usize) -> Vec<Member> {
        let count = 1 + self.below(7);
        let mut members: Vec<Member> = (0..count).map(|_| self.member(depth)).collect();
        if depth < DEPTH && self.below(2) == 0 {
            let cases = self.cases(depth + 1);
            let at = self.below(members.len() + 1);
            members.insert(at, union(cases));
        }
        members
    }

    fn member(&mut self, depth: usize) -> Member {
        let name = self.name("m");
        match self.below(8) {
            0 if depth < DEPTH => group(name, "", self.members(depth + 1)),
            1 if depth < DEPTH => group(name, "", [union(self.cases(depth + 1))]),
            _ => Member::Field(self.field(name)),
        }
    }

    fn field(&mut self, name: &'static str) -> Field {
        let ty = any_type().new_tree(&mut self.runner).unwrap().current();
        match self.below(4) {
            0 => optional(name, ty),
            // Has a presence field even if it is a pointer.
            1 => {
                let mut field = field(name, ty);
                field.shape.companion = Companion::Has;
                field
            }
            _ => field(name, ty),
        }
    }

    fn cases(&mut self, depth: usize) -> Vec<Case> {
        let count = 2 + self.below(4);
        (0..count)
            .map(|_| {
                let name = self.name("v");
                match self.below(3) {
                    0 => value(name, "", self.field("value")),
                    _ => variant(name, "", self.members(depth)),
                }
            })
            .collect()
    }

    /// The members with all ordinals pinned, in a random order.
    fn pin(&mut self, members: &[Member]) -> Vec<Member> {
        let mut ordinals = self.permutation(&[members]);
        self.pin_list(members, &mut ordinals)
    }

    /// Gives everything that takes ordinals in the lists its first; a presence field takes one of its own.
    fn permutation(&mut self, lists: &[&[Member]]) -> std::vec::IntoIter<u16> {
        let sizes = lists.iter().copied().flatten().flat_map(|member| match member {
            Member::Field(field) => vec![1; usize::from(field.shape.ordinals())],
            other => vec![Count::of(std::slice::from_ref(other)).ordinals],
        });
        let sizes: Vec<usize> = sizes.collect();
        let mut order: Vec<usize> = (0..sizes.len()).collect();
        for last in (1..order.len()).rev() {
            let other = self.below(last + 1);
            order.swap(last, other);
        }
        let mut next = 0;
        let mut firsts: Vec<(usize, u16)> = order
            .into_iter()
            .map(|index| {
                let first = u16::try_from(next).unwrap();
                next += sizes.get(index).unwrap();
                (index, first)
            })
            .collect();
        firsts.sort_unstable();
        let firsts: Vec<u16> = firsts.into_iter().map(|(_, first)| first).collect();
        firsts.into_iter()
    }

    fn pin_list(&mut self, members: &[Member], ordinals: &mut std::vec::IntoIter<u16>) -> Vec<Member> {
        members
            .iter()
            .map(|member| match member {
                Member::Field(field) => {
                    let ordinal = ordinals.next().unwrap();
                    let has = field.has_companion().then(|| ordinals.next().unwrap());
                    let at = At { ordinal, has_ordinal: has.unwrap_or(NEXT), ..field.at };
                    Member::Field(Field { at, ..*field })
                }
                Member::Group(of) => {
                    let members = self.pin(of.members).leak();
                    Member::Group(Group { ordinal: ordinals.next().unwrap(), members, ..*of })
                }
                Member::Union(of) => {
                    let lists: Vec<&[Member]> = of.cases.iter().map(|case| case.members).collect();
                    let mut inner = self.permutation(&lists);
                    let cases: Vec<Case> = of
                        .cases
                        .iter()
                        .map(|case| Case { members: self.pin_list(case.members, &mut inner).leak(), ..*case })
                        .collect();
                    Member::Union(Union { ordinal: ordinals.next().unwrap(), cases: cases.leak() })
                }
            })
            .collect()
    }
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
