//! What a call allocates, in the process of the caller and in that of the method.
//!
//! The numbers are of a connection that has been in use: queues and tables have the size that they keep. A number that
//! falls is welcome, and is written down here; one that grows needs a reason.

use std::sync::Arc;

use ipc_runtime::wire::Interface;
use ipc_runtime::{CapnpContext, Client, make_capnp_protocol, make_client_ipc, make_process};
use ipc_tests::counting::{Allocated, Counted, CountedAsync, Counting, allocated};
use ipc_tests::steps::{LONG_PATIENCE, bounded};

#[global_allocator]
static ALLOCATOR: Counting = Counting;

const COUNTED: &str = env!("CARGO_BIN_EXE_counted");
const MIB: usize = 1 << 20;

/// Calls that are counted together.
const CALLS: u64 = 50;

/// Batches of them, of which the cheapest counts: another thread may allocate at any time, for itself.
const BATCHES: usize = 12;

/// What one call allocates.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct PerCall {
    client: u64,
    client_bytes: u64,
    server: u64,
    server_bytes: u64,
}

fn since(before: Allocated, after: Allocated) -> Allocated {
    Allocated { allocations: after.allocations - before.allocations, bytes: after.bytes - before.bytes }
}

/// Counts calls; the numbers of the server include those of asking it for them.
fn count(server: &Arc<dyn Counted>, mut call: impl FnMut()) -> [Allocated; 2] {
    let ask = || {
        let (allocations, bytes) = server.allocated().unwrap_or_else(|error| panic!("{error}"));
        Allocated { allocations, bytes }
    };
    let there = ask();
    let here = allocated();
    for _ in 0..CALLS {
        call();
    }
    let here = since(here, allocated());
    [here, since(there, ask())]
}

fn per_call(server: &Arc<dyn Counted>, mut call: impl FnMut()) -> PerCall {
    let cheapest = |call: &mut dyn FnMut()| {
        let batches: Vec<[Allocated; 2]> = (0..BATCHES).map(|_| count(server, &mut *call)).collect();
        let least = |number: fn(&[Allocated; 2]) -> u64| batches.iter().map(number).min().unwrap_or_default();
        [
            least(|b| b[0].allocations),
            least(|b| b[0].bytes),
            least(|b| b[1].allocations),
            least(|b| b[1].bytes),
        ]
    };
    // Asking costs the same each time.
    let asking = cheapest(&mut || {});
    let calls = cheapest(&mut call);
    PerCall {
        client: calls[0] / CALLS,
        client_bytes: calls[1] / CALLS,
        server: (calls[2] - asking[2]) / CALLS,
        server_bytes: (calls[3] - asking[3]) / CALLS,
    }
}

#[test]
fn calls_allocate_no_more_than_they_did() {
    bounded(LONG_PATIENCE, || {
        let protocol = make_capnp_protocol(CapnpContext::new());
        let ipc = make_client_ipc(make_process("counting", std::env::temp_dir()), protocol);
        let server = ipc.spawn_process::<dyn Counted>(COUNTED).unwrap_or_else(|error| panic!("{error}"));
        let data = vec![7; MIB];
        let counts = [
            ("add", per_call(&server, || assert_eq!(server.add(2, 3).ok(), Some(5)))),
            ("measure", per_call(&server, || assert_eq!(server.measure("a text").ok(), Some(6)))),
            ("greet", per_call(&server, || assert!(server.greet().is_ok()))),
            ("take", per_call(&server, || assert_eq!(server.take(&data).ok(), Some(MIB as u32)))),
            (
                "make",
                per_call(&server, || assert_eq!(server.make(MIB as u32).ok().map(|m| m.len()), Some(MIB))),
            ),
        ];
        for count in counts {
            println!("{count:?}");
        }
        let twin = server.as_remote().map(|remote| Client::<dyn CountedAsync>::new(remote.clone()));
        let twin: Arc<dyn CountedAsync> = Arc::new(twin.unwrap_or_else(|| panic!("not a client")));
        let add = || {
            let sum = futures::executor::block_on(twin.add(2, 3));
            assert_eq!(sum.ok(), Some(5));
        };
        println!("{:?}", per_call(&server, add));
    });
}
