//! Our clients of a capnp-rpc program.

use std::net::Ipv4Addr;
use std::os::unix::net::UnixStream;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use capnp_rpc::rpc_twoparty_capnp::Side;
use futures::channel::oneshot;
use ipc_interop_tests::generated::interop_capnp::init;
use ipc_interop_tests::interfaces::{Colour, Counter, Entry, Every, Failure, Form, Hosts, Init, Page, Point};
use ipc_runtime::{AnyPointer, ExceptionKind, IpcException, IpcStream, closed, destroy};
use ipc_tests::steps::{LONG_PATIENCE, bounded, eventually, joined};

use super::ours::{self, Count};
use super::theirs::{self, END, KEPT, LIVE, Server};
use super::values;

/// Runs our client of a capnp-rpc server; the server has to end when the client closes the connection.
pub(super) fn with_server(test: impl FnOnce(Arc<dyn Init>) + Send + 'static) {
    bounded(LONG_PATIENCE, move || {
        let (ours, theirs) = UnixStream::pair().unwrap();
        let serving = thread::spawn(move || {
            theirs::run(async {
                let (end, ended) = oneshot::channel::<()>();
                let server = Server::default();
                server.end.replace(Some(end));
                let root: init::Client = capnp_rpc::new_client(server);
                let system = theirs::system(theirs, Side::Server, Some(root.client));
                tokio::select! {
                    result = system => result.unwrap(),
                    _ = ended => {}
                }
            });
        });
        test(ours::connect(ours).unwrap());
        joined("their side notices that the client has gone", serving);
    });
}

#[track_caller]
pub(super) fn assert_error<T>(outcome: Result<T, IpcException>, kind: ExceptionKind, text: &str) {
    match outcome {
        Ok(_) => panic!("an error with `{text}` expected"),
        Err(error) => {
            assert_eq!(error.kind(), kind, "{error}");
            assert!(error.text().contains(text), "`{text}` expected: {error}");
        }
    }
}

/// A counter of ours, and how many of them live.
fn own_counter(start: i64) -> (Arc<Count>, Arc<AtomicUsize>) {
    let live = Arc::new(AtomicUsize::new(0));
    (Count::new(start, &live), live)
}

#[test]
fn values_of_every_type_come_back_as_they_were() {
    with_server(|init| {
        for value in values::examples() {
            assert_eq!(init.every(&value).unwrap(), value);
        }
    });
}

#[test]
fn options_that_are_absent_empty_or_zero_are_told_apart() {
    with_server(|init| {
        for expected in 0..8 {
            let number = (expected & 1 != 0).then_some(0);
            let text = (expected & 2 != 0).then(String::new);
            let object = (expected & 4 != 0).then(|| own_counter(0).0 as Arc<dyn Counter>);
            assert_eq!(init.present(number, text, object).unwrap(), expected);
        }
        assert_eq!(init.maybe_number(0).unwrap(), Some(0));
        assert_eq!(init.maybe_number(1).unwrap(), Some(1));
        assert_eq!(init.maybe_number(2).unwrap(), None);
        assert_eq!(init.maybe_text("none").unwrap(), None);
        assert_eq!(init.maybe_text("").unwrap().as_deref(), Some(""));
        assert_eq!(init.maybe_text("x").unwrap().as_deref(), Some("x"));
    });
}

#[test]
fn the_text_of_an_exception_arrives() {
    with_server(|init| {
        assert_error(init.fail("nö: 7"), ExceptionKind::Failed, "nö: 7");
        assert_eq!(init.make_counter(1).unwrap().add(1).unwrap(), 2);
    });
}

#[test]
fn objects_of_theirs_can_be_called_and_make_others() {
    with_server(|init| {
        let counter = init.make_counter(5).unwrap();
        assert_eq!(counter.add(1).unwrap(), 6);
        let fork = counter.fork().unwrap();
        assert_eq!(fork.add(10).unwrap(), 16);
        assert_eq!(counter.add(1).unwrap(), 7);
        let counters = init.make_counters(20).unwrap();
        for (i, counter) in (0..).zip(&counters) {
            assert_eq!(counter.add(100).unwrap(), 100 + i);
        }
        assert_error(init.make_counter(-7), ExceptionKind::Failed, "no counter starts at -7");
    });
}

#[test]
fn an_object_of_ours_is_called_by_their_server_during_a_method_and_after_it_and_freed_when_released() {
    with_server(|init| {
        let (counter, live) = own_counter(40);
        assert_eq!(init.add_to(counter.clone(), 2).unwrap(), 42);
        assert!(init.keep(Some(counter.clone())).unwrap().is_none());
        assert_eq!(init.add_to_kept(1).unwrap(), 43);
        assert_eq!(*counter.added.lock().unwrap(), [2, 1]);
        drop(counter);
        assert_eq!(init.add_to_kept(1).unwrap(), 44);
        assert_eq!(live.load(Ordering::SeqCst), 1);
        drop(init.keep(None).unwrap());
        eventually("our object is freed", || live.load(Ordering::SeqCst) == 0);
    });
}

#[test]
fn what_we_send_as_an_any_pointer_comes_back_to_us() {
    with_server(|init| {
        let counter: Arc<dyn Counter> = own_counter(40).0;
        for example in values::examples() {
            let any = AnyPointer::new(&(example.clone(), vec![counter.clone()])).unwrap();
            let (back, counters): (Every, Vec<Arc<dyn Counter>>) = init.any(any).unwrap().get().unwrap();
            assert_eq!(back, example);
            assert!(Arc::ptr_eq(&counter, &counters[0]), "it came home as something else");
        }
        let theirs = init.make_counter(1).unwrap();
        let any = init.any(AnyPointer::new(&theirs).unwrap()).unwrap();
        assert_eq!(any.get::<Arc<dyn Counter>>().unwrap().add(4).unwrap(), 5);
        assert!(init.any(AnyPointer::default()).unwrap().is_null());
    });
}

#[test]
fn each_way_to_fail_arrives_as_itself() {
    with_server(|init| {
        assert_eq!(init.attempt(0).unwrap(), 0);
        assert!(matches!(init.attempt(1), Err(Failure::Refused(Point { x: 1, y: 2 }))));
        assert!(matches!(init.attempt(2), Err(Failure::Other(text)) if text == "why"));
        assert!(
            matches!(init.attempt(3), Err(Failure::Ipc(error)) if error.to_string().contains("an exception"))
        );
        assert_eq!(init.attempt(4).unwrap(), 4);
    });
}

#[test]
fn what_a_module_converts_comes_back() {
    with_server(|init| {
        let addresses = init.addresses(Ipv4Addr::LOCALHOST, vec![Ipv4Addr::UNSPECIFIED, Ipv4Addr::BROADCAST]);
        assert_eq!(addresses.unwrap(), [Ipv4Addr::BROADCAST, Ipv4Addr::UNSPECIFIED, Ipv4Addr::LOCALHOST]);
    });
}

#[test]
fn generic_types_come_back() {
    with_server(|init| {
        let entry = Entry {
            key: "key".to_owned(),
            value: Some(vec![1, 2]),
            count: 7,
            form: Form::Both { one: vec![3], other: "other".to_owned() },
        };
        let page = Page { items: vec![Colour::Green, Colour::Red], next: Some(Colour::Red) };
        let inner =
            Entry { key: Point { x: 1, y: 2 }, value: Some("key".to_owned()), count: 1, form: Form::Missing };
        let turned = init.turn(entry.clone(), &page).unwrap();
        let form = Form::Both { one: inner.clone(), other: vec![3] };
        assert_eq!(turned, Entry { key: vec![1, 2], value: Some(inner), count: 7, form });

        let entry = Entry { value: None, count: 0, form: Form::Same(vec![]), ..entry };
        let turned = init.turn(entry, &Page { items: vec![], next: None }).unwrap();
        assert_eq!((turned.key, turned.value, turned.count), (vec![], None, 0));
        assert!(matches!(turned.form, Form::Same(same) if same.value.as_deref() == Some("key")));
    });
}

#[test]
fn what_serde_makes_comes_back() {
    with_server(|init| {
        let hosts = Hosts::from([("here".to_owned(), Ipv4Addr::LOCALHOST.into())]);
        // Their server keeps the bytes, of which none are no value.
        assert!(init.keep_hosts(hosts.clone()).is_err());
        assert_eq!(init.keep_hosts(Hosts::new()).unwrap(), hosts);
        assert_eq!(init.keep_hosts(hosts).unwrap(), Hosts::new());
    });
}

#[test]
fn an_object_of_ours_that_comes_home_is_the_original() {
    with_server(|init| {
        let counter: Arc<dyn Counter> = own_counter(40).0;
        init.keep(Some(counter.clone())).unwrap();
        let back = init.keep(None).unwrap().expect("one was kept");
        assert!(Arc::ptr_eq(&counter, &back), "it came home as something else");
    });
}

#[test]
fn an_object_of_theirs_goes_back_to_them_as_itself() {
    with_server(|init| {
        let counter = init.make_counter(1).unwrap();
        assert_eq!(init.add_to(counter.clone(), 1).unwrap(), 2);
        init.keep(Some(counter.clone())).unwrap();
        assert_eq!(init.add_to_kept(1).unwrap(), 3);
        let back = init.keep(None).unwrap().expect("one was kept");
        assert_eq!(back.add(1).unwrap(), 4);
        assert_eq!(counter.add(1).unwrap(), 5);
    });
}

#[test]
fn an_object_of_theirs_is_freed_when_its_last_handle_is_dropped() {
    with_server(|init| {
        let counters = init.make_counters(10).unwrap();
        assert_eq!(init.add_to_kept(LIVE).unwrap(), 10);
        drop(counters);
        eventually("their counters are freed", || init.add_to_kept(LIVE).unwrap() == 0);
    });
}

#[test]
fn no_object_is_none_where_it_may_be_and_an_error_where_it_must_not() {
    with_server(|init| {
        assert!(init.make_nothing().unwrap().is_none());
        assert!(init.keep(None).unwrap().is_none());
        assert_error(init.add_to_kept(1), ExceptionKind::Failed, "nothing is kept");
    });
}

#[test]
fn calls_on_a_promise_of_theirs_are_answered_when_it_resolves_to_their_object() {
    with_server(|init| {
        let promised = init.make_counter_later(100).unwrap();
        let adding: Vec<_> = (1..=8)
            .map(|amount| {
                let promised = promised.clone();
                thread::spawn(move || promised.add(amount))
            })
            .collect();
        // The promise can be passed on before it is kept.
        let passing = {
            let (init, promised) = (init.clone(), promised.clone());
            thread::spawn(move || init.add_to(promised, 1000))
        };
        init.open_gate().unwrap();
        for call in adding {
            assert!(joined("a call on a promise is answered", call).unwrap() > 100);
        }
        assert!(joined("the promise is passed on", passing).unwrap() >= 1100);
        assert_eq!(promised.add(0).unwrap(), 1136);
        assert_eq!(init.add_to_kept(LIVE).unwrap(), 1);
        drop(promised);
        eventually("their counter is freed", || init.add_to_kept(LIVE).unwrap() == 0);
    });
}

#[test]
fn calls_on_a_promise_of_theirs_are_answered_when_it_resolves_to_our_own_object() {
    with_server(|init| {
        for _ in 0..20 {
            let (counter, live) = own_counter(0);
            init.keep(Some(counter.clone())).unwrap();
            let promised = init.make_counter_later(KEPT).unwrap();
            let adding: Vec<_> = (0..4)
                .map(|_| {
                    let promised = promised.clone();
                    thread::spawn(move || (0..20).try_for_each(|_| promised.add(1).map(drop)))
                })
                .collect();
            init.open_gate().unwrap();
            for calls in adding {
                joined("calls on a promise are answered", calls).unwrap();
            }
            assert_eq!(promised.add(0).unwrap(), 80);
            assert_eq!(counter.added.lock().unwrap().len(), 81);
            drop((counter, promised));
            drop(init.keep(None).unwrap());
            eventually("our counter is freed", || live.load(Ordering::SeqCst) == 0);
        }
    });
}

#[test]
fn calls_on_a_promise_of_theirs_that_is_broken_fail_with_its_text() {
    with_server(|init| {
        let promised = init.make_counter_later(-7).unwrap();
        let adding = {
            let promised = promised.clone();
            thread::spawn(move || promised.add(1))
        };
        init.open_gate().unwrap();
        let outcome = joined("a call on a promise is answered", adding);
        assert_error(outcome, ExceptionKind::Failed, "no counter starts at -7");
        assert_error(promised.add(1), ExceptionKind::Failed, "no counter starts at -7");
        assert_eq!(init.make_counter(1).unwrap().add(1).unwrap(), 2);
    });
}

#[test]
fn a_promise_that_is_dropped_before_it_resolves_does_no_harm() {
    with_server(|init| {
        for _ in 0..50 {
            drop(init.make_counter_later(1).unwrap());
            init.open_gate().unwrap();
        }
        eventually("their counters are freed", || init.add_to_kept(LIVE).unwrap() == 0);
    });
}

#[test]
fn destroy_reaches_their_object_and_later_calls_fail_here() {
    with_server(|init| {
        let counter = init.make_counter(1).unwrap();
        destroy(&counter).unwrap();
        assert_error(counter.add(1), ExceptionKind::Failed, "the object was destroyed");
        assert!(closed(&counter).is_none());
        drop(counter);
        eventually("their counter is freed", || init.add_to_kept(LIVE).unwrap() == 0);
    });
}

#[test]
fn destroying_the_root_closes_the_connection() {
    with_server(|init| {
        destroy(&init).unwrap();
        assert!(closed(&init).is_some());
    });
}

#[test]
fn pending_calls_and_objects_fail_with_disconnected_when_their_program_ends() {
    with_server(|init| {
        let counter = init.make_counter(1).unwrap();
        assert_error(init.add_to_kept(END), ExceptionKind::Disconnected, "");
        assert!(closed(&init).is_some());
        assert_error(counter.add(1), ExceptionKind::Disconnected, "");
    });
}

#[test]
fn sixteen_threads_make_a_thousand_calls_and_get_their_own_answers() {
    with_server(|init| {
        let (own, _live) = own_counter(0);
        thread::scope(|scope| {
            for id in 0..16_i64 {
                let (init, own) = (&init, &own);
                scope.spawn(move || {
                    let counter = init.make_counter(id * 1000).unwrap();
                    for i in 1..=64 {
                        assert_eq!(counter.add(1).unwrap(), id * 1000 + i);
                        init.add_to(own.clone(), 1).unwrap();
                    }
                });
            }
        });
        assert_eq!(own.add(0).unwrap(), 16 * 64);
    });
}

#[test]
fn a_payload_of_32_mib_comes_back() {
    with_server(|init| {
        let data: Vec<u8> = (0..32 << 20).map(|i: u32| i as u8).collect();
        assert!(init.blob(&data).unwrap() == data, "other bytes came back");
    });
}

#[test]
fn streams_in_both_directions() {
    with_server(|init| {
        for count in [0, 1, 7, 500] {
            let numbers: Vec<u64> = init.count(count, "").unwrap().map(Result::unwrap).collect();
            assert_eq!(numbers, (0..count).collect::<Vec<_>>());
        }
        let mut failing: Vec<_> = init.count(10, "no more than ten").unwrap().collect();
        assert_error(failing.pop().unwrap(), ExceptionKind::Failed, "no more than ten");
        assert_eq!(failing.into_iter().map(Result::unwrap).sum::<u64>(), 45);

        let texts = ["a", "", "täxt", " of", " ours"].map(str::to_owned);
        assert_eq!(init.join(IpcStream::from_iterator(texts)).unwrap(), "atäxt of ours");
        let (sender, stream) = IpcStream::channel(1);
        let sending = thread::spawn(move || {
            for text in ["one ", "two ", "three"] {
                sender.send(text.to_owned()).unwrap();
            }
        });
        assert_eq!(init.join(stream).unwrap(), "one two three");
        joined("all is sent", sending);
        let failing =
            IpcStream::from_iterator([Ok("a".to_owned()), Err(IpcException::overloaded("too much"))]);
        assert_error(init.join(failing), ExceptionKind::Overloaded, "too much");
    });
}
