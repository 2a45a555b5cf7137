//! No text makes the reader panic, or takes it long.

#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "what the tests share is a test too")]

use std::io;
use std::path::Path;

use ipc_gen::{Arrangement, ImportPath, Model, import};
use proptest::prelude::*;
use proptest::sample::{Index, select};

/// Reads a text, and does with it what can be done.
fn try_all(text: &[u8]) {
    let read = |path: &Path| match path.to_str() {
        Some("test.capnp") => Ok(text.to_vec()),
        _ => Err(io::ErrorKind::NotFound.into()),
    };
    match Model::read_with(&[Path::new("test.capnp")], &ImportPath { folders: Vec::new() }, &read) {
        Ok(model) => {
            ipc_gen::show(&model, 80);
            assert_eq!(ipc_gen::check(&model, &model), []);
            import(&model, Arrangement::OneFile);
            let request = model.code_generator_request().unwrap();
            Model::from_request(&request).unwrap();
        }
        Err(mistakes) => {
            assert!(!mistakes.mistakes().is_empty());
            for mistake in mistakes.mistakes() {
                assert!(mistake.line > 0 && mistake.column > 0, "{mistake}");
            }
        }
    }
}

const WORDS: [&str; 66] = [
    "@0xe1c2a3b4d5968778;",
    "struct",
    "enum",
    "interface",
    "union",
    "group",
    "const",
    "annotation",
    "using",
    "import",
    "embed",
    "extends",
    "stream",
    "A",
    "B",
    "T",
    "a",
    "b",
    "hasA",
    "List",
    "Text",
    "Data",
    "UInt8",
    "AnyPointer",
    "Void",
    "Bool",
    "{",
    "}",
    "(",
    ")",
    "[",
    "]",
    ";",
    ",",
    ":",
    "=",
    "@0",
    "@1",
    "@2",
    "@65535",
    "@65536",
    "$",
    "->",
    ".",
    "-",
    "*",
    "0",
    "1",
    "-1",
    "0x",
    "0x\"00\"",
    "\"text\"",
    "\"",
    "`line\n",
    "1.5e3",
    "99999999999999999999",
    "inf",
    "true",
    "null",
    "void",
    "# comment\n",
    "\n",
    "\\",
    "é",
    "\"/mp/proxy.capnp\"",
    "@0x8000000000000000",
];

const SEEDS: [&str; 2] =
    [include_str!("../schemas/language.capnp"), include_str!("../schemas/sayable.capnp")];

/// Something to do to a text at some place.
#[derive(Clone, Debug)]
enum Edit {
    Remove(Index, usize),
    Insert(Index, &'static str),
    Repeat(Index, usize),
    Byte(Index, u8),
}

fn edit() -> impl Strategy<Value = Edit> {
    prop_oneof![
        (any::<Index>(), 1..40_usize).prop_map(|(at, length)| Edit::Remove(at, length)),
        (any::<Index>(), select(&WORDS[..])).prop_map(|(at, word)| Edit::Insert(at, word)),
        (any::<Index>(), 1..200_usize).prop_map(|(at, length)| Edit::Repeat(at, length)),
        (any::<Index>(), any::<u8>()).prop_map(|(at, byte)| Edit::Byte(at, byte)),
    ]
}

fn apply(text: &mut Vec<u8>, edit: &Edit) {
    let length = text.len();
    match edit {
        Edit::Remove(at, count) => {
            let start = at.index(length + 1);
            text.drain(start..(start + count).min(length));
        }
        Edit::Insert(at, word) => {
            let start = at.index(length + 1);
            text.splice(start..start, format!(" {word} ").into_bytes());
        }
        Edit::Repeat(at, count) => {
            let start = at.index(length + 1);
            let piece = text[start..(start + count).min(length)].to_vec();
            text.splice(start..start, piece);
        }
        Edit::Byte(at, byte) => {
            if length > 0 {
                text[at.index(length)] = *byte;
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, ..ProptestConfig::default() })]

    #[test]
    fn words_in_any_order(words in proptest::collection::vec(select(&WORDS[..]), 0..60)) {
        try_all(words.join(" ").as_bytes());
        try_all(format!("@0xe1c2a3b4d5968778; {}", words.join(" ")).as_bytes());
    }

    #[test]
    fn changed_files(seed in select(&SEEDS[..]), edits in proptest::collection::vec(edit(), 1..6)) {
        let mut text = seed.as_bytes().to_vec();
        edits.iter().for_each(|edit| apply(&mut text, edit));
        try_all(&text);
    }
}

#[test]
fn what_is_nested_without_end() {
    let id = "@0xe1c2a3b4d5968778;\n";
    for (open, close) in [
        ("struct A { ", "}"),
        ("a :group { ", "}"),
        ("const a :List(Text) = [", "]"),
        ("const a :", ";"),
        ("const a :A = (a = (", ")"),
        ("const a :List(", ")"),
        ("const a :A.b.", ""),
        ("const a :A(", ")"),
        ("const a :UInt8 = - - ", ""),
        ("using A = A; ", ""),
        ("using A = B; using B = A; const a :A = .a; ", ""),
        ("struct A { union { union { ", "}"),
        ("struct A { a :union { a :union { ", "}"),
    ] {
        let text = format!("{id}{}{}", open.repeat(20_000), close.repeat(20_000));
        try_all(text.as_bytes());
    }
}

#[test]
fn names_that_stand_for_more_and_more() {
    let mut text =
        "@0xe1c2a3b4d5968778;\nstruct P(A, B) { a @0 :A; b @1 :B; }\nusing T0 = P(Text, Text);\n".to_owned();
    for i in 0..40 {
        text.push_str(&format!("using T{} = P(T{i}, T{i});\n", i + 1));
    }
    text.push_str("struct S { a @0 :T40; }\n");
    try_all(text.as_bytes());
}

#[test]
fn files_that_import_each_other() {
    let read = |path: &Path| match path.to_str() {
        Some("a.capnp") => {
            Ok(b"@0xe1c2a3b4d5968771; using B = import \"b.capnp\"; struct S { b @0 :B.S; }".to_vec())
        }
        Some("b.capnp") => {
            Ok(b"@0xe1c2a3b4d5968772; using A = import \"a.capnp\"; struct S { a @0 :A.S; }".to_vec())
        }
        _ => Err(io::ErrorKind::NotFound.into()),
    };
    let imports = ImportPath { folders: Vec::new() };
    let model = Model::read_with(&[Path::new("a.capnp")], &imports, &read).unwrap();
    assert_eq!(model.nodes.len(), 4);
}
