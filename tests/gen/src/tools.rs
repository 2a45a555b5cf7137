//! Programs that a test needs and that are not part of a Rust installation.

use std::io::{self, Write};
use std::path::PathBuf;

/// Returns where a program is.
///
/// Without it the test is to return at once: this says by name that it was skipped. In CI, which installs what
/// the tests need and sets `CI=true`, a skip is a failure.
///
/// # Panics
/// Panics in CI when the program is missing.
pub fn require(program: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let found = std::env::split_paths(&path).map(|folder| folder.join(program)).find(|path| path.is_file());
    if found.is_none() {
        missing(program, "on the PATH");
    }
    found
}

/// Says that a test is skipped, since it needs something that is not where it should be.
///
/// # Panics
/// Panics in CI.
pub fn missing(what: &str, place: &str) {
    let test = std::thread::current().name().unwrap_or("a test").to_owned();
    assert!(
        std::env::var_os("CI").is_none_or(|ci| ci != "true"),
        "`{test}` needs `{what}`, which is not {place}"
    );
    // Not `println!`, which the test harness keeps to itself when the test passes.
    let _ = writeln!(io::stderr(), "skipped `{test}`: `{what}` is not {place}");
}
