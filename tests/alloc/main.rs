//! What a call allocates, in the process of the caller and in that of the method.
//!
//! The numbers are of a connection that has been in use: queues and tables have the size that they keep. A number that
//! falls is welcome, and is written down here; one that grows needs a reason.

#![expect(clippy::unwrap_used, reason = "what the test calls is a test too")]

use std::sync::Arc;

use ipc_runtime::wire::Interface;
use ipc_runtime::{CapnpContext, Client, make_capnp_protocol, make_client_ipc, make_process};
use ipc_tests::counting::{Allocated, Counted, CountedAsync, Counting, allocated};
use ipc_tests::steps::{LONG_PATIENCE, bounded};

#[global_allocator]
static ALLOCATOR: Counting = Counting;

const COUNTED: &str = env!("CARGO_BIN_EXE_counted");
const MIB: usize = 1 << 20;

/// Calls that are counted, of which the cheapest counts: other threads allocate for themselves at any time, and a caller
/// that has to sleep may allocate what it is woken by.
const CALLS: usize = 500;

/// What one call allocates in the two processes: how often, and how many bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct PerCall {
    client: (u64, u64),
    server: (u64, u64),
}

/// What it allocates: so often, and no more bytes.
struct Expected {
    client: (u64, u64),
    server: (u64, u64),
}

impl PerCall {
    #[track_caller]
    fn check(self, what: &str, expected: &Expected) {
        println!("{what}: {self:?}");
        for (side, found, expected) in
            [("client", self.client, expected.client), ("server", self.server, expected.server)]
        {
            assert_eq!(found.0, expected.0, "allocations of the {side}: {what}");
            assert!(
                found.1 <= expected.1,
                "{} bytes of the {side}, {} expected: {what}",
                found.1,
                expected.1
            );
        }
    }
}

/// What is allocated in between.
fn between(before: Allocated, after: Allocated) -> (u64, u64) {
    (after.allocations - before.allocations, after.bytes - before.bytes)
}

/// Counts a call here and there; the numbers of the server include those of asking it for them.
fn count(server: &Arc<dyn Counted>, call: &mut dyn FnMut()) -> PerCall {
    let ask = || {
        let (allocations, bytes) = server.allocated().unwrap();
        Allocated { allocations, bytes }
    };
    let (there, here) = (ask(), allocated());
    call();
    let client = between(here, allocated());
    PerCall { client, server: between(there, ask()) }
}

fn per_call(server: &Arc<dyn Counted>, mut call: impl FnMut()) -> PerCall {
    let least = |call: &mut dyn FnMut()| {
        let counts: Vec<PerCall> = (0..CALLS).map(|_| count(server, call)).collect();
        let client = counts.iter().map(|count| count.client).min().unwrap();
        PerCall { client, server: counts.iter().map(|count| count.server).min().unwrap() }
    };
    let asking = least(&mut || {}).server;
    let PerCall { client, server } = least(&mut call);
    PerCall { client, server: (server.0 - asking.0, server.1 - asking.1) }
}

/// The smallest call takes nothing: the memory of messages, of the lists in them and of all that waits is used again.
const ADD: Expected = Expected { client: (0, 0), server: (0, 0) };

#[test]
fn calls_allocate_what_their_values_take() {
    bounded(LONG_PATIENCE, || {
        let protocol = make_capnp_protocol(CapnpContext::new());
        let ipc = make_client_ipc(make_process("counting", std::env::temp_dir()), protocol);
        let server = ipc.spawn_process::<dyn Counted>(COUNTED).unwrap();
        let twin = Client::<dyn CountedAsync>::new(server.as_remote().unwrap().clone());
        let data = vec![7; MIB];
        let (size, mib) = (MIB as u32, MIB as u64);

        let add = || assert_eq!(server.add(2, 3).unwrap(), 5);
        per_call(&server, add).check("add", &ADD);

        // Text that a server borrows costs what numbers cost.
        let measure = || assert_eq!(server.measure("a text").unwrap(), 6);
        per_call(&server, measure).check("measure", &ADD);

        // The text, once at each end.
        let greet = || assert_eq!(server.greet().unwrap(), "good morning");
        let expected = Expected { client: (1, 12), server: (1, 12) };
        per_call(&server, greet).check("greet", &expected);

        // The client allocates nothing of that size: there is no memory that the bytes could be copied to. What it
        // allocates is where the large value is in the message (four lists, on its way from the encoder to the
        // queue), the header, the caller's place in the queue, and the batch that it writes. The server receives the message in
        // memory that it has used before, and borrows from it; it allocates the list of its two segments.
        let take = || assert_eq!(server.take(&data).unwrap(), size);
        let expected = Expected { client: (7, 1000), server: (1, 100) };
        per_call(&server, take).check("take", &expected);

        // The server allocates what the method returns, and no copy of it: besides, its place in the message (three lists
        // and a box) and the header. The client allocates what the caller gets, and the list of the segments.
        let make = || assert_eq!(server.make(size).unwrap().len(), MIB);
        let expected = Expected { client: (2, mib + 100), server: (6, mib + 1000) };
        per_call(&server, make).check("make", &expected);

        let later = || assert_eq!(futures::executor::block_on(twin.add(2, 3)).unwrap(), 5);
        // The future has a box.
        let expected = Expected { client: (1, 1000), server: ADD.server };
        per_call(&server, later).check("add, later", &expected);
    });
}
