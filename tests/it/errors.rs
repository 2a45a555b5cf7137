//! Errors that arrive as what they are, and results with names.

use std::sync::Arc;

use futures::executor::block_on;
use ipc_runtime::wire::Interface;
use ipc_runtime::wire::descriptor::{Field, Kind, Type};
use ipc_runtime::{ExceptionKind, IpcError, IpcException, IpcType, ipc_interface};
use ipc_tests::steps::{PATIENCE, bounded};

use super::util::{Pair, assert_disconnected};

/// Why a division fails.
#[derive(Debug, IpcType)]
#[ipc(error)]
enum DivideError {
    /// The divisor is zero.
    ByZero,
    Overflow,
    #[ipc(exception)]
    Ipc(IpcException),
}

/// Where a text is wrong.
#[derive(Debug, Default, IpcType)]
#[ipc(error, name = "SyntaxError")]
struct ParseError {
    #[ipc(exception)]
    ipc: Option<IpcException>,
    position: u32,
    expected: Vec<String>,
    at: Option<Arc<dyn Reader>>,
}

impl std::fmt::Debug for dyn Reader {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Reader")
    }
}

/// Several kinds of failure, each a result of its own.
#[derive(Debug, IpcType)]
#[ipc(errors)]
enum StoreError {
    Full(Full),
    /// In the words of the disk.
    #[ipc(name = "text")]
    Other(String),
    Both(Vec<u8>),
    #[ipc(exception)]
    Ipc(IpcException),
}

#[derive(Debug, IpcType)]
struct Full {
    bytes: u64,
}

#[ipc_interface]
trait Store {
    fn store(&self, key: &str) -> Result<u32, StoreError>;

    #[ipc(results(first, second))]
    async fn load(&self, key: &str) -> Result<(String, Option<u8>), StoreError>;

    fn sync(&self, key: &str) -> Result<(), StoreError>;
}

struct Shelf;

impl Shelf {
    fn look(key: &str) -> Result<(), StoreError> {
        match key {
            "full" => Err(StoreError::Full(Full { bytes: 0 })),
            "text" => Err(StoreError::Other(String::new())),
            "both" => Err(StoreError::Both(vec![1, 2])),
            "ipc" => Err(IpcException::overloaded("too much").into()),
            _ => Ok(()),
        }
    }
}

#[ipc_interface]
impl Store for Shelf {
    fn store(&self, key: &str) -> Result<u32, StoreError> {
        Self::look(key).map(|()| 7)
    }

    async fn load(&self, key: &str) -> Result<(String, Option<u8>), StoreError> {
        Self::look(key).map(|()| (key.to_owned(), Some(0)))
    }

    fn sync(&self, key: &str) -> Result<(), StoreError> {
        Self::look(key)
    }
}

#[test]
fn each_of_several_errors_arrives_as_itself() {
    bounded(PATIENCE, || {
        let pair = Pair::new(Arc::new(Shelf) as Arc<dyn Store>);
        let store = &pair.remote;
        assert_eq!(store.store("x").unwrap(), 7);
        assert_eq!(block_on(store.load("x")).unwrap(), ("x".to_owned(), Some(0)));
        store.sync("x").unwrap();
        for outcome in ["full", "text", "both", "ipc"]
            .map(|key| [store.store(key).map(drop), block_on(store.load(key)).map(drop), store.sync(key)])
        {
            match outcome.map(Result::unwrap_err) {
                [StoreError::Full(a), StoreError::Full(b), StoreError::Full(c)] => {
                    assert_eq!([a.bytes, b.bytes, c.bytes], [0; 3]);
                }
                [StoreError::Other(a), StoreError::Other(b), StoreError::Other(c)] => {
                    assert_eq!([a, b, c], ["", "", ""]);
                }
                [StoreError::Both(a), StoreError::Both(b), StoreError::Both(c)] => {
                    assert_eq!([a, b, c], [[1, 2]; 3]);
                }
                [StoreError::Ipc(a), StoreError::Ipc(b), StoreError::Ipc(c)] => {
                    for exception in [a, b, c] {
                        assert_eq!(exception.kind(), ExceptionKind::Overloaded);
                        assert!(exception.text().ends_with("too much"));
                    }
                }
                other => panic!("three of one kind expected, not {other:?}"),
            }
        }
        store.as_remote().unwrap().disconnect();
        assert!(matches!(store.sync("x"), Err(StoreError::Ipc(error)) if error.is_disconnected()));
    });
}

/// The order of the fields is that of the variants, and they come before the results.
#[test]
fn several_errors_are_fields_of_the_results() {
    let Kind::Interface(interface) = <dyn Store>::descriptor().kind else { panic!("not an interface") };
    let results: Vec<Vec<&str>> = interface
        .methods
        .iter()
        .map(|method| method.results.fields.iter().map(|field| field.name).collect())
        .collect();
    let expected: [&[&str]; 4] = [
        &[],
        &["full", "text", "both", "result"],
        &["full", "text", "both", "first", "second"],
        &["full", "text", "both"],
    ];
    assert_eq!(results, expected);
}

#[ipc_interface]
trait Reader {
    fn line(&self) -> Result<String, IpcException>;
}

#[ipc_interface]
trait Calculator {
    fn divide(&self, a: i64, b: i64) -> Result<i64, DivideError>;

    async fn parse(&self, text: &str) -> Result<(), ParseError>;

    #[ipc(results(reason, debug_text, result))]
    fn check(&self, block: &[u8]) -> Result<(String, Option<String>, bool), DivideError>;

    #[ipc(results(sum, count))]
    async fn accumulate(&self, sum: i64, amount: i64) -> Result<(i64, u8), IpcException>;

    #[ipc(results(answer))]
    fn only(&self) -> Result<u32, IpcException>;
}

struct Server;

#[ipc_interface]
impl Calculator for Server {
    fn divide(&self, a: i64, b: i64) -> Result<i64, DivideError> {
        match (a, b) {
            (_, 0) => Err(DivideError::ByZero),
            (i64::MIN, -1) => Err(DivideError::Overflow),
            (0, _) => Err(IpcException::overloaded("nothing is much").into()),
            _ => Ok(a / b),
        }
    }

    async fn parse(&self, text: &str) -> Result<(), ParseError> {
        match text {
            "" => Err(IpcException::failed("no text").into()),
            "1" => Ok(()),
            _ => Err(ParseError {
                position: 7,
                expected: vec!["1".into()],
                at: Some(Arc::new(Line(text.into()))),
                ..ParseError::default()
            }),
        }
    }

    fn check(&self, block: &[u8]) -> Result<(String, Option<String>, bool), DivideError> {
        match block {
            [] => Err(DivideError::Overflow),
            [byte] => Ok((format!("byte {byte}"), None, true)),
            _ => Ok(("long".into(), Some(String::new()), false)),
        }
    }

    async fn accumulate(&self, sum: i64, amount: i64) -> Result<(i64, u8), IpcException> {
        Ok((sum + amount, 1))
    }

    fn only(&self) -> Result<u32, IpcException> {
        Ok(42)
    }
}

struct Line(String);

impl Reader for Line {
    fn line(&self) -> Result<String, IpcException> {
        Ok(self.0.clone())
    }
}

fn pair() -> Pair<dyn Calculator> {
    Pair::new(Arc::new(Server))
}

#[test]
fn a_typed_error_arrives_as_itself() {
    bounded(PATIENCE, || {
        let pair = pair();
        let calculator = &pair.remote;
        assert_eq!(calculator.divide(42, 6).unwrap(), 7);
        assert!(matches!(calculator.divide(1, 0), Err(DivideError::ByZero)));
        assert!(matches!(calculator.divide(i64::MIN, -1), Err(DivideError::Overflow)));
    });
}

#[test]
fn the_failure_of_a_call_is_in_its_place_in_the_error() {
    bounded(PATIENCE, || {
        let pair = pair();
        match pair.remote.divide(0, 1) {
            Err(DivideError::Ipc(exception)) => {
                assert_eq!(exception.kind(), ExceptionKind::Overloaded);
                assert!(exception.text().ends_with("nothing is much"), "{exception}");
            }
            other => panic!("{other:?}"),
        }
        let parse = |text| futures::executor::block_on(pair.remote.parse(text));
        let exception = parse("").unwrap_err().ipc.unwrap();
        assert!(exception.text().ends_with("no text"), "{exception}");
        pair.remote.as_remote().unwrap().disconnect();
        assert_disconnected(parse("1").map_err(|error| error.ipc.unwrap()));
    });
}

#[test]
fn an_error_carries_data_and_objects() {
    bounded(PATIENCE, || {
        let pair = pair();
        let parse = |text| futures::executor::block_on(pair.remote.parse(text));
        parse("1").unwrap();
        let error = parse("two").unwrap_err();
        assert!(error.ipc.is_none());
        assert_eq!((error.position, &error.expected[..]), (7, &["1".to_owned()][..]));
        assert_eq!(error.at.unwrap().line().unwrap(), "two");
    });
}

#[test]
fn an_error_of_ones_own_has_a_text_where_it_must_be_an_exception() {
    assert_eq!(DivideError::ByZero.into_exception().text(), "ByZero");
    let error = DivideError::from(IpcException::disconnected("gone"));
    assert_eq!(error.into_exception().kind(), ExceptionKind::Disconnected);
    assert!(ParseError::default().into_exception().text().contains("position: 0"));
}

#[test]
fn named_results_are_the_parts_of_a_tuple() {
    bounded(PATIENCE, || {
        let pair = pair();
        let calculator = &pair.remote;
        assert_eq!(calculator.check(b"x").unwrap(), ("byte 120".into(), None, true));
        assert_eq!(calculator.check(b"xy").unwrap(), ("long".into(), Some(String::new()), false));
        assert!(matches!(calculator.check(b""), Err(DivideError::Overflow)));
        let sum = futures::executor::block_on(calculator.accumulate(40, 2));
        assert_eq!(sum.unwrap(), (42, 1));
        assert_eq!(calculator.only().unwrap(), 42);
    });
}

#[test]
fn the_schema_has_the_error_before_the_results() {
    let Kind::Interface(interface) = <dyn Calculator>::descriptor().kind else { panic!("an interface") };
    let results: Vec<Vec<(&str, u16)>> = interface
        .methods
        .iter()
        .map(|method| method.results.fields.iter().map(|field| (field.name, field.at.ordinal)).collect())
        .collect();
    assert_eq!(
        results,
        [
            vec![],
            vec![("error", 0), ("result", 1)],
            vec![("error", 0)],
            vec![("error", 0), ("reason", 1), ("debugText", 2), ("result", 3)],
            vec![("sum", 0), ("count", 1)],
            vec![("answer", 0)],
        ]
    );
    let error = struct_of(&interface.methods[1].results.fields[0]);
    assert_eq!((error.0, &error.1[..]), ("DivideError", &["kind"][..]));
    let Type::Struct(descriptor) = interface.methods[1].results.fields[0].ty else { panic!("a struct") };
    let Kind::Struct(wrapper) = descriptor().kind else { panic!("a struct") };
    let kind = wrapper.fields[0].ty.descriptor().unwrap();
    assert_eq!((descriptor().doc, kind.name), ("Why a division fails.", "DivideErrorKind"));
    let error = struct_of(&interface.methods[2].results.fields[0]);
    assert_eq!((error.0, &error.1[..]), ("SyntaxError", &["position", "expected", "at"][..]));
}

fn struct_of(field: &Field) -> (&'static str, Vec<&'static str>) {
    let descriptor = field.ty.descriptor().unwrap();
    let Kind::Struct(fields) = descriptor.kind else { panic!("a struct") };
    (descriptor.name, fields.fields.iter().map(|field| field.name).collect())
}

/// Why a document is refused: an error with data in its variants.
#[derive(Debug, IpcType)]
#[ipc(error)]
enum DocumentError {
    Empty,
    Line(u32, String),
    Size {
        limit: u64,
        #[ipc(skip)]
        cached: bool,
    },
    #[ipc(exception)]
    Ipc(IpcException),
}

/// An error whose fields have no names.
#[derive(Debug, IpcType)]
#[ipc(error)]
struct CodeError(#[ipc(exception)] Option<IpcException>, u32);

#[ipc_interface]
trait Documents {
    fn open(&self, name: &str) -> Result<(), DocumentError>;

    fn close(&self) -> Result<(), CodeError>;
}

struct Archive;

impl Documents for Archive {
    fn open(&self, name: &str) -> Result<(), DocumentError> {
        match name {
            "empty" => Err(DocumentError::Empty),
            "line" => Err(DocumentError::Line(7, "brace".into())),
            "size" => Err(DocumentError::Size { limit: 1 << 40, cached: true }),
            "failed" => Err(IpcException::failed("torn").into()),
            _ => Ok(()),
        }
    }

    fn close(&self) -> Result<(), CodeError> {
        Err(CodeError(None, 9))
    }
}

#[test]
fn variants_of_an_error_carry_data() {
    bounded(PATIENCE, || {
        let pair = Pair::<dyn Documents>::new(Arc::new(Archive));
        let open = |name| pair.remote.open(name);
        open("fine").unwrap();
        assert!(matches!(open("empty"), Err(DocumentError::Empty)));
        assert!(matches!(open("line"), Err(DocumentError::Line(7, text)) if text == "brace"));
        assert!(
            matches!(open("size"), Err(DocumentError::Size { limit, cached: false }) if limit == 1 << 40)
        );
        assert!(matches!(open("failed"), Err(DocumentError::Ipc(_))));
        assert!(matches!(pair.remote.close(), Err(CodeError(None, 9))));
    });
}
