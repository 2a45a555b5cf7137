use std::path::Path;

use bitcoin_mining::{BlockCreateOptions, BlockWaitOptions, Init};
use ipc_runtime::{CapnpContext, IpcException, make_capnp_protocol, make_client_ipc, make_process};

/// Returns the height of the tip, and whether a better template came before the timeout.
pub fn watch(socket: &Path, timeout: f64) -> Result<(i32, bool), IpcException> {
    let ipc = make_client_ipc(make_process("node", "."), make_capnp_protocol(CapnpContext::new()));
    let mut address = format!("unix:{}", socket.display());
    let gone = || IpcException::failed("the node is shutting down");
    let init = ipc.connect_address::<dyn Init>(&mut address)?.ok_or_else(gone)?;

    let mining = init.make_mining()?;
    let height = mining.get_tip()?.map_or(0, |tip| tip.height);
    let template = mining.create_new_block(&BlockCreateOptions::default(), false)?.ok_or_else(gone)?;
    let options = BlockWaitOptions { timeout, ..BlockWaitOptions::default() };
    Ok((height, template.wait_next(&options)?.is_some()))
}
