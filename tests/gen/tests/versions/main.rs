//! Programs of two versions in two processes: what is called compatible works, what is called breaking fails.

#![expect(clippy::unwrap_used, clippy::panic, reason = "what the tests share is a test too")]

mod rows;

use std::collections::BTreeSet;
use std::sync::Arc;

use ipc_gen::model::{Model, Node, NodeKind, Type, Value};
use ipc_gen::{Change, Impact, Rule, Schema};
use ipc_gen_tests::versions::{new, new_roots, old, old_roots};
use ipc_runtime::{CapnpContext, Interface, make_capnp_protocol, make_client_ipc, make_process};

/// A change, and what becomes of it between two processes.
struct Row {
    rule: Rule,
    impact: Impact,
    place: &'static str,
    /// Tells whether an older client and a server of the later version understand each other.
    old_client: fn(&dyn old::Init) -> bool,
    /// Tells whether a client of the later version and an older server do.
    new_client: fn(&dyn new::Init) -> bool,
}

impl Row {
    fn new(
        rule: Rule,
        impact: Impact,
        place: &'static str,
        old_client: fn(&dyn old::Init) -> bool,
        new_client: fn(&dyn new::Init) -> bool,
    ) -> Self {
        Self { rule, impact, place, old_client, new_client }
    }

    fn is(&self, change: &Change) -> bool {
        (self.rule, self.impact, self.place) == (change.rule, change.impact, change.place.as_str())
    }
}

#[test]
fn what_is_said_of_each_change_is_so() {
    let changes = changes();
    let old_client = spawn::<dyn old::Init>(env!("CARGO_BIN_EXE_version-new"));
    let new_client = spawn::<dyn new::Init>(env!("CARGO_BIN_EXE_version-old"));
    for row in rows::rows() {
        let Row { rule, impact, place, .. } = row;
        assert!(changes.iter().any(|change| row.is(change)), "{rule:?} {impact:?} {place} in {changes:#?}");
        let (works_for_old_clients, works_for_old_servers) = match impact {
            Impact::Compatible | Impact::SourceOnly => (true, true),
            Impact::OldClients => (false, true),
            Impact::OldServers => (true, false),
            Impact::Both => (false, false),
        };
        let what = format!("{rule:?} {impact:?} {place}");
        assert_eq!((row.old_client)(&*old_client), works_for_old_clients, "an older client: {what}");
        assert_eq!((row.new_client)(&*new_client), works_for_old_servers, "an older server: {what}");
    }
}

#[test]
fn every_rule_is_tried() {
    let tried: BTreeSet<&str> = rows::rows().iter().map(|row| row.rule.name()).collect();
    let all: BTreeSet<&str> = Rule::ALL.iter().map(|rule| rule.name()).collect();
    assert_eq!(tried, all);
}

/// Every change between the two versions is in a row, so that nothing breaks by the way.
#[test]
fn every_change_is_tried() {
    let rows = rows::rows();
    for change in changes().iter().filter(|change| change.impact.is_breaking()) {
        assert!(rows.iter().any(|row| row.is(change)), "{:?} {}\n{change}", change.rule, change.place);
    }
}

/// Finds what has changed.
fn changes() -> Vec<Change> {
    let mut old = Model::of(&Schema::of(&old_roots()).unwrap());
    let mut new = Model::of(&Schema::of(&new_roots()).unwrap());
    // Rust interfaces declare no constants.
    add_constant(&mut old, 1);
    add_constant(&mut new, 2);
    ipc_gen::check(&old, &new)
}

fn add_constant(model: &mut Model, value: u8) {
    let id = 0xabcd_ef01_2345_00ff;
    let file = model.files.first().unwrap();
    let node = Node {
        id,
        display_name: format!("{}:answer", file.name),
        prefix: file.name.len() + 1,
        scope: file.id,
        parameters: Vec::new(),
        is_generic: false,
        nested: Vec::new(),
        annotations: Vec::new(),
        doc: String::new(),
        kind: NodeKind::Const(Type::UInt8, Value::UInt8(value)),
    };
    model.nodes.insert(id, node);
}

fn spawn<T: Interface + ?Sized>(program: &str) -> Arc<T> {
    let process = make_process("versions", env!("CARGO_TARGET_TMPDIR"));
    let ipc = make_client_ipc(process, make_capnp_protocol(CapnpContext::new()));
    ipc.spawn_process::<T>(program).unwrap_or_else(|error| panic!("cannot spawn `{program}`: {error}"))
}
