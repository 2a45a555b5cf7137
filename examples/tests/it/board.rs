//! The board: a server and its clients at a socket.

use std::os::unix::fs::PermissionsExt;
use std::process::Command;

use crate::util::{Talk, line, run};

fn server(address: &str) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_ipc-board-server"));
    command.arg(address);
    command
}

fn client(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_ipc-board"));
    command.args(arguments);
    command
}

#[test]
fn notes_are_kept_for_every_client() {
    let directory = tempfile::tempdir().unwrap();
    let socket = directory.path().join("sockets/board.sock");
    let address = format!("unix:{}", socket.display());
    let mut server = Talk::start(server(&address));
    assert_eq!(line(&mut server.stdout), format!("listening on {address}"));
    assert_eq!(socket.metadata().unwrap().permissions().mode() & 0o777, 0o600);

    let first = run(client(&[&address, "alice", "lunch at noon"]), b"");
    assert_eq!((first.stdout.as_str(), first.stderr.as_str()), ("alice: lunch at noon\n", ""));
    let second = run(client(&[&address, "bob", "sounds good"]), b"");
    assert_eq!(second.stdout, "alice: lunch at noon\nbob: sounds good\n");
    let reader = run(client(&[&address]), b"");
    assert_eq!((reader.stdout, reader.code), (second.stdout, Some(0)));

    let empty = run(client(&[&address, "carol", ""]), b"");
    assert_eq!(
        (empty.stderr.as_str(), empty.code),
        ("ipc-board: the note is empty: write something\n", Some(1))
    );
}

#[test]
fn notes_are_followed_until_the_server_goes() {
    let directory = tempfile::tempdir().unwrap();
    let address = format!("unix:{}", directory.path().join("board.sock").display());
    let mut server = Talk::start(server(&address));
    line(&mut server.stdout);
    run(client(&[&address, "alice", "lunch at noon"]), b"");
    let mut followers: Vec<Talk> = (0..2).map(|_| Talk::start(client(&[&address, "--follow"]))).collect();
    for follower in &mut followers {
        assert_eq!(line(&mut follower.stdout), "alice: lunch at noon");
    }
    run(client(&[&address, "bob", "sounds good"]), b"");
    for follower in &mut followers {
        assert_eq!(line(&mut follower.stdout), "bob: sounds good");
    }
    // One that goes does not keep the others from following.
    drop(followers.pop());
    for number in 0..5 {
        run(client(&[&address, "carol", &number.to_string()]), b"");
    }
    let mut follower = followers.pop().unwrap();
    for number in 0..5 {
        assert_eq!(line(&mut follower.stdout), format!("carol: {number}"));
    }
    drop(server);
    let (rest, error, status) = follower.finish();
    assert_eq!((rest.as_str(), status.code()), ("", Some(1)));
    assert!(error.starts_with("ipc-board: the peer "), "{error}");
}

#[test]
fn an_address_has_one_server_at_a_time() {
    let directory = tempfile::tempdir().unwrap();
    let socket = directory.path().join("board.sock");
    let address = format!("unix:{}", socket.display());

    let nobody = run(client(&[&address]), b"");
    let text = format!("ipc-board: cannot connect to `{}`: ", socket.display());
    assert!(nobody.stderr.starts_with(&text), "{}", nobody.stderr);
    assert_eq!(nobody.code, Some(1));

    let mut first = Talk::start(server(&address));
    line(&mut first.stdout);
    let second = run(server(&address), b"");
    let text =
        format!("ipc-board-server: cannot listen on `{}`, another listener has it: ", socket.display());
    assert!(second.stderr.starts_with(&text), "{}", second.stderr);

    // What a killed server leaves behind is replaced, and what it kept is gone.
    drop(first);
    let mut third = Talk::start(server(&address));
    assert_eq!(line(&mut third.stdout), format!("listening on {address}"));
    assert_eq!(run(client(&[&address]), b"").stdout, "");
}

#[test]
fn addresses_and_arguments_that_are_none() {
    let done = run(client(&["tcp:1"]), b"");
    assert_eq!(done.stderr, "ipc-board: unrecognized address `tcp:1`: use `unix`, `unix:<path>` or `auto`\n");
    let done = run(server("auto"), b"");
    assert!(done.stderr.starts_with("ipc-board-server: unrecognized address `auto` to listen on"));
    let done = run(client(&[]), b"");
    assert!(done.stderr.starts_with("usage: ipc-board ADDRESS"), "{}", done.stderr);
    assert_eq!(done.code, Some(2));
}
