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

/// The case makes us disconnect in the middle of a call.
fn foo_is_left(case: &str) {
    let Some(program) = tools::cpp_peer() else { return };
    let root = Arc::new(Foo::default());
    let served = Arc::new(Served::new::<dyn FooInterface>(root.clone()));
    let serving = Arc::downgrade(&served);
    *root.end.lock().unwrap() = Some(Box::new(move || {
        if let Some(served) = serving.upgrade() {
            served.disconnect();
        }
    }));
    served.passes(&program, "foo", case);
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
fn a21_4_nested_callbacks() {
    foo_passes("recursion");
}

#[test]
fn a21_5_a_stored_callback_is_called_from_an_unrelated_thread() {
    foo_passes("saved_callback");
}

#[test]
fn a21_8_typed_slots_empty_text_broad_and_narrow() {
    rules_pass("errors");
    foo_passes("typed_error");
}

#[test]
fn a21_9_the_text_of_an_exception() {
    rules_pass("exception_text");
    foo_passes("failures");
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
fn a21_15_methods_of_an_interface_that_is_extended() {
    foo_passes("callbacks");
}

#[test]
fn a21_16_out_and_in_out_arguments() {
    rules_pass("outs");
}

#[test]
fn a21_18_a_disconnect_in_a_running_call() {
    foo_is_left("disconnect");
}

#[test]
fn a21_21_values() {
    foo_passes("values");
}

#[test]
fn a21_21_callbacks() {
    foo_passes("callbacks");
}

#[test]
fn a21_21_calls_of_several_threads() {
    foo_passes("threads");
}
