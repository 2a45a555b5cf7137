use std::error::Error;
use std::path::Path;

use capnp_rpc::RpcSystem;
use capnp_rpc::rpc_twoparty_capnp::Side;
use capnp_rpc::twoparty::VatNetwork;
use tokio::net::UnixStream;
use tokio::task::{LocalSet, spawn_local};
use tokio_util::compat::{TokioAsyncReadCompatExt, TokioAsyncWriteCompatExt};

use crate::generated::init_capnp::init;
use crate::generated::proxy_capnp::{thread, thread_map};

/// Returns the height of the tip, and whether a better template came before the timeout.
pub fn watch(socket: &Path, timeout: f64) -> Result<(i32, bool), Box<dyn Error>> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    // No client is `Send`: all of them stay on this thread.
    LocalSet::new().block_on(&runtime, watch_locally(socket, timeout))
}

async fn watch_locally(socket: &Path, timeout: f64) -> Result<(i32, bool), Box<dyn Error>> {
    let (reader, writer) = UnixStream::connect(socket).await?.into_split();
    let (reader, writer) = (reader.compat(), writer.compat_write());
    let network = VatNetwork::new(reader, writer, Side::Client, Default::default());
    let mut system = RpcSystem::new(Box::new(network), None);
    let init: init::Client = system.bootstrap(Side::Server);
    spawn_local(system);

    let answer = init.construct_request().send().promise.await?;
    let threads = answer.get()?.get_thread_map()?;
    let calls = make_thread(&threads, "calls").await?;
    // A call that waits would be in the way of those behind it on its thread.
    let waits = make_thread(&threads, "waits").await?;

    let mut request = init.make_mining_request();
    request.get().init_context().set_thread(calls.clone());
    let mining = request.send().promise.await?.get()?.get_result()?;

    let mut request = mining.get_tip_request();
    request.get().init_context().set_thread(calls.clone());
    let answer = request.send().promise.await?;
    let results = answer.get()?;
    let height = if results.get_has_result() { results.get_result()?.get_height() } else { 0 };

    let mut request = mining.create_new_block_request();
    let mut params = request.get();
    params.reborrow().init_context().set_thread(calls.clone());
    params.reborrow().set_cooldown(false);
    params.init_options();
    let answer = request.send().promise.await?;
    let template = answer.get()?.get_result()?;

    let mut request = template.wait_next_request();
    let mut params = request.get();
    params.reborrow().init_context().set_thread(waits.clone());
    params.init_options().set_timeout(timeout);
    let answer = request.send().promise.await?;
    let better = answer.get()?.has_result();
    if better {
        let mut request = answer.get()?.get_result()?.destroy_request();
        request.get().init_context().set_thread(calls.clone());
        request.send().promise.await?;
    }

    let mut request = template.destroy_request();
    request.get().init_context().set_thread(calls.clone());
    request.send().promise.await?;
    Ok((height, better))
}

async fn make_thread(threads: &thread_map::Client, name: &str) -> Result<thread::Client, capnp::Error> {
    let mut request = threads.make_thread_request();
    request.get().set_name(name);
    request.send().promise.await?.get()?.get_result()
}
