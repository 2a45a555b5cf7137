//! Objects as parameters and results.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use ipc_runtime::{IpcException, closed, destroy};
use ipc_tests::interfaces::Callback;
use ipc_tests::steps::{PATIENCE, bounded, eventually, joined, received};

use super::util::{Here, Recorder};

#[test]
fn an_object_of_the_caller_is_called_during_the_method_and_after_it() {
    bounded(PATIENCE, || {
        let here = Here::new();
        let peer = here.spawn();
        let (callback, calls) = Recorder::with_calls();
        assert_eq!(peer.call(callback.clone(), 41).unwrap(), 42);
        assert_eq!(received("the object is called", &calls), 41);
        peer.keep(Some(callback)).unwrap();
        assert_eq!(peer.call_kept(1).unwrap(), 2);
        assert_eq!(peer.call_kept(2).unwrap(), 3);
        assert_eq!(received("the object is called", &calls), 1);
    });
}

#[test]
fn an_object_that_the_peer_no_longer_keeps_is_freed_here() {
    bounded(PATIENCE, || {
        let here = Here::new();
        let peer = here.spawn();
        let (callback, _calls) = Recorder::with_calls();
        let freed = Arc::downgrade(&callback);
        peer.keep(Some(callback)).unwrap();
        assert!(freed.upgrade().is_some());
        peer.keep(None).unwrap();
        eventually("the object is freed", || freed.upgrade().is_none());
        assert!(peer.call_kept(1).unwrap_err().text().ends_with("nothing is kept"));
    });
}

#[test]
fn an_optional_object_may_be_absent() {
    bounded(PATIENCE, || {
        let here = Here::new();
        let peer = here.spawn();
        assert_eq!(peer.call_if_any(None, 1).unwrap(), None);
        assert_eq!(peer.call_if_any(Some(Recorder::with_calls().0), 1).unwrap(), Some(2));
        assert!(peer.kept().unwrap().is_none());
    });
}

#[test]
fn a_list_of_objects_reaches_the_peer_in_order_and_each_can_be_called() {
    bounded(PATIENCE, || {
        let here = Here::new();
        let peer = here.spawn();
        assert_eq!(peer.call_all(Vec::new(), 1).unwrap(), 0);
        let (callbacks, calls): (Vec<_>, Vec<_>) = (0..20).map(|_| Recorder::with_calls()).unzip();
        assert_eq!(peer.call_all(callbacks.clone(), 1).unwrap(), 40);
        for calls in &calls {
            assert_eq!(received("each is called", calls), 1);
        }
        let same = vec![callbacks[0].clone(); 3];
        assert_eq!(peer.call_all(same, 5).unwrap(), 18);
        assert_eq!(calls[0].try_iter().collect::<Vec<_>>(), [5, 5, 5]);
    });
}

#[test]
fn an_object_that_comes_home_is_the_original() {
    bounded(PATIENCE, || {
        let here = Here::new();
        let peer = here.spawn();
        let (callback, _calls) = Recorder::with_calls();
        peer.keep(Some(callback.clone())).unwrap();
        let back = peer.kept().unwrap().expect("one is kept");
        assert!(Arc::ptr_eq(&callback, &back), "it came home as something else");
        let again = peer.kept().unwrap().expect("one is kept");
        assert!(Arc::ptr_eq(&callback, &again), "it came home as something else");
        drop(peer);
        assert_eq!(back.call(1).unwrap(), 2);
    });
}

#[test]
fn an_object_that_comes_home_after_the_peer_destroyed_it_answers_with_an_error() {
    bounded(PATIENCE, || {
        let here = Here::new();
        let peer = here.spawn();
        let (callback, calls) = Recorder::with_calls();
        peer.keep(Some(callback.clone())).unwrap();
        peer.destroy_kept().unwrap();
        assert!(peer.call_kept(1).unwrap_err().text().ends_with("the object was destroyed"));
        let back = peer.kept().unwrap().expect("one is kept");
        assert!(back.call(1).unwrap_err().text().ends_with("the object was destroyed"));
        assert_eq!(calls.try_iter().count(), 0);
        // Only what was passed is destroyed, not what it stood for.
        assert_eq!(callback.call(1).unwrap(), 2);
        assert_eq!(peer.call(callback, 2).unwrap(), 3);
        drop(back);
        assert_eq!(peer.add(1, 1).unwrap(), 2);
    });
}

#[test]
fn a_remote_object_that_is_passed_to_its_own_process_arrives_there_as_the_original() {
    bounded(PATIENCE, || {
        let here = Here::new();
        let peer = here.spawn();
        let counter = peer.make_counter().unwrap();
        assert!(peer.is_home(counter.clone()).unwrap());
        assert_eq!(peer.add_to(counter.clone(), 3).unwrap(), 3);
        assert_eq!(counter.add(1).unwrap(), 4);
    });
}

#[test]
fn destroy_waits_for_the_calls_on_the_object_and_later_calls_fail() {
    bounded(PATIENCE, || {
        let here = Here::new();
        let peer = here.spawn();
        let counter = peer.make_counter().unwrap();
        let gate = here.gate("gate");
        let call = {
            let (counter, path) = (counter.clone(), gate.path().to_owned());
            thread::spawn(move || counter.wait_for(&path))
        };
        let inside = gate.entered();
        let destroying = {
            let counter = counter.clone();
            thread::spawn(move || destroy(&counter))
        };
        eventually("the object refuses calls", || {
            counter.add(0).is_err_and(|error| error.text().ends_with("the object was destroyed"))
        });
        // If it did not wait, one round trip would be enough for it.
        for _ in 0..20 {
            peer.add(1, 1).unwrap();
        }
        assert!(!destroying.is_finished(), "a call on the object runs");
        assert_eq!(peer.live_counters().unwrap(), 1);
        drop(inside);
        joined("the call ends", call).unwrap();
        joined("destroy returns", destroying).unwrap();
        assert_eq!(peer.live_counters().unwrap(), 0);
        destroy(&counter).unwrap();
        assert!(closed(&counter).is_none(), "only the object is gone");
    });
}

#[test]
fn an_object_is_dropped_when_destroy_returns() {
    bounded(PATIENCE, || {
        let here = Here::new();
        let peer = here.spawn();
        for _ in 0..100 {
            let counter = peer.make_counter().unwrap();
            assert_eq!(counter.add(1).unwrap(), 1);
            destroy(&counter).unwrap();
            assert_eq!(peer.live_counters().unwrap(), 0);
        }
    });
}

#[test]
fn destroying_an_object_of_this_process_does_nothing() {
    let (callback, _calls) = Recorder::with_calls();
    destroy(&callback).unwrap();
    assert!(closed(&callback).is_none());
    assert_eq!(callback.call(1).unwrap(), 2);
}

#[test]
fn a_remote_object_is_freed_when_its_last_handle_is_dropped_and_not_before() {
    bounded(PATIENCE, || {
        let here = Here::new();
        let peer = here.spawn();
        let counter = peer.make_counter().unwrap();
        let clone = counter.clone();
        drop(counter);
        assert_eq!(clone.add(1).unwrap(), 1);
        assert_eq!(peer.live_counters().unwrap(), 1);
        drop(clone);
        eventually("the object is freed", || peer.live_counters().unwrap() == 0);
    });
}

#[test]
fn an_object_outlives_the_root_and_the_process_lives_with_it() {
    bounded(PATIENCE, || {
        let here = Here::new();
        let peer = here.spawn();
        let counter = peer.make_counter().unwrap();
        drop(peer);
        assert_eq!(counter.add(1).unwrap(), 1);
        assert!(closed(&counter).is_none());
    });
}

#[test]
fn a_callback_that_calls_the_peer_again_is_served_at_any_depth() {
    struct Deeper {
        peer: Arc<dyn ipc_tests::interfaces::Peer>,
        calls: AtomicUsize,
    }
    impl Callback for Deeper {
        fn call(&self, value: i64) -> Result<i64, IpcException> {
            self.calls.fetch_add(1, Ordering::SeqCst);
            if value == 0 {
                return Ok(0);
            }
            let again = Arc::new(Self { peer: self.peer.clone(), calls: AtomicUsize::new(0) });
            let depth = self.peer.call(again.clone(), value - 1)? + 1;
            assert_eq!(again.calls.load(Ordering::SeqCst), 1);
            Ok(depth)
        }

        fn echo(&self, data: &[u8]) -> Result<Vec<u8>, IpcException> {
            Ok(data.to_vec())
        }
    }
    bounded(PATIENCE, || {
        let here = Here::new();
        let peer = here.spawn();
        let outer = Arc::new(Deeper { peer: peer.clone(), calls: AtomicUsize::new(0) });
        assert_eq!(peer.call(outer, 100).unwrap(), 100);
    });
}

#[test]
fn an_exception_of_a_callback_reaches_the_caller_of_the_method_that_called_it() {
    struct Failing;
    impl Callback for Failing {
        fn call(&self, value: i64) -> Result<i64, IpcException> {
            Err(IpcException::failed(format!("not with {value}")))
        }

        fn echo(&self, data: &[u8]) -> Result<Vec<u8>, IpcException> {
            Ok(data.to_vec())
        }
    }
    bounded(PATIENCE, || {
        let here = Here::new();
        let peer = here.spawn();
        let error = peer.call(Arc::new(Failing), 13).unwrap_err();
        assert!(error.text().ends_with("not with 13"), "{error}");
        assert_eq!(peer.add(1, 1).unwrap(), 2);
    });
}
