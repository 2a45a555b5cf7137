//! A node of a chain of its own.

use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::Arc;

use bitcoin_mining::{BlockHash, FOREVER, Node};
use ipc_peers_tests::tools;
use ipc_runtime::{CapnpContext, Ipc, make_capnp_protocol, make_client_ipc, make_process};
use ipc_tests::steps::{eventually, joined};
use rustix::process::{Pid, Signal, kill_process};
use tempfile::TempDir;

/// A `bitcoin-node`, which ends with the test.
pub(crate) struct Regtest {
    program: PathBuf,
    datadir: TempDir,
    process: Option<Child>,
    ipc: Arc<dyn Ipc>,
}

impl Regtest {
    /// Starts one; nothing where there is no `bitcoin-node`.
    pub(crate) fn start() -> Option<Self> {
        let program = tools::node()?;
        let datadir = TempDir::new().unwrap();
        let process = make_process("node", datadir.path().join("regtest"));
        let ipc = make_client_ipc(process, make_capnp_protocol(CapnpContext::new()));
        let mut node = Self { program, datadir, process: None, ipc };
        node.run();
        Some(node)
    }

    /// Starts it, again after it has ended, and waits until it listens.
    pub(crate) fn run(&mut self) {
        let process = Command::new(&self.program)
            .arg(format!("-datadir={}", self.datadir().display()))
            .args(["-regtest", "-ipcbind=unix", "-listen=0", "-server=0", "-dnsseed=0", "-printtoconsole=0"])
            .stdout(Stdio::null())
            .spawn();
        self.process = Some(process.unwrap());
        let socket = self.datadir().join("regtest/node.sock");
        eventually("the node listens", || UnixStream::connect(&socket).is_ok());
        // It listens before it has a tip, and every tip is another one than no block.
        let tip = self.connect().mining().wait_tip_changed(&BlockHash([0; 32]), FOREVER);
        assert!(tip.unwrap().is_some());
    }

    pub(crate) fn datadir(&self) -> &Path {
        self.datadir.path()
    }

    pub(crate) fn connect(&self) -> Node {
        let connected = Node::connect(&*self.ipc, &mut "unix".to_owned());
        connected.unwrap_or_else(|error| panic!("cannot connect: {error}")).unwrap()
    }

    /// Asks it to end, as a user does.
    pub(crate) fn stop(&self) {
        let process = self.process.as_ref().unwrap();
        kill_process(Pid::from_child(process), Signal::TERM).unwrap();
    }

    pub(crate) fn kill(&mut self) {
        self.process.as_mut().unwrap().kill().unwrap();
    }

    /// Waits until it has ended.
    pub(crate) fn ended(&mut self) -> ExitStatus {
        let mut process = self.process.take().unwrap();
        joined("the node ends", std::thread::spawn(move || process.wait())).unwrap()
    }
}

impl Drop for Regtest {
    fn drop(&mut self) {
        if let Some(mut process) = self.process.take() {
            // The test is over, perhaps because the node is.
            let _ = process.kill();
            let _ = process.wait();
        }
    }
}
