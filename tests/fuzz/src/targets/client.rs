//! A client, and a server that answers with anything. Each word of an input is a message.

use std::os::fd::OwnedFd;
use std::os::unix::net::UnixStream;
use std::thread;

use ipc_runtime::{CapnpContext, Interface, make_capnp_protocol};
use ipc_types_tests::hostile::Words;

use super::messages;
use super::server::{Nest, seeds as conversations};
use crate::Target;
use crate::peer::{self, Ended};

/// The target.
pub const TARGET: Target = Target { name: "client", seeds, run };

fn seeds() -> Vec<Words> {
    conversations()
}

fn run(input: &[u64]) -> String {
    let (ours, theirs) = UnixStream::pair().expect("a pair of sockets");
    let client = thread::spawn(move || -> Ended {
        let protocol = make_capnp_protocol(CapnpContext::new());
        let root = protocol.connect(OwnedFd::from(ours), <dyn Nest>::descriptor())?;
        let root = <dyn Nest>::from_remote(root);
        let same = root.same()?;
        same.note(None)?;
        root.give(Some(same.clone()), vec![same])?.map_or(Ok(()), |last| last.same().map(drop))
    });
    let mut stream = theirs;
    for word in input.iter().take(256) {
        if !peer::send(&mut stream, &messages::any(*word)) {
            break;
        }
    }
    peer::ended(stream, client)
}
