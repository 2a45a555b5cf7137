//! Calls and their outcomes.

use std::thread;

use ipc_runtime::ExceptionKind;
use ipc_tests::interfaces::DivideError;
use ipc_tests::steps::{LONG_PATIENCE, PATIENCE, bounded};

use super::util::Here;

#[test]
fn sixteen_threads_make_ten_thousand_calls_each_on_one_connection_and_each_gets_its_own_answers() {
    bounded(LONG_PATIENCE, || {
        let here = Here::new();
        let peer = here.spawn();
        thread::scope(|scope| {
            for id in 0..16_i64 {
                let peer = &peer;
                scope.spawn(move || {
                    for i in 0..10_000 {
                        let sum = peer.add(id * 1_000_000, i);
                        assert_eq!(sum.unwrap(), id * 1_000_000 + i, "thread {id}, call {i}");
                    }
                });
            }
        });
    });
}

#[test]
fn a_panic_in_a_method_is_an_exception_for_its_caller_and_the_process_lives() {
    bounded(PATIENCE, || {
        let here = Here::new();
        let peer = here.spawn();
        let error = peer.panic("as told").unwrap_err();
        assert_eq!(error.kind(), ExceptionKind::Failed);
        assert!(error.text().contains("the method panicked: as told"), "{error}");
        assert_eq!(peer.add(1, 2).unwrap(), 3);
    });
}

#[test]
fn an_error_type_of_the_interface_crosses_the_process_boundary() {
    bounded(PATIENCE, || {
        let here = Here::new();
        let peer = here.spawn();
        assert_eq!(peer.divide(42, 6).unwrap(), 7);
        let error = peer.divide(42, 0).unwrap_err();
        assert!(matches!(error, DivideError::ByZero), "{error:?}");
        super::util::kill(&peer);
        let error = peer.divide(42, 6).unwrap_err();
        assert!(
            matches!(&error, DivideError::Call(exception) if exception.is_disconnected()),
            "not the end of the connection: {error:?}"
        );
    });
}

#[test]
fn an_exception_keeps_its_kind_and_text_across_the_process_boundary() {
    bounded(PATIENCE, || {
        let here = Here::new();
        let peer = here.spawn();
        let error = peer.add(i64::MAX, 1).unwrap_err();
        assert_eq!(error.kind(), ExceptionKind::Failed);
        assert!(error.text().ends_with("overflow"), "{error}");
    });
}
