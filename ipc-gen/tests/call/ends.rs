//! Processes that do not answer.

use std::os::unix::net::UnixListener;
use std::sync::Arc;
use std::thread;

use ipc_runtime::Reflection;

use super::interfaces::{Init, Server};
use super::{Served, ipc_gen};

#[test]
fn nobody_is_there() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("nobody.sock");
    let outcome = ipc_gen(&["call", &format!("unix:{}", path.display()), "init.plain"], "");
    assert_eq!((outcome.code, outcome.output.as_str()), (Some(3), ""));
    assert!(outcome.errors.contains("cannot connect to"), "{}", outcome.errors);
    let outcome = ipc_gen(&["call", "tcp:localhost:1", "init.plain"], "");
    assert_eq!(outcome.code, Some(3), "{outcome:?}");
}

#[test]
fn a_process_that_hangs_up_is_gone() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("gone.sock");
    let listener = UnixListener::bind(&path).unwrap();
    let server = thread::spawn(move || drop(listener.accept().unwrap()));
    let outcome =
        ipc_gen(&["call", &format!("unix:{}", path.display()), "init.plain", "--format", "json"], "");
    assert_eq!((outcome.code, outcome.errors.as_str()), (Some(3), ""));
    assert!(outcome.output.starts_with("{\"error\": {\"kind\": \"unreachable\""), "{}", outcome.output);
    server.join().unwrap();
}

#[test]
fn a_process_that_does_not_answer_is_left() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("silent.sock");
    let _listener = UnixListener::bind(&path).unwrap();
    let address = format!("unix:{}", path.display());
    let outcome = ipc_gen(&["call", &address, "init.plain", "--timeout", "0.05"], "");
    assert_eq!(outcome.code, Some(4), "{outcome:?}");
    let served = Served::new(Arc::new(Server) as Arc<dyn Init>);
    let outcome = served.call(&["init.wait", "--timeout", "0.3"]);
    assert_eq!(outcome.code, Some(4), "{outcome:?}");
    assert!(outcome.errors.contains("the call was not answered in time"), "{outcome:?}");
}

#[test]
fn a_process_that_keeps_silent_about_itself_needs_a_schema() {
    let served = Served::with(Arc::new(Server) as Arc<dyn Init>, Reflection::Nothing);
    let said = served.mistake(&["init.plain", r#"{"text": "a"}"#]);
    assert_eq!(
        said,
        "error: the process does not say what its objects are\n  help: give their schema with `--schema FILE`\n"
    );
}
