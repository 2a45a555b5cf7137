//! What Linux knows of the processes under test.

use std::fs;
use std::thread;
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};

/// Beyond this a test has failed. No test waits for it.
const PATIENCE: Duration = Duration::from_secs(60);

/// A process of the system.
#[derive(Debug, PartialEq)]
pub(crate) struct Process {
    pub(crate) pid: u32,
    pub(crate) name: String,
    pub(crate) state: char,
}

/// Returns the children of a process, zombies included.
pub(crate) fn children(parent: u32) -> Vec<Process> {
    let parent = parent.to_string();
    let mut found = Vec::new();
    for entry in fs::read_dir("/proc").unwrap() {
        let Ok(pid) = entry.unwrap().file_name().to_string_lossy().parse() else { continue };
        // The process may be gone by now.
        let Ok(stat) = fs::read_to_string(format!("/proc/{pid}/stat")) else { continue };
        // `pid (name) state parent ...`, and a name may contain anything.
        let (start, rest) = stat.rsplit_once(')').unwrap();
        let mut fields = rest.split_whitespace();
        let state = fields.next().unwrap().chars().next().unwrap();
        if fields.next() == Some(&parent) {
            let name = start.split_once('(').unwrap().1.to_owned();
            found.push(Process { pid, name, state });
        }
    }
    found.sort_by(|a, b| a.name.cmp(&b.name));
    found
}

/// Returns the one child of that name.
pub(crate) fn child(parent: u32, name: &str) -> u32 {
    let children = children(parent);
    let mut named = children.iter().filter(|child| child.name == name && child.state != 'Z');
    let found = named.next().unwrap_or_else(|| panic!("no `{name}` in {children:?}"));
    assert!(named.next().is_none(), "{children:?}");
    found.pid
}

/// Sends SIGKILL to a process that a process under test has started.
pub(crate) fn kill(pid: u32) {
    let pid = Pid::from_raw(pid.try_into().unwrap()).unwrap();
    kill_process(pid, Signal::KILL).unwrap();
}

/// Sends SIGSTOP to a process that a process under test has started.
pub(crate) fn stop(pid: u32) {
    let pid = Pid::from_raw(pid.try_into().unwrap()).unwrap();
    kill_process(pid, Signal::STOP).unwrap();
}

/// Counts the open descriptors of a process.
pub(crate) fn descriptors(pid: u32) -> usize {
    fs::read_dir(format!("/proc/{pid}/fd")).unwrap().count()
}

/// Waits until `what` holds, of which nothing tells but looking.
pub(crate) fn wait_until(what: &str, mut holds: impl FnMut() -> bool) {
    let deadline = Instant::now() + PATIENCE;
    while !holds() {
        assert!(Instant::now() < deadline, "still not: {what}");
        thread::yield_now();
    }
}
