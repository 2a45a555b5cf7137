//! Processes and objects for the tests.

use std::path::PathBuf;
use std::sync::mpsc::{self, Receiver, Sender};
use std::sync::{Arc, Mutex, PoisonError};

use ipc_runtime::wire::Interface;
use ipc_runtime::{
    CapnpContext, ExceptionKind, Ipc, IpcException, Remote, make_capnp_protocol, make_client_ipc, make_ipc,
    make_process,
};
use ipc_tests::interfaces::{Callback, Peer};
use ipc_tests::server::{PeerServer, make_peer};
use ipc_tests::steps::Gate;
use tempfile::TempDir;

/// The program that serves a [`Peer`].
pub(crate) const PEER: &str = env!("CARGO_BIN_EXE_peer");

/// This process as others see it.
pub(crate) struct Here {
    pub(crate) server: Arc<PeerServer>,
    pub(crate) ipc: Arc<dyn Ipc>,
    directory: TempDir,
}

impl Here {
    pub(crate) fn new() -> Self {
        let (server, ipc) = make_peer();
        Self { server, ipc, directory: TempDir::new().unwrap() }
    }

    /// Spawns a process.
    pub(crate) fn spawn(&self) -> Arc<dyn Peer> {
        self.ipc
            .spawn_process::<dyn Peer>(PEER)
            .unwrap_or_else(|error| panic!("cannot spawn `{PEER}`: {error}"))
    }

    /// Connects to an address at which somebody listens.
    pub(crate) fn connect(&self, address: &str) -> Arc<dyn Peer> {
        let connected = self.ipc.connect_address::<dyn Peer>(&mut address.to_owned());
        connected.unwrap_or_else(|error| panic!("cannot connect to `{address}`: {error}")).unwrap()
    }

    /// Listens at an address of its own and returns it.
    pub(crate) fn listen(&self, name: &str) -> String {
        let mut address = self.address(name);
        self.ipc.listen_address(&mut address).unwrap();
        address
    }

    /// Returns an address at which nobody listens yet.
    pub(crate) fn address(&self, name: &str) -> String {
        format!("unix:{}", self.path(name).display())
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.directory.path().join(name)
    }

    pub(crate) fn gate(&self, name: &str) -> Gate {
        Gate::new(self.directory.path(), name).unwrap()
    }
}

/// Kills the process of an object.
pub(crate) fn kill<T: Interface + ?Sized>(object: &Arc<T>) {
    object.as_remote().and_then(Remote::child).unwrap().kill().unwrap();
}

/// Fails unless the call was ended by the end of its connection.
#[track_caller]
pub(crate) fn assert_disconnected<T: std::fmt::Debug>(outcome: Result<T, IpcException>) {
    match outcome {
        Err(error) if error.kind() == ExceptionKind::Disconnected => {}
        other => panic!("`Disconnected` expected, not {other:?}"),
    }
}

/// Says what it was called with, and returns it plus one.
pub(crate) struct Recorder(Mutex<Sender<i64>>);

impl Recorder {
    pub(crate) fn with_calls() -> (Arc<dyn Callback>, Receiver<i64>) {
        let (sender, receiver) = mpsc::channel();
        (Arc::new(Self(Mutex::new(sender))), receiver)
    }
}

impl Callback for Recorder {
    fn call(&self, value: i64) -> Result<i64, IpcException> {
        // The test may be over.
        let _ = self.0.lock().unwrap_or_else(PoisonError::into_inner).send(value);
        Ok(value + 1)
    }

    fn echo(&self, data: &[u8]) -> Result<Vec<u8>, IpcException> {
        Ok(data.to_vec())
    }
}

/// Waits at a gate when it is called.
pub(crate) struct Stopped(pub(crate) String);

impl Callback for Stopped {
    fn call(&self, value: i64) -> Result<i64, IpcException> {
        ipc_tests::steps::pass(&self.0).map_err(|error| IpcException::system("gate", error))?;
        Ok(value)
    }

    fn echo(&self, data: &[u8]) -> Result<Vec<u8>, IpcException> {
        Ok(data.to_vec())
    }
}

/// Both ends of a connection in this process, and what one of them offers as the other sees it.
pub(crate) struct Pair<T: Interface + ?Sized> {
    pub(crate) remote: Arc<T>,
    server: Arc<dyn Ipc>,
    _client: Arc<dyn Ipc>,
    _directory: TempDir,
}

impl<T: Interface + ?Sized> Pair<T> {
    pub(crate) fn new(root: Arc<T>) -> Self {
        Self::with_settings(root, CapnpContext::new())
    }

    /// `settings` are those of the end that offers `root`.
    pub(crate) fn with_settings(root: Arc<T>, settings: CapnpContext) -> Self {
        Self::with_both(root, settings, CapnpContext::new())
    }

    /// `settings` are those of the end that calls.
    pub(crate) fn with_client_settings(root: Arc<T>, settings: CapnpContext) -> Self {
        Self::with_both(root, CapnpContext::new(), settings)
    }

    fn with_both(root: Arc<T>, settings: CapnpContext, client_settings: CapnpContext) -> Self {
        let directory = TempDir::new().unwrap();
        let process = || make_process("pair", directory.path());
        let server = make_ipc(process(), make_capnp_protocol(settings), root);
        let mut address = format!("unix:{}", directory.path().join("socket").display());
        server.listen_address(&mut address).unwrap();
        let client = make_client_ipc(process(), make_capnp_protocol(client_settings));
        let remote = client.connect_address::<T>(&mut address).unwrap().unwrap();
        Self { remote, server, _client: client, _directory: directory }
    }

    /// Has the end that offers the object leave.
    pub(crate) fn disconnect(&self) {
        self.server.disconnect_incoming();
    }
}
