//! Pinned names and ids reproduce existing schemas exactly.

use std::path::Path;

use bitcoin_mining::v30;
use ipc_gen_tests::tools::require;
use ipc_peers_tests::foo::{
    ExtendedCallback, FooCallback, FooCustom, FooEmpty, FooFn, FooInterface, FooMessage, FooMutable,
    FooStruct, StringIntPair,
};
use ipc_peers_tests::rules::{Listener, Rules};
use ipc_peers_tests::schema::{assert_same, of_descriptors, of_file};
use ipc_peers_tests::threads::{Plain, Threads};
use ipc_peers_tests::tools;
use ipc_runtime::wire::proxy::{Context, Thread, ThreadMap};
use ipc_runtime::wire::{Interface, Struct};

#[test]
fn a2_the_ids_of_proxy_capnp() {
    assert_eq!(<dyn ThreadMap>::descriptor().id, 0xee5e_3717_9ad9_dc9d);
    assert_eq!(<dyn Thread>::descriptor().id, 0x81c1_e260_0d0b_56c5);
    assert_eq!(<Context as Struct>::descriptor().id, 0x9c44_e664_5d0b_22c6);
}

#[test]
fn a2_the_ids_of_foo_capnp() {
    assert_eq!(<dyn FooInterface>::descriptor().id, 0x90de_09db_457f_4d3b);
    assert_eq!(<dyn FooCallback>::descriptor().id, 0xb5a2_f89c_9102_38fc);
    assert_eq!(<dyn ExtendedCallback>::descriptor().id, 0xfdf7_a3bf_8cf3_7ff5);
    assert_eq!(<dyn FooFn>::descriptor().id, 0xb9ab_462a_fcf2_9e05);
    assert_eq!(<FooStruct as Struct>::descriptor().id, 0x9bed_24c2_486a_3613);
}

/// Ids, names, ordinals, types and layouts, down to each parameter.
#[test]
fn a2_foo_capnp() {
    let (Some(capnp), Some(libmultiprocess)) = (require("capnp"), tools::libmultiprocess()) else { return };
    let ours = of_descriptors(&[<dyn FooInterface>::descriptor()]);
    let test = libmultiprocess.join("test");
    let file = test.join("mp/test/foo.capnp");
    let theirs = of_file(&capnp, &file, &[libmultiprocess.join("include"), test]);
    let ids = [
        <dyn FooInterface>::descriptor(),
        <dyn FooCallback>::descriptor(),
        <dyn ExtendedCallback>::descriptor(),
        <dyn FooFn>::descriptor(),
        <FooStruct as Struct>::descriptor(),
        <FooCustom as Struct>::descriptor(),
        <FooEmpty as Struct>::descriptor(),
        <FooMessage as Struct>::descriptor(),
        <FooMutable as Struct>::descriptor(),
        <StringIntPair as Struct>::descriptor(),
    ]
    .map(|descriptor| descriptor.id);
    for id in ids {
        assert!(theirs.contains_key(&id), "{id:x} {:?}", ours.get(&id));
    }
    // And the three of `proxy.capnp`.
    assert_eq!(assert_same(&ours, &theirs), ids.len() + 3);
}

#[test]
fn a2_rules_capnp() {
    let (Some(capnp), Some(libmultiprocess)) = (require("capnp"), tools::libmultiprocess()) else { return };
    let ours = of_descriptors(&[<dyn Rules>::descriptor(), <dyn Listener>::descriptor()]);
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("cpp/rules.capnp");
    let theirs = of_file(&capnp, &file, &[libmultiprocess.join("include")]);
    // `Rules`, `Listener`, `Point`, `Refused`, `ThreadMap` and `Thread`; no method has a `Context`.
    let shared = assert_same(&ours, &theirs);
    assert!(theirs.contains_key(&<dyn Rules>::descriptor().id));
    assert_eq!(shared, 6);
}

#[test]
fn a2_threads_capnp() {
    let (Some(capnp), Some(libmultiprocess)) = (require("capnp"), tools::libmultiprocess()) else { return };
    let mut ours = of_descriptors(&[<dyn Threads>::descriptor()]);
    // What it lacks is the context of `destroy`, which is never set.
    ours.remove(&<dyn Plain>::descriptor().id);
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("cpp/threads.capnp");
    let theirs = of_file(&capnp, &file, &[libmultiprocess.join("include")]);
    // `Threads`, `Callback`, `Object`, and the three of `proxy.capnp`.
    assert_eq!(assert_same(&ours, &theirs), 6);
}

/// Bitcoin Core 30, which no test runs: defaults are a part of how a value travels, and it has none.
#[test]
fn a2_the_schemas_of_bitcoin_core_30() {
    let (Some(capnp), Some(schemas)) = (require("capnp"), tools::schemas_of_v30()) else { return };
    let mut ours = of_descriptors(&[<dyn v30::Init>::descriptor()]);
    // It knows `makeThread` alone.
    ours.remove(&<dyn ThreadMap>::descriptor().id);
    let theirs = of_file(&capnp, &schemas.join("init.capnp"), &[]);
    // `Init`, `Echo`, `Mining`, `BlockTemplate`, `BlockRef`, the three structs of options, `Thread` and `Context`.
    assert_eq!(assert_same(&ours, &theirs), 10);
}
