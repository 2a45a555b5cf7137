//! C++ clients of ours: each case is a function in `cpp/foo_client.cpp` or `cpp/rules.cpp`.

use std::sync::Arc;

use ipc_peers_tests::cpp::Served;
use ipc_peers_tests::foo::FooInterface;
use ipc_peers_tests::rules::Rules;
use ipc_peers_tests::tools;

use super::foo::Foo;
use super::rules::Server;

fn foo_passes(case: &str) {
    let Some(program) = tools::cpp_peer() else { return };
    let root: Arc<dyn FooInterface> = Arc::new(Foo::default());
    Served::new(root).passes(&program, "foo", case);
}

fn rules_pass(case: &str) {
    let Some(program) = tools::cpp_peer() else { return };
    let root: Arc<dyn Rules> = Arc::new(Server::default());
    Served::new(root).passes(&program, "rules", case);
}

#[test]
fn a21_1_construct_is_pipelined_on_the_bootstrap() {
    // Every case of `rules` begins so.
    rules_pass("numbers");
}

#[test]
fn a21_8_typed_slots_empty_text_broad_and_narrow() {
    rules_pass("errors");
    foo_passes("typed_error");
}

#[test]
fn a21_9_the_text_of_an_exception() {
    rules_pass("exception_text");
}

#[test]
fn a21_10_options() {
    rules_pass("options");
}

#[test]
fn a21_11_maps_and_duplicate_keys() {
    rules_pass("maps");
}

#[test]
fn a21_12_text_that_is_no_utf8() {
    rules_pass("texts");
}

#[test]
fn a21_13_enums_and_numbers_out_of_range() {
    rules_pass("numbers");
}

#[test]
fn a21_14_nulls() {
    rules_pass("nulls");
}

#[test]
fn a21_16_out_and_in_out_arguments() {
    rules_pass("outs");
}

#[test]
fn a21_21_values() {
    foo_passes("values");
}
