//! The command, as a script calls it.

#![expect(clippy::unwrap_used, reason = "what the tests share is a test too")]

use std::fs;
use std::path::PathBuf;
use std::process::Command;

const OLD: &str =
    "@0xe1c2a3b4d5968779;\ninterface Calculator {\n  add @0 (a :Int32, b :Int32) -> (result :Int32);\n}\n";

/// What a call of the command came to.
struct Outcome {
    code: Option<i32>,
    output: String,
    errors: String,
}

/// A folder of its own for a test.
fn folder(name: &str) -> PathBuf {
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(name);
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(&folder).unwrap();
    folder
}

fn run(folder: &PathBuf, arguments: &[&str]) -> Outcome {
    let output =
        Command::new(env!("CARGO_BIN_EXE_ipc-gen")).args(arguments).current_dir(folder).output().unwrap();
    Outcome {
        code: output.status.code(),
        output: String::from_utf8(output.stdout).unwrap(),
        errors: String::from_utf8(output.stderr).unwrap(),
    }
}

#[test]
fn help_names_every_command() {
    let here = folder("help");
    let all = run(&here, &["--help"]);
    assert_eq!((all.code, all.errors.as_str()), (Some(0), ""));
    for command in ["import", "show", "diff", "check", "compile", "call", "inspect", "id"] {
        assert!(all.output.contains(&format!("\n  {command} ")), "{command}");
        let one = run(&here, &[command, "--help"]);
        assert!(one.output.contains(&format!("ipc-gen {command}")), "{}", one.output);
        assert!(one.output.lines().all(|line| line.len() <= 80), "{command} is wider than a terminal");
        assert_eq!(one.output, run(&here, &["help", command]).output);
    }
}

#[test]
fn a_mistake_on_the_command_line_is_said() {
    let here = folder("mistakes");
    for (arguments, message) in [
        (&["imprt"][..], "`imprt` is not a command"),
        (&["show"], "the files are missing"),
        (&["import", "a.capnp"], "`-o` is missing"),
        (&["check", "a.capnp"], "an old version and a new one are needed"),
        (&["show", "--format", "xml", "a"], "`xml` is not a format"),
        (&["show", "--fast", "a"], "`--fast` is not an option"),
        (&["show", "none.capnp"], "none.capnp:1:1: cannot read the file"),
    ] {
        let outcome = run(&here, arguments);
        assert_eq!(outcome.code, Some(2), "{arguments:?}");
        assert!(outcome.errors.contains(message), "{}", outcome.errors);
    }
}

#[test]
fn a_mistake_in_a_file_has_its_place() {
    let here = folder("places");
    fs::write(here.join("a.capnp"), "@0xe1c2a3b4d5968779;\nstruct S {\n  a @0 :Txt;\n}\n").unwrap();
    let outcome = run(&here, &["show", "a.capnp"]);
    assert_eq!(outcome.code, Some(2));
    assert_eq!(
        outcome.errors,
        "a.capnp:3:9: `Txt` is not declared\n    a @0 :Txt;\n          ^^^\n  help: there is a `Text`\n"
    );
}

#[test]
fn a_schema_becomes_rust() {
    let here = folder("import");
    fs::write(here.join("a.capnp"), OLD).unwrap();
    let outcome = run(&here, &["import", "a.capnp", "-o", "a.rs"]);
    assert_eq!((outcome.code, outcome.errors.as_str()), (Some(0), ""));
    let rust = fs::read_to_string(here.join("a.rs")).unwrap();
    let method = "    #[ipc(no_context)]\n    fn add(&self, a: i32, b: i32) -> Result<i32, IpcException>;\n";
    assert!(rust.contains(method), "{rust}");

    let generic = "@0xe1c2a3b4d5968780;\ninterface Box(T) {\n  get @0 () -> (value :T);\n}\nstruct Kept {}\n";
    fs::write(here.join("b.capnp"), generic).unwrap();
    let refused = run(&here, &["import", "b.capnp", "-o", "b.rs"]);
    assert_eq!(refused.code, Some(1));
    assert!(
        refused.errors.contains("b.capnp:2:11: the interface `Box` has type parameters"),
        "{}",
        refused.errors
    );
    assert!(!here.join("b.rs").exists());
    let partial = run(&here, &["import", "b.capnp", "-o", "b.rs", "--allow-partial"]);
    assert_eq!(partial.code, Some(0));
    assert!(fs::read_to_string(here.join("b.rs")).unwrap().contains("pub struct Kept {}"));
}

#[test]
fn changes_are_found() {
    let here = folder("check");
    fs::write(here.join("old.capnp"), OLD).unwrap();
    let new = OLD.replace("  add @0", "  first @0 () -> ();\n  add @1");
    fs::write(here.join("new.capnp"), new).unwrap();
    let same = run(&here, &["check", "old.capnp", "old.capnp"]);
    assert_eq!((same.code, same.output.as_str()), (Some(0), "0 changes, 0 of which break peers\n"));

    let outcome = run(&here, &["check", "old.capnp", "new.capnp"]);
    assert_eq!(outcome.code, Some(1));
    assert!(outcome.output.contains("method `Calculator.add` moved from @0 to @1"), "{}", outcome.output);
    let json = run(&here, &["check", "--format=json", "old.capnp", "new.capnp"]);
    assert_eq!(json.code, Some(1));
    assert!(
        json.output.contains("\"rule\": \"method-moved\",\n    \"impact\": \"breaks-both\""),
        "{}",
        json.output
    );

    let diff = run(&here, &["diff", "old.capnp", "new.capnp"]);
    assert_eq!(diff.code, Some(1));
    assert!(diff.output.lines().all(|line| line.chars().count() <= 80), "{}", diff.output);
    assert_eq!(run(&here, &["diff", "old.capnp", "old.capnp"]).code, Some(0));
    let diff = run(&here, &["diff", "old.capnp", "new.capnp", "--format", "json"]);
    assert_eq!(diff.code, Some(1));
    assert!(diff.output.starts_with("[\n  {\n    \"old\": "), "{}", diff.output);
    let same = run(&here, &["diff", "old.capnp", "old.capnp", "--format", "json"]);
    assert_eq!((same.code, same.output.as_str()), (Some(0), "[]\n"));
}

#[test]
fn ids_are_made() {
    let here = folder("ids");
    let [a, b] = [(); 2].map(|()| run(&here, &["id"]).output);
    assert_ne!(a, b);
    let id = u64::from_str_radix(a.trim().trim_start_matches("0x"), 16).unwrap();
    assert_eq!(id >> 63, 1);
}

#[test]
fn a_plugin_gets_the_request() {
    let here = folder("plugin");
    fs::write(here.join("a.capnp"), OLD).unwrap();
    let missing = run(&here, &["compile", "a.capnp", "-o", "no-such-language"]);
    assert_eq!(missing.code, Some(2));
    assert!(missing.errors.contains("cannot run `capnpc-no-such-language`"), "{}", missing.errors);
    let cat = Command::new(env!("CARGO_BIN_EXE_ipc-gen"))
        .args(["compile", "a.capnp", "-o", "-"])
        .current_dir(&here)
        .output()
        .unwrap();
    let message =
        capnp::serialize::read_message(cat.stdout.as_slice(), capnp::message::ReaderOptions::new()).unwrap();
    let request = message.get_root::<capnp::schema_capnp::code_generator_request::Reader<'_>>().unwrap();
    assert_eq!(request.get_requested_files().unwrap().len(), 1);
}
