//! The manual's table of types and the rows: no type is promised that is not tried.

// Always on here; clippy takes it for the sign that a helper may panic.
#![cfg(test)]

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use ipc_types_tests::{each_lent, each_row};

/// What is no value of its own, or has more rows than one: where it is tried, by a text that is there.
const ELSEWHERE: &[(&str, &str, &str)] = &[
    ("#[derive(IpcType)]", "types/src/rows.rs", "Everyday = any::<Everyday>()"),
    ("Serde<T>", "it/foreign.rs", "serialized: Serde<Settings>"),
    (
        "Arc<dyn Fn(A, B) -> Result<C, IpcException> + Send + Sync>",
        "it/closures/mod.rs",
        "closures_travel_inside_of_other_data",
    ),
    (
        "Box<dyn Fn(A) -> Result<(), IpcException> + Send + Sync>",
        "it/closures/mod.rs",
        "a_closure_of_the_caller_is_called_during_the_method",
    ),
    (
        "Box<dyn FnMut(A) -> Result<(), IpcException> + Send>",
        "it/closures/kinds.rs",
        "calls_of_a_mutable_closure_run_one_at_a_time",
    ),
    (
        "Box<dyn FnOnce(A) -> Result<(), IpcException> + Send>",
        "it/closures/kinds.rs",
        "what_can_be_called_once_fails_the_second_time",
    ),
    ("&dyn Trait", "it/lend.rs", "calls_on_a_lent_object_run_on_the_thread_that_waits_to_any_depth"),
    ("AnyPointer", "it/any_pointer.rs", "it_stands_wherever_a_pointer_can"),
    ("OwnedFd", "it/fd_types.rs", "OwnedFd"),
    ("File", "it/fd_types.rs", "File"),
    ("PipeReader", "it/fd_types.rs", "PipeReader"),
    ("PipeWriter", "it/fd_types.rs", "PipeWriter"),
    ("UnixStream", "it/fd_types.rs", "UnixStream"),
    ("UnixListener", "it/fd_types.rs", "UnixListener"),
    ("UnixDatagram", "it/fd_types.rs", "UnixDatagram"),
    ("TcpStream", "it/fd_types.rs", "TcpStream"),
    ("TcpListener", "it/fd_types.rs", "TcpListener"),
    ("UdpSocket", "it/fd_types.rs", "UdpSocket"),
    ("ChildStdin", "it/fd_types.rs", "ChildStdin"),
    ("ChildStdout", "it/fd_types.rs", "ChildStdout"),
    ("ChildStderr", "it/fd_types.rs", "ChildStderr"),
    ("IpcStream<T>", "it/streams/positions.rs", "streams_in_fields_options_lists_maps_and_unions"),
    ("Arc<dyn Trait>", "it/objects.rs", "an_object_of_the_caller_is_called_during_the_method_and_after_it"),
];

macro_rules! row_types {
    ($($method:ident $row:ident $choice:ident: $ty:ty = $_strategy:expr;)*) => {
        const ROWS: &[&str] = &[$(stringify!($ty)),*];
    };
}
each_row!(row_types);

macro_rules! lent_types {
    ($($method:ident: $lent:ty, $owned:ty, $_to_owned:expr;)*) => {
        const LENT: &[&str] = &[$(stringify!($lent)),*];
    };
}
each_lent!(lent_types);

#[test]
fn every_type_of_the_manual_is_tried() {
    let text = include_str!("../../../ipc-runtime/src/manual/types.md");
    let cells = text.lines().filter(|line| line.starts_with("| `")).filter_map(|row| row.split('|').nth(1));
    let types = cells.flat_map(|cell| cell.trim().split("`, `").map(|ty| ty.trim_matches('`')));
    let types: BTreeSet<&str> = types.collect();
    assert!(types.len() > 50, "the table has another form than this test reads");

    let spell = |ty: &&str| {
        ty.replace(" >", ">")
            .replace(" <", "<")
            .replace("< ", "<")
            .replace("& ", "&")
            .replace("'static", "'_")
    };
    let tried: BTreeSet<String> = ROWS.iter().chain(LENT).map(spell).collect();
    let missing: Vec<&&str> = types
        .iter()
        .filter(|ty| !tried.contains(**ty) && !ELSEWHERE.iter().any(|(other, ..)| other == *ty))
        .collect();
    assert!(missing.is_empty(), "types without a row in `tests/types/src/rows.rs`: {missing:?}");

    for (ty, file, text) in ELSEWHERE {
        assert!(types.contains(ty), "the manual has no `{ty}` any more");
        let file = Path::new("..").join(file);
        assert!(
            fs::read_to_string(&file).unwrap().contains(text),
            "`{ty}`: {} has no `{text}`",
            file.display()
        );
    }
}
