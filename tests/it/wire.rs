//! Derived types through a message and back, without a connection.

use std::fmt::Debug;

use capnp::{any_pointer, message, serialize};
use ipc_runtime::object::Destination;
use ipc_runtime::wire::raw::Decoder;
use ipc_runtime::wire::{DecodeStruct, Encoder, HasSize, Struct};
use ipc_runtime::{IpcException, IpcType};

#[derive(Clone, Debug, Default, PartialEq, IpcType)]
struct Everything {
    bit: bool,
    byte: u8,
    short: i16,
    word: u32,
    long: i64,
    float: f32,
    double: f64,
    nothing: (),
    text: String,
    bytes: Vec<u8>,
    texts: Vec<String>,
    bits: Vec<bool>,
    shorts: Vec<u16>,
    doubles: Vec<f64>,
    lists: Vec<Vec<i32>>,
    blobs: Vec<Vec<u8>>,
    color: Color,
    colors: Vec<Color>,
    point: Point,
    points: Vec<Point>,
    unit: Unit,
    units: Vec<Unit>,
    boxed: Box<Point>,
}

#[derive(Clone, Debug, Default, PartialEq, IpcType)]
struct Optional {
    bit: Option<bool>,
    short: Option<u16>,
    long: Option<i64>,
    nothing: Option<()>,
    text: Option<String>,
    bytes: Option<Vec<u8>>,
    list: Option<Vec<u32>>,
    color: Option<Color>,
    point: Option<Point>,
    boxed: Option<Box<Point>>,
}

#[derive(Clone, Debug, Default, PartialEq, IpcType)]
struct Point {
    x: f64,
    y: f64,
}

#[derive(Clone, Debug, Default, PartialEq, IpcType)]
struct Unit;

#[derive(Clone, Debug, Default, PartialEq, IpcType)]
enum Color {
    #[default]
    Red,
    Green,
    Blue,
}

#[derive(Clone, Debug, Default, PartialEq, IpcType)]
struct Tree {
    label: String,
    children: Vec<Self>,
    next: Option<Box<Tree>>,
}

#[test]
fn every_kind_of_field_comes_back() {
    let value = Everything {
        bit: true,
        byte: 200,
        short: -3,
        word: u32::MAX,
        long: i64::MIN,
        float: 1.5,
        double: -0.1,
        nothing: (),
        text: "grün".into(),
        bytes: vec![0, 255, 7],
        texts: vec!["a".into(), String::new(), "c".into()],
        bits: vec![true, false, true, true, false, false, false, false, true],
        shorts: vec![1, 2, u16::MAX],
        doubles: vec![f64::INFINITY, 0.0],
        lists: vec![vec![1, -2], vec![], vec![3]],
        blobs: vec![vec![1], vec![]],
        color: Color::Blue,
        colors: vec![Color::Green, Color::Red, Color::Blue],
        point: Point { x: 1.0, y: 2.0 },
        points: vec![Point { x: 3.0, y: 4.0 }, Point::default()],
        unit: Unit,
        units: vec![Unit; 3],
        boxed: Box::new(Point { x: 5.0, y: 6.0 }),
    };
    assert_comes_back(&value);
    assert_comes_back(&Everything::default());
}

#[test]
fn an_option_distinguishes_nothing_from_empty() {
    assert_comes_back(&Optional::default());
    assert_comes_back(&Optional {
        bit: Some(false),
        short: Some(0),
        long: Some(0),
        nothing: Some(()),
        text: Some(String::new()),
        bytes: Some(Vec::new()),
        list: Some(Vec::new()),
        color: Some(Color::Red),
        point: Some(Point::default()),
        boxed: Some(Box::default()),
    });
    assert_comes_back(&Optional {
        bit: Some(true),
        short: Some(9),
        long: None,
        text: Some("text".into()),
        bytes: None,
        boxed: Some(Box::new(Point { x: 1.0, y: 0.0 })),
        ..Optional::default()
    });
}

#[test]
fn a_struct_may_contain_itself() {
    let leaf = |label: &str| Tree { label: label.into(), ..Tree::default() };
    assert_comes_back(&Tree {
        label: "root".into(),
        children: vec![leaf("a"), Tree { children: vec![leaf("b")], ..leaf("c") }],
        next: Some(Box::new(Tree { next: Some(Box::new(leaf("d"))), ..Tree::default() })),
    });
}

#[test]
fn a_field_that_an_older_peer_does_not_send_reads_as_its_default() {
    #[derive(IpcType)]
    struct Old {
        x: f64,
    }
    #[derive(Debug, PartialEq, IpcType)]
    struct New {
        x: f64,
        y: f64,
        count: u32,
        text: String,
        list: Vec<Point>,
        maybe: Option<u8>,
        flag: bool,
        color: Color,
        point: Point,
    }
    let new: New = decode(&encode(&Old { x: 4.0 }).unwrap()).unwrap();
    let expected = New {
        x: 4.0,
        y: 0.0,
        count: 0,
        text: String::new(),
        list: Vec::new(),
        maybe: None,
        flag: false,
        color: Color::Red,
        point: Point::default(),
    };
    assert_eq!(new, expected);
    let old: Old = decode(&encode(&new).unwrap()).unwrap();
    assert!((old.x - 4.0).abs() < f64::EPSILON);
}

#[test]
fn a_variant_of_a_newer_peer_is_an_error() {
    #[derive(IpcType)]
    enum Newer {
        _Red,
        _Green,
        _Blue,
        Violet,
    }
    #[derive(IpcType)]
    struct Sent {
        color: Newer,
    }
    #[derive(Debug, IpcType)]
    struct Received {
        color: Color,
    }
    let error = decode::<Received>(&encode(&Sent { color: Newer::Violet }).unwrap()).unwrap_err();
    assert_eq!(error.to_string(), "unknown variant 3 of enum `Color`");
}

#[test]
fn nesting_deeper_than_any_peer_would_read_is_an_error() {
    #[derive(Debug, Default, PartialEq, IpcType)]
    struct Chain {
        next: Option<Box<Chain>>,
    }
    let chain =
        |depth: usize| (1..depth).fold(Chain::default(), |inner, _| Chain { next: Some(Box::new(inner)) });
    assert_comes_back(&chain(60));
    let error = encode(&chain(61)).unwrap_err();
    assert!(error.to_string().starts_with("value nested too deeply"), "{error}");
}

#[test]
fn a_small_message_cannot_claim_a_large_list() {
    #[derive(Debug, IpcType)]
    struct Points {
        points: Vec<Point>,
    }
    // A struct of one pointer; a list of inline structs, no words; its tag: so many structs without content.
    let words: [u64; 3] = [1 << 48, 0b001 | 7 << 32, 8_000_000 << 2];
    let message: Vec<u8> =
        [[0, 0, 0, 0, 3, 0, 0, 0]].into_iter().chain(words.map(u64::to_le_bytes)).flatten().collect();
    let error = decode::<Points>(&message).unwrap_err();
    assert!(error.to_string().contains("would take too much memory"), "{error}");

    /// Takes no memory either, but time.
    #[derive(Debug, IpcType)]
    struct Empty {}
    #[derive(Debug, IpcType)]
    struct Empties {
        empties: Vec<Empty>,
    }
    let error = decode::<Empties>(&message).unwrap_err();
    assert!(error.to_string().contains("would take too much memory"), "{error}");
}

#[track_caller]
fn assert_comes_back<T>(value: &T)
where
    T: Struct + for<'m> DecodeStruct<'m> + PartialEq + Debug,
{
    let message = encode(value).unwrap();
    assert_eq!(*value, decode::<T>(&message).unwrap());
}

fn encode<T: Struct>(value: &T) -> Result<Vec<u8>, IpcException> {
    let mut message = message::Builder::new_default();
    let content: any_pointer::Builder<'_> = message.init_root();
    Encoder::new(destination()).encode_struct(content, <T as HasSize>::SIZE, |to| value.encode_fields(to))?;
    Ok(serialize::write_message_to_words(&message))
}

fn decode<T: for<'m> DecodeStruct<'m>>(message: &[u8]) -> Result<T, IpcException> {
    let reader = serialize::read_message(message, message::ReaderOptions::new())?;
    let decoder = Decoder::new(Vec::new(), message.len() / 8);
    let content: any_pointer::Reader<'_> = reader.get_root()?;
    T::decode_fields(&decoder.root(content)?)
}

/// A message that is for no connection; it may carry no objects.
fn destination() -> Destination<'static> {
    Destination::none()
}
