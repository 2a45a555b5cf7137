//! What the tests of this part share: programs to spawn, processes of their own, bounded waiting.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;
use std::time::{Duration, Instant};

use super::*;

mod child_side;
mod listen;
mod spawn;

/// A `Process` whose default socket is in a directory of its own.
fn process_in(directory: &Path) -> Arc<dyn Process> {
    make_process("node", directory)
}

/// Writes an executable file. A shell does it: if this process had the file open for writing, a child forked by
/// another test meanwhile would make it "busy".
fn executable(directory: &Path, name: &str, text: &str) -> String {
    let path = directory.join(name).to_str().unwrap().to_owned();
    let write = "printf %s \"$2\" > \"$1\" && chmod 700 \"$1\"";
    let status = Command::new("/bin/sh").args(["-c", write, "sh", &path, text]).status().unwrap();
    assert!(status.success());
    path
}

fn script(directory: &Path, name: &str, text: &str) -> String {
    executable(directory, name, &format!("#!/bin/sh\n{text}\n"))
}

/// Makes a program that runs this test binary as a spawned child in the given role of [`child_side`].
fn role(directory: &Path, role: &str) -> String {
    let this = std::env::current_exe().unwrap();
    let text = format!(
        "[ $# = 2 ] || exit 98\n[ \"$1\" = -ipcfd ] || exit 99\n\
         IPC_TEST_ROLE={role} IPC_TEST_FD=$2 exec '{}' --exact process::tests::child_side::role >/dev/null",
        this.display()
    );
    script(directory, role, &text)
}

/// Runs the rest of the calling test in a process in which no other test runs: true there, false in the parent,
/// which has waited for it.
pub(super) fn alone(test: &str) -> bool {
    if std::env::var_os("IPC_TEST_ALONE").is_some_and(|name| name == test) {
        return true;
    }
    let output = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", test, "--test-threads=1"])
        .env("IPC_TEST_ALONE", test)
        .output()
        .unwrap();
    let printed = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success() && printed.contains("1 passed"), "{printed}");
    false
}

/// Waits for a condition that another process or the background thread brings about.
fn eventually(what: &str, mut condition: impl FnMut() -> bool) {
    let deadline = Instant::now() + Duration::from_secs(60);
    while !condition() {
        assert!(Instant::now() < deadline, "not within a minute: {what}");
        std::thread::yield_now();
    }
}

fn args(list: &[&str]) -> Vec<OsString> {
    list.iter().map(OsString::from).collect()
}

/// The open descriptors of this process, each with what it leads to, without the one that lists them.
fn open_descriptors() -> Vec<(i32, PathBuf)> {
    let mut found: Vec<_> = std::fs::read_dir("/proc/self/fd")
        .unwrap()
        .map(|entry| entry.unwrap())
        .filter_map(|entry| {
            let target = std::fs::read_link(entry.path()).ok()?;
            Some((entry.file_name().to_str().unwrap().parse().unwrap(), target))
        })
        .filter(|(_, target)| !(target.starts_with("/proc") && target.ends_with("fd")))
        .collect();
    found.sort();
    found
}
