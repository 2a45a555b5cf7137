//! Programs of two versions in two processes: what is called compatible works, what is called breaking fails.

#![expect(clippy::unwrap_used, clippy::panic, reason = "what the tests share is a test too")]

use std::sync::Arc;

use ipc_gen::{Impact, Model, Rule, Schema};
use ipc_gen_tests::versions::{new, new_roots, old, old_roots};
use ipc_runtime::{
    CapnpContext, ExceptionKind, Interface, IpcException, make_capnp_protocol, make_client_ipc, make_process,
};

/// An older client of a server of the later version.
fn old_client() -> Arc<dyn old::Init> {
    spawn::<dyn old::Init>(env!("CARGO_BIN_EXE_version-new"))
}

/// A client of the later version, of an older server.
fn new_client() -> Arc<dyn new::Init> {
    spawn::<dyn new::Init>(env!("CARGO_BIN_EXE_version-old"))
}

fn spawn<T: Interface + ?Sized>(program: &str) -> Arc<T> {
    let process = make_process("versions", env!("CARGO_TARGET_TMPDIR"));
    let ipc = make_client_ipc(process, make_capnp_protocol(CapnpContext::new()));
    ipc.spawn_process::<T>(program).unwrap_or_else(|error| panic!("cannot spawn `{program}`: {error}"))
}

/// Checks that a change is found.
fn says(rule: Rule, impact: Impact, place: &str) {
    let old = Model::of(&Schema::of(&old_roots()).unwrap());
    let new = Model::of(&Schema::of(&new_roots()).unwrap());
    let changes = ipc_gen::check(&old, &new);
    let found = changes.iter().any(|c| (c.rule, c.impact, c.place.as_str()) == (rule, impact, place));
    let all: Vec<_> = changes.iter().map(|c| (c.rule, c.impact, c.place.as_str())).collect();
    assert!(found, "{rule:?} {impact:?} {place}\n{all:#?}");
}

fn is_unimplemented<T: std::fmt::Debug>(result: Result<T, IpcException>) {
    assert_eq!(result.unwrap_err().kind(), ExceptionKind::Unimplemented);
}

#[test]
fn a_method_that_is_added() {
    says(Rule::MethodAdded, Impact::Compatible, "Init.added");
    assert_eq!(old_client().methods().unwrap().renamed().unwrap(), 11);
    is_unimplemented(new_client().added());
}

#[test]
fn a_method_that_is_renamed() {
    says(Rule::MethodRenamed, Impact::SourceOnly, "Methods.renamed");
    assert_eq!(old_client().methods().unwrap().renamed().unwrap(), 11);
    assert_eq!(new_client().methods().unwrap().another_name().unwrap(), 1);
}

#[test]
fn a_method_that_is_moved() {
    says(Rule::MethodMoved, Impact::Both, "Methods.moved");
    // Each reaches another method.
    assert_eq!(old_client().methods().unwrap().moved().unwrap(), 12);
    assert_eq!(new_client().methods().unwrap().moved().unwrap(), 3);
}

#[test]
fn a_method_that_is_removed() {
    says(Rule::MethodRemoved, Impact::OldClients, "Methods.last");
    // Another has its place now.
    assert_eq!(old_client().methods().unwrap().last().unwrap(), 13);
}

#[test]
fn a_superclass_that_is_removed() {
    use ipc_gen_tests::versions::same::Base;

    says(Rule::SuperclassRemoved, Impact::OldClients, "Derived");
    let derived = old_client().derived().unwrap();
    is_unimplemented(Base::inherited(&*derived));
}

#[test]
fn an_interface_that_is_removed() {
    says(Rule::InterfaceRemoved, Impact::OldClients, "Gone");
    is_unimplemented(old_client().gone().unwrap().call());
}

#[test]
fn an_interface_with_another_id() {
    says(Rule::InterfaceIdChanged, Impact::Both, "Reidentified");
    is_unimplemented(old_client().reidentified().unwrap().call());
    is_unimplemented(new_client().reidentified().unwrap().call());
}

#[test]
fn parameters() {
    let (old, new) = (old_client().various().unwrap(), new_client().various().unwrap());
    says(Rule::FieldAdded, Impact::Compatible, "Various.parameterAdded.more");
    assert_eq!(old.parameter_added(1).unwrap(), 15, "the default is 5");
    assert_eq!(new.parameter_added(1, 9).unwrap(), 1, "what is not known is ignored");

    says(Rule::FieldRemoved, Impact::OldServers, "Various.parameterRemoved.b");
    assert_eq!(old.parameter_removed(1, 2).unwrap(), 1);
    assert_eq!(new.parameter_removed(1).unwrap(), 10, "the old server reads 0");

    says(Rule::FieldMoved, Impact::Both, "Various.parametersSwapped.a");
    assert_eq!(old.parameters_swapped(1, 2).unwrap(), 21);
    assert_eq!(new.parameters_swapped(2, 1).unwrap(), 21);

    says(Rule::FieldTypeChanged, Impact::Both, "Various.parameterRetyped.a");
    assert!(old.parameter_retyped(1).unwrap() < 1.0);
    assert!(new.parameter_retyped(1.0).unwrap() > 1.0);

    says(Rule::DefaultChanged, Impact::Both, "Various.defaultChanged.a");
    assert_eq!(old.default_changed(0).unwrap(), 3);
    assert_eq!(new.default_changed(0).unwrap(), 3);

    says(Rule::ContextChanged, Impact::Both, "Various.contextRemoved");
    assert_ne!(old.context_removed("a").ok().as_deref(), Some("a"));
    assert_ne!(new.context_removed("a").ok().as_deref(), Some("a"));
}

#[test]
fn structs() {
    let (old, new) = (old_client().various().unwrap(), new_client().various().unwrap());
    says(Rule::FieldAdded, Impact::Compatible, "Growing.more");
    assert_eq!(old.field_added(&old::Growing { a: 1 }).unwrap(), old::Growing { a: 1 });
    assert_eq!(new.field_added(&new::Growing { a: 1, more: 2 }).unwrap(), new::Growing { a: 1, more: 7 });
}

#[test]
fn unions() {
    let (old, new) = (old_client().various().unwrap(), new_client().various().unwrap());
    says(Rule::ChoiceAdded, Impact::Compatible, "Choice.more");
    assert_eq!(old.union_grown(&old::Choice::Number(5)).unwrap(), old::Choice::Number(5));
    assert_eq!(new.union_grown(&new::Choice::Number(5)).unwrap(), new::Choice::Number(5));
    new.union_grown(&new::Choice::More(5)).unwrap_err();

    says(Rule::FieldUnionized, Impact::Compatible, "Unionized.number");
    let (name, number) = ("n".to_owned(), 5);
    let before = old::Unionized { name: name.clone(), number };
    assert_eq!(old.unionized(&before).unwrap(), before);
    let after = new::Unionized { name, value: new::NumberOr::Number(number) };
    assert_eq!(new.unionized(&after).unwrap(), after);
}

#[test]
fn enums() {
    let (old, new) = (old_client().various().unwrap(), new_client().various().unwrap());
    says(Rule::ValueAdded, Impact::Compatible, "Colour.blue");
    assert_eq!(old.values(old::Colour::Green).unwrap(), old::Colour::Green);
    assert_eq!(new.values(new::Colour::Green).unwrap(), new::Colour::Green);
    new.values(new::Colour::Blue).unwrap_err();

    says(Rule::ValueMoved, Impact::Both, "Swapped.one");
    assert_eq!(old.values_moved(old::Swapped::One).unwrap(), old::Swapped::Two);
    assert_eq!(new.values_moved(new::Swapped::One).unwrap(), new::Swapped::Two);
}
