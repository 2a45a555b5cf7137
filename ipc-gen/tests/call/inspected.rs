//! `ipc-gen inspect`.

use std::process::{Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

use ipc_gen::json::Json;
use ipc_runtime::Reflection;

use super::interfaces::{Init, Server};
use super::{Served, ipc_gen};

fn member<'j>(json: &'j Json, name: &str) -> &'j Json {
    match json {
        Json::Object(members) => {
            members.iter().find(|(known, _)| known == name).map(|(_, value)| value).unwrap()
        }
        other => panic!("{name} of {other:?}"),
    }
}

fn list(json: &Json) -> &[Json] {
    match json {
        Json::List(items) => items,
        other => panic!("{other:?}"),
    }
}

#[test]
fn objects_threads_and_calls_are_listed() {
    let served = Served::new(Arc::new(Server) as Arc<dyn Init>);
    let mut waiting = Command::new(env!("CARGO_BIN_EXE_ipc-gen"))
        .args(["call", &served.address, "init.counters[result.first].wait"])
        .stdout(Stdio::null())
        .spawn()
        .unwrap();
    // Connections of other tests are listed too; this one's is told by its number.
    let number = Json::number(waiting.id());
    let call = Json::object([("method", Json::text("Counter.wait")), ("count", Json::number(1))]);
    let deadline = Instant::now() + Duration::from_secs(20);
    let found = loop {
        let outcome = ipc_gen(&["inspect", &served.address, "--format", "json"], "");
        assert_eq!((outcome.code, outcome.errors.as_str()), (Some(0), ""));
        let state = Json::parse(&outcome.output).unwrap();
        assert_eq!(member(&state, "pid"), &Json::number(std::process::id()));
        let connections = list(member(&state, "connections"));
        let called =
            |of: &&Json| *member(of, "peer") == number && list(member(of, "calls")) == [call.clone()];
        if let Some(found) = connections.iter().find(called) {
            break found.clone();
        }
        assert!(Instant::now() < deadline, "{state:?}");
    };
    waiting.kill().unwrap();
    waiting.wait().unwrap();

    let object = |name: &str, count: i32| {
        Json::object([("interface", Json::text(name)), ("count", Json::number(count))])
    };
    let objects = list(member(&found, "objects"));
    assert!(objects.contains(&object("Counter", 1)) && objects.contains(&object("Init", 1)), "{objects:?}");
    assert_eq!(member(&found, "accepted"), &Json::Bool(true));
    let thread = list(member(&found, "threads")).first().unwrap();
    assert_eq!(member(thread, "calls"), &Json::number(1));
}

#[test]
fn the_text_names_who_asks() {
    let served = Served::new(Arc::new(Server) as Arc<dyn Init>);
    let outcome = ipc_gen(&["inspect", &served.address], "");
    let start = format!("process {}\n\nconnection from process ", std::process::id());
    assert!(outcome.output.starts_with(&start), "{outcome:?}");
    assert!(outcome.output.contains("  object  Init x 1\n"), "{outcome:?}");
}

#[test]
fn a_process_may_say_less() {
    let served = Served::with(Arc::new(Server) as Arc<dyn Init>, Reflection::Schema);
    let outcome = ipc_gen(&["inspect", &served.address], "");
    assert_eq!(
        (outcome.code, outcome.errors.as_str()),
        (Some(2), "error: the process does not say what it has\n")
    );
    assert_eq!(served.call(&["init.plain"]).code, Some(0));
}
