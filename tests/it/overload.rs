//! More calls than a process takes.

use std::sync::mpsc;
use std::thread;

use ipc_runtime::ExceptionKind;
use ipc_tests::steps::{PATIENCE, bounded, joined, received};

use super::util::Here;

#[test]
fn calls_beyond_the_queue_are_answered_overloaded_and_those_in_it_are_served() {
    const QUEUED: usize = 4;
    const BEYOND: usize = 8;
    bounded(PATIENCE, || {
        let here = Here::new();
        let host = here.spawn();
        let gate = here.gate("gate");
        let address = host.listen(&here.address("socket"), Some(QUEUED as u32)).unwrap();
        let peer = here.connect(&address);
        let call = |sender: Option<mpsc::Sender<_>>| {
            let (peer, path) = (peer.clone(), gate.path().to_owned());
            thread::spawn(move || {
                let outcome = peer.wait_for(&path);
                if let (Some(sender), Err(error)) = (sender, &outcome) {
                    // Nobody listens any more once enough have failed.
                    let _ = sender.send(error.clone());
                }
                outcome
            })
        };
        // Every thread of the pool is in a method.
        let running = (4 * thread::available_parallelism().map_or(1, usize::from)).max(64);
        let mut inside = Vec::new();
        let mut calls = Vec::new();
        for _ in 0..running {
            calls.push(call(None));
            inside.push(gate.entered());
        }
        let (sender, errors) = mpsc::channel();
        calls.extend((0..QUEUED + BEYOND).map(|_| call(Some(sender.clone()))));
        for _ in 0..BEYOND {
            let error = received("a call is refused", &errors);
            assert_eq!(error.kind(), ExceptionKind::Overloaded, "{error:?}");
        }
        drop(inside);
        for _ in 0..QUEUED {
            drop(gate.entered());
        }
        let outcomes: Vec<_> = calls.into_iter().map(|call| joined("a call ends", call)).collect();
        assert_eq!(outcomes.iter().filter(|outcome| outcome.is_ok()).count(), running + QUEUED);
        assert_eq!(peer.add(1, 1).unwrap(), 2);
    });
}
