//! What threads are called, in the manner of libmultiprocess (`src/mp/util.cpp`, `ThreadName`).

use std::fmt::Write;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU64, Ordering};

/// The most of a name that is kept: a peer chooses it.
const LONGEST: usize = 128;

/// Returns the name of this thread: program, process, thread.
pub(super) fn of_this_thread() -> String {
    let mut name = format!("{}/", of_process());
    let current = std::thread::current();
    if let Some(given) = current.name() {
        name.push_str(given);
        name.push('-');
    }
    // Writing to a string does not fail.
    let _ = write!(name, "{}", number(&current));
    name
}

/// Returns a name for the calls of a task, which may be on any thread.
pub(super) fn of_task() -> String {
    static NEXT: AtomicU64 = AtomicU64::new(1);
    format!("{}/task-{}", of_process(), NEXT.fetch_add(1, Ordering::Relaxed))
}

/// Returns the name of a thread that was made for one of the peer.
pub(super) fn of_hosted(number: usize, from: &str) -> String {
    format!("{}/{number} (from {})", of_process(), shortened(from))
}

/// Returns the name of a thread of a pool.
pub(super) fn of_pooled(index: usize) -> String {
    format!("{} (pool/{index})", of_process())
}

fn of_process() -> &'static str {
    static NAME: OnceLock<String> = OnceLock::new();
    NAME.get_or_init(|| {
        let program = std::env::current_exe().ok();
        let program = program.as_deref().and_then(|path| path.file_name()).unwrap_or_default();
        format!("{}-{}", program.to_string_lossy(), std::process::id())
    })
}

/// The number that a debugger shows.
#[cfg(target_os = "linux")]
fn number(_: &std::thread::Thread) -> String {
    rustix::thread::gettid().as_raw_nonzero().to_string()
}

#[cfg(not(target_os = "linux"))]
fn number(thread: &std::thread::Thread) -> String {
    format!("{:?}", thread.id())
}

fn shortened(name: &str) -> &str {
    let end = (0..=LONGEST.min(name.len())).rev().find(|end| name.is_char_boundary(*end));
    name.get(..end.unwrap_or_default()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_say_which_program_process_and_thread() {
        let process = format!("-{}/", std::process::id());
        let named = std::thread::Builder::new().name("worker".into()).spawn(of_this_thread).unwrap();
        let name = named.join().unwrap();
        assert!(name.contains(&format!("{process}worker-")), "{name}");
        assert!(of_hosted(3, "other").ends_with("/3 (from other)"));
    }

    #[test]
    fn a_long_name_is_cut_between_two_characters() {
        assert_eq!(shortened(&"x".repeat(1000)).len(), LONGEST);
        assert_eq!(shortened(&format!("x{}", "é".repeat(100))).len(), LONGEST - 1);
        assert_eq!(shortened("ok"), "ok");
    }
}
