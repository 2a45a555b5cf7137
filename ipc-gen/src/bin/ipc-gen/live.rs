//! Commands that ask a live process.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use ipc_gen::Model;
use ipc_gen::json::Json;
use ipc_gen::live::{CallPath, Callback, Hear, LiveError, Peer};
use ipc_runtime::reflection::{ConnectionState, ProcessState};
use ipc_runtime::with_deadline;

use crate::arguments::{Arguments, Format};
use crate::commands::{files_in, read};
use crate::{Found, print};

pub(crate) fn call(arguments: &Arguments) -> Result<Found, String> {
    let [address, path, params @ ..] = arguments.files.as_slice() else {
        return Err("error: the address and the path of a method are needed".to_owned());
    };
    let wrong = |error: &dyn std::fmt::Display| format!("error: {error}");
    let path = CallPath::parse(&path.to_string_lossy()).map_err(|error| wrong(&error))?;
    let params = params.first().map(|params| read_params(params)).transpose()?;
    let schema = schema(arguments)?;
    let format = arguments.format;
    let hear: Hear = Arc::new(move |callback| say_callback(format, &callback));
    let result = within(arguments.timeout, || {
        let peer = Peer::connect(&address.to_string_lossy(), schema)?;
        peer.call(&path, params.as_ref(), arguments.data, hear)
    });
    match (result, format) {
        (Ok(results), Format::Text) => print(&results.write())?,
        (Ok(results), Format::Json) => say_line([("result", results)])?,
        (Err(error), format) => return say_error(&error, format),
    }
    Ok(Found::Nothing)
}

pub(crate) fn inspect(arguments: &Arguments) -> Result<Found, String> {
    let [address] = arguments.files.as_slice() else {
        return Err("error: one address is needed".to_owned());
    };
    let asked = within(arguments.timeout, || {
        let peer = Peer::connect(&address.to_string_lossy(), None)?;
        peer.inspect().map(|state| (peer, state))
    });
    let (peer, state) = match asked {
        Ok(asked) => asked,
        Err(error) => return say_error(&error, arguments.format),
    };
    match arguments.format {
        Format::Text => print(&printable(&draw(&peer, &state)))?,
        Format::Json => print(&describe(&peer, &state).write())?,
    }
    Ok(Found::Nothing)
}

fn draw(peer: &Peer, state: &ProcessState) -> String {
    let mut text = format!("process {}\n", state.pid);
    for connection in &state.connections {
        let what = if connection.accepted { "from" } else { "to" };
        let who = connection.peer.map_or_else(String::new, |pid| format!(" {pid}"));
        text += &format!("\nconnection {what} process{who}\n");
        for object in &connection.objects {
            text += &format!("  object  {} x {}\n", object.interface, object.count);
        }
        for thread in &connection.threads {
            text += &format!("  thread  {}, {} calls\n", thread.name, thread.calls);
        }
        for call in &connection.calls {
            text +=
                &format!("  call    {} x {}\n", peer.method_name(call.interface, call.method), call.count);
        }
        let (objects, calls) = (connection.remote_objects, connection.sent_calls);
        text += &format!("  theirs  {objects} objects, {calls} calls\n");
    }
    if state.more_connections > 0 {
        text += &format!("\nand {} more connections\n", state.more_connections);
    }
    text
}

fn describe(peer: &Peer, state: &ProcessState) -> Json {
    let connection = |of: &ConnectionState| {
        let objects = of.objects.iter().map(|object| {
            Json::object([
                ("interface", Json::text(&object.interface)),
                ("count", Json::number(object.count)),
            ])
        });
        let threads = of.threads.iter().map(|thread| {
            Json::object([("name", Json::text(&thread.name)), ("calls", Json::number(thread.calls))])
        });
        let calls = of.calls.iter().map(|call| {
            Json::object([
                ("method", Json::text(peer.method_name(call.interface, call.method))),
                ("count", Json::number(call.count)),
            ])
        });
        Json::object([
            ("accepted", Json::Bool(of.accepted)),
            ("peer", of.peer.map_or(Json::Null, Json::number)),
            ("objects", Json::List(objects.collect())),
            ("remoteObjects", Json::number(of.remote_objects)),
            ("threads", Json::List(threads.collect())),
            ("calls", Json::List(calls.collect())),
            ("sentCalls", Json::number(of.sent_calls)),
        ])
    };
    Json::object([
        ("pid", Json::number(state.pid)),
        ("connections", Json::List(state.connections.iter().map(connection).collect())),
        ("moreConnections", Json::number(state.more_connections)),
    ])
}

/// Says what went wrong; returns what that means for scripts.
fn say_error(error: &LiveError, format: Format) -> Result<Found, String> {
    let (kind, found) = match error {
        LiveError::Failed(..) => ("failed", Found::Something),
        LiveError::Unreachable(..) => ("unreachable", Found::Nobody),
        LiveError::TimedOut(..) => ("timedOut", Found::NothingYet),
        _ => return Err(format!("error: {error}")),
    };
    match format {
        Format::Text => eprintln!("error: {}", printable(&error.to_string())),
        Format::Json => {
            let members = [("kind", Json::text(kind)), ("message", Json::text(error.to_string()))];
            say_line([("error", Json::object(members))])?;
        }
    }
    Ok(found)
}

/// Text of another process, which must not say anything to the terminal.
fn printable(text: &str) -> String {
    let escape =
        |c: char| if c.is_control() && c != '\n' { c.escape_unicode().to_string() } else { c.to_string() };
    text.chars().map(escape).collect()
}

fn say_callback(format: Format, callback: &Callback) {
    let Callback { object, interface, method, params } = callback;
    let said = match format {
        Format::Text => print(&format!("{object}.{method} {}\n", params.write_line())),
        Format::Json => {
            let members = [
                ("object", Json::text(object)),
                ("interface", Json::text(interface)),
                ("method", Json::text(method)),
                ("params", params.clone()),
            ];
            say_line([("call", Json::object(members))])
        }
    };
    if let Err(message) = said {
        eprintln!("{message}");
    }
}

fn say_line<const N: usize>(members: [(&str, Json); N]) -> Result<(), String> {
    print(&(Json::object(members).write_line() + "\n"))
}

fn read_params(params: &Path) -> Result<Json, String> {
    let mut text = params.to_string_lossy().into_owned();
    if text == "-" {
        text = std::io::read_to_string(std::io::stdin())
            .map_err(|error| format!("error: cannot read the standard input: {error}"))?;
    }
    Json::parse(&text).map_err(|error| format!("error: the parameters are no JSON: {error}"))
}

/// Reads the schema that the command line names.
fn schema(arguments: &Arguments) -> Result<Option<Model>, String> {
    if arguments.schema.is_empty() {
        return Ok(None);
    }
    let mut files = Vec::new();
    for path in &arguments.schema {
        files.extend(files_in(path)?);
    }
    read(&files, arguments).map(Some)
}

fn within<T>(timeout: Option<Duration>, f: impl FnOnce() -> T) -> T {
    match timeout {
        Some(timeout) => with_deadline(timeout, f),
        None => f(),
    }
}
