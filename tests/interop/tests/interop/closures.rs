//! Closures between our side and plain capnp-rpc, to which they are interfaces.

use std::cell::Cell;
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use capnp::ErrorKind;
use capnp_rpc::new_client;
use futures::future::try_join_all;
use ipc_runtime::{ExceptionKind, IpcException};
use ipc_tests::steps::eventually;

use super::client::{assert_error as assert_their_error, with_client};
use super::server::{assert_error, with_server};
use super::theirs::{Add, Describe};

#[test]
fn our_server_calls_their_closures() {
    with_client(async |init, _| {
        let calls = Rc::new(Cell::new(0));
        let mut request = init.describe_request();
        request.get().set_describe(new_client(Describe(calls.clone())));
        request.get().set_number(7);
        let answer = request.send().promise.await.unwrap();
        assert_eq!(answer.get().unwrap().get_result().unwrap(), "number 7");
        assert_eq!(calls.get(), 1);

        let mut request = init.fold_request();
        let mut steps = request.get().init_steps(3);
        for (i, amount) in (0..).zip([1, 10, 100]) {
            let step: ipc_interop_tests::generated::interop_capnp::step::Client = new_client(Add(amount));
            steps.set(i, step.client.hook);
        }
        request.get().set_start(5);
        assert_eq!(request.send().promise.await.unwrap().get().unwrap().get_result(), 116);
    });
}

#[test]
fn they_call_a_closure_of_our_server() {
    with_client(async |init, _| {
        let answer = init.make_sum_request().send().promise.await.unwrap();
        let sum = answer.get().unwrap().get_result().unwrap();
        let add = async |number| {
            let mut request = sum.call_request();
            request.get().set_arg0(number);
            Ok::<i64, capnp::Error>(request.send().promise.await?.get()?.get_result())
        };
        assert_eq!(add(2).await.unwrap(), 2);
        assert_their_error(add(-1).await, ErrorKind::Failed, "-1 is negative");
        // Calls at the same time: one runs after the other, and none is lost.
        let mut sums = try_join_all((0..50).map(|_| add(1))).await.unwrap();
        sums.sort_unstable();
        assert_eq!(sums, (3..53).collect::<Vec<_>>());
        sum.destroy_request().send().promise.await.unwrap();
        assert_their_error(add(1).await, ErrorKind::Failed, "destroyed");
    });
}

#[test]
fn their_server_calls_our_closures() {
    with_server(|init| {
        let calls = Arc::new(AtomicUsize::new(0));
        let held = calls.clone();
        let describe = move |number: i64, text: &str| {
            held.fetch_add(1, Ordering::SeqCst);
            if number < 0 { Err(IpcException::failed("negative")) } else { Ok(format!("{text}: {number}")) }
        };
        let describe = Arc::new(describe);
        assert_eq!(init.describe(describe.clone(), 3).unwrap(), "number: 3");
        assert_error(init.describe(describe, -3), ExceptionKind::Failed, "negative");
        assert_eq!(calls.load(Ordering::SeqCst), 2);
        eventually("they have let go of the closure", || Arc::strong_count(&calls) == 1);

        let add = |amount| -> Box<dyn FnOnce(i64) -> Result<i64, IpcException> + Send> {
            Box::new(move |number| Ok(number + amount))
        };
        assert_eq!(init.fold(vec![add(1), add(10)], 5).unwrap(), 16);
        assert_eq!(init.fold(Vec::new(), 5).unwrap(), 5);
    });
}

#[test]
fn we_call_a_closure_of_their_server() {
    with_server(|init| {
        let mut sum = init.make_sum().unwrap();
        assert_eq!((sum(1).unwrap(), sum(2).unwrap()), (1, 3));
        assert_error(sum(-1), ExceptionKind::Failed, "-1 is negative");
        assert_eq!(sum(3).unwrap(), 6);
    });
}
