//! A node, called as `ipc-gen call` does: by its schema files alone.

use std::os::unix::net::UnixStream;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::Duration;

use ipc_gen::json::Json;
use ipc_gen::live::{CallPath, DataForm, LiveError, Peer};
use ipc_gen::{ImportPath, Model};
use ipc_peers_tests::tools;
use ipc_runtime::with_deadline;
use ipc_tests::steps::eventually;
use tempfile::TempDir;

/// A node, which ends with the test.
struct Node {
    process: Child,
    address: String,
    _datadir: TempDir,
}

impl Node {
    fn start() -> Option<Self> {
        let program = tools::node()?;
        let datadir = TempDir::new().unwrap();
        let socket = datadir.path().join("node.sock");
        let address = format!("unix:{}", socket.display());
        let process = Command::new(program)
            .args([format!("-datadir={}", datadir.path().display()), format!("-ipcbind={address}")])
            .args(["-regtest", "-listen=0", "-server=0", "-dnsseed=0", "-printtoconsole=0"])
            .stdout(Stdio::null())
            .spawn()
            .unwrap();
        let node = Self { process, address, _datadir: datadir };
        eventually("the node listens", || UnixStream::connect(&socket).is_ok());
        Some(node)
    }

    fn call(&self, schema: Option<Model>, path: &str, params: &str) -> Result<Json, LiveError> {
        let (path, params) = (CallPath::parse(path).unwrap(), Json::parse(params).unwrap());
        with_deadline(Duration::from_secs(60), || {
            Peer::connect(&self.address, schema)?.call(&path, Some(&params), DataForm::Hex, Arc::new(drop))
        })
    }
}

impl Drop for Node {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// The hash of the first block of the chain, in the order of its bytes on the wire.
const GENESIS: &str = "06226e46111a0b59caaf126043eb5bbf28c34f3a5e332a1fc7b2b73cf188910f";

#[test]
fn a_node_is_called_by_its_schema_alone() {
    let (Some(node), Some(libmultiprocess)) = (Node::start(), tools::libmultiprocess()) else { return };
    let init = libmultiprocess.join("../capnp/init.capnp");
    let schema = Model::read(&[init], &ImportPath::default()).unwrap();
    // It listens before it has a tip, and every tip is another one than no block.
    let none = "00".repeat(32);
    let first = format!(r#"{{"currentTip": "{none}", "timeout": 1e9}}"#);
    let waited = node.call(Some(schema.clone()), "init.makeMining.waitTipChanged", &first).unwrap();
    assert!(waited.write_line().contains(GENESIS), "{waited:?}");

    let tip = node.call(Some(schema.clone()), "init.makeMining.getTip", "{}").unwrap();
    let expected = format!(r#"{{"result": {{"hash": "{GENESIS}", "height": 0}}, "hasResult": true}}"#);
    assert_eq!(tip.write_line(), expected);
    let echo = node.call(Some(schema), "init.makeEcho.echo", r#"{"echo": "é"}"#).unwrap();
    assert_eq!(echo.write_line(), r#"{"result": "é"}"#);

    // It is not one of ours, so it does not say what it is, and is none the worse for the question.
    let error = node.call(None, "init.makeMining.getTip", "{}").unwrap_err().to_string();
    assert!(error.starts_with("the process does not say what its objects are"), "{error}");
}
