//! A process that the tests spawn: serves a [`Peer`](ipc_tests::interfaces::Peer) to its parent.

use std::process::ExitCode;

use ipc_tests::server::make_peer;

fn main() -> ExitCode {
    let (_server, ipc) = make_peer();
    match ipc.start_spawned_process(std::env::args_os()) {
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
