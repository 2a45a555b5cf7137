//! What does not make a schema, each with the message that says what to do.

#![expect(clippy::unwrap_used, reason = "what the tests share is a test too")]

use std::sync::LazyLock;

use ipc_gen::{Grouping, Libmultiprocess, Problem, Schema, SchemaError};
use ipc_gen_tests::descriptors::{Home, enumeration, field, fields, interface, method, optional, structure};
use ipc_runtime::wire::descriptor::{Descriptor, Interface, Kind, Parameter, Type};

const HOME: Home = Home { file: 0x9000_0000_0000_0000, module: "first" };
const OTHER: Home = Home { file: 0x9000_0000_0000_0000, module: "second" };

fn leak(declaration: Descriptor) -> &'static Descriptor {
    Box::leak(Box::new(declaration))
}

fn problems(declarations: impl IntoIterator<Item = Descriptor>) -> SchemaError {
    let roots: Vec<&'static Descriptor> = declarations.into_iter().map(leak).collect();
    Schema::of(&roots).unwrap_err()
}

fn check(declarations: impl IntoIterator<Item = Descriptor>, message: &str) {
    assert_eq!(problems(declarations).to_string(), message);
}

#[test]
fn two_declarations_with_one_id() {
    check(
        [
            HOME.declare("A", "", structure([field("x", Type::Bool)])),
            OTHER.declare("A", "", structure([field("x", Type::Text)])),
        ],
        "`A` (in `first`) and `A` (in `second`) are different declarations with the id 0xde6ae47cb35d3856\n  \
         help: rename one, or give it an id of its own with `id = 0x..`; a generic type needs a name for each \
         set of arguments",
    );
}

#[test]
fn a_generic_struct_with_two_sets_of_arguments() {
    let error = problems([
        HOME.declare("A", "", structure([field("x", Type::Bool)])),
        HOME.declare("A", "", structure([field("x", Type::Text)])),
    ]);
    assert!(matches!(error.problems(), [Problem::SameId { .. }]), "{error}");
}

#[test]
fn one_declaration_that_is_there_twice_in_memory_is_no_problem() {
    let twice = || leak(HOME.declare("A", "", structure([optional("x", Type::Bool)])));
    assert_eq!(Schema::of(&[twice(), twice()]).unwrap().files()[0].declarations().len(), 1);
}

#[test]
fn two_names_in_one_file() {
    check(
        [
            HOME.declare("A", "", structure([])),
            Descriptor { id: 0x9000_0000_0000_0001, ..OTHER.declare("A", "", structure([])) },
        ],
        "`A` (in `first`) and `A` (in `second`) have one name in the file 0x9000000000000000\n  \
         help: give one another name in the schema with `name = \"..\"`, or another file with `file = 0x..`",
    );
}

#[test]
fn two_names_in_one_file_of_a_grouping() {
    const ELSEWHERE: Home = Home { file: 0x9000_0000_0000_0002, module: "second" };
    let roots = [HOME, ELSEWHERE].map(|home| leak(home.declare("A", "", structure([]))));
    let error = Schema::of(&roots).unwrap().grouping(Grouping::Single).unwrap_err();
    assert!(matches!(error.problems(), [Problem::SameName { .. }]), "{error}");
}

#[test]
fn what_is_said_for_cpp_of_nothing() {
    let schema = Schema::of(&[leak(HOME.declare("A", "", structure([field("x", Type::Bool)])))]).unwrap();
    let cpp = Libmultiprocess::new("a")
        .wrap("B", "a::B")
        .name("A.x", "the_x")
        .name("A.y", "y")
        .exception("A.x", "E");
    let help = "help: write the names of the schema: `Calculator`, `Calculator.makePrinter`, `Point.x`, \
                `Calculator.solve.error`";
    assert_eq!(
        schema.libmultiprocess(cpp).unwrap_err().to_string(),
        ["B", "A.y", "A.x"]
            .map(|path| format!("there is no `{path}` of which that could be said\n  {help}"))
            .join("\n")
    );
}

#[test]
fn files_for_cpp_that_import_each_other() {
    static FIRST: LazyLock<Descriptor> =
        LazyLock::new(|| HOME.declare("First", "", structure([field("x", Type::Struct(|| &SECOND))])));
    static SECOND: LazyLock<Descriptor> = LazyLock::new(|| {
        const ELSEWHERE: Home = Home { file: 0x9000_0000_0000_0002, module: "second" };
        ELSEWHERE.declare("Second", "", structure([field("x", Type::Struct(|| &FIRST))]))
    });
    let schema = || Schema::of(&[&FIRST]).unwrap();
    assert_eq!(
        schema().libmultiprocess(Libmultiprocess::new("a")).unwrap_err().to_string(),
        "`first.capnp` and `second.capnp` import each other, which C++ cannot compile\n  \
         help: group the declarations otherwise; with `Grouping::Single` all are in one file"
    );
    let single = schema().grouping(Grouping::Single).unwrap();
    assert_eq!(single.libmultiprocess(Libmultiprocess::new("a")).unwrap().files().len(), 1);
}

#[test]
fn a_field_in_the_place_of_a_presence_field() {
    check(
        [HOME.declare("A", "", structure([optional("x", Type::Int32), field("hasX", Type::Bool)]))],
        "`hasX` of `A` (in `first`) is there twice: a field, and what says whether the optional `x` is \
         present\n  help: rename the field `hasX`",
    );
}

#[test]
fn a_field_that_looks_like_a_presence_field() {
    let exchange = method("exchange", "", [field("wantResult", Type::Bool)], [field("result", Type::Text)]);
    check(
        [HOME.declare("A", "", interface(&[], [exchange]))],
        "`wantResult` of `A.exchange` (in `first`) would be taken for what says whether `result` is present: \
         libmultiprocess reads the name so\n  help: rename it, or make `result` an `Option` in its place",
    );
    // A parameter that asks for a result, as C++ has it.
    let divide = method("divide", "", [field("wantRest", Type::Bool)], [field("rest", Type::Int32)]);
    Schema::of(&[leak(HOME.declare("A", "", interface(&[], [divide])))]).unwrap();
    let hash = structure([field("h", Type::Text), field("hash", Type::Text), field("has", Type::Bool)]);
    Schema::of(&[leak(HOME.declare("A", "", hash))]).unwrap();
}

#[test]
fn two_members_with_one_name() {
    check(
        [
            HOME.declare("A", "", enumeration([("one", ""), ("one", "")])),
            HOME.declare("B", "", interface(&[], [method("m", "", [], []), method("m", "", [], [])])),
        ],
        "`one` of `A` (in `first`) is there twice\n  help: rename one\n\
         `m` of `B` (in `first`) is there twice\n  help: rename one",
    );
}

#[test]
fn names_that_the_compiler_refuses() {
    check(
        [
            HOME.declare("lower", "", structure([field("with_underscore", Type::Bool)])),
            HOME.declare("Text", "", structure([])),
        ],
        "`lower` of `lower` (in `first`) is not a name that a schema can have\n  \
         help: a type's name begins with a capital letter and has only letters and digits\n\
         `with_underscore` of `lower` (in `first`) is not a name that a schema can have\n  \
         help: a member's name begins with a small letter and has only letters and digits\n\
         `Text` of `Text` (in `first`) is not a name that a schema can have\n  \
         help: this is the name of a Cap'n Proto type; choose another with `name = \"..\"`",
    );
}

#[test]
fn a_parameter_with_the_name_of_a_type() {
    let page = |name| Descriptor {
        parameters: vec![Parameter { name, number: 0 }].leak(),
        ..HOME.declare("Page", "", structure([field("first", Type::Parameter(0))]))
    };
    check(
        [page("A"), OTHER.declare("A", "", structure([]))],
        "the type parameter `A` of `Page` (in `first`) hides `A` (in `second`)\n  \
         help: rename the parameter, or give the other another name in the schema with `name = \"..\"`",
    );
    check(
        [page("Text")],
        "`Text` of `Page` (in `first`) is not a name that a schema can have\n  \
         help: this is the name of a Cap'n Proto type; choose another with `name = \"..\"`",
    );
}

#[test]
fn an_id_without_the_highest_bit() {
    check(
        [Descriptor { id: 7, ..HOME.declare("A", "", structure([])) }],
        "`A` (in `first`) has the id 0x0000000000000007, whose highest bit is not set\n  \
         help: an id is at least 0x8000000000000000; `capnp id` makes one",
    );
}

#[test]
fn ordinals_with_a_hole() {
    let mut later = method("m", "", [], []);
    later.ordinal = 3;
    let methods = vec![method("first", "", [], []), later].leak();
    check(
        [HOME.declare("A", "", Kind::Interface(Interface { methods, construct: None, superclasses: &[] }))],
        "`A` (in `first`) has the ordinal @3 where @1 is missing\n  \
         help: ordinals go from @0 up, each once and without holes",
    );
}

#[test]
fn ordinals_in_another_order_than_the_fields() {
    let mut swapped = fields([field("a", Type::Bool), field("b", Type::Bool)]).fields.to_vec();
    swapped.swap(0, 1);
    let size = fields([field("a", Type::Bool), field("b", Type::Bool)]).size;
    let kind = Kind::Struct(ipc_runtime::wire::descriptor::Struct { fields: swapped.leak(), size });
    Schema::of(&[leak(HOME.declare("A", "", kind))]).unwrap();
}
