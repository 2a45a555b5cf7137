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
    let mut all: Vec<Box<dyn Contender>> = vec![
        Box::new(raw::Raw(Waiting::Sleeping)),
        Box::new(raw::Raw(Waiting::Adaptive)),
        Box::new(shared_memory::SharedMemory),
        Box::new(ours::Ours { waiting: Waiting::Sleeping, calls: ours::Calls::Blocking }),
        Box::new(ours::Ours { waiting: Waiting::Adaptive, calls: ours::Calls::Blocking }),
        Box::new(ours::Ours { waiting: Waiting::Sleeping, calls: ours::Calls::Futures }),
        Box::new(ours::Ours { waiting: Waiting::Adaptive, calls: ours::Calls::Futures }),
    ];
    #[cfg(feature = "capnp-rpc")]
    for setting in [capnp_rpc::Setting::Local, capnp_rpc::Setting::Channel] {
        all.push(Box::new(capnp_rpc::CapnpRpc(setting)));
    }
    for flavor in [Flavor::CurrentThread, Flavor::MultiThread] {
        #[cfg(feature = "tarpc")]
        all.push(Box::new(tarpc::Tarpc(flavor)));
        #[cfg(feature = "tonic")]
        all.push(Box::new(tonic::Tonic(flavor)));
        #[cfg(feature = "remoc")]
        all.push(Box::new(remoc::Remoc(flavor)));
        #[cfg(feature = "zlink")]
        all.push(Box::new(zlink::Zlink(flavor)));
    }
    #[cfg(feature = "zbus")]
    for setting in [zbus::Setting::Tokio, zbus::Setting::Own] {
        all.push(Box::new(zbus::Zbus(setting)));
    }
    #[cfg(feature = "ipc-channel")]
    all.push(Box::new(ipc_channel::IpcChannel));
    #[cfg(feature = "iceoryx2")]
    for setting in [iceoryx2::Setting::Polling, iceoryx2::Setting::Blocking] {
        all.push(Box::new(iceoryx2::Iceoryx2(setting)));
    }
    for setting in [libmultiprocess::Setting::Plain, libmultiprocess::Setting::Context] {
        all.push(Box::new(libmultiprocess::Libmultiprocess(setting)));
    }
    all
}
