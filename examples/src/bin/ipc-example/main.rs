//! The main program of the example: reads expressions and has them solved and printed by two processes of its own.

use std::ffi::OsString;
use std::io::{self, IsTerminal, Write};
use std::process::ExitCode;

use ipc_examples::usage;

mod input;
mod workers;

use input::{Arguments, Input, InputError, Lines};
use workers::{Failure, Workers};

const HELP: &str = "\
usage: ipc-example [EXPRESSION]...
       ipc-example --help | --version

Solves each expression, or each line of standard input if there is none, in a process `ipc-calculator`, which prints
through a process `ipc-printer`. `ans` stands for the previous result.

  ipc-example '2*(3+4)^2/7' 'sqrt(ans)'

A mistake is reported and the next expression is solved. So is the end of one of the two processes: it is started
again, and the expression that was in work counts as failed. It is not tried again, because it may have been printed.
Output that cannot be written, to a closed pipe for instance, is reported once and ends the program.

exit status: 0 if every expression was solved, 1 if one was not, 2 if the program could not go on
";

const SOLVED: u8 = 0;
const NOT_ALL_SOLVED: u8 = 1;
const STOPPED: u8 = 2;

fn main() -> ExitCode {
    if usage::is_answered("ipc-example", HELP) {
        return ExitCode::SUCCESS;
    }
    let arguments: Vec<OsString> = std::env::args_os().skip(1).collect();
    if arguments.is_empty() {
        if io::stdin().is_terminal() {
            report("one expression per line, please; Ctrl-D ends");
        }
        ExitCode::from(run(Lines::new(io::stdin().lock())))
    } else {
        ExitCode::from(run(Arguments::new(arguments)))
    }
}

/// Solves what `input` gives, and returns the exit status.
fn run(inputs: impl Iterator<Item = Input>) -> u8 {
    let mut workers = Workers::new();
    let mut ans = None;
    let mut status = SOLVED;
    for Input { origin, expression } in inputs {
        let solved = match &expression {
            Ok(expression) => workers.solve(expression, ans),
            Err(InputError::Unusable(text)) => Err(Failure::Expression(text.clone())),
            Err(InputError::Unreadable(text)) => Err(Failure::Fatal(text.clone())),
        };
        match solved {
            Ok(result) => ans = Some(result),
            Err(Failure::Expression(text)) => {
                report(&format!("error in {origin}: {text}"));
                status = NOT_ALL_SOLVED;
            }
            Err(Failure::Fatal(text)) => {
                report(&format!("error: {text}"));
                status = STOPPED;
                break;
            }
        }
    }
    workers.close();
    status
}

/// Prints a line for the user. Standard output belongs to the printer process.
fn report(text: &str) {
    // Without standard error there is nobody to tell.
    let _ = writeln!(io::stderr(), "{text}");
}
