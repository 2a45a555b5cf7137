//! Peers that are killed.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, mpsc};
use std::thread;
use std::time::{Duration, Instant};

use ipc_runtime::closed;
use ipc_tests::interfaces::{Callback, Peer};
use ipc_tests::steps::{PATIENCE, bounded, eventually, joined, received};

use super::util::{Here, Recorder, Stopped, assert_disconnected, kill};

/// How soon the end of a process is known. In fact it takes well below a millisecond; the rest is for a busy machine.
const AT_ONCE: Duration = Duration::from_millis(700);

#[test]
fn a_peer_killed_during_calls_fails_all_of_them_at_once_and_another_can_be_spawned() {
    bounded(PATIENCE, || {
        let here = Here::new();
        let peer = here.spawn();
        let gate = here.gate("gate");
        let cleaned = Arc::new(AtomicUsize::new(0));
        let count = cleaned.clone();
        here.ipc.add_cleanup(&peer, move || {
            count.fetch_add(1, Ordering::SeqCst);
        });
        let calls: Vec<_> = (0..8)
            .map(|_| {
                let (peer, path) = (peer.clone(), gate.path().to_owned());
                thread::spawn(move || (peer.wait_for(&path), Instant::now()))
            })
            .collect();
        let inside: Vec<_> = calls.iter().map(|_| gate.entered()).collect();

        let killed = Instant::now();
        kill(&peer);
        for call in calls {
            let (outcome, at) = joined("a pending call fails", call);
            assert_disconnected(outcome);
            assert!(at - killed < AT_ONCE, "known only after {:?}", at - killed);
        }
        let reason = closed(&peer).expect("the connection has ended");
        assert!(reason.is_disconnected(), "{reason:?}");
        assert_disconnected(peer.add(1, 1));
        eventually("the cleanup function runs", || cleaned.load(Ordering::SeqCst) == 1);
        drop(inside);
        drop(peer);

        assert_eq!(here.spawn().add(1, 1).unwrap(), 2);
        assert_eq!(cleaned.load(Ordering::SeqCst), 1, "the cleanup function runs once");
    });
}

#[test]
fn a_server_killed_during_its_callback_is_noticed_and_the_call_fails_when_the_callback_has_ended() {
    bounded(PATIENCE, || {
        let here = Here::new();
        let peer = here.spawn();
        let gate = here.gate("gate");
        let callback: Arc<dyn Callback> = Arc::new(Stopped(gate.path().to_owned()));
        let freed = Arc::downgrade(&callback);
        let call = {
            let peer = peer.clone();
            thread::spawn(move || peer.call(callback, 1))
        };
        let inside = gate.entered();

        let killed = Instant::now();
        kill(&peer);
        eventually("the death is noticed", || closed(&peer).is_some());
        assert!(killed.elapsed() < AT_ONCE, "known only after {:?}", killed.elapsed());
        assert!(freed.upgrade().is_some(), "the object went while its method runs");
        // The thread that called is in the callback.
        assert!(!call.is_finished());
        drop(inside);
        assert_disconnected(joined("the pending call fails", call));
        eventually("the callback object is freed", || freed.upgrade().is_none());
        assert_eq!(here.spawn().add(1, 1).unwrap(), 2);
    });
}

#[test]
fn what_a_call_back_passes_on_runs_on_the_thread_that_waits_which_then_learns_of_a_death_late() {
    bounded(PATIENCE, || {
        let here = Here::new();
        let caller = here.spawn();
        let gate = here.gate("gate");
        // The object is behind another connection: its process is called by the thread that waits for the first one.
        here.server.keep(Some(Arc::new(Stopped(gate.path().to_owned())))).unwrap();
        let elsewhere = here.connect(&here.listen("elsewhere")).kept().unwrap().unwrap();
        let call = {
            let caller = caller.clone();
            thread::spawn(move || caller.call(elsewhere, 1))
        };
        let inside = gate.entered();
        kill(&caller);
        eventually("the death is noticed", || closed(&caller).is_some());
        // As if it were a call of its own, which that thread makes: it waits until that has ended.
        assert!(!call.is_finished());
        drop(inside);
        assert_disconnected(joined("the pending call fails", call));
        assert_eq!(here.spawn().add(1, 1).unwrap(), 2);
    });
}

#[test]
fn a_client_killed_during_its_callback_fails_the_server_method_that_waits_for_it() {
    bounded(PATIENCE, || {
        let here = Here::new();
        let address = here.listen("host");
        let (sender, outcomes) = mpsc::channel();
        here.server.report_calls_to(sender);
        let gate = here.gate("gate");
        let client = here.spawn();
        client.visit(&address, gate.path()).unwrap();
        let inside = gate.entered();

        let killed = Instant::now();
        kill(&client);
        assert_disconnected(received("the method's own call fails", &outcomes));
        assert!(killed.elapsed() < AT_ONCE, "known only after {:?}", killed.elapsed());
        drop(inside);
        assert_eq!(here.connect(&address).add(1, 1).unwrap(), 2);
    });
}

#[test]
fn a_peer_killed_while_idle_is_noticed_and_what_it_held_is_freed() {
    bounded(PATIENCE, || {
        let here = Here::new();
        let peer = here.spawn();
        let (callback, _calls) = Recorder::with_calls();
        let freed = Arc::downgrade(&callback);
        peer.keep(Some(callback)).unwrap();
        assert_eq!(peer.call_kept(1).unwrap(), 2);
        assert!(freed.upgrade().is_some(), "what the peer keeps lives");
        let (sender, cleaned) = mpsc::channel();
        here.ipc.add_cleanup(&peer, move || sender.send(()).unwrap());
        assert!(closed(&peer).is_none());

        let killed = Instant::now();
        kill(&peer);
        received("the cleanup function runs", &cleaned);
        assert!(killed.elapsed() < AT_ONCE, "known only after {:?}", killed.elapsed());
        assert!(closed(&peer).is_some_and(|reason| reason.is_disconnected()));
        eventually("the object that the peer kept is freed", || freed.upgrade().is_none());
        assert_disconnected(peer.add(1, 1));
        assert_eq!(here.spawn().add(1, 1).unwrap(), 2);
    });
}
