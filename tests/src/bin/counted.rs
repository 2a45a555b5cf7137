//! A process that the tests spawn: serves [`Counted`] and counts what it allocates.

use std::process::ExitCode;
use std::sync::Arc;

use ipc_runtime::{CapnpContext, make_capnp_protocol, make_ipc, make_process};
use ipc_tests::counting::{Counted, CountedServer, Counting};

#[global_allocator]
static ALLOCATOR: Counting = Counting;

fn main() -> ExitCode {
    let root: Arc<dyn Counted> = Arc::new(CountedServer);
    let process = make_process("counted", std::env::temp_dir());
    let ipc = make_ipc(process, make_capnp_protocol(CapnpContext::new()), root);
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
