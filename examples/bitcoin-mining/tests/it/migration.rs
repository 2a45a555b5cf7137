//! The two programs of the manual's page on migration.

use ipc_peers_tests::migration::{after, before};
use ipc_tests::steps::{LONG_PATIENCE, bounded};

use super::node::mine;
use super::regtest::Regtest;

const PAGE: &str = include_str!("../../../../ipc-runtime/src/manual/migration.md");
const BEFORE: &str = include_str!("../../../../tests/peers/src/migration/before.rs");
const AFTER: &str = include_str!("../../../../tests/peers/src/migration/after.rs");

#[test]
fn the_manual_shows_what_is_compiled() {
    for (name, program) in [("before", BEFORE), ("after", AFTER)] {
        assert!(PAGE.contains(&format!("```rust,ignore\n{program}```\n")), "`{name}.rs` is another one");
    }
    let lines = format!("| lines of the program | {} | {} |", BEFORE.lines().count(), AFTER.lines().count());
    assert!(PAGE.lines().any(|line| line == lines), "{lines}");
}

#[test]
fn both_programs_with_a_real_node() {
    let Some(regtest) = Regtest::start() else { return };
    bounded(LONG_PATIENCE, move || {
        mine(&regtest.connect());
        let socket = regtest.datadir().join("regtest/node.sock");
        assert_eq!(before::watch(&socket, 1.0).unwrap(), (1, false));
        assert_eq!(after::watch(&socket, 1.0).unwrap(), (1, false));
    });
}
