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
/// that has to sleep allocates what it is woken by. One call in so many finds its answer there.
const CALLS: usize = 500;

/// What one call allocates in the two processes: how often, and how many bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct PerCall {
    client: (u64, u64),
    server: (u64, u64),
}

/// What it may allocate: so often, and no more bytes.
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
            assert!(
                found.0 <= expected.0,
                "{} allocations of the {side}, {} expected: {what}",
                found.0,
                expected.0
            );
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

/// The smallest call. At the client it allocates the message that is built (twice: a list of segments, and the first of
/// them, of 1 KiB), where the caller waits, the list of what was read, the words of the answer, and the list of who is to
/// be told. At the server: the list of what was read, the words, the call on its way to a thread, the message (twice), and
/// the count of those who hold it. The two threads in the context: at the client, the lists of them in the encoder (two), in
/// the call and among what the peer holds; at the server, the list of them, and what makes a thread look at the one that
/// the call is for. All of it could be used again for the next call; none of it is yet.
const ADD: Expected = Expected { client: (10, 2700), server: (8, 1700) };

#[test]
fn calls_allocate_no_more_than_they_did() {
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
        let expected = Expected { client: (ADD.client.0 + 1, 2700), server: (ADD.server.0 + 1, 1700) };
        per_call(&server, greet).check("greet", &expected);

        // The client allocates nothing of that size: there is no memory that the bytes could be copied to. What it
        // allocates besides is where the large value is in the message (four lists, on its way from the encoder to the
        // queue), the header, the caller's place in the queue, and the batch that it writes. The server allocates the message
        // as it arrives, and borrows from it; and the list of its two segments.
        let take = || assert_eq!(server.take(&data).unwrap(), size);
        let expected = Expected { client: (ADD.client.0 + 7, 3500), server: (ADD.server.0 + 1, mib + 2500) };
        per_call(&server, take).check("take", &expected);

        // The server allocates what the method returns, and no copy of it: besides, its place in the message (three lists
        // and a box) and the header; and, if the next call comes while its thread still writes, what makes that look at its
        // mailbox (two). The client allocates the message as it arrives, with the list of its segments, and
        // what the caller gets.
        let make = || assert_eq!(server.make(size).unwrap().len(), MIB);
        let expected =
            Expected { client: (ADD.client.0 + 2, 2 * mib + 3500), server: (ADD.server.0 + 8, mib + 2500) };
        per_call(&server, make).check("make", &expected);

        let later = || assert_eq!(futures::executor::block_on(twin.add(2, 3)).unwrap(), 5);
        // The future has a box.
        let expected = Expected { client: (ADD.client.0 + 1, 3200), server: ADD.server };
        per_call(&server, later).check("add, later", &expected);
    });
}
