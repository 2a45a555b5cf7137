//! Nothing is left of what is gone.

use std::process::Command;

use ipc_tests::steps::{LONG_PATIENCE, bounded};

use super::util::PEER;

#[test]
fn a_thousand_cycles_of_spawn_call_and_drop_leave_no_descriptor_thread_child_or_megabyte() {
    bounded(LONG_PATIENCE, || {
        let deserter = env!("CARGO_BIN_EXE_deserter");
        let soak = Command::new(env!("CARGO_BIN_EXE_soak")).args([PEER, deserter, "1000"]).output().unwrap();
        let (stdout, stderr) = (String::from_utf8_lossy(&soak.stdout), String::from_utf8_lossy(&soak.stderr));
        assert!(soak.status.success(), "{}: {stdout}{stderr}", soak.status);
    });
}
