//! Calls that go round several processes.

use std::sync::{Arc, Barrier};
use std::thread;

use ipc_tests::interfaces::Peer;
use ipc_tests::steps::{LONG_PATIENCE, PATIENCE, bounded};

use super::util::Here;

#[test]
fn a_cycle_of_calls_through_three_processes_with_more_callers_than_the_pool_has_threads_ends() {
    bounded(LONG_PATIENCE, || {
        let here = Here::new();
        let (second, third) = (here.spawn(), here.spawn());
        third.connect_next(&here.listen("first")).unwrap();
        second.connect_next(&third.listen(&here.address("third"), None).unwrap()).unwrap();
        here.server.connect_next(&second.listen(&here.address("second"), None).unwrap()).unwrap();

        // The pool runs at most 4 methods a core, and at least 64, at the same time.
        let cores = thread::available_parallelism().map_or(1, usize::from);
        let callers = 2 * (4 * cores).max(64);
        let start = Arc::new(Barrier::new(callers));
        thread::scope(|scope| {
            for caller in 0..callers {
                let (here, start) = (&here, start.clone());
                scope.spawn(move || {
                    start.wait();
                    for round in 0..5 {
                        // Four times round: each caller holds five threads of every process.
                        let hops = here.server.hop(12);
                        assert_eq!(hops.unwrap(), 12, "caller {caller}, round {round}");
                    }
                });
            }
        });
    });
}

#[test]
fn a_cycle_too_deep_for_the_threads_there_may_be_fails_and_does_not_hang() {
    bounded(LONG_PATIENCE, || {
        let here = Here::new();
        let peer = here.spawn();
        peer.connect_next(&peer.listen(&here.address("itself"), None).unwrap()).unwrap();
        let error = peer.hop(5_000).unwrap_err();
        assert!(error.text().contains("every thread of this process waits for another call"), "{error:?}");
        assert_eq!(peer.hop(10).unwrap(), 10);
    });
}

#[test]
fn an_object_of_one_process_handed_to_another_is_called_from_there() {
    bounded(PATIENCE, || {
        let here = Here::new();
        let (first, second) = (here.spawn(), here.spawn());
        let counter = first.make_counter().unwrap();
        assert_eq!(second.add_to(counter.clone(), 5).unwrap(), 5);
        assert_eq!(first.add_to(counter.clone(), 5).unwrap(), 10);
        assert!(first.is_home(counter.clone()).unwrap(), "it came home as a proxy of itself");
        assert!(!second.is_home(counter.clone()).unwrap());
        assert_eq!(counter.add(1).unwrap(), 11);
    });
}
