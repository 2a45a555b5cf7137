//! A program that is spawned and does not serve its parent.

use std::process::ExitCode;

fn main() -> ExitCode {
    ExitCode::from(7)
}
