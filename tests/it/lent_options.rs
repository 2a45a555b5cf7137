//! `Option<&T>` as a parameter, of whatever `T` can be behind a `&`.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use futures::executor::block_on;
use ipc_runtime::wire::descriptor::Kind;
use ipc_runtime::wire::{Interface, IpcType as Wire, Type};
use ipc_runtime::{IpcException, IpcType, ipc_interface};

use super::util::Pair;

#[derive(Clone, Debug, Default, PartialEq, IpcType)]
struct Point {
    x: i32,
    label: Option<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, IpcType)]
enum Colour {
    Red,
    Green,
}

#[derive(Debug, IpcType)]
struct Note<'a> {
    text: &'a str,
}

#[ipc_interface(root, twin = MaybeAsync)]
trait Maybe {
    fn structure(&self, point: Option<&Point>) -> Result<Option<Point>, IpcException>;
    fn numbers(&self, number: Option<&u32>, colour: Option<&Colour>) -> Result<String, IpcException>;
    fn lists(&self, points: Option<&[Point]>, words: Option<&[u16]>) -> Result<String, IpcException>;
    fn owners(
        &self,
        list: Option<&Vec<String>>,
        map: Option<&BTreeMap<String, u8>>,
        text: Option<&String>,
    ) -> Result<String, IpcException>;
    fn borrowed(
        &self,
        text: Option<&str>,
        data: Option<&[u8]>,
        path: Option<&Path>,
        texts: Option<&[&str]>,
        note: Option<&Note<'_>>,
    ) -> Result<String, IpcException>;
    fn nested(&self, option: Option<&Option<u8>>, next: bool) -> Result<String, IpcException>;
    fn object(&self, object: Option<&Arc<dyn Maybe>>) -> Result<bool, IpcException>;
}

struct Server;

impl Maybe for Server {
    fn structure(&self, point: Option<&Point>) -> Result<Option<Point>, IpcException> {
        Ok(point.cloned())
    }

    fn numbers(&self, number: Option<&u32>, colour: Option<&Colour>) -> Result<String, IpcException> {
        Ok(format!("{number:?} {colour:?}"))
    }

    fn lists(&self, points: Option<&[Point]>, words: Option<&[u16]>) -> Result<String, IpcException> {
        Ok(format!("{:?} {words:?}", points.map(|points| points.iter().map(|p| p.x).collect::<Vec<_>>())))
    }

    fn owners(
        &self,
        list: Option<&Vec<String>>,
        map: Option<&BTreeMap<String, u8>>,
        text: Option<&String>,
    ) -> Result<String, IpcException> {
        Ok(format!("{list:?} {map:?} {text:?}"))
    }

    fn borrowed(
        &self,
        text: Option<&str>,
        data: Option<&[u8]>,
        path: Option<&Path>,
        texts: Option<&[&str]>,
        note: Option<&Note<'_>>,
    ) -> Result<String, IpcException> {
        Ok(format!("{text:?} {data:?} {path:?} {texts:?} {:?}", note.map(|note| note.text)))
    }

    fn nested(&self, option: Option<&Option<u8>>, next: bool) -> Result<String, IpcException> {
        Ok(format!("{option:?} {next}"))
    }

    fn object(&self, object: Option<&Arc<dyn Maybe>>) -> Result<bool, IpcException> {
        object.map_or(Ok(false), |object| Ok(object.structure(None)?.is_none()))
    }
}

#[test]
fn an_option_of_what_is_behind_a_reference() {
    let served: Arc<dyn Maybe> = Arc::new(Server);
    let connection = Pair::new(served);
    let there: Arc<dyn Maybe> = Arc::new(MaybeClient::new(connection.remote.as_remote().unwrap().clone()));
    let point = Point { x: 1, label: Some(String::new()) };
    assert_eq!(there.structure(Some(&point)).unwrap(), Some(point.clone()));
    assert_eq!(there.structure(None).unwrap(), None);
    // What is no pointer has a field that says so: zero is something.
    assert_eq!(there.numbers(Some(&0), None).unwrap(), "Some(0) None");
    assert_eq!(there.numbers(None, Some(&Colour::Red)).unwrap(), "None Some(Red)");
    assert_eq!(there.lists(Some(&[point]), Some(&[])).unwrap(), "Some([1]) Some([])");
    assert_eq!(there.lists(None, None).unwrap(), "None None");
    let map = BTreeMap::from([("key".to_owned(), 2)]);
    let owned = there.owners(Some(&vec!["a".to_owned()]), Some(&map), Some(&String::new()));
    assert_eq!(owned.unwrap(), r#"Some(["a"]) Some({"key": 2}) Some("")"#);
    assert_eq!(there.owners(None, None, None).unwrap(), "None None None");
    let note = Note { text: "note" };
    let path = Path::new("path");
    let some = there.borrowed(Some(""), Some(&[]), Some(path), Some(&["a", "b"]), Some(&note));
    assert_eq!(some.unwrap(), r#"Some("") Some([]) Some("path") Some(["a", "b"]) Some("note")"#);
    assert_eq!(there.borrowed(None, None, None, None, None).unwrap(), "None None None None None");
    assert_eq!(there.nested(Some(&None), true).unwrap(), "Some(None) true");
    assert_eq!(there.nested(Some(&Some(0)), false).unwrap(), "Some(Some(0)) false");
    assert_eq!(there.nested(None, true).unwrap(), "None true");
    let here: Arc<dyn Maybe> = Arc::new(Server);
    assert!(there.object(Some(&here)).unwrap());
    assert!(!there.object(None).unwrap());
}

#[test]
fn a_future_takes_an_option_of_a_reference_too() {
    let served: Arc<dyn Maybe> = Arc::new(Server);
    let connection = Pair::new(served);
    let there: Arc<dyn MaybeAsync> =
        Arc::new(MaybeAsyncClient::new(connection.remote.as_remote().unwrap().clone()));
    let point = Point { x: 7, label: None };
    assert_eq!(block_on(there.structure(Some(&point))).unwrap(), Some(point.clone()));
    assert_eq!(block_on(there.numbers(Some(&3), Some(&Colour::Green))).unwrap(), "Some(3) Some(Green)");
    assert_eq!(block_on(there.lists(Some(&[point]), None)).unwrap(), "Some([7]) None");
    let texts = block_on(there.borrowed(Some("a"), None, None, Some(&["b"]), None)).unwrap();
    assert_eq!(texts, r#"Some("a") None None Some(["b"]) None"#);
}

/// In the schema it is the option that it would be by value.
#[test]
fn the_schema_says_nothing_of_the_reference() {
    let Kind::Interface(of) = &<dyn Maybe>::descriptor().kind else { panic!("no interface") };
    let params = |name: &str| {
        let method = of.methods.iter().find(|method| method.name == name).unwrap();
        method.params.fields.iter().map(|field| (field.name, field.ty, field.shape)).collect::<Vec<_>>()
    };
    let numbers = params("numbers");
    assert!(matches!(numbers[1].1, Type::UInt32));
    assert_eq!((numbers[1].0, numbers[1].2), ("number", <Option<u32> as Wire>::SHAPE));
    assert_eq!(numbers[2].2, <Option<Colour> as Wire>::SHAPE);
    assert_eq!(params("structure")[1].2, <Option<Point> as Wire>::SHAPE);
    let option = <Option<Option<u8>> as Wire>::TYPE;
    let (Type::Struct(ours), Type::Struct(theirs)) = (params("nested")[1].1, option) else {
        panic!("another type")
    };
    assert_eq!(ours().id, theirs().id);
}
