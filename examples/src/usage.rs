//! `--help` and `--version`, which every program understands that a person starts.

use std::env;
use std::io::{self, Write};

/// Prints the help or the version if that is all that the arguments ask for, and tells whether they do.
pub fn is_answered(program: &str, help: &str) -> bool {
    let mut arguments = env::args_os().skip(1);
    let (Some(only), None) = (arguments.next(), arguments.next()) else { return false };
    let answer = match only.to_str() {
        Some("--help" | "-h") => help.to_owned(),
        Some("--version" | "-V") => format!("{program} {}\n", env!("CARGO_PKG_VERSION")),
        _ => return false,
    };
    // Whoever closed the output does not want the answer.
    let _ = io::stdout().write_all(answer.as_bytes());
    true
}
