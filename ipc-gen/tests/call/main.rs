//! `ipc-gen call`, as a script uses it, with processes that this test is.

#![expect(clippy::unwrap_used, clippy::panic, reason = "what the tests share is a test too")]

mod ends;
mod hostile;
mod inspected;
mod interfaces;
mod objects;
mod schemas;
mod values;

use std::io::Write;
use std::process::{Command, Stdio};
use std::sync::Arc;

use ipc_runtime::{CapnpContext, Interface, Ipc, Reflection, make_capnp_protocol, make_ipc, make_process};
use tempfile::TempDir;

/// What a call of the command came to.
#[derive(Debug)]
struct Outcome {
    code: Option<i32>,
    output: String,
    errors: String,
}

fn ipc_gen(arguments: &[&str], input: &str) -> Outcome {
    let mut child = Command::new(env!("CARGO_BIN_EXE_ipc-gen"))
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(input.as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    Outcome {
        code: output.status.code(),
        output: String::from_utf8(output.stdout).unwrap(),
        errors: String::from_utf8(output.stderr).unwrap(),
    }
}

/// A socket behind which an object is.
struct Served {
    address: String,
    folder: TempDir,
    _ipc: Arc<dyn Ipc>,
}

impl Served {
    fn new<T: Interface + ?Sized>(root: Arc<T>) -> Self {
        Self::with(root, Reflection::default())
    }

    fn with<T: Interface + ?Sized>(root: Arc<T>, reflection: Reflection) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let protocol = make_capnp_protocol(CapnpContext::new().with_reflection(reflection));
        let ipc = make_ipc(make_process("test", folder.path()), protocol, root);
        let mut address = "unix".to_owned();
        ipc.listen_address(&mut address).unwrap();
        Self { address, folder, _ipc: ipc }
    }

    fn call(&self, arguments: &[&str]) -> Outcome {
        ipc_gen(&[&["call", &self.address], arguments].concat(), "")
    }

    /// Calls a method that succeeds, and returns what was printed.
    #[track_caller]
    fn results(&self, arguments: &[&str]) -> String {
        let Outcome { code, output, errors } = self.call(arguments);
        assert_eq!((code, errors.as_str()), (Some(0), ""), "{output}");
        output
    }

    /// Calls what cannot be called, and returns what was said.
    #[track_caller]
    fn mistake(&self, arguments: &[&str]) -> String {
        let Outcome { code, output, errors } = self.call(arguments);
        assert_eq!((code, output.as_str()), (Some(2), ""), "{errors}");
        errors
    }
}
