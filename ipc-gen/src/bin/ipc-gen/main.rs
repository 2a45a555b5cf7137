//! The command `ipc-gen`: schemas read, shown, compared and turned into Rust.

#![forbid(unsafe_code)]

mod arguments;
mod commands;
mod live;

use std::process::ExitCode;

use arguments::{Arguments, Command};

/// Something was found that the command looks for: a difference, a change that breaks peers, what cannot be said.
const FOUND: u8 = 1;

/// The command could not do what it was asked.
const FAILED: u8 = 2;

/// A process cannot be reached, or is gone.
const UNREACHABLE: u8 = 3;

/// A process did not answer in time.
const TIMED_OUT: u8 = 4;

fn main() -> ExitCode {
    let arguments = match Arguments::parse(std::env::args_os().skip(1)) {
        Ok(arguments) => arguments,
        Err(message) => {
            eprintln!("error: {message}");
            return ExitCode::from(FAILED);
        }
    };
    match run(&arguments) {
        Ok(Found::Nothing) => ExitCode::SUCCESS,
        Ok(Found::Something) => ExitCode::from(FOUND),
        Ok(Found::Nobody) => ExitCode::from(UNREACHABLE),
        Ok(Found::NothingYet) => ExitCode::from(TIMED_OUT),
        Err(message) => {
            eprintln!("{message}");
            ExitCode::from(FAILED)
        }
    }
}

/// Whether what a command looks for was there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Found {
    Nothing,
    Something,
    /// No process that could be asked.
    Nobody,
    /// No answer in time.
    NothingYet,
}

fn run(arguments: &Arguments) -> Result<Found, String> {
    match arguments.command {
        Command::Help => {
            print(arguments::help(&arguments.files))?;
            Ok(Found::Nothing)
        }
        Command::Version => {
            print(concat!("ipc-gen ", env!("CARGO_PKG_VERSION"), "\n"))?;
            Ok(Found::Nothing)
        }
        Command::Id => commands::id(),
        Command::Import => commands::import(arguments),
        Command::Show => commands::show(arguments),
        Command::Diff => commands::diff(arguments),
        Command::Check => commands::check(arguments),
        Command::Compile => commands::compile(arguments),
        Command::Call => live::call(arguments),
        Command::Inspect => live::inspect(arguments),
    }
}

/// Writes to the standard output; that nobody reads it any more is no mistake.
fn print(text: &str) -> Result<(), String> {
    use std::io::{ErrorKind, Write};

    match std::io::stdout().write_all(text.as_bytes()) {
        Err(error) if error.kind() != ErrorKind::BrokenPipe => Err(format!("error: cannot write: {error}")),
        _ => Ok(()),
    }
}
