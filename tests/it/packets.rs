//! How often a call is written and read: what one system call has sent is one packet, over a socket that keeps them apart.

use std::os::fd::{AsFd, OwnedFd};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::thread;

use ipc_runtime::object::LocalObject;
use ipc_runtime::wire::Interface;
use ipc_runtime::{CapnpContext, Client, Waiting, make_capnp_protocol};
use ipc_tests::interfaces::Peer;
use ipc_tests::server::PeerServer;
use rustix::net::{
    AddressFamily, RecvFlags, SendFlags, Shutdown, SocketFlags, SocketType, recv, send, shutdown, socketpair,
};

/// Calls before the first that is counted: they make threads, and release what that took.
const WARM: i64 = 5;
const CALLS: i64 = 200;

/// The packets that went from the client to the server, and back.
#[derive(Default)]
struct Counts {
    calls: AtomicU32,
    answers: AtomicU32,
}

impl Counts {
    fn get(&self) -> [u32; 2] {
        [&self.calls, &self.answers].map(|count| count.load(Ordering::SeqCst))
    }
}

fn packets() -> (OwnedFd, OwnedFd) {
    socketpair(AddressFamily::UNIX, SocketType::SEQPACKET, SocketFlags::CLOEXEC, None).unwrap()
}

/// Passes packets on, each counted before anybody can see it, until the sender closes its end.
fn pass_on(from: impl AsFd, to: impl AsFd, count: &AtomicU32) {
    let mut packet = vec![0; 1 << 16];
    loop {
        let (_, length) = recv(&from, &mut packet[..], RecvFlags::empty()).unwrap_or_default();
        let Some(packet @ [_, ..]) = packet.get(..length) else { break };
        count.fetch_add(1, Ordering::SeqCst);
        if send(&to, packet, SendFlags::NOSIGNAL).is_err() {
            break;
        }
    }
    let _ = shutdown(&to, Shutdown::Write);
}

#[test]
fn a_call_is_one_packet_each_way() {
    for waiting in [Waiting::Sleeping, Waiting::Adaptive] {
        let ((client, near), (far, server)) = (packets(), packets());
        let counts = Counts::default();
        let settings = || CapnpContext::new().with_waiting(waiting);
        thread::scope(|scope| {
            scope.spawn(|| pass_on(&near, &far, &counts.calls));
            scope.spawn(|| pass_on(&far, &near, &counts.answers));
            scope.spawn(|| {
                let root: Arc<dyn Peer> = Arc::new(PeerServer::default());
                make_capnp_protocol(settings()).serve(server, LocalObject::new(root))
            });
            let root = make_capnp_protocol(settings()).connect(client, <dyn Peer>::descriptor()).unwrap();
            let peer = Client::<dyn Peer>::new(root);
            (0..WARM).for_each(|number| assert_eq!(peer.add(number, 1).unwrap(), number + 1));
            let before = counts.get();
            (0..CALLS).for_each(|number| assert_eq!(peer.add(number, 1).unwrap(), number + 1));
            let after = counts.get();
            let [calls, answers] =
                [0, 1].map(|way: usize| after.get(way).unwrap() - before.get(way).unwrap());
            assert_eq!([calls, answers], [CALLS as u32; 2], "{waiting:?}");
        });
    }
}
