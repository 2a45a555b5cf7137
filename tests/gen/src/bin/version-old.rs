//! The older version of the interfaces in `versions.rs`, in a process of its own.

use std::process::ExitCode;
use std::sync::Arc;

use ipc_gen_tests::versions::old;
use ipc_runtime::{CapnpContext, IpcException, make_capnp_protocol, make_ipc, make_process};

fn main() -> Result<ExitCode, IpcException> {
    let root: Arc<dyn old::Init> = Arc::new(old::Old);
    let ipc = make_ipc(make_process("version-old", "."), make_capnp_protocol(CapnpContext::new()), root);
    let code = ipc.start_spawned_process(std::env::args_os())?;
    Ok(code.unwrap_or(ExitCode::FAILURE))
}
