//! pycapnp as client and as server of an emitted schema: `schema/example.capnp`.

use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::{Arc, Mutex};

use ipc_examples::{Board, Note};
use ipc_peers_tests::cpp::Served;
use ipc_peers_tests::tools;
use ipc_runtime::{
    CapnpContext, IpcException, IpcStream, make_capnp_protocol, make_client_ipc, make_process,
};
use ipc_tests::steps::{PATIENCE, bounded, joined};
use tempfile::TempDir;

fn script(python: &Path, name: &str, socket: &Path) -> Command {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut command = Command::new(python);
    command.arg(folder.join("python").join(name)).arg(schema()).arg(socket).stdout(Stdio::piped());
    command
}

fn schema() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../schema/example.capnp")
}

#[derive(Default)]
struct Notes(Mutex<Vec<Note>>);

impl Board for Notes {
    fn post(&self, note: &Note) -> Result<u64, IpcException> {
        if note.text.is_empty() {
            return Err(IpcException::failed("the note is empty"));
        }
        let mut notes = self.0.lock().unwrap();
        notes.push(note.clone());
        Ok(notes.len() as u64)
    }

    fn notes(&self) -> Result<Vec<Note>, IpcException> {
        Ok(self.0.lock().unwrap().clone())
    }

    fn follow(&self) -> Result<IpcStream<Note>, IpcException> {
        Ok(IpcStream::from_iterator(self.notes()?))
    }
}

fn note(author: &str, text: &str) -> Note {
    Note { author: author.into(), text: text.into() }
}

/// Schemas with every type, group, union and default that there is.
#[test]
fn pycapnp_loads_what_is_emitted() {
    let Some(python) = tools::python() else { return };
    let golden = Path::new(env!("CARGO_MANIFEST_DIR")).join("../gen/golden");
    let mut loaded = 0;
    for file in std::fs::read_dir(golden).unwrap().map(|entry| entry.unwrap().path()) {
        if file.extension().is_none_or(|extension| extension != "capnp") {
            continue;
        }
        let mut command = Command::new(&python);
        command.args(["-c", "import capnp, sys; capnp.load(sys.argv[1])"]).arg(&file);
        assert!(command.status().unwrap().success(), "{}", file.display());
        loaded += 1;
    }
    assert!(loaded > 0);
}

#[test]
fn a_client_in_python() {
    let Some(python) = tools::python() else { return };
    bounded(PATIENCE, move || {
        let root: Arc<dyn Board> = Arc::new(Notes(Mutex::new(vec![note("rust", "first")])));
        let served = Served::new(root);
        let client = script(&python, "client.py", &served.path()).spawn().unwrap();
        let output =
            joined("the client ends", std::thread::spawn(move || client.wait_with_output())).unwrap();
        assert!(output.status.success());
        let said = String::from_utf8(output.stdout).unwrap();
        let lines: Vec<&str> = said.lines().collect();
        assert_eq!(lines[..3], ["posted 2", "note rust first", "note python h\u{e9}llo"]);
        assert!(lines[3].starts_with("refused ") && lines[3].ends_with("the note is empty"), "{said}");
        assert_eq!(lines[4..], ["followed rust False"]);
    });
}

#[test]
fn a_server_in_python() {
    let Some(python) = tools::python() else { return };
    bounded(PATIENCE, move || {
        let folder = TempDir::new().unwrap();
        let socket = folder.path().join("board.sock");
        let mut server = script(&python, "server.py", &socket).stdin(Stdio::piped()).spawn().unwrap();
        let mut lines = BufReader::new(server.stdout.take().unwrap()).lines();
        assert_eq!(lines.next().unwrap().unwrap(), "listening");
        let process = make_process("board", folder.path());
        let ipc = make_client_ipc(process, make_capnp_protocol(CapnpContext::new()));
        let board = ipc.connect_address::<dyn Board>(&mut "unix".to_owned()).unwrap().unwrap();
        assert_eq!(board.post(&note("rust", "h\u{e9}llo")).unwrap(), 1);
        assert_eq!(board.post(&note("rust", "again")).unwrap(), 2);
        let error = board.post(&note("rust", "")).unwrap_err();
        assert!(error.text().contains("the note is empty"), "{error}");
        let notes = board.notes().unwrap();
        assert_eq!(notes, [note("rust", "h\u{e9}llo"), note("rust", "again")]);
        let followed: Result<Vec<Note>, _> = board.follow().unwrap().collect();
        assert_eq!(followed.unwrap(), notes);
        drop((board, server.stdin.take()));
        assert!(joined("the server ends", std::thread::spawn(move || server.wait())).unwrap().success());
    });
}
