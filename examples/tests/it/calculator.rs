//! The calculator as its user meets it: what goes in, what comes out.

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;
use std::process::Command;

use ipc_examples::LONGEST_EXPRESSION;

use crate::util::{directory_with, run};

const EXAMPLE: &str = env!("CARGO_BIN_EXE_ipc-example");

fn example<A: AsRef<OsStr>>(arguments: impl IntoIterator<Item = A>) -> Command {
    let mut command = Command::new(EXAMPLE);
    command.args(arguments);
    command
}

#[test]
fn expressions_from_arguments() {
    let done = run(example(["2*(3+4)^2/7", "sqrt(2)", "ans^2"]), b"");
    assert_eq!(
        done.stdout,
        "2*(3+4)^2/7 = 14\n\
         sqrt(2) = 1.4142135623730951\n\
         ans^2 = 2.0000000000000004\n"
    );
    assert_eq!((done.stderr.as_str(), done.code), ("", Some(0)));
}

#[test]
fn expressions_from_standard_input() {
    let done = run(example([""; 0]), b" 1 + 1 \r\nans*3\n-2^2");
    assert_eq!(done.stdout, "1 + 1 = 2\nans*3 = 6\n-2^2 = -4\n");
    assert_eq!((done.stderr.as_str(), done.code), ("", Some(0)));
}

#[test]
fn nothing_to_solve_starts_nothing() {
    let done = run(example([""; 0]), b"");
    assert_eq!((done.stdout.as_str(), done.stderr.as_str(), done.code), ("", "", Some(0)));
}

#[test]
fn a_mistake_is_reported_and_the_next_expression_solved() {
    let done = run(example(["ans", "2*(3+4", "6*7", "1/(2-2)", "10^400", "", "sqrt(-1)"]), b"");
    assert_eq!(done.stdout, "6*7 = 42\n");
    assert_eq!(
        done.stderr,
        "\
error in argument 1: there is no `ans` yet (column 1)
  ans
  ^^^
  help: it is the result of the expression before, if that had one
error in argument 2: this `(` is not closed (column 3)
  2*(3+4
    ^
  help: add a `)`
error in argument 4: division by zero (column 1)
  1/(2-2)
  ^^^^^^^
  help: what is divided by is zero
error in argument 5: the result of `10^400` is too large (column 1)
  10^400
  ^^^^^^
  help: the largest number is 1.7976931348623157e308
error in argument 6: the expression is empty
  help: write one, like `2*(3+4)^2/7`
error in argument 7: `sqrt(-1)` is not defined (column 1)
  sqrt(-1)
  ^^^^^^^^
  help: no real number is the result for these values
"
    );
    assert_eq!(done.code, Some(1));
}

#[test]
fn lines_that_are_no_expressions() {
    let mut input = b"sqr(2)\n\n1+\xff\n".to_vec();
    input.extend([b'1'; LONGEST_EXPRESSION + 1]);
    input.extend(b"\n\x1b[2J\n2+2\n3+");
    let done = run(example([""; 0]), &input);
    assert_eq!(done.stdout, "2+2 = 4\n");
    assert_eq!(
        done.stderr,
        "\
error in line 1: unknown function `sqr` (column 1)
  sqr(2)
  ^^^
  help: known are abs, acos, acosh, asin, asinh, atan, atan2, atanh, cbrt, ceil, clamp, cos, cosh, exp, fact, \
floor, hypot, ln, log, log10, log2, max, min, pow, round, sign, sin, sinh, sqrt, tan, tanh, trunc
error in line 2: the expression is empty
  help: write one, like `2*(3+4)^2/7`
error in line 3: the expression is not UTF-8: byte 3 is 0xff
  help: write it in ASCII
error in line 4: the line is too long
  help: at most 10000 bytes are accepted; go on with the result as `ans`
error in line 5: unexpected character `\u{fffd}` (column 1)
  \u{fffd}[2J
  ^
  help: expressions are made of numbers, names, `( ) ,` and the operators `+ - * / % ^ !`
error in line 7: the expression ends too early (column 3)
  3+
    ^
  help: a value is missing at the end
"
    );
    assert_eq!(done.code, Some(1));
}

#[test]
fn arguments_that_are_no_text_or_too_long() {
    let longest = "1".repeat(LONGEST_EXPRESSION + 1);
    let done = run(example([OsStr::from_bytes(b"\xff"), OsStr::new(&longest)]), b"");
    assert_eq!(done.stdout, "");
    assert_eq!(
        done.stderr,
        "\
error in argument 1: the expression is not UTF-8: byte 1 is 0xff
  help: write it in ASCII
error in argument 2: the expression has 10001 bytes
  help: at most 10000 are accepted; go on with the result as `ans`
"
    );
    assert_eq!(done.code, Some(1));
}

#[test]
#[cfg(target_os = "linux")]
fn output_that_cannot_be_written() {
    let full = std::fs::File::options().write(true).open("/dev/full").unwrap();
    let output = example(["1+1", "2+2"]).stdout(full).output().unwrap();
    assert_eq!(
        String::from_utf8(output.stderr).unwrap(),
        "error: cannot print: No space left on device (os error 28)\n"
    );
    assert_eq!(output.status.code(), Some(2));
}

#[test]
fn output_that_nobody_reads() {
    let (reader, writer) = std::io::pipe().unwrap();
    drop(reader);
    let output = example(["1+1", "2+2"]).stdout(writer).output().unwrap();
    assert_eq!(String::from_utf8(output.stderr).unwrap(), "error: cannot print: Broken pipe (os error 32)\n");
    assert_eq!(output.status.code(), Some(2));
}

#[test]
fn output_that_is_not_open_for_writing() {
    let input = std::fs::File::open("/dev/null").unwrap();
    let output = example(["1+1", "2+2"]).stdout(input).output().unwrap();
    let text = "error: cannot print: Bad file descriptor (os error 9)\n";
    assert_eq!(String::from_utf8(output.stderr).unwrap(), text);
    assert_eq!(output.status.code(), Some(2));
}

#[test]
fn output_that_is_discarded() {
    let mut shell = Command::new("sh");
    shell.args(["-c", "exec \"$0\" 1+1 2+2 >/dev/null", EXAMPLE]);
    let done = run(shell, b"");
    assert_eq!((done.stderr.as_str(), done.code), ("", Some(0)));
}

#[test]
fn help() {
    for (path, name) in [
        (EXAMPLE, "ipc-example"),
        (env!("CARGO_BIN_EXE_ipc-board"), "ipc-board"),
        (env!("CARGO_BIN_EXE_ipc-board-server"), "ipc-board-server"),
    ] {
        for (option, beginning) in [
            ("--help", format!("usage: {name} ")),
            ("--version", format!("{name} {}\n", env!("CARGO_PKG_VERSION"))),
        ] {
            let mut command = Command::new(path);
            command.arg(option);
            let done = run(command, b"");
            assert!(done.stdout.starts_with(&beginning), "{name} {option}: {}", done.stdout);
            assert_eq!((done.stderr.as_str(), done.code), ("", Some(0)), "{name} {option}");
        }
    }
}

#[test]
fn a_missing_program_is_to_be_built() {
    let directory = directory_with(&[EXAMPLE]).unwrap();
    let mut command = Command::new(directory.path().join("ipc-example"));
    command.args(["1+1", "2+2"]);
    let done = run(command, b"");
    let missing = directory.path().canonicalize().unwrap().join("ipc-printer");
    assert_eq!(
        done.stderr,
        format!(
            "error: cannot start `{}`: No such file or directory (os error 2)\n  \
             help: build it with `cargo build -p ipc-examples`\n",
            missing.display()
        )
    );
    assert_eq!((done.stdout.as_str(), done.code), ("", Some(2)));
}

#[test]
fn a_program_that_is_another_one() {
    let directory = directory_with(&[EXAMPLE]).unwrap();
    // It ends at once, without a word.
    std::os::unix::fs::symlink("/bin/true", directory.path().join("ipc-printer")).unwrap();
    let mut command = Command::new(directory.path().join("ipc-example"));
    command.arg("1+1");
    let done = run(command, b"");
    assert!(done.stderr.starts_with("error: the process `ipc-printer` did not answer: "), "{}", done.stderr);
    assert_eq!((done.stdout.as_str(), done.code), ("", Some(2)));
}

#[test]
fn the_other_programs_say_who_starts_them() {
    for (path, name) in [
        (env!("CARGO_BIN_EXE_ipc-printer"), "ipc-printer"),
        (env!("CARGO_BIN_EXE_ipc-calculator"), "ipc-calculator"),
    ] {
        let done = run(Command::new(path), b"");
        assert_eq!(done.stderr, format!("{name}: this program is started by `ipc-example`; run that one\n"));
        assert_eq!(done.code, Some(2));
    }
}
