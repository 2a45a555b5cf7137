//! What the commands do.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use capnp::serialize::write_message_to_words;
use ipc_gen::json::Json;
use ipc_gen::model::{FieldKind, Node, NodeKind, Struct};
use ipc_gen::show::WIDTH;
use ipc_gen::{Arrangement, Change, ImportPath, Imported, Model};

use crate::arguments::{Arguments, Format, Partial};
use crate::{Found, print};

pub(crate) fn id() -> Result<Found, String> {
    print(&format!("{:#018x}\n", ipc_gen::make_id()))?;
    Ok(Found::Nothing)
}

pub(crate) fn show(arguments: &Arguments) -> Result<Found, String> {
    let model = read(&arguments.files, arguments)?;
    match arguments.format {
        Format::Text => print(&ipc_gen::show(&model, WIDTH))?,
        Format::Json => {
            let nodes = model.nodes.values().map(|node| describe(&model, node)).collect();
            print(&Json::List(nodes).write())?;
        }
    }
    Ok(Found::Nothing)
}

pub(crate) fn diff(arguments: &Arguments) -> Result<Found, String> {
    let (old, new) = versions(arguments)?;
    let differences = ipc_gen::differences(&old, &new, WIDTH);
    match arguments.format {
        Format::Text => print(&ipc_gen::diff(&old, &new, WIDTH))?,
        Format::Json => {
            let line = |line: &Option<String>| line.as_ref().map_or(Json::Null, Json::text);
            let rows =
                differences.iter().map(|(old, new)| Json::object([("old", line(old)), ("new", line(new))]));
            print(&Json::List(rows.collect()).write())?;
        }
    }
    Ok(if differences.is_empty() { Found::Nothing } else { Found::Something })
}

pub(crate) fn check(arguments: &Arguments) -> Result<Found, String> {
    let (old, new) = versions(arguments)?;
    let mut changes = ipc_gen::check(&old, &new);
    // What is worst comes last, where it is seen.
    changes.sort_by_key(|change| change.impact);
    match arguments.format {
        Format::Text => {
            for change in &changes {
                print(&format!("{change}\n\n"))?;
            }
            let breaking = changes.iter().filter(|change| change.impact.is_breaking()).count();
            print(&format!("{} changes, {breaking} of which break peers\n", changes.len()))?;
        }
        Format::Json => {
            print(&Json::List(changes.iter().map(change_json).collect()).write())?;
        }
    }
    let breaks = changes.iter().any(|change| change.impact.is_breaking());
    Ok(if breaks { Found::Something } else { Found::Nothing })
}

pub(crate) fn import(arguments: &Arguments) -> Result<Found, String> {
    let model = read(&arguments.files, arguments)?;
    let output = arguments.output.as_deref().unwrap_or(Path::new("-"));
    let is_file = output == Path::new("-") || output.extension().is_some_and(|extension| extension == "rs");
    let arrangement = if is_file { Arrangement::OneFile } else { Arrangement::Folder };
    let imported = ipc_gen::import(&model, arrangement);
    for mistake in &imported.ignored {
        eprintln!("note: {mistake}");
    }
    for mistake in &imported.left_out {
        eprintln!("{}: {mistake}", if arguments.partial == Partial::Allowed { "left out" } else { "error" });
    }
    let found = if imported.left_out.is_empty() { Found::Nothing } else { Found::Something };
    if found == Found::Something && arguments.partial == Partial::Refused {
        eprintln!(
            "nothing was written\n  help: `--allow-partial` leaves out what cannot be said in Rust, and what needs it"
        );
        return Ok(found);
    }
    write_imported(imported, output)?;
    Ok(if arguments.partial == Partial::Allowed { Found::Nothing } else { found })
}

fn write_imported(imported: Imported, output: &Path) -> Result<(), String> {
    let in_folder = imported.arrangement == Arrangement::Folder;
    if in_folder {
        let cannot = |error| format!("error: cannot create `{}`: {error}", output.display());
        fs::create_dir_all(output).map_err(cannot)?;
    }
    for (name, text) in imported.into_files() {
        let text = format_rust(text);
        match output.to_str() {
            Some("-") => print(&text)?,
            _ if in_folder => write(&output.join(name), &text)?,
            _ => write(output, &text)?,
        }
    }
    Ok(())
}

/// Formats Rust as the user's rustfmt does; without one it stays as it is.
fn format_rust(text: String) -> String {
    let child = Command::new("rustfmt")
        .args(["--edition", "2024", "--quiet"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn();
    let Ok(mut child) = child else { return text };
    let Some(mut input) = child.stdin.take() else { return text };
    let written = text.clone();
    // On a thread of its own, so that neither waits for the other.
    let writer = std::thread::spawn(move || input.write_all(written.as_bytes()));
    let output = child.wait_with_output();
    let whole = writer.join().is_ok_and(|written| written.is_ok());
    match output {
        Ok(output) if output.status.success() && whole => String::from_utf8(output.stdout).unwrap_or(text),
        _ => text,
    }
}

pub(crate) fn compile(arguments: &Arguments) -> Result<Found, String> {
    let model = read(&arguments.files, arguments)?;
    let request = model.code_generator_request().map_err(|error| format!("error: {error}"))?;
    let request = write_message_to_words(&request);
    let output = arguments.output.as_deref().unwrap_or(Path::new("-")).to_string_lossy().into_owned();
    if output == "-" {
        return match std::io::stdout().write_all(&request) {
            Ok(()) => Ok(Found::Nothing),
            Err(error) => Err(format!("error: cannot write: {error}")),
        };
    }
    let (plugin, folder) = output.split_once(':').unwrap_or((&output, "."));
    let program = if plugin.contains('/') { plugin.to_owned() } else { format!("capnpc-{plugin}") };
    let cannot = |what: &str, error: &dyn std::fmt::Display| {
        format!("error: cannot {what} `{program}`: {error}\n  help: is it installed, and on the PATH?")
    };
    let child = Command::new(&program).stdin(Stdio::piped()).current_dir(folder).spawn();
    let mut child = child.map_err(|error| cannot("run", &error))?;
    if let Some(mut input) = child.stdin.take() {
        input.write_all(&request).map_err(|error| cannot("write to", &error))?;
    }
    let status = child.wait().map_err(|error| cannot("wait for", &error))?;
    if status.success() { Ok(Found::Nothing) } else { Err(format!("error: `{program}` failed: {status}")) }
}

fn write(path: &Path, text: &str) -> Result<(), String> {
    fs::write(path, text).map_err(|error| format!("error: cannot write `{}`: {error}", path.display()))
}

fn import_path(arguments: &Arguments) -> ImportPath {
    if arguments.import_path.is_empty() {
        return ImportPath::default();
    }
    ImportPath { folders: arguments.import_path.clone() }
}

pub(crate) fn read(files: &[PathBuf], arguments: &Arguments) -> Result<Model, String> {
    Model::read(files, &import_path(arguments)).map_err(|mistakes| mistakes.to_string())
}

fn versions(arguments: &Arguments) -> Result<(Model, Model), String> {
    let [old, new] = arguments.files.as_slice() else {
        return Err("error: an old version and a new one are needed".to_owned());
    };
    Ok((read(&files_in(old)?, arguments)?, read(&files_in(new)?, arguments)?))
}

/// Returns the file, or the `.capnp` files of a folder.
pub(crate) fn files_in(path: &Path) -> Result<Vec<PathBuf>, String> {
    if !path.is_dir() {
        return Ok(vec![path.to_owned()]);
    }
    let cannot = |error: std::io::Error| format!("error: cannot read `{}`: {error}", path.display());
    let mut files = Vec::new();
    for entry in fs::read_dir(path).map_err(cannot)? {
        let file = entry.map_err(cannot)?.path();
        if file.extension().is_some_and(|extension| extension == "capnp") {
            files.push(file);
        }
    }
    files.sort();
    if files.is_empty() {
        return Err(format!("error: there are no `.capnp` files in `{}`", path.display()));
    }
    Ok(files)
}

fn change_json(change: &Change) -> Json {
    Json::object(vec![
        ("rule", Json::text(change.rule.name())),
        ("impact", Json::text(change.impact.name())),
        ("breaking", Json::Bool(change.impact.is_breaking())),
        ("id", Json::id(change.id)),
        ("place", Json::text(&change.place)),
        ("message", Json::text(&change.message)),
        ("reason", Json::text(&change.reason)),
        ("mend", Json::text(&change.mend)),
    ])
}

fn describe(model: &Model, node: &Node) -> Json {
    let mut members = vec![
        ("id", Json::id(node.id)),
        ("name", Json::text(&node.display_name)),
        ("scope", Json::id(node.scope)),
        ("doc", Json::text(&node.doc)),
    ];
    match &node.kind {
        NodeKind::File => members.push(("kind", Json::text("file"))),
        NodeKind::Struct(of) => {
            members.push(("kind", Json::text(if of.is_group { "group" } else { "struct" })));
            members.extend(describe_struct(model, of));
        }
        NodeKind::Enum(of) => {
            members.push(("kind", Json::text("enum")));
            members.push(("values", Json::List(of.iter().map(|value| Json::text(&value.name)).collect())));
        }
        NodeKind::Interface(of) => {
            members.push(("kind", Json::text("interface")));
            members
                .push(("extends", Json::List(of.superclasses.iter().map(|(id, _)| Json::id(*id)).collect())));
            let methods = (0_u16..).zip(&of.methods).map(|(ordinal, method)| {
                Json::object(vec![
                    ("name", Json::text(&method.name)),
                    ("ordinal", Json::number(ordinal)),
                    ("params", Json::id(method.params.0)),
                    ("results", Json::id(method.results.0)),
                    ("doc", Json::text(&method.doc)),
                ])
            });
            members.push(("methods", Json::List(methods.collect())));
        }
        NodeKind::Const(ty, _) => {
            members.push(("kind", Json::text("const")));
            members.push(("type", Json::text(model.type_name(ty))));
        }
        NodeKind::Annotation(ty, _) => {
            members.push(("kind", Json::text("annotation")));
            members.push(("type", Json::text(model.type_name(ty))));
        }
    }
    Json::object(members)
}

fn describe_struct(model: &Model, of: &Struct) -> Vec<(&'static str, Json)> {
    let fields = of.fields.iter().map(|field| {
        let mut members = vec![("name", Json::text(&field.name))];
        members.extend(field.ordinal.map(|ordinal| ("ordinal", Json::number(ordinal))));
        members.extend(field.choice.map(|choice| ("choice", Json::number(choice))));
        match &field.kind {
            FieldKind::Slot { offset, ty, .. } => {
                members.push(("type", Json::text(model.type_name(ty))));
                members.push(("offset", Json::number(*offset)));
            }
            FieldKind::Group(id) => members.push(("group", Json::id(*id))),
        }
        members.push(("doc", Json::text(&field.doc)));
        Json::object(members)
    });
    vec![
        ("dataWords", Json::number(of.data)),
        ("pointers", Json::number(of.pointers)),
        ("fields", Json::List(fields.collect())),
    ]
}
