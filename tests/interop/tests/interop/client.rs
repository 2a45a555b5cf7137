//! capnp-rpc programs that call our server.

use std::cell::Cell;
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use capnp::ErrorKind;
use capnp::capability::FromClientHook;
use capnp::capability_list;
use capnp_rpc::new_client;
use futures::future::{join_all, try_join_all};
use ipc_interop_tests::generated::interop_capnp::{counter, init};
use ipc_interop_tests::interfaces::Init;
use ipc_runtime::{CapnpContext, make_capnp_protocol, make_ipc, make_process};
use ipc_tests::steps::{LONG_PATIENCE, bounded, joined};

use super::ours::{self, Server};
use super::streams::{Texts, read_numbers};
use super::theirs::{self, Count, eventually};
use super::values;

/// Runs a capnp-rpc client of our server; the connection has to end when the client closes it.
pub(super) fn with_client(test: impl AsyncFnOnce(init::Client, Arc<Server>) + Send + 'static) {
    bounded(LONG_PATIENCE, move || {
        let server = Arc::new(Server::default());
        let (socket, serving) = ours::serve(server.clone());
        theirs::run(async move {
            let (init, disconnector) = theirs::connect(socket);
            test(init, server).await;
            disconnector.await.unwrap();
        });
        joined("our side notices that the client has gone", serving).unwrap();
    });
}

async fn make_counter(init: &init::Client, start: i64) -> Result<counter::Client, capnp::Error> {
    let mut request = init.make_counter_request();
    request.get().set_start(start);
    request.send().promise.await?.get()?.get_result()
}

async fn add(counter: &counter::Client, amount: i64) -> Result<i64, capnp::Error> {
    let mut request = counter.add_request();
    request.get().set_amount(amount);
    Ok(request.send().promise.await?.get()?.get_result())
}

async fn open_gate(init: &init::Client) {
    init.open_gate_request().send().promise.await.unwrap();
}

#[track_caller]
pub(super) fn assert_error<T>(outcome: Result<T, capnp::Error>, kind: ErrorKind, text: &str) {
    match outcome {
        Ok(_) => panic!("an error with `{text}` expected"),
        Err(error) => {
            assert_eq!(error.kind, kind, "{error}");
            assert!(error.extra.contains(text), "`{text}` expected: {error}");
        }
    }
}

#[test]
fn construct_is_answered_also_when_it_is_pipelined_on_bootstrap() {
    with_client(async |init, _| {
        let answer = init.construct_request().send().promise.await.unwrap();
        answer.get().unwrap();
    });
}

#[test]
fn values_of_every_type_come_back_as_they_were() {
    with_client(async |init, _| {
        for value in values::examples() {
            let mut request = init.every_request();
            values::write(&value, request.get().init_value());
            let answer = request.send().promise.await.unwrap();
            assert_eq!(values::read(answer.get().unwrap().get_result().unwrap()), value);
        }
    });
}

#[test]
fn options_that_are_absent_empty_or_zero_are_told_apart() {
    with_client(async |init, _| {
        let live = Rc::new(Cell::new(0));
        for expected in 0..8 {
            let mut request = init.present_request();
            if expected & 1 != 0 {
                request.get().set_number(0);
                request.get().set_has_number(true);
            }
            if expected & 2 != 0 {
                request.get().set_text("");
            }
            if expected & 4 != 0 {
                request.get().set_object(Count::client(0, &live));
            }
            let answer = request.send().promise.await.unwrap();
            assert_eq!(answer.get().unwrap().get_result(), expected);
        }
        for (which, expected) in [(0, Some(0)), (1, Some(1)), (2, None)] {
            let mut request = init.maybe_number_request();
            request.get().set_which(which);
            let answer = request.send().promise.await.unwrap();
            let answer = answer.get().unwrap();
            assert_eq!(answer.get_has_result().then(|| answer.get_result()), expected);
        }
        for (text, expected) in [("none", None), ("", Some("")), ("x", Some("x"))] {
            let mut request = init.maybe_text_request();
            request.get().set_text(text);
            let answer = request.send().promise.await.unwrap();
            let answer = answer.get().unwrap();
            let result = answer.has_result().then(|| answer.get_result().unwrap().to_str().unwrap());
            assert_eq!(result, expected);
        }
    });
}

#[test]
fn the_text_of_an_exception_arrives() {
    with_client(async |init, _| {
        let mut request = init.fail_request();
        request.get().set_text("nö: 7");
        assert_error(request.send().promise.await, ErrorKind::Failed, "nö: 7");
        assert_eq!(add(&make_counter(&init, 1).await.unwrap(), 1).await.unwrap(), 2);
    });
}

#[test]
fn a_method_that_our_interface_lacks_is_unimplemented() {
    with_client(async |init, _| {
        // The same object under another interface.
        let not_a_counter = counter::Client::new(init.client.hook.add_ref());
        assert_error(
            add(&not_a_counter, 1).await,
            ErrorKind::Unimplemented,
            "Requested interface not implemented.",
        );
        assert_eq!(add(&make_counter(&init, 1).await.unwrap(), 1).await.unwrap(), 2);
    });
}

#[test]
fn objects_of_ours_can_be_called_and_make_others() {
    with_client(async |init, _| {
        let counter = make_counter(&init, 5).await.unwrap();
        assert_eq!(add(&counter, 1).await.unwrap(), 6);
        let fork = counter.fork_request().send().promise.await.unwrap().get().unwrap().get_result().unwrap();
        assert_eq!(add(&fork, 10).await.unwrap(), 16);
        assert_eq!(add(&counter, 1).await.unwrap(), 7);
        let mut request = init.make_counters_request();
        request.get().set_count(20);
        let answer = request.send().promise.await.unwrap();
        let list = answer.get().unwrap().get_result().unwrap();
        assert_eq!(list.len(), 20);
        for (i, counter) in (0..).zip(list.iter()) {
            let counter = counter.unwrap();
            assert_eq!(add(&counter, 100).await.unwrap(), 100 + i);
        }
    });
}

#[test]
fn an_object_of_theirs_is_called_by_our_server_during_a_method_and_after_it() {
    with_client(async |init, _| {
        let live = Rc::new(Cell::new(0));
        let (counter, added) = Count::recording(40, &live);
        let mut request = init.add_to_request();
        request.get().set_counter(counter.clone());
        request.get().set_amount(2);
        assert_eq!(request.send().promise.await.unwrap().get().unwrap().get_result(), 42);
        let mut request = init.keep_request();
        request.get().set_counter(counter);
        assert!(!request.send().promise.await.unwrap().get().unwrap().has_result());
        for expected in [43, 44] {
            let mut request = init.add_to_kept_request();
            request.get().set_amount(1);
            assert_eq!(request.send().promise.await.unwrap().get().unwrap().get_result(), expected);
        }
        assert_eq!(*added.borrow(), [2, 1, 1]);
        assert_eq!(live.get(), 1);
        init.keep_request().send().promise.await.unwrap();
        eventually("our server releases their object", || live.get() == 0).await;
    });
}

#[test]
fn what_they_send_as_an_any_pointer_comes_back_to_them() {
    with_client(async |init, _| {
        for example in values::examples() {
            let mut request = init.any_request();
            values::write(&example, request.get().init_value().init_as());
            let answer = request.send().promise.await.unwrap();
            assert_eq!(values::read(answer.get().unwrap().get_result().get_as().unwrap()), example);
        }
        let counter = make_counter(&init, 1).await.unwrap();
        let mut request = init.any_request();
        let mut list =
            request.get().init_value().initn_as::<capability_list::Builder<'_, counter::Client>>(2);
        list.set(1, counter.client.hook);
        let answer = request.send().promise.await.unwrap();
        let list: capability_list::Reader<'_, counter::Client> =
            answer.get().unwrap().get_result().get_as().unwrap();
        assert_eq!(add(&list.get(1).unwrap(), 4).await.unwrap(), 5);
        let answer = init.any_request().send().promise.await.unwrap();
        assert!(answer.get().unwrap().get_result().is_null());
    });
}

#[test]
fn each_way_to_fail_is_in_its_place() {
    with_client(async |init, _| {
        let attempt = async |which| {
            let mut request = init.attempt_request();
            request.get().set_which(which);
            let answer = request.send().promise.await.map_err(|error| error.to_string())?;
            let results = answer.get().unwrap();
            let refused = results.has_refused().then(|| results.get_refused().unwrap().get_y());
            let text = results.has_text().then(|| results.get_text().unwrap().to_string().unwrap());
            Ok::<_, String>((refused, text, results.get_result()))
        };
        assert_eq!(attempt(0).await.unwrap(), (None, None, 0));
        assert_eq!(attempt(1).await.unwrap(), (Some(2), None, 0));
        assert_eq!(attempt(2).await.unwrap(), (None, Some("why".to_owned()), 0));
        assert!(attempt(3).await.unwrap_err().contains("an exception"));
        assert_eq!(attempt(4).await.unwrap(), (None, None, 4));
    });
}

#[test]
fn what_a_module_converts_is_a_number_for_them() {
    with_client(async |init, _| {
        let mut request = init.addresses_request();
        request.get().set_first(0x7f00_0001);
        request.get().set_others(&[1, 2][..]).unwrap();
        let answer = request.send().promise.await.unwrap();
        let numbers: Vec<u32> = answer.get().unwrap().get_result().unwrap().iter().collect();
        assert_eq!(numbers, [2, 1, 0x7f00_0001]);
    });
}

#[test]
fn an_object_of_ours_that_comes_back_to_us_is_called_without_a_detour() {
    with_client(async |init, _| {
        let counter = make_counter(&init, 1).await.unwrap();
        let mut request = init.add_to_request();
        request.get().set_counter(counter.clone());
        request.get().set_amount(1);
        assert_eq!(request.send().promise.await.unwrap().get().unwrap().get_result(), 2);
        assert_eq!(add(&counter, 1).await.unwrap(), 3);
    });
}

#[test]
fn calls_are_pipelined_on_a_result_that_is_not_there_yet() {
    with_client(async |init, server| {
        let mut request = init.make_counter_later_request();
        request.get().set_start(100);
        let later = request.send();
        let counter = later.pipeline.get_result();
        let fork = counter.fork_request().send().pipeline.get_result();
        let adding: Vec<_> = (1..=5).map(|i| Box::pin(begin_add(&counter, i))).collect();
        let forked = Box::pin(begin_add(&fork, 1000));
        eventually("the method runs", || server.begun.load(Ordering::SeqCst) == 1).await;
        let (_, sums, forked) = futures::join!(open_gate(&init), join_all(adding), forked);
        // Which of the calls with a null thread runs first is not said.
        assert!(sums.iter().all(|sum| (101..=115).contains(sum.as_ref().unwrap())), "{sums:?}");
        assert!(forked.unwrap() >= 1100);
        let answer = later.promise.await.unwrap();
        assert_eq!(add(&answer.get().unwrap().get_result().unwrap(), 0).await.unwrap(), 115);
    });
}

/// Sends the call when it is made and not when it is polled.
fn begin_add(
    counter: &counter::Client,
    amount: i64,
) -> impl Future<Output = Result<i64, capnp::Error>> + use<> {
    let mut request = counter.add_request();
    request.get().set_amount(amount);
    let sent = request.send().promise;
    async move { Ok(sent.await?.get()?.get_result()) }
}

#[test]
fn calls_pipelined_on_a_result_that_fails_get_its_exception() {
    with_client(async |init, server| {
        let mut request = init.make_counter_later_request();
        request.get().set_start(-7);
        let later = request.send();
        let counter = later.pipeline.get_result();
        let first = begin_add(&counter, 1);
        let second = begin_add(&counter.fork_request().send().pipeline.get_result(), 1);
        eventually("the method runs", || server.begun.load(Ordering::SeqCst) == 1).await;
        open_gate(&init).await;
        assert_error(later.promise.await, ErrorKind::Failed, "no counter starts at -7");
        assert_error(first.await, ErrorKind::Failed, "no counter starts at -7");
        assert_error(second.await, ErrorKind::Failed, "no counter starts at -7");
        // After the answer too.
        assert_error(add(&counter, 1).await, ErrorKind::Failed, "no counter starts at -7");
        assert_eq!(add(&make_counter(&init, 1).await.unwrap(), 1).await.unwrap(), 2);
    });
}

#[test]
fn a_promised_object_can_be_an_argument_before_it_is_there() {
    with_client(async |init, server| {
        let mut request = init.make_counter_later_request();
        request.get().set_start(100);
        let later = request.send();
        let mut request = init.add_to_request();
        request.get().set_counter(later.pipeline.get_result());
        request.get().set_amount(11);
        let adding = request.send().promise;
        eventually("the method runs", || server.begun.load(Ordering::SeqCst) == 1).await;
        open_gate(&init).await;
        assert_eq!(adding.await.unwrap().get().unwrap().get_result(), 111);
        later.promise.await.unwrap();
    });
}

#[test]
fn calls_on_a_result_that_turns_out_to_be_their_own_object_keep_their_order() {
    with_client(async |init, _| {
        let live = Rc::new(Cell::new(0));
        for _ in 0..20 {
            let (counter, added) = Count::recording(0, &live);
            let mut request = init.keep_request();
            request.get().set_counter(counter);
            request.send().promise.await.unwrap();
            // The result is their counter: calls go to us and come back, later ones take the short way.
            let back = init.keep_request().send();
            let promised = back.pipeline.get_result();
            let mut adding: Vec<_> = (0..10).map(|i| begin_add(&promised, i)).collect();
            let answer = back.promise.await.unwrap();
            adding.extend((10..20).map(|i| begin_add(&promised, i)));
            let direct = answer.get().unwrap().get_result().unwrap();
            try_join_all(adding).await.unwrap();
            assert_eq!(*added.borrow(), (0..20).collect::<Vec<_>>());
            assert_eq!(add(&direct, 0).await.unwrap(), 190);
        }
    });
}

#[test]
fn a_call_on_no_object_and_on_a_broken_one_is_an_exception() {
    with_client(async |init, _| {
        let nothing = init.make_nothing_request().send();
        let counter = nothing.pipeline.get_result();
        let early = begin_add(&counter, 1);
        assert!(early.await.is_err(), "a call on nothing");
        assert!(!nothing.promise.await.unwrap().get().unwrap().has_result());
        assert!(add(&counter, 1).await.is_err(), "a call on nothing");

        let mut request = init.add_to_request();
        request.get().set_amount(1);
        assert_error(
            request.send().promise.await,
            ErrorKind::Failed,
            "null object where `Counter` is required",
        );

        let mut request = init.add_to_request();
        let broken = capnp_rpc::new_broken_cap(capnp::Error::failed("broken from the start".into()));
        request.get().set_counter(counter::Client::new(broken.hook));
        request.get().set_amount(1);
        assert_error(request.send().promise.await, ErrorKind::Failed, "broken from the start");
        assert_eq!(add(&make_counter(&init, 1).await.unwrap(), 1).await.unwrap(), 2);
    });
}

#[test]
fn a_method_whose_caller_has_dropped_its_promise_runs_to_its_end() {
    with_client(async |init, server| {
        let mut request = init.make_counter_later_request();
        request.get().set_start(1);
        let later = request.send();
        let sent = later.promise;
        eventually("the method runs", || server.begun.load(Ordering::SeqCst) == 1).await;
        drop((sent, later.pipeline));
        // The Finish is there before the answer to this.
        assert_eq!(add(&make_counter(&init, 1).await.unwrap(), 1).await.unwrap(), 2);
        assert_eq!(server.ended.load(Ordering::SeqCst), 0, "the method was cut short");
        open_gate(&init).await;
        eventually("the method ends", || server.ended.load(Ordering::SeqCst) == 1).await;
        eventually("what it returned is freed", || server.live_counters.load(Ordering::SeqCst) == 0).await;
    });
}

#[test]
fn an_object_of_ours_is_freed_when_the_client_releases_it_and_not_before() {
    with_client(async |init, server| {
        let counter = make_counter(&init, 1).await.unwrap();
        let other = counter.clone();
        drop(counter);
        assert_eq!(add(&other, 1).await.unwrap(), 2);
        assert_eq!(server.live_counters.load(Ordering::SeqCst), 1);
        drop(other);
        eventually("the counter is freed", || server.live_counters.load(Ordering::SeqCst) == 0).await;
    });
}

#[test]
fn a_destroyed_object_is_freed_and_answers_with_an_error() {
    with_client(async |init, server| {
        let counter = make_counter(&init, 1).await.unwrap();
        counter.destroy_request().send().promise.await.unwrap();
        eventually("the counter is freed", || server.live_counters.load(Ordering::SeqCst) == 0).await;
        assert_error(add(&counter, 1).await, ErrorKind::Failed, "the object was destroyed");
        counter.destroy_request().send().promise.await.unwrap();
    });
}

#[test]
fn everything_that_a_client_held_is_freed_when_it_goes() {
    bounded(LONG_PATIENCE, || {
        let server = Arc::new(Server::default());
        let (socket, serving) = ours::serve(server.clone());
        theirs::run(async {
            let (init, _disconnector) = theirs::connect(socket);
            let mut counters = Vec::new();
            for start in 0..10 {
                counters.push(make_counter(&init, start).await.unwrap());
            }
            assert_eq!(server.live_counters.load(Ordering::SeqCst), 10);
            let live = Rc::new(Cell::new(0));
            let mut request = init.keep_request();
            request.get().set_counter(Count::client(0, &live));
            request.send().promise.await.unwrap();
            // The program ends here, without a word.
        });
        joined("our side notices that the client has gone", serving).unwrap();
        ipc_tests::steps::eventually("the counters are freed", || {
            server.live_counters.load(Ordering::SeqCst) == 0
        });
        let error = server.add_to_kept(1).unwrap_err();
        assert!(error.is_disconnected(), "{error:?}");
    });
}

#[test]
fn pending_calls_and_objects_fail_with_disconnected_when_our_side_closes() {
    bounded(LONG_PATIENCE, || {
        let directory = std::env::temp_dir().join(format!("ipc-interop-{}", std::process::id()));
        let server = Arc::new(Server::default());
        let root: Arc<dyn Init> = server.clone();
        let protocol = make_capnp_protocol(CapnpContext::new());
        let ipc = make_ipc(make_process("interop", &directory), protocol, root);
        let mut address = String::from("unix");
        ipc.listen_address(&mut address).unwrap();
        let path = address.strip_prefix("unix:").unwrap();
        let socket = std::os::unix::net::UnixStream::connect(path).unwrap();
        theirs::run(async {
            let (init, _disconnector) = theirs::connect(socket);
            let counter = make_counter(&init, 1).await.unwrap();
            let pending = init.make_counter_later_request().send().promise;
            eventually("the method runs", || server.begun.load(Ordering::SeqCst) == 1).await;
            ipc.disconnect_incoming();
            assert_error(pending.await.map(drop), ErrorKind::Disconnected, "");
            assert_error(add(&counter, 1).await, ErrorKind::Disconnected, "");
        });
        server.open_gate().unwrap();
        std::fs::remove_dir_all(directory).unwrap();
    });
}

#[test]
fn a_thousand_concurrent_calls_get_their_own_answers() {
    with_client(async |init, _| {
        let live = Rc::new(Cell::new(0));
        let own = Count::client(0, &live);
        let calls = (0..1000_i64).map(|i| {
            let (init, own) = (init.clone(), own.clone());
            async move {
                // Every call goes there, and back here, and there again.
                let counter = make_counter(&init, i).await?;
                assert_eq!(add(&counter, 1).await?, i + 1);
                let mut request = init.add_to_request();
                request.get().set_counter(own);
                request.get().set_amount(1);
                request.send().promise.await?;
                Ok::<_, capnp::Error>(())
            }
        });
        try_join_all(calls).await.unwrap();
        assert_eq!(add(&own, 0).await.unwrap(), 1000);
    });
}

#[test]
fn a_payload_of_32_mib_comes_back() {
    with_client(async |init, _| {
        let data: Vec<u8> = (0..32 << 20).map(|i: u32| i as u8).collect();
        let mut request = init.blob_request();
        request.get().set_data(&data);
        let answer = request.send().promise.await.unwrap();
        assert!(answer.get().unwrap().get_result().unwrap() == data, "other bytes came back");
    });
}

#[test]
fn a_stream_of_ours_is_read_by_the_schema() {
    with_client(async |init, _| {
        for count in [0, 1, 5, 3_000] {
            let mut request = init.count_request();
            request.get().set_count(count);
            let stream = request.send().pipeline.get_result();
            let expected: Vec<u64> = (0..count).collect();
            assert_eq!(read_numbers(&stream, (count % 7) as u32).await.unwrap(), expected);
            // It has ended, and says so again.
            assert_eq!(read_numbers(&stream, 1).await.unwrap(), []);
        }
        let mut request = init.count_request();
        request.get().set_count(3);
        request.get().set_failure("no more than three");
        let stream = request.send().pipeline.get_result();
        assert_error(read_numbers(&stream, 2).await, ErrorKind::Failed, "no more than three");
        assert_eq!(read_numbers(&stream, 2).await.unwrap(), []);
    });
}

#[test]
fn a_stream_of_theirs_is_read_by_us() {
    with_client(async |init, _| {
        let mut request = init.join_request();
        request.get().set_texts(new_client(Texts(vec!["a", "", "täxt"])));
        let answer = request.send().promise.await.unwrap();
        assert_eq!(answer.get().unwrap().get_result().unwrap(), "atäxt");
    });
}
