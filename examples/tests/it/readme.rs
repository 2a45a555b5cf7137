//! What the README says to type, typed.

use std::process::Command;

use crate::util::{Talk, line, run};

const README: &str = include_str!("../../../README.md");

/// Returns the next block of a kind, and what follows it.
fn block<'t>(text: &'t str, kind: &str) -> (&'t str, &'t str) {
    let (_, rest) = text.split_once(&format!("```{kind}\n")).unwrap();
    rest.split_once("```").unwrap()
}

/// A process is called from a shell.
#[test]
fn a_board_is_called_with_json() {
    let (_, section) = README.split_once("so it can be called from a shell, with JSON:").unwrap();
    let (commands, section) = block(section, "sh");
    let (expected, _) = block(section, "text");
    let directory = tempfile::tempdir().unwrap();
    let socket = directory.path().join("board.sock");
    let here = |text: &str| text.replace("/tmp/board.sock", socket.to_str().unwrap());

    let mut lines = commands.lines();
    let server = here(lines.next().unwrap());
    let address = server.strip_prefix("cargo run -p ipc-examples --bin ipc-board-server -- ").unwrap();
    let mut command = Command::new(env!("CARGO_BIN_EXE_ipc-board-server"));
    command.arg(address.strip_suffix(" &").unwrap());
    let mut server = Talk::start(command);
    let mut output = line(&mut server.stdout) + "\n";
    for line in lines {
        let mut command = Command::new("sh");
        // The command that this test is run by.
        command.args(["-c", &here(line).replace("cargo run", "\"$CARGO\" run --quiet")]);
        command.env("CARGO", env!("CARGO")).current_dir(env!("CARGO_MANIFEST_DIR"));
        let finished = run(command, b"");
        assert_eq!((finished.code, finished.stderr.as_str()), (Some(0), ""), "{line}");
        output += &finished.stdout;
    }
    assert_eq!(output, here(expected));
}
