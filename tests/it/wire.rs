//! Derived types through a message and back, without a connection.

use std::fmt::Debug;

use capnp::message::ReaderSegments;
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

/// On the wire, a number.
#[derive(Clone, Copy, Debug, Default, PartialEq, IpcType)]
struct Height(u32);

#[derive(Clone, Copy, Debug, Default, PartialEq, IpcType)]
struct Flag(bool);

#[derive(Clone, Debug, Default, PartialEq, IpcType)]
struct Place(Point);

#[derive(Clone, Debug, Default, PartialEq, IpcType)]
struct Label(String);

#[derive(Clone, Debug, Default, PartialEq, IpcType)]
struct Labels(Vec<Label>);

#[derive(Clone, Copy, Debug, Default, PartialEq, IpcType)]
struct Byte(u8);

/// In an `Option` it is what an `Option` in an `Option` is.
#[derive(Clone, Copy, Debug, Default, PartialEq, IpcType)]
struct Maybe(Option<u16>);

#[derive(Clone, Debug, Default, PartialEq, IpcType)]
struct Newtypes {
    height: Height,
    maybe_height: Option<Height>,
    heights: Vec<Height>,
    flags: Vec<Flag>,
    place: Place,
    places: Vec<Place>,
    maybe_place: Option<Box<Place>>,
    label: Label,
    maybe_label: Option<Label>,
    labels: Labels,
    bytes: Vec<Byte>,
    maybe: Maybe,
    maybe_maybes: [Option<Maybe>; 3],
    maybe_maybe: Option<Maybe>,
    maybes: Vec<Maybe>,
    tuple: Tuple,
    tuples: Vec<Tuple>,
}

#[derive(Clone, Debug, Default, PartialEq, IpcType)]
struct Tuple(u8, Option<i64>, #[ipc(name = "label")] Label, #[ipc(skip)] Skipped);

/// Has no encoding.
#[derive(Clone, Debug, Default, PartialEq)]
struct Skipped;

#[derive(Clone, Debug, PartialEq, IpcType)]
enum Shape {
    Empty,
    Nothing(),
    Circle(f64),
    Rect { width: f64, height: Option<u8> },
    Perhaps(Option<u32>),
    Named(Label),
    Both(Flag, Option<bool>),
    Text(Option<String>),
    Group { shapes: Vec<Shape>, inner: Box<Shape> },
    Local(u8, #[ipc(skip)] Skipped),
}

#[derive(Clone, Debug, PartialEq, IpcType)]
struct Shapes {
    shape: Shape,
    maybe: Option<Shape>,
    boxed: Option<Box<Shape>>,
    list: Vec<Shape>,
}

#[test]
fn newtypes_and_tuple_structs_come_back() {
    assert_comes_back(&Newtypes::default());
    assert_comes_back(&Newtypes {
        height: Height(7),
        maybe_height: Some(Height(0)),
        heights: vec![Height(1), Height(2)],
        flags: vec![Flag(true), Flag(false), Flag(true)],
        place: Place(Point { x: 1.0, y: 2.0 }),
        places: vec![Place::default(), Place(Point { x: 3.0, y: 4.0 })],
        maybe_place: Some(Box::default()),
        label: Label("label".into()),
        maybe_label: Some(Label::default()),
        labels: Labels(vec![Label("a".into()), Label::default()]),
        bytes: vec![Byte(1), Byte(255)],
        maybe: Maybe(Some(0)),
        maybe_maybes: [None, Some(Maybe(None)), Some(Maybe(Some(0)))],
        maybe_maybe: Some(Maybe(None)),
        maybes: vec![Maybe(None), Maybe(Some(1))],
        tuple: Tuple(3, Some(0), Label("l".into()), Skipped),
        tuples: vec![Tuple::default(), Tuple(9, None, Label::default(), Skipped)],
    });
}

#[test]
fn a_newtype_is_what_is_inside() {
    #[derive(IpcType)]
    struct Plain {
        height: u32,
        maybe_height: Option<u32>,
        maybe: Option<Option<u16>>,
        bytes: Vec<u8>,
        points: Vec<Point>,
    }
    #[derive(IpcType)]
    struct Wrapped {
        height: Height,
        maybe_height: Option<Height>,
        maybe: Option<Maybe>,
        bytes: Vec<Byte>,
        points: Vec<Place>,
    }
    let point = Point { x: 0.5, y: 0.25 };
    let plain = Plain {
        height: 1,
        maybe_height: Some(2),
        maybe: Some(Some(5)),
        bytes: vec![3, 4],
        points: vec![point.clone()],
    };
    let wrapped = Wrapped {
        height: Height(1),
        maybe_height: Some(Height(2)),
        maybe: Some(Maybe(Some(5))),
        bytes: vec![Byte(3), Byte(4)],
        points: vec![Place(point)],
    };
    assert_eq!(encode(&plain).unwrap(), encode(&wrapped).unwrap());
}

fn all_shapes() -> Vec<Shape> {
    vec![
        Shape::Empty,
        Shape::Nothing(),
        Shape::Circle(1.5),
        Shape::Rect { width: 2.0, height: None },
        Shape::Rect { width: 0.0, height: Some(0) },
        Shape::Perhaps(None),
        Shape::Perhaps(Some(0)),
        Shape::Perhaps(Some(9)),
        Shape::Named(Label("name".into())),
        Shape::Both(Flag(true), Some(false)),
        Shape::Both(Flag(false), None),
        Shape::Text(None),
        Shape::Text(Some(String::new())),
        Shape::Group {
            shapes: vec![Shape::Circle(0.5), Shape::Empty],
            inner: Box::new(Shape::Group { shapes: Vec::new(), inner: Box::new(Shape::Perhaps(None)) }),
        },
        Shape::Local(3, Skipped),
    ]
}

#[test]
fn every_variant_with_fields_comes_back() {
    for shape in all_shapes() {
        assert_comes_back(&shape);
        assert_comes_back(&Shapes {
            shape: shape.clone(),
            maybe: Some(shape.clone()),
            boxed: Some(Box::new(shape.clone())),
            list: vec![shape.clone(), Shape::Empty, shape],
        });
    }
    assert_comes_back(&Shapes { shape: Shape::Empty, maybe: None, boxed: None, list: all_shapes() });
}

#[test]
fn a_variant_with_fields_of_a_newer_peer_is_an_error_or_caught() {
    #[derive(IpcType)]
    enum Newer {
        _A(u8),
        _B(u8),
        C(String),
    }
    #[derive(Debug, IpcType)]
    enum Strict {
        A(u8),
        B(u8),
    }
    #[derive(Debug, PartialEq, IpcType)]
    enum Lenient {
        A(u8),
        #[ipc(other)]
        Other,
    }
    let message = encode(&Newer::C("text".into())).unwrap();
    let error = decode::<Strict>(&message).unwrap_err();
    assert_eq!(error.to_string(), "unknown variant 2 of enum `Strict`");
    assert_eq!(decode::<Lenient>(&message).unwrap(), Lenient::Other);
    assert_comes_back(&Lenient::A(1));
    assert_comes_back(&Lenient::Other);
    let _ = (Strict::A(0), Strict::B(0));
}

#[test]
fn a_catch_all_variant_stands_for_those_of_a_newer_peer() {
    #[derive(Debug, PartialEq, IpcType)]
    enum Known {
        Red,
        #[ipc(other)]
        Other,
    }
    #[derive(Debug, PartialEq, IpcType)]
    struct Received {
        color: Known,
        colors: Vec<Known>,
    }
    #[derive(IpcType)]
    struct Sent {
        color: Color,
        colors: Vec<Color>,
    }
    let sent = Sent { color: Color::Blue, colors: vec![Color::Red, Color::Green, Color::Blue] };
    let received: Received = decode(&encode(&sent).unwrap()).unwrap();
    assert_eq!(
        received,
        Received { color: Known::Other, colors: vec![Known::Red, Known::Other, Known::Other] }
    );
}

#[test]
fn an_enum_can_be_a_number() {
    #[derive(Clone, Copy, Debug, PartialEq, IpcType)]
    #[ipc(repr = i32)]
    enum Code {
        Zero,
        Negative = -7,
        Next,
        Most = i32::MAX as isize,
    }
    #[derive(Clone, Copy, Debug, PartialEq, IpcType)]
    #[ipc(repr = u8)]
    enum Lenient {
        One = 1,
        #[ipc(other)]
        Other = 200,
    }
    #[derive(Clone, Debug, PartialEq, IpcType)]
    struct Codes {
        code: Code,
        maybe: Option<Code>,
        codes: Vec<Code>,
        lenient: Lenient,
        more: Vec<Lenient>,
    }
    #[derive(Debug, Default, PartialEq, IpcType)]
    struct Numbers {
        code: i32,
        maybe: Option<i32>,
        codes: Vec<i32>,
        lenient: u8,
        more: Vec<u8>,
    }
    let codes = Codes {
        code: Code::Negative,
        maybe: Some(Code::Zero),
        codes: vec![Code::Next, Code::Most],
        lenient: Lenient::Other,
        more: vec![Lenient::One],
    };
    assert_comes_back(&codes);
    let numbers: Numbers = decode(&encode(&codes).unwrap()).unwrap();
    assert_eq!(
        numbers,
        Numbers { code: -7, maybe: Some(0), codes: vec![-6, i32::MAX], lenient: 200, more: vec![1] }
    );
    let lenient = Numbers { lenient: 9, more: vec![1, 3], ..Numbers::default() };
    let codes: Codes = decode(&encode(&lenient).unwrap()).unwrap();
    assert_eq!((codes.lenient, codes.more), (Lenient::Other, vec![Lenient::One, Lenient::Other]));
    for unknown in
        [Numbers { code: 9, ..Numbers::default() }, Numbers { codes: vec![0, 9], ..Numbers::default() }]
    {
        let error = decode::<Codes>(&encode(&unknown).unwrap()).unwrap_err();
        assert_eq!(error.to_string(), "unknown variant 9 of enum `Code`");
    }
}

#[test]
fn a_struct_with_a_lifetime_borrows_from_the_message() {
    #[derive(Debug, PartialEq, IpcType)]
    struct Note<'a> {
        text: &'a str,
        data: &'a [u8],
        maybe: Option<&'a str>,
        maybe_data: Option<&'a [u8]>,
        texts: Vec<&'a str>,
        blobs: Vec<&'a [u8]>,
        number: u32,
        tag: Tag<'a>,
        tags: Vec<Tag<'a>>,
        inner: Option<Box<Note<'a>>>,
        piece: Piece<'a>,
    }
    #[derive(Debug, PartialEq, IpcType)]
    struct Tag<'t>(&'t str);
    #[derive(Debug, PartialEq, IpcType)]
    enum Piece<'p> {
        Text(&'p str),
        Data { data: &'p [u8], copy: String },
    }
    let inner = Note {
        text: "",
        data: &[],
        maybe: None,
        maybe_data: None,
        texts: Vec::new(),
        blobs: Vec::new(),
        number: 0,
        tag: Tag(""),
        tags: Vec::new(),
        inner: None,
        piece: Piece::Text("piece"),
    };
    let note = Note {
        text: "text",
        data: &[1, 2],
        maybe: Some(""),
        maybe_data: Some(&[3]),
        texts: vec!["a", "", "b"],
        blobs: vec![&[4], &[]],
        number: 5,
        tag: Tag("tag"),
        tags: vec![Tag("one"), Tag("two")],
        inner: Some(Box::new(inner)),
        piece: Piece::Data { data: &[6], copy: "copy".into() },
    };
    let message = encode(&note).unwrap();
    let reader = serialize::read_message(&message[..], message::ReaderOptions::new()).unwrap();
    let decoder = Decoder::new(Vec::new(), message.len() / 8);
    let content: any_pointer::Reader<'_> = reader.get_root().unwrap();
    let read = Note::decode_fields(&decoder.root(content).unwrap()).unwrap();
    assert_eq!(read, note);
    // Each is in the message's own memory.
    let segment = reader.get_segments().get_segment(0).unwrap().as_ptr_range();
    for text in [read.text, read.texts[2], read.tag.0, read.tags[1].0] {
        assert!(segment.contains(&text.as_ptr()), "{text} was copied");
    }
}

/// What a hostile peer makes of a message gives a value or an error.
mod adversarial {
    use proptest::prelude::*;

    use super::*;

    fn decode_all(message: &[u8]) {
        let _ = decode::<Everything>(message);
        let _ = decode::<Optional>(message);
        let _ = decode::<Tree>(message);
        let _ = decode::<Newtypes>(message);
        let _ = decode::<Tuple>(message);
        let _ = decode::<Shape>(message);
        let _ = decode::<Shapes>(message);
    }

    fn messages() -> Vec<Vec<u8>> {
        let shapes = Shapes { shape: Shape::Empty, maybe: None, boxed: None, list: all_shapes() };
        let newtypes = Newtypes {
            heights: vec![Height(1)],
            flags: vec![Flag(true)],
            places: vec![Place::default()],
            labels: Labels(vec![Label("label".into())]),
            bytes: vec![Byte(3)],
            tuples: vec![Tuple::default()],
            ..Newtypes::default()
        };
        vec![encode(&shapes).unwrap(), encode(&newtypes).unwrap(), encode(&Everything::default()).unwrap()]
    }

    #[test]
    fn truncated() {
        for message in messages() {
            for end in 0..message.len() {
                decode_all(&message[..end]);
                // Whole segments that end early, not only early ends of the stream.
                let mut words = message[..end / 8 * 8].to_vec();
                if let Some(size) = words.get_mut(4..8) {
                    size.copy_from_slice(&u32::try_from(end / 8).unwrap().saturating_sub(1).to_le_bytes());
                    decode_all(&words);
                }
            }
        }
    }

    proptest! {
        #[test]
        fn corrupted(which in 0..3_usize, changes in prop::collection::vec((8..4096_usize, any::<u8>()), 1..8)) {
            let mut message = messages().swap_remove(which);
            let length = message.len();
            for (at, byte) in changes {
                message[8 + at % (length - 8)] = byte;
            }
            decode_all(&message);
        }

        #[test]
        fn random(words in prop::collection::vec(any::<u64>(), 0..64)) {
            let head = u64::try_from(words.len()).unwrap() << 32;
            let message: Vec<u8> = [head].iter().chain(&words).flat_map(|word| word.to_le_bytes()).collect();
            decode_all(&message);
        }

        #[test]
        fn near_zero(words in prop::collection::vec((0..16_u64, 0..64_u64), 0..64)) {
            // Small numbers in both halves of a word make pointers that lead somewhere.
            let head = u64::try_from(words.len()).unwrap() << 32;
            let words = words.iter().map(|(low, high)| low | high << 32);
            let message: Vec<u8> = std::iter::once(head).chain(words).flat_map(u64::to_le_bytes).collect();
            decode_all(&message);
        }
    }
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
