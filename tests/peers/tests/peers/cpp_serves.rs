//! A C++ server and clients of ours.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::AtomicI32;

use ipc_peers_tests::cpp::Server;
use ipc_peers_tests::foo::{
    FooCustom, FooEmpty, FooEnum, FooError, FooInterface, FooMessage, FooMutable, FooStruct, StringIntPair,
};
use ipc_peers_tests::rules::{Colour, Failure, Pair, Point, Refused, Rules};
use ipc_peers_tests::tools;
use ipc_runtime::ExceptionKind;
use ipc_tests::steps::{PATIENCE, bounded, eventually};

use super::rules::Echo;

fn with_foo(test: impl FnOnce(&Arc<dyn FooInterface>) + Send + 'static) {
    let Some(program) = tools::cpp_peer() else { return };
    bounded(PATIENCE, move || {
        let server = Server::start(&program, "foo");
        test(&server.connect());
        server.finish();
    });
}

fn with_rules(test: impl FnOnce(&Arc<dyn Rules>) + Send + 'static) {
    let Some(program) = tools::cpp_peer() else { return };
    bounded(PATIENCE, move || {
        let server = Server::start(&program, "rules");
        test(&server.connect());
        server.finish();
    });
}

fn example() -> FooStruct {
    FooStruct {
        name: "name".into(),
        set_int: [2, 1].into(),
        vector_bool: vec![false, true, false],
        optional_int: Some(3),
        unordered_set_int: [5, 6].into(),
        map_string_int: vec![
            StringIntPair { first: "a".into(), second: 1 },
            StringIntPair { first: "b".into(), second: 2 },
        ],
    }
}

#[test]
fn a21_21_values() {
    with_foo(|foo| {
        assert_eq!(foo.add(1, 2).unwrap(), 3);
        assert_eq!(foo.add_out(3, 4).unwrap(), 7);
        assert_eq!(foo.add_in_out(3, 7).unwrap(), 10);
        let map = BTreeMap::from([("a".to_owned(), "x".to_owned()), ("b".to_owned(), String::new())]);
        assert_eq!(foo.map_size(&map).unwrap(), 2);
        assert_eq!(foo.pass(&example()).unwrap(), example());
        let without = FooStruct { optional_int: None, ..example() };
        assert_eq!(foo.pass(&without).unwrap(), without);
        let custom = FooCustom { v1: "v1".into(), v2: 5 };
        assert_eq!(foo.pass_custom(&custom).unwrap(), custom);
        assert_eq!(foo.pass_empty(&FooEmpty {}).unwrap(), FooEmpty {});
        assert_eq!(foo.pass_data(&[]).unwrap(), []);
        assert_eq!(foo.pass_data(&[0, 255]).unwrap(), [0, 255]);
        let message = FooMessage { message: "init".into() };
        assert_eq!(foo.pass_message(&message).unwrap().message, "init read call build");
        let mutable = FooMutable { message: "init".into() };
        assert_eq!(foo.pass_mutable(&mutable).unwrap().message, "init pass call return");
        assert_eq!(foo.pass_enum(FooEnum::Two).unwrap(), FooEnum::Two);
        assert_eq!(foo.pass_double(1.25).unwrap(), 1.25);
        let data = [b"Hi".to_vec(), Vec::new()];
        assert_eq!(foo.pass_data_pointers(&data).unwrap(), data);
        foo.call_fn().unwrap();
    });
}

#[test]
fn a21_8_typed_slots_empty_text_broad_and_narrow() {
    with_foo(|foo| match foo.raise(&example()) {
        Err(FooError::Error(error)) => assert_eq!(*error, example()),
        other => panic!("{other:?}"),
    });
    with_rules(|rules| {
        assert_eq!(rules.fail(0).unwrap(), 1);
        let Err(Failure::Refused(refused)) = rules.fail(1) else { panic!("the narrow slot") };
        assert_eq!(refused, Refused { code: 5, reason: "no".into() });
        for (how, text) in [(2, "broad"), (3, "")] {
            let Err(Failure::Error(error)) = rules.fail(how) else { panic!("the broad slot") };
            assert_eq!(error, text);
        }
    });
}

#[test]
fn a21_9_the_text_of_an_exception() {
    with_rules(|rules| {
        let error = rules.fail_uncaught("what it says").unwrap_err();
        assert_eq!((error.kind(), error.text()), (ExceptionKind::Failed, "what it says"));
        let error = rules.fail_oddly().unwrap_err();
        assert_eq!(
            (error.kind(), error.text()),
            (ExceptionKind::Failed, "unknown non-KJ exception of type: int")
        );
        assert_eq!(rules.fail(0).unwrap(), 1, "it lives");
    });
}

#[test]
fn a21_10_options() {
    with_rules(|rules| {
        for number in [None, Some(0), Some(-3)] {
            assert_eq!(rules.pass_int(number).unwrap(), number);
        }
        for text in [None, Some(""), Some("x")] {
            let text = text.map(str::to_owned);
            assert_eq!(rules.pass_text(text.clone()).unwrap(), text);
            assert_eq!(rules.pass_both(text.clone()).unwrap(), text);
        }
        for point in [None, Some(Point { x: 3, y: 4 })] {
            assert_eq!(rules.pass_point(point).unwrap(), point);
        }
    });
}

#[test]
fn a21_11_maps_and_duplicate_keys() {
    with_rules(|rules| {
        let pair = |first: &str, second: &str| Pair { first: first.into(), second: second.into() };
        let map = [pair("a", "first"), pair("b", "other"), pair("a", "second")];
        assert_eq!(rules.look_up(&map, "a").unwrap(), "first");
        let entries = BTreeMap::from([("a".to_owned(), 1), ("b".to_owned(), 2)]);
        assert_eq!(rules.look_up_entry(&entries, "b").unwrap(), 2);
        assert_eq!(rules.look_up_entry(&entries, "c").unwrap(), -1);
    });
}

#[test]
fn a21_12_text_with_a_nul() {
    with_rules(|rules| {
        for text in ["", "a\0b", "\u{e9}"] {
            assert_eq!(rules.echo_text(text).unwrap(), text);
        }
    });
}

#[test]
fn a21_13_enums_and_numbers_out_of_range() {
    with_rules(|rules| {
        assert_eq!(rules.pass_small(255).unwrap(), 255);
        let error = rules.pass_small(256).unwrap_err();
        assert_eq!(error.text(), "out of bound int received");
        assert_eq!(rules.pass_colour(Colour::Green).unwrap(), Colour::Green);
    });
}

#[test]
fn a21_14_nulls() {
    with_rules(|rules| {
        assert_eq!(rules.sum(Some(Point { x: 3, y: 4 })).unwrap(), 7);
        // A null struct is one of the schema's defaults, not of C++'s.
        assert_eq!(rules.sum(None).unwrap(), -1 + 7);
        assert!(!rules.is_there(None).unwrap());
        assert!(rules.is_there(Some(Arc::new(Echo(Arc::new(AtomicI32::new(1)))))).unwrap());
        assert!(rules.make_nothing().unwrap().is_none());
    });
}

#[test]
fn a21_7_release_without_destroy() {
    with_rules(|rules| {
        let listener = rules.make_listener().unwrap();
        assert_eq!((listener.hear(5).unwrap(), rules.made().unwrap()), (5, 1));
        drop(listener);
        eventually("the listener is dropped", || rules.made().unwrap() == 0);
    });
}

#[test]
fn a21_16_out_and_in_out_arguments() {
    with_rules(|rules| {
        assert_eq!(rules.divide(17, 5, true).unwrap(), (2, 3));
        assert_eq!(rules.divide(17, 5, false).unwrap(), (0, 3), "nothing is written unless it is wanted");
    });
}
