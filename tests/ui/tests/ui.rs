//! Compiles the cases: those in `pass/` must compile, those in the other folders, one for each family of mistake,
//! must give the messages that are beside them. `TRYBUILD=overwrite` writes the messages.

// Always on here; clippy takes it for the sign that a helper may panic.
#![cfg(test)]

use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::Command;

#[test]
fn cases() {
    let same_compiler = rustc_is(env!("CARGO_PKG_RUST_VERSION"));
    let cases = trybuild::TestCases::new();
    cases.pass("pass/*.rs");
    for case in failing_cases() {
        // What the macros word themselves is the same under every compiler.
        let by_rustc = fs::read_to_string(&case).unwrap().contains("//! Worded by rustc.");
        if by_rustc && !same_compiler {
            // Not `println!`, which a passing test swallows.
            writeln!(io::stderr(), "skipped, its messages are another rustc's: {}", case.display()).unwrap();
            continue;
        }
        cases.compile_fail(&case);
    }
}

/// Every message of the macros occurs in a case.
#[test]
fn every_message_has_a_case() {
    let outputs: Vec<String> = failing_cases()
        .iter()
        .map(|case| fs::read_to_string(case.with_extension("stderr")).unwrap_or_default())
        .collect();
    let source = fs::read_to_string("../../ipc-macros/src/message.rs").unwrap();
    let messages = texts(&source);
    // Each is used up by `report(.., &message::NAME, ..)`, and one that is not is rustc's to report.
    let declared = source.lines().filter(|line| names_a_message(line.trim()).is_some()).count();
    assert!(messages.len() > 50, "`message.rs` has another form than this test reads");
    assert_eq!(messages.len(), declared, "a message of `message.rs` is not in one line");
    let missing: Vec<&str> = messages
        .into_iter()
        .filter(|message| !outputs.iter().flat_map(|output| output.lines()).any(|line| fits(line, message)))
        .collect();
    assert!(missing.is_empty(), "messages without a case in tests/ui: {missing:#?}");
}

fn failing_cases() -> Vec<PathBuf> {
    let mut cases: Vec<PathBuf> = folders().iter().flat_map(|folder| rust_files(folder)).collect();
    cases.sort();
    cases
}

fn folders() -> Vec<PathBuf> {
    let entries = fs::read_dir(".").unwrap().map(|entry| entry.unwrap());
    let folders = entries.filter(|entry| entry.file_type().unwrap().is_dir()).map(|entry| entry.file_name());
    folders.filter(|name| name != "pass" && name != "tests").map(PathBuf::from).collect()
}

fn rust_files(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    entries.filter(|path| path.extension().is_some_and(|extension| extension == "rs")).collect()
}

/// The texts in `messages! { NAME { "text", "help" } .. }`.
fn texts(source: &str) -> Vec<&str> {
    let mut lines = source.lines().map(str::trim);
    let mut texts = Vec::new();
    while let Some(line) = lines.next() {
        if names_a_message(line).is_some() {
            let text = lines.next().unwrap_or_default();
            texts.extend(text.strip_prefix('"').and_then(|text| text.strip_suffix("\",")));
        }
    }
    texts
}

fn names_a_message(line: &str) -> Option<&str> {
    let name = line.strip_suffix(" {")?;
    (!name.is_empty() && name.chars().all(|c| c.is_ascii_uppercase() || c == '_')).then_some(name)
}

/// What rustc says in the words of the runtime, about a type that is none of ours, occurs in a case too.
#[test]
fn every_note_for_rustc_has_a_case() {
    let outputs: String = failing_cases()
        .iter()
        .map(|case| fs::read_to_string(case.with_extension("stderr")).unwrap_or_default())
        .collect();
    let mut messages = Vec::new();
    sources(Path::new("../../ipc-runtime/src"), &mut |text| {
        let mut lines = text.lines().map(str::trim);
        while lines.by_ref().any(|line| line.contains("diagnostic::on_unimplemented(")) {
            let message = lines.next().and_then(|line| line.strip_prefix("message = \""));
            messages.extend(message.and_then(|line| line.strip_suffix("\",")).map(str::to_owned));
        }
    });
    assert!(messages.len() > 10, "the runtime's notes have another form than this test reads");
    let missing: Vec<&String> = messages
        .iter()
        .filter(|message| {
            !outputs.lines().any(|line| fits(&line.replacen("error[E0277]", "error", 1), message))
        })
        .collect();
    assert!(missing.is_empty(), "notes without a case in tests/ui: {missing:#?}");
}

fn sources(folder: &Path, take: &mut impl FnMut(&str)) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            sources(&path, take);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            take(&fs::read_to_string(&path).unwrap());
        }
    }
}

/// Tells whether a line is the message, its `{}`, `{Self}`, `{T}` and `{I}` replaced by something.
fn fits(line: &str, message: &str) -> bool {
    let Some(mut rest) = line.strip_prefix("error: ") else { return false };
    for piece in message.replace("{Self}", "{}").replace("{T}", "{}").replace("{I}", "{}").split("{}") {
        let Some(at) = rest.find(piece) else { return false };
        rest = &rest[at + piece.len()..];
    }
    true
}

fn rustc_is(version: &str) -> bool {
    let rustc = std::env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
    let output = Command::new(rustc).arg("--version").output().unwrap();
    String::from_utf8_lossy(&output.stdout).starts_with(&format!("rustc {version}."))
}
