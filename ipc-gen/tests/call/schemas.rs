//! Schemas from files.

use std::fs;
use std::sync::Arc;

use ipc_gen::{Origin, Schema, emit};
use ipc_runtime::{Interface, IpcException, IpcType, Reflection, ipc_interface};

use super::Served;
use super::interfaces::{Init, Server};

#[test]
fn a_process_is_called_by_a_folder_of_files() {
    let served = Served::with(Arc::new(Server) as Arc<dyn Init>, Reflection::Nothing);
    let schema = Schema::of(&[<dyn Init>::descriptor()]).unwrap().with_main_name("test.capnp");
    let origin = Origin { package: "test".into(), command: String::new() };
    let folder = served.folder.path().join("schema");
    fs::create_dir(&folder).unwrap();
    for file in emit(&schema, &origin) {
        fs::write(folder.join(file.name), file.text).unwrap();
    }
    let folder = folder.to_str().unwrap();
    let output = served.results(&["init.makeCounter.add", r#"{"n": 1}"#, "--schema", folder]);
    assert_eq!(output, "params.progress.report {\"count\": 0}\n{\n  \"result\": 1\n}\n");
    let said = served.mistake(&["ini.plain", "--schema", &format!("{folder}/test.capnp")]);
    assert!(said.contains("the schema has no interface `ini`\n  help: a path begins with"), "{said}");
    assert!(said.contains("`counter`, `init`, `named`, `progress`"), "{said}");
}

const GENERIC: &str = "
@0xe1c2a3b4d5968779;
struct Pair(A, B) { first @0 :A; second @1 :B; }
interface Swapper @0xe1c2a3b4d596877a {
  swap @0 (pair :Pair(Text, List(Pair(Text, Data)))) -> (result :Pair(List(Pair(Text, Data)), Text));
}
";

#[ipc_interface(id = 0xe1c2a3b4d596877a, no_destroy)]
trait Swapper {
    #[ipc(no_context)]
    fn swap(&self, pair: Outer) -> Result<Swapped, IpcException>;
}

#[derive(IpcType)]
struct Outer {
    first: String,
    second: Vec<Inner>,
}

#[derive(IpcType)]
struct Swapped {
    first: Vec<Inner>,
    second: String,
}

#[derive(IpcType)]
struct Inner {
    first: String,
    second: Vec<u8>,
}

struct Swap;

impl Swapper for Swap {
    fn swap(&self, pair: Outer) -> Result<Swapped, IpcException> {
        Ok(Swapped { first: pair.second, second: pair.first })
    }
}

#[test]
fn type_arguments_are_put_in() {
    let served = Served::new(Arc::new(Swap) as Arc<dyn Swapper>);
    let file = served.folder.path().join("generic.capnp");
    fs::write(&file, GENERIC).unwrap();
    let file = file.to_str().unwrap();
    let params = r#"{"pair": {"first": "a", "second": [{"first": "b", "second": "ff"}]}}"#;
    let output = served.results(&["swapper.swap", params, "--schema", file, "--format", "json"]);
    assert_eq!(
        output,
        "{\"result\": {\"result\": {\"first\": [{\"first\": \"b\", \"second\": \"ff\"}], \"second\": \"a\"}}}\n"
    );
    let said = served.mistake(&["swapper.swap", r#"{"pair": {"first": []}}"#, "--schema", file]);
    assert!(said.contains("`params.pair.first`: expected a string, found a list"), "{said}");
}
