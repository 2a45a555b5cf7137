//! A process that the tests spawn: serves [`Files`](ipc_tests::files::Files) to its parent.

use std::process::ExitCode;

use ipc_tests::files::make_files;

fn main() -> ExitCode {
    match make_files().start_spawned_process(std::env::args_os()) {
        Ok(Some(code)) => code,
        Ok(None) => {
            eprintln!("started by the tests only");
            ExitCode::from(2)
        }
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}
