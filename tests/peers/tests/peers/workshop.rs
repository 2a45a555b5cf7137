//! A C++ server that is built from a schema that `ipc-gen` has emitted.

use std::path::Path;
use std::process::Command;
use std::sync::Arc;

use capnp::message::ReaderOptions;
use ipc_gen::model::{Model, Node};
use ipc_gen::{Schema, code_generator_request};
use ipc_gen_tests::tools::require;
use ipc_peers_tests::cpp::Server;
use ipc_peers_tests::tools;
use ipc_peers_tests::workshop::{Broken, Failure, Hint, Material, Part, Workshop, cpp};
use ipc_runtime::wire::Interface;
use ipc_tests::steps::{PATIENCE, bounded};

/// The annotations, too, are in the request as the official compiler has them.
#[test]
fn the_request_is_that_of_the_text() {
    let (Some(capnp), Some(libmultiprocess)) = (require("capnp"), tools::libmultiprocess()) else { return };
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("cpp");
    let output = Command::new(capnp)
        .args(["compile", "-o-", "workshop.capnp", "-I"])
        .arg(libmultiprocess.join("include"))
        .current_dir(folder)
        .env_remove("PWD")
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let message = capnp::serialize::read_message(&output.stdout[..], ReaderOptions::new()).unwrap();
    let theirs = Model::from_request_reader(message.get_root().unwrap()).unwrap();

    let schema = Schema::of(&[<dyn Workshop>::descriptor()]).unwrap().with_main_name("workshop.capnp");
    let request = code_generator_request(&schema.libmultiprocess(cpp()).unwrap());
    let ours = Model::from_request(&request).unwrap();
    assert_eq!(ours.files, theirs.files);
    // What is imported is another text.
    let own = |node: &&Node| node.display_name.starts_with("workshop.capnp");
    let theirs: Vec<&Node> = theirs.nodes.values().filter(own).collect();
    assert!(theirs.iter().any(|node| !node.annotations.is_empty()));
    for (ours, theirs) in ours.nodes.values().filter(own).zip(&theirs) {
        assert_eq!(ours, *theirs);
    }
    assert_eq!(ours.nodes.values().filter(own).count(), theirs.len());
}

fn with_workshop(test: impl FnOnce(&Arc<dyn Workshop>) + Send + 'static) {
    let Some(program) = tools::cpp_peer() else { return };
    bounded(PATIENCE, move || {
        let server = Server::start(&program, "workshop");
        test(&server.connect());
        server.finish();
    });
}

#[test]
fn values() {
    with_workshop(|workshop| {
        let map = [("a".to_owned(), 1), ("b".to_owned(), -2)].into();
        assert_eq!(workshop.pass_map(&map).unwrap(), map);
        assert_eq!(workshop.pass_pair((5, "five".into())).unwrap(), (5, "five".to_owned()));
        let part = Part { part_name: "screw".into(), in_stock: 0 };
        assert_eq!(workshop.pass_part(&part).unwrap(), part);
        let parts = [part, Part { part_name: String::new(), in_stock: 7 }];
        assert_eq!(workshop.pass_parts(&parts).unwrap(), parts);
        assert_eq!(workshop.pass_option(None).unwrap(), None);
        assert_eq!(workshop.pass_option(Some(0.0)).unwrap(), Some(0.0));
        assert_eq!(workshop.pass_material(Material::Steel).unwrap(), Material::Steel);
        assert_eq!(workshop.pass_bytes(&[0, 255]).unwrap(), [0, 255]);
        assert_eq!(workshop.with_hint(Hint { level: 3 }, 4).unwrap(), 4);
    });
}

#[test]
fn errors() {
    with_workshop(|workshop| {
        assert_eq!(workshop.fail(0).unwrap(), 0);
        assert!(matches!(workshop.fail(1), Err(Failure::Broken(Broken { number: 5 }))));
        assert!(matches!(workshop.fail(2), Err(Failure::Error(text)) if text == "broad"));
    });
}

#[test]
fn objects() {
    with_workshop(|workshop| {
        assert_eq!(workshop.apply(Arc::new(|number| Ok(number * 2)), 21).unwrap(), 42);
        let counter = workshop.make_counter(40).unwrap();
        assert_eq!(counter.count_on(1).unwrap(), 41);
        assert_eq!(counter.count_on(1).unwrap(), 42);
    });
}
