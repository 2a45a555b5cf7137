//! Processes that lie: the command says so and ends, whatever they send.

use std::io::{Read, Write};
use std::net::Shutdown;
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::thread;

use super::interfaces::{Init, Server};
use super::{Outcome, Served};

/// What the command may take for itself, in KiB of addresses: most of it are the arenas of an allocator with many threads.
const MEMORY: &str = "4000000";

/// Runs the command with a bound of its memory, and fails if it ends by a panic or a signal.
#[track_caller]
fn ends_well(arguments: &[&str]) -> Outcome {
    let output = Command::new("sh")
        .args(["-c", "ulimit -v \"$0\"; exec \"$@\"", MEMORY, env!("CARGO_BIN_EXE_ipc-gen")])
        .args(arguments)
        .stdin(Stdio::null())
        .output()
        .unwrap();
    let outcome = Outcome {
        code: output.status.code(),
        output: String::from_utf8_lossy(&output.stdout).into_owned(),
        errors: String::from_utf8_lossy(&output.stderr).into_owned(),
    };
    assert!(matches!(outcome.code, Some(0..=4)), "{arguments:?} {outcome:?}");
    assert!(!outcome.errors.contains("panicked"), "{arguments:?} {outcome:?}");
    outcome
}

/// Where a bit of what the process sends is turned over.
#[derive(Clone, Copy)]
struct Lie {
    byte: usize,
    bit: u8,
}

/// Stands between the command and a process, for one connection, and lies once.
fn serve_lie(listener: &UnixListener, process: &Path, lie: Lie) {
    let (mut client, _) = listener.accept().unwrap();
    let mut server = UnixStream::connect(process).unwrap();
    let (mut from, mut to) = (client.try_clone().unwrap(), server.try_clone().unwrap());
    let forward = thread::spawn(move || {
        // Either may hang up at any time.
        let _ = std::io::copy(&mut from, &mut to);
        let _ = to.shutdown(Shutdown::Both);
    });
    let (mut passed, mut buffer) = (0, [0; 4096]);
    while let Ok(length @ 1..) = server.read(&mut buffer) {
        let chunk = buffer.get_mut(..length).unwrap_or_default();
        if let Some(byte) = lie.byte.checked_sub(passed).and_then(|at| chunk.get_mut(at)) {
            *byte ^= 1 << lie.bit;
        }
        passed += length;
        if client.write_all(chunk).is_err() {
            break;
        }
    }
    let _ = client.shutdown(Shutdown::Both);
    let _ = server.shutdown(Shutdown::Both);
    forward.join().unwrap();
}

fn lies(arguments: &[&str], bytes: impl Iterator<Item = usize>) {
    let served = Served::new(Arc::new(Server) as Arc<dyn Init>);
    let process = PathBuf::from(served.address.strip_prefix("unix:").unwrap());
    let path = served.folder.path().join("liar.sock");
    let listener = UnixListener::bind(&path).unwrap();
    let address = format!("unix:{}", path.display());
    for (byte, bit) in bytes.zip((0..8).cycle()) {
        thread::scope(|scope| {
            scope.spawn(|| serve_lie(&listener, &process, Lie { byte, bit }));
            let (command, rest) = arguments.split_first().unwrap();
            // What never comes is waited for until then.
            ends_well(&[&[*command, &address], rest, &["--timeout", "0.5"]].concat());
        });
    }
}

/// The first bytes are those of the frames of the first answers, later ones of the schema that is asked for and of results.
#[test]
fn a_bit_that_is_turned_over_on_the_way_of_a_call() {
    let path = "init.counters[result.first].add";
    lies(&["call", path, r#"{"n": 1}"#], (0..160).step_by(5).chain((160..8000).step_by(271)));
}

#[test]
fn a_bit_that_is_turned_over_on_the_way_of_an_inspection() {
    lies(&["inspect"], (0..400).step_by(13));
}

#[test]
fn a_message_that_claims_to_be_large() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("large.sock");
    let listener = UnixListener::bind(&path).unwrap();
    let address = format!("unix:{}", path.display());
    // How many segments, less one, and how many words each has.
    let tables: [&[u32]; 4] = [&[u32::MAX], &[0, u32::MAX], &[0, (1 << 29) - 1], &[511, u32::MAX, u32::MAX]];
    for table in tables {
        thread::scope(|scope| {
            scope.spawn(|| {
                let (mut client, _) = listener.accept().unwrap();
                let bytes: Vec<u8> = table.iter().flat_map(|word| word.to_le_bytes()).collect();
                // On a busy machine it may have left before.
                let _ = client.write_all(&bytes);
                // Until the command has left.
                let _ = std::io::copy(&mut client, &mut std::io::sink());
            });
            let outcome = ends_well(&["call", &address, "init.plain", "--timeout", "2"]);
            assert_ne!(outcome.code, Some(0), "{outcome:?}");
        });
    }
}
