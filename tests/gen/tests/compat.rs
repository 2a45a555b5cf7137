//! What a change of a schema does, by rule.

#![expect(clippy::panic, reason = "what the tests share is a test too")]

use std::io;
use std::path::Path;

use ipc_gen::{Change, Impact, ImportPath, Model, Rule};

const HEAD: &str = "@0xe1c2a3b4d5968778;\nusing Proxy = import \"/mp/proxy.capnp\";\n";

fn model(text: &str) -> Model {
    let text = format!("{HEAD}{text}");
    let read = |path: &Path| match path.to_str() {
        Some("test.capnp") => Ok(text.clone().into_bytes()),
        _ => Err(io::ErrorKind::NotFound.into()),
    };
    let model = Model::read_with(&[Path::new("test.capnp")], &ImportPath { folders: Vec::new() }, &read);
    model.unwrap_or_else(|mistakes| panic!("{mistakes}"))
}

fn changes(old: &str, new: &str) -> Vec<Change> {
    ipc_gen::check(&model(old), &model(new))
}

/// Checks that exactly these changes are found.
fn check(old: &str, new: &str, expected: &[(Rule, Impact, &str)]) {
    let changes = changes(old, new);
    let found: Vec<_> = changes.iter().map(|c| (c.rule, c.impact, c.place.as_str())).collect();
    assert_eq!(found, expected, "{changes:#?}");
    for change in changes.iter().filter(|change| change.impact.is_breaking()) {
        assert!(!change.reason.is_empty() && !change.mend.is_empty(), "{change}");
    }
}

fn interface(methods: &str) -> String {
    format!("interface I {{ {methods} }}")
}

#[test]
fn nothing_has_changed() {
    let text = "interface I { m @0 (a :S) -> (); } struct S { e @0 :E; } enum E { a @0; }";
    check(text, text, &[]);
    // Comments and the order in the text are no part of what peers see.
    check(text, "enum E { a @0; # one\n } struct S { e @0 :E; } interface I { m @0 (a :S) -> (); }", &[]);
}

#[test]
fn methods() {
    let old = interface("a @0 () -> (); b @1 () -> ();");
    check(
        &old,
        &interface("a @0 () -> (); b @1 () -> (); c @2 () -> ();"),
        &[(Rule::MethodAdded, Impact::Compatible, "I.c")],
    );
    check(&old, &interface("a @0 () -> ();"), &[(Rule::MethodRemoved, Impact::OldClients, "I.b")]);
    check(
        &old,
        &interface("a @0 () -> (); z @1 () -> ();"),
        &[(Rule::MethodRenamed, Impact::SourceOnly, "I.b")],
    );
    let moved = changes(&old, &interface("a @0 () -> (); n @1 () -> (); b @2 () -> ();"));
    let [moved, added] = &moved[..] else { panic!("{moved:#?}") };
    assert_eq!((moved.rule, moved.impact), (Rule::MethodMoved, Impact::Both));
    assert_eq!(moved.message, "method `I.b` moved from @1 to @2");
    assert_eq!(moved.mend, "append new methods at the end, or pin it with `#[ipc(ordinal = 1)]`");
    assert_eq!((added.rule, added.impact), (Rule::MethodAdded, Impact::OldServers));
    assert_eq!(added.place, "I.n");
}

#[test]
fn interfaces() {
    let old = interface("a @0 () -> ();");
    check(&old, "", &[(Rule::InterfaceRemoved, Impact::OldClients, "I")]);
    check("", &old, &[(Rule::DeclarationAdded, Impact::Compatible, "I")]);
    check(
        &old,
        "interface I @0xf111111111111111 { a @0 () -> (); }",
        &[(Rule::InterfaceIdChanged, Impact::Both, "I")],
    );
    let id = "@0xf111111111111111";
    let (named, renamed) = (format!("interface A {id} {{}}"), format!("interface B {id} {{}}"));
    check(&named, &renamed, &[(Rule::DeclarationRenamed, Impact::SourceOnly, "B")]);
    let bases = "interface A {} interface B {}";
    let extends = |of: &str| format!("{bases} interface C extends({of}) {{}}");
    check(&extends("A"), &extends("A, B"), &[(Rule::SuperclassAdded, Impact::Compatible, "C")]);
    check(&extends("A, B"), &extends("A"), &[(Rule::SuperclassRemoved, Impact::OldClients, "C")]);
    check("interface A {}", "struct A {}", &[(Rule::KindChanged, Impact::Both, "A")]);
}

#[test]
fn parameters_and_results() {
    let params = |of: &str| interface(&format!("m @0 ({of}) -> ();"));
    let results = |of: &str| interface(&format!("m @0 () -> ({of});"));
    check(
        &params("a :Text"),
        &params("a :Text, b :Bool"),
        &[(Rule::FieldAdded, Impact::Compatible, "I.m.b")],
    );
    check(
        &params("a :Text, b :Bool"),
        &params("a :Text"),
        &[(Rule::FieldRemoved, Impact::OldServers, "I.m.b")],
    );
    check(
        &results("a :Text, b :Bool"),
        &results("a :Text"),
        &[(Rule::FieldRemoved, Impact::OldClients, "I.m.b")],
    );
    check(
        &params("a :Text, b :Text"),
        &params("b :Text, a :Text"),
        &[(Rule::FieldMoved, Impact::Both, "I.m.a"), (Rule::FieldMoved, Impact::Both, "I.m.b")],
    );
    check(&params("a :Text"), &params("z :Text"), &[(Rule::FieldRenamed, Impact::SourceOnly, "I.m.a")]);
    check(&params("a :Int32"), &params("a :Int64"), &[(Rule::FieldTypeChanged, Impact::Both, "I.m.a")]);
    check(&params("a :Int32 = 1"), &params("a :Int32 = 2"), &[(Rule::DefaultChanged, Impact::Both, "I.m.a")]);
    check(
        &params("context :Proxy.Context, a :Text"),
        &params("a :Text"),
        &[(Rule::ContextChanged, Impact::Both, "I.m")],
    );
    check(
        &params("context :Proxy.Context"),
        &params(""),
        &[(Rule::ContextChanged, Impact::Compatible, "I.m")],
    );
}

#[test]
fn structs() {
    check(
        "struct S { a @0 :Text; }",
        "struct S { a @0 :Text; b @1 :Bool; }",
        &[(Rule::FieldAdded, Impact::Compatible, "S.b")],
    );
    check(
        "struct S { a @0 :Bool; b @1 :Text; }",
        "struct S { a @0 :Bool; }",
        &[(Rule::FieldRemoved, Impact::Both, "S.b")],
    );
    // The order in the text does not matter, the ordinals do.
    check("struct S { a @0 :Bool; b @1 :Text; }", "struct S { b @1 :Text; a @0 :Bool; }", &[]);
    let moved = changes("struct S { a @0 :Bool; b @1 :Bool; }", "struct S { b @0 :Bool; a @1 :Bool; }");
    assert_eq!(moved[0].mend, "append new fields at the end, or pin it with `#[ipc(ordinal = 0)]`");
    check("struct S { a @0 :E; } enum E { x @0; }", "struct S { a @0 :UInt16; } enum E { x @0; }", &[]);
    check("struct S {}", "", &[(Rule::DeclarationRemoved, Impact::SourceOnly, "S")]);
    check("struct S {}", "struct S @0xf111111111111111 {}", &[(Rule::IdChanged, Impact::SourceOnly, "S")]);
    check(
        "const c :Bool = true;",
        "const c :Bool = false;",
        &[(Rule::ConstantChanged, Impact::SourceOnly, "c")],
    );
}

#[test]
fn type_arguments() {
    let with = |page: &str, field: &str| {
        format!("struct S {{ a @0 :{field}; }} struct Page{page} struct P(A, B) {{ a @0 :A; b @1 :B; }}")
    };
    let page = "(T) { first @0 :T; next @1 :Page(T); }";
    let old = with(page, "List(Page(P(Text, Data)))");
    let changed = [(Rule::FieldTypeChanged, Impact::Both, "S.a")];
    check(&old, &with(page, "List(Page(P(Text, Text)))"), &changed);
    check(&old, &with(page, "List(Page(P(Text, Data)))"), &[]);
    check(&old, &with(page, "List(Page)"), &changed);
    // Another name of a parameter is another name in generated code alone.
    check(&old, &with("(Item) { first @0 :Item; next @1 :Page(Item); }", "List(Page(P(Text, Data)))"), &[]);
    // A struct becomes generic: what is written stays the same.
    let plain = with("{ first @0 :AnyPointer; next @1 :Page; }", "Page");
    check(&plain, &with(page, "Page"), &[]);
}

#[test]
fn unions() {
    let union = |of: &str| format!("struct S {{ union {{ a @0 :Text; b @1 :UInt8; {of} }} }}");
    check(&union(""), &union("c @2 :Void;"), &[(Rule::ChoiceAdded, Impact::Compatible, "S.c")]);
    check(&union("c @2 :Void;"), &union(""), &[(Rule::FieldRemoved, Impact::Both, "S.c")]);
    check(
        "struct S { a @0 :Text; b @1 :Text; }",
        "struct S { a @0 :Text; union { b @1 :Text; c @2 :UInt8; } }",
        &[(Rule::FieldUnionized, Impact::Compatible, "S.b"), (Rule::FieldAdded, Impact::Compatible, "S.c")],
    );
    check(
        "struct S { a @0 :Text; b @1 :Text; }",
        "struct S { union { a @0 :Text; b @1 :Text; } }",
        &[(Rule::FieldUnionized, Impact::Compatible, "S.a"), (Rule::FieldMoved, Impact::Both, "S.b")],
    );
}

#[test]
fn enums() {
    let of = |values: &str| format!("enum E {{ {values} }}");
    check(&of("a @0;"), &of("a @0; b @1;"), &[(Rule::ValueAdded, Impact::Compatible, "E.b")]);
    check(&of("a @0; b @1;"), &of("a @0;"), &[(Rule::ValueRemoved, Impact::Both, "E.b")]);
    check(
        &of("a @0; b @1;"),
        &of("b @0; a @1;"),
        &[(Rule::ValueMoved, Impact::Both, "E.a"), (Rule::ValueMoved, Impact::Both, "E.b")],
    );
    check(&of("a @0;"), &of("z @0;"), &[(Rule::ValueRenamed, Impact::SourceOnly, "E.a")]);
}

#[test]
fn two_versions_stand_side_by_side() {
    let old = model("interface I { a @0 (x :Text) -> (); b @1 () -> (); } struct S { a @0 :Bool; }");
    let new = model("interface I { a @0 (x :Text) -> (); } struct S { a @0 :Bool; b @1 :Text; }");
    let text = ipc_gen::diff(&old, &new, 80);
    assert!(text.lines().all(|line| line.chars().count() <= 80), "{text}");
    let rows: Vec<&str> = text.lines().filter(|line| line.contains('<') || line.contains('>')).collect();
    assert!(rows.iter().any(|row| row.contains("b @1") && row.contains('<')), "{text}");
    assert!(rows.iter().any(|row| row.contains("> ") && row.contains("b @1 :Text")), "{text}");
    assert_eq!(ipc_gen::diff(&old, &old, 80), "");
}

#[test]
fn a_tree_has_ids_ordinals_sizes_and_places() {
    let model = model(
        "struct S { a @0 :Bool; b @1 :UInt32 = 7; c @2 :Text; union { d @3 :Void; e :group { f @4 :UInt64; } } }",
    );
    let tree = ipc_gen::show(&model, 60);
    let expected = "\
test.capnp                               @0xe1c2a3b4d5968778
  struct S                               @0x9f73539d17912be6
    2 words of data, 1 pointer
    a @0 :Bool                                         bit 0
    b @1 :UInt32 = 7                              bytes 4..8
    c @2 :Text                                     pointer 0
    union                               choice at bytes 2..4
      d @3 :Void
      e :group
        f @4 :UInt64                             bytes 8..16
";
    assert_eq!(tree, expected);
}

#[test]
fn a_tree_has_type_parameters() {
    let model = model(
        "struct Pair @0xc2a0ff1ab2d19cca (Key, Value) { key @0 :Key; next @1 :List(Pair(Value, Text)); }",
    );
    let tree = ipc_gen::show(&model, 60);
    let expected = "\
test.capnp                               @0xe1c2a3b4d5968778
  struct Pair(Key, Value)                @0xc2a0ff1ab2d19cca
    0 words of data, 2 pointers
    key @0 :Key                                    pointer 0
    next @1 :List(Pair(Value, Text))               pointer 1
";
    assert_eq!(tree, expected);
}
