//! Serves [`Threads`] to the program that has spawned it.

use std::process::ExitCode;
use std::sync::Arc;

use ipc_peers_tests::threads::{Ours, Threads};
use ipc_runtime::{CapnpContext, IpcException, make_capnp_protocol, make_ipc, make_process};

fn main() -> Result<ExitCode, IpcException> {
    let root: Arc<dyn Threads> = Arc::new(Ours::default());
    let ipc = make_ipc(make_process("peers", "."), make_capnp_protocol(CapnpContext::new()), root);
    let served = ipc.start_spawned_process(std::env::args_os())?;
    served.ok_or_else(|| IpcException::failed("this program is to be spawned by another one"))
}
