//! Everybody who is measured.

#[cfg(feature = "capnp-rpc")]
mod capnp_rpc;
#[cfg(feature = "iceoryx2")]
mod iceoryx2;
#[expect(unreachable_pub, reason = "public for the build script")]
mod interface;
#[cfg(feature = "ipc-channel")]
mod ipc_channel;
mod libmultiprocess;
pub(crate) mod ours;
mod raw;
#[cfg(feature = "remoc")]
mod remoc;
mod shared_memory;
#[cfg(feature = "tarpc")]
mod tarpc;
#[cfg(feature = "tonic")]
mod tonic;
#[cfg(feature = "zbus")]
mod zbus;
#[cfg(feature = "zlink")]
mod zlink;

use ipc_runtime::Waiting;

use crate::contender::Contender;
use crate::executor::Flavor;

/// Returns all of them: the floors, ours, the peers; each of these in its best setting first, then as it comes.
pub(crate) fn all() -> Vec<Box<dyn Contender>> {
    let mut all = Vec::new();
    add(&mut all, WAITING.map(raw::Raw));
    add(&mut all, [shared_memory::SharedMemory]);
    for calls in [ours::Calls::Blocking, ours::Calls::Futures] {
        add(&mut all, WAITING.map(|waiting| ours::Ours { waiting, calls }));
    }
    #[cfg(feature = "capnp-rpc")]
    add(&mut all, [capnp_rpc::Setting::Local, capnp_rpc::Setting::Channel].map(capnp_rpc::CapnpRpc));
    #[cfg(feature = "tarpc")]
    add(&mut all, FLAVORS.map(tarpc::Tarpc));
    #[cfg(feature = "tonic")]
    add(&mut all, FLAVORS.map(tonic::Tonic));
    #[cfg(feature = "remoc")]
    add(&mut all, FLAVORS.map(remoc::Remoc));
    #[cfg(feature = "zbus")]
    add(&mut all, [zbus::Setting::Tokio, zbus::Setting::Own].map(zbus::Zbus));
    #[cfg(feature = "zlink")]
    add(&mut all, FLAVORS.map(zlink::Zlink));
    #[cfg(feature = "ipc-channel")]
    add(&mut all, [ipc_channel::IpcChannel]);
    #[cfg(feature = "iceoryx2")]
    add(&mut all, [iceoryx2::Setting::Polling, iceoryx2::Setting::Blocking].map(iceoryx2::Iceoryx2));
    add(
        &mut all,
        [libmultiprocess::Setting::Plain, libmultiprocess::Setting::Context]
            .map(libmultiprocess::Libmultiprocess),
    );
    all
}

const WAITING: [Waiting; 2] = [Waiting::Adaptive, Waiting::Sleeping];
const FLAVORS: [Flavor; 2] = [Flavor::CurrentThread, Flavor::MultiThread];

fn add<C: Contender + 'static, const N: usize>(all: &mut Vec<Box<dyn Contender>>, more: [C; N]) {
    all.extend(more.map(|contender| Box::new(contender) as Box<dyn Contender>));
}
