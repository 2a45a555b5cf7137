//! Our C++ program in both of its roles.

#![expect(clippy::panic, clippy::expect_used, reason = "called by tests alone")]

use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, Output, Stdio};
use std::sync::Arc;
use std::sync::mpsc::{self, Receiver};

use ipc_runtime::wire::Interface;
use ipc_runtime::{
    CapnpContext, Ipc, IpcException, make_capnp_protocol, make_client_ipc, make_ipc, make_process,
};
use ipc_tests::steps::{joined, received};
use tempfile::TempDir;

/// The program as a server of an interface.
#[derive(Debug)]
pub struct Server {
    process: Child,
    /// Its end is the server's.
    input: Option<ChildStdin>,
    lines: Receiver<String>,
    directory: TempDir,
}

impl Server {
    /// Starts the server and waits until it listens. `interface` is `foo`, `rules` or `threads`.
    ///
    /// # Panics
    /// Panics if it does not.
    pub fn start(program: &Path, interface: &str) -> Self {
        let directory = TempDir::new().expect("a directory");
        let mut process = Command::new(program)
            .args(["serve", interface])
            .arg(directory.path().join("socket"))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("the C++ program");
        let input = process.stdin.take();
        let output = process.stdout.take().expect("its output");
        let (sender, lines) = mpsc::channel();
        std::thread::spawn(move || {
            for line in BufReader::new(output).lines().map_while(Result::ok) {
                // The test may be over.
                let _ = sender.send(line);
            }
        });
        let server = Self { process, input, lines, directory };
        server.says("listening");
        server
    }

    /// Waits for a line of its output.
    ///
    /// # Panics
    /// Panics if another line comes.
    pub fn says(&self, line: &str) {
        assert_eq!(received("the C++ program says something", &self.lines), line);
    }

    /// Connects to it.
    ///
    /// # Panics
    /// Panics if that fails.
    pub fn connect<T: Interface + ?Sized>(&self) -> Arc<T> {
        connect(self.directory.path())
    }

    /// Returns what connects to it.
    pub fn connector(&self) -> Connector {
        Connector(self.directory.path().to_owned())
    }

    /// Has the program make the calls of a case, and returns what it says of the answers.
    ///
    /// # Panics
    /// Panics if the case fails.
    pub fn answers(&self, program: &Path, interface: &str, case: &str) -> String {
        answers(program, interface, &self.directory.path().join("socket"), case)
    }

    /// Returns how many threads its process has.
    ///
    /// # Panics
    /// Panics if it has ended.
    pub fn threads(&self) -> usize {
        let tasks = std::fs::read_dir(format!("/proc/{}/task", self.process.id()));
        tasks.expect("the process lives").count()
    }

    /// Has it end the connections that it has.
    ///
    /// # Panics
    /// Panics if it has ended.
    pub fn disconnect(&mut self) {
        let input = self.input.as_mut().expect("the server lives");
        input.write_all(b"\n").expect("it reads");
    }

    /// Kills it.
    ///
    /// # Panics
    /// Panics if that fails.
    pub fn kill(&mut self) {
        self.process.kill().expect("a process that can be killed");
    }

    /// Ends it as it wants to be ended, and fails unless it ends well: an abort would be seen here.
    ///
    /// # Panics
    /// Panics if it does not.
    pub fn finish(mut self) {
        self.input = None;
        let mut process = self.process;
        let ending = std::thread::spawn(move || process.wait());
        let status = joined("the C++ program ends", ending).expect("a status");
        assert!(status.success(), "the C++ program ended with {status}");
    }
}

/// Connects to a server that may have left.
#[derive(Clone, Debug)]
pub struct Connector(PathBuf);

impl Connector {
    /// Connects.
    ///
    /// # Errors
    /// Returns why that is not possible.
    pub fn connect<T: Interface + ?Sized>(&self) -> Result<Arc<T>, IpcException> {
        try_connect(&self.0)
    }
}

/// An object of ours at an address that the program can connect to.
pub struct Served {
    directory: TempDir,
    ipc: Arc<dyn Ipc>,
}

impl std::fmt::Debug for Served {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Served").field("directory", &self.directory).finish_non_exhaustive()
    }
}

impl Served {
    /// Listens.
    ///
    /// # Panics
    /// Panics if that fails.
    pub fn new<T: Interface + ?Sized>(root: Arc<T>) -> Self {
        let directory = TempDir::new().expect("a directory");
        let process = make_process("peers", directory.path());
        let ipc = make_ipc(process, make_capnp_protocol(CapnpContext::new()), root);
        let mut address = format!("unix:{}", directory.path().join("socket").display());
        ipc.listen_address(&mut address).unwrap_or_else(|error| panic!("cannot listen: {error}"));
        Self { directory, ipc }
    }

    /// Returns where the socket is.
    pub fn path(&self) -> PathBuf {
        self.directory.path().join("socket")
    }

    /// Connects to it.
    ///
    /// # Panics
    /// Panics if that fails.
    pub fn connect<T: Interface + ?Sized>(&self) -> Arc<T> {
        connect(self.directory.path())
    }

    /// Ends the connections that were made.
    pub fn disconnect(&self) {
        self.ipc.disconnect_incoming();
    }

    /// Has the program make the calls of a case, and fails unless all of them are as it expects.
    ///
    /// # Panics
    /// Panics with what the program says if one is not.
    pub fn passes(&self, program: &Path, interface: &str, case: &str) {
        let Output { status, stderr, .. } = call(program, interface, &self.path(), case);
        assert!(status.success(), "`{case}` ended with {status}:\n{}", String::from_utf8_lossy(&stderr));
    }

    /// Starts the program, which is to make the calls of a case.
    ///
    /// # Panics
    /// Panics if it cannot be started.
    pub fn start(
        &self,
        program: &Path,
        interface: &str,
        case: &str,
        environment: &[(&str, String)],
    ) -> Child {
        start(program, interface, &self.path(), case, environment)
    }

    /// Has the program make the calls of a case, and returns what it says of the answers.
    ///
    /// # Panics
    /// Panics if the case fails.
    pub fn answers(&self, program: &Path, interface: &str, case: &str) -> String {
        answers(program, interface, &self.path(), case)
    }
}

/// Runs a case of the program, which is about what is at the path, and returns how it ended.
///
/// # Panics
/// Panics if it cannot be started or does not end.
pub fn call(program: &Path, interface: &str, path: &Path, case: &str) -> Output {
    let process = start(program, interface, path, case, &[]);
    joined("the C++ client ends", std::thread::spawn(move || process.wait_with_output())).expect("its output")
}

fn start(program: &Path, interface: &str, path: &Path, case: &str, environment: &[(&str, String)]) -> Child {
    let mut command = Command::new(program);
    command.args(["call", interface]).arg(path).arg(case).stdin(Stdio::null());
    command.envs(environment.iter().map(|(name, value)| (*name, value)));
    command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("the C++ program")
}

fn answers(program: &Path, interface: &str, path: &Path, case: &str) -> String {
    let Output { status, stdout, stderr } = call(program, interface, path, case);
    assert!(status.success(), "`{case}` ended with {status}:\n{}", String::from_utf8_lossy(&stderr));
    String::from_utf8_lossy(&stdout).into_owned()
}

fn connect<T: Interface + ?Sized>(directory: &Path) -> Arc<T> {
    try_connect(directory).unwrap_or_else(|error| panic!("cannot connect: {error}"))
}

fn try_connect<T: Interface + ?Sized>(directory: &Path) -> Result<Arc<T>, IpcException> {
    let process = make_process("peers", directory);
    let ipc = make_client_ipc(process, make_capnp_protocol(CapnpContext::new()));
    let mut address = format!("unix:{}", directory.join("socket").display());
    Ok(ipc.connect_address::<T>(&mut address)?.expect("an address that is not `0`"))
}
