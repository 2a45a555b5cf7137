//! What a derived type says of its fields beyond their types: groups, unions beside other fields, ordinals, presence
//! fields, defaults. Through a message and back, through a connection, and between older and newer peers.

use std::fmt::Debug;
use std::sync::Arc;

use capnp::{any_pointer, message, serialize};
use futures::executor::block_on;
use ipc_runtime::object::Destination;
use ipc_runtime::wire::raw::Decoder;
use ipc_runtime::wire::{DecodeStruct, Encoder, HasSize, Interface, Struct};
use ipc_runtime::{IpcException, IpcType, ipc_interface};
use proptest::prelude::*;

use crate::util::Pair;

#[derive(Clone, Copy, Debug, Default, PartialEq, IpcType)]
struct Point {
    x: f64,
    y: Option<u8>,
}

#[derive(Clone, Debug, PartialEq, IpcType)]
enum Shape {
    Empty,
    Circle(f64),
    Rect { width: u32, height: Option<u16> },
    Perhaps(Option<u32>),
    Named(String),
    At(#[ipc(group)] Point),
    Nested(Box<Shape>),
}

#[derive(Clone, Copy, Debug, PartialEq, IpcType)]
enum Toggle {
    Off,
    On {
        level: u8,
        #[ipc(union)]
        how: How,
    },
}

#[derive(Clone, Copy, Debug, PartialEq, IpcType)]
enum How {
    Fast(u16),
    Slow,
}

#[derive(Clone, Debug, PartialEq, IpcType)]
struct Drawing {
    visible: bool,
    #[ipc(union)]
    shape: Shape,
    layer: u16,
    #[ipc(group)]
    origin: Point,
    #[ipc(union, name = "fill")]
    fill: Toggle,
    #[ipc(union, name = "stroke")]
    stroke: Toggle,
    title: String,
    #[ipc(group)]
    frame: Frame,
    last: Option<bool>,
}

#[derive(Clone, Debug, PartialEq, IpcType)]
struct Frame {
    #[ipc(group)]
    corner: Point,
    #[ipc(union)]
    style: How,
    tags: Vec<String>,
}

fn point() -> impl Strategy<Value = Point> {
    (-1e9..1e9, any::<Option<u8>>()).prop_map(|(x, y)| Point { x, y })
}

fn shape() -> impl Strategy<Value = Shape> {
    let leaf = prop_oneof![
        Just(Shape::Empty),
        (-1e9..1e9).prop_map(Shape::Circle),
        any::<(u32, Option<u16>)>().prop_map(|(width, height)| Shape::Rect { width, height }),
        any::<Option<u32>>().prop_map(Shape::Perhaps),
        any::<String>().prop_map(Shape::Named),
        point().prop_map(Shape::At),
    ];
    leaf.prop_recursive(3, 8, 1, |inner| inner.prop_map(|shape| Shape::Nested(Box::new(shape))))
}

fn how() -> impl Strategy<Value = How> {
    prop_oneof![any::<u16>().prop_map(How::Fast), Just(How::Slow)]
}

fn toggle() -> impl Strategy<Value = Toggle> {
    prop_oneof![Just(Toggle::Off), (any::<u8>(), how()).prop_map(|(level, how)| Toggle::On { level, how })]
}

fn drawing() -> impl Strategy<Value = Drawing> {
    let frame = (point(), how(), any::<Vec<String>>());
    let frame = frame.prop_map(|(corner, style, tags)| Frame { corner, style, tags });
    let first = (any::<bool>(), shape(), any::<u16>(), point(), toggle(), toggle());
    (first, any::<String>(), frame, any::<Option<bool>>()).prop_map(|(first, title, frame, last)| {
        let (visible, shape, layer, origin, fill, stroke) = first;
        Drawing { visible, shape, layer, origin, fill, stroke, title, frame, last }
    })
}

proptest! {
    #[test]
    fn groups_and_unions_come_back(drawing in drawing()) {
        prop_assert_eq!(&decode::<Drawing>(&encode(&drawing)).unwrap(), &drawing);
    }

    #[test]
    fn damaged_bytes_are_an_error_or_a_value(
        drawing in drawing(),
        changes in prop::collection::vec((8..4096_usize, any::<u8>()), 1..8),
        end in any::<prop::sample::Index>(),
    ) {
        let mut message = encode(&drawing);
        let length = message.len();
        for (at, byte) in changes {
            message[8 + at % (length - 8)] = byte;
        }
        let _ = decode::<Drawing>(&message);
        let _ = decode::<Drawing>(&message[..end.index(length)]);
    }
}

#[test]
fn a_shorter_message_has_the_defaults_and_a_longer_one_is_read_as_far_as_it_is_known() {
    #[derive(Debug, PartialEq, IpcType)]
    struct Older {
        a: u32,
        #[ipc(union, ordinal = 1)]
        choice: Choice,
    }
    #[derive(Debug, PartialEq, IpcType)]
    enum Choice {
        #[ipc(ordinal = 0)]
        Number(u16),
        Text(String),
    }
    #[derive(Debug, PartialEq, IpcType)]
    struct Newer {
        a: u32,
        #[ipc(union)]
        choice: Choice,
        #[ipc(group)]
        more: More,
    }
    #[derive(Debug, PartialEq, IpcType)]
    struct More {
        #[ipc(default = 7)]
        number: u8,
        maybe: Option<u16>,
    }
    let older = Older { a: 1, choice: Choice::Text("text".into()) };
    let newer: Newer = decode(&encode(&older)).unwrap();
    let more = More { number: 7, maybe: None };
    assert_eq!(newer, Newer { a: 1, choice: Choice::Text("text".into()), more });
    let newer = Newer { a: 2, choice: Choice::Number(3), more: More { number: 1, maybe: Some(2) } };
    assert_eq!(decode::<Older>(&encode(&newer)).unwrap(), Older { a: 2, choice: Choice::Number(3) });
}

#[test]
fn an_unknown_variant_beside_other_fields_is_an_error_or_caught() {
    #[derive(IpcType)]
    struct Newer {
        #[ipc(union)]
        choice: NewChoice,
    }
    #[derive(IpcType)]
    enum NewChoice {
        _A(u8),
        _B(u8),
        C(u8),
    }
    #[derive(Debug, IpcType)]
    struct Strict {
        #[ipc(union)]
        _choice: Known,
    }
    #[derive(Debug, IpcType)]
    enum Known {
        A(u8),
        B(u8),
    }
    #[derive(Debug, IpcType)]
    struct Lenient {
        #[ipc(union)]
        choice: Caught,
    }
    #[derive(Debug, PartialEq, IpcType)]
    enum Caught {
        A(u8),
        #[ipc(other)]
        Other,
    }
    let message = encode(&Newer { choice: NewChoice::C(1) });
    assert_eq!(decode::<Strict>(&message).unwrap_err().to_string(), "unknown variant 2 of enum `Known`");
    assert_eq!(decode::<Lenient>(&message).unwrap().choice, Caught::Other);
    let _ = (Known::A(0), Known::B(0), Caught::A(0));
}

#[test]
fn pinned_ordinals_let_variants_and_fields_move() {
    #[derive(Debug, PartialEq, IpcType)]
    enum First {
        Number(u64),
        Pair { a: u8, b: Option<u16> },
        Nothing,
        Text(String),
    }
    #[derive(Debug, PartialEq, IpcType)]
    enum Second {
        #[ipc(ordinal = 5)]
        Text(String),
        #[ipc(ordinal = 4)]
        Nothing,
        Pair {
            #[ipc(ordinal = 2)]
            b: Option<u16>,
            #[ipc(ordinal = 1)]
            a: u8,
        },
        #[ipc(ordinal = 0)]
        Number(u64),
    }
    let pairs = [
        (First::Number(9), Second::Number(9)),
        (First::Pair { a: 1, b: Some(2) }, Second::Pair { b: Some(2), a: 1 }),
        (First::Nothing, Second::Nothing),
        (First::Text("t".into()), Second::Text("t".into())),
    ];
    for (first, second) in pairs {
        assert_eq!(encode(&first), encode(&second));
        assert_eq!(decode::<Second>(&encode(&first)).unwrap(), second);
    }
}

#[test]
fn variants_without_fields_have_ordinals_too() {
    #[derive(Debug, PartialEq, IpcType)]
    struct Plain {
        colors: Vec<Plainly>,
    }
    #[derive(Debug, PartialEq, IpcType)]
    enum Plainly {
        Red,
        Green,
        Blue,
    }
    #[derive(Debug, PartialEq, IpcType)]
    struct Pinned {
        colors: Vec<Moved>,
    }
    #[derive(Debug, PartialEq, IpcType)]
    enum Moved {
        #[ipc(ordinal = 1)]
        Green,
        Blue,
        #[ipc(ordinal = 0)]
        Red,
    }
    let plain = Plain { colors: vec![Plainly::Red, Plainly::Green, Plainly::Blue] };
    let pinned: Pinned = decode(&encode(&plain)).unwrap();
    assert_eq!(pinned.colors, [Moved::Red, Moved::Green, Moved::Blue]);
}

#[derive(Clone, Debug, PartialEq, IpcType)]
struct Presences {
    /// The Bool decides, though the pointer could.
    #[ipc(has)]
    text: Option<String>,
    #[ipc(has = 5)]
    number: Option<u32>,
    between: u8,
    plain: Option<String>,
}

#[test]
fn a_presence_field_decides_wherever_it_lies() {
    #[derive(Debug, PartialEq, IpcType)]
    struct Spelled {
        text: String,
        has_it: bool,
        number: u32,
        between: u8,
        plain: String,
        there: bool,
    }
    let values = [
        Presences { text: Some(String::new()), number: Some(0), between: 1, plain: None },
        Presences { text: None, number: None, between: 2, plain: Some(String::new()) },
    ];
    for value in values {
        let message = encode(&value);
        assert_eq!(decode::<Presences>(&message).unwrap(), value);
        let spelled: Spelled = decode(&message).unwrap();
        assert_eq!((spelled.has_it, spelled.there), (value.text.is_some(), value.number.is_some()));
        assert_eq!(spelled.between, value.between);
    }
    // As a peer in C++ may have it: the Bool says yes and the pointer is null, or the reverse.
    let spelled = Spelled {
        text: "there".into(),
        has_it: false,
        number: 4,
        between: 0,
        plain: String::new(),
        there: false,
    };
    let value: Presences = decode(&encode(&spelled)).unwrap();
    assert_eq!(value, Presences { text: None, number: None, between: 0, plain: Some(String::new()) });
}

#[derive(Clone, Copy, Debug, PartialEq, IpcType)]
enum Mode {
    Slow,
    Fast,
}

#[derive(Clone, Copy, Debug, PartialEq, IpcType)]
#[ipc(repr = i16)]
enum Code {
    Zero,
    Minus = -5,
}

#[derive(Clone, Copy, Debug, PartialEq, IpcType)]
struct Height(u32);

#[derive(Clone, Debug, PartialEq, IpcType)]
struct Label(String);

#[derive(Debug, PartialEq, IpcType)]
struct Defaults {
    #[ipc(default = Mode::Fast)]
    mode: Mode,
    #[ipc(default = Code::Minus)]
    code: Code,
    #[ipc(default = 3)]
    height: Height,
    #[ipc(default = "label")]
    label: Label,
    #[ipc(default = b"\0bytes")]
    data: Vec<u8>,
    #[ipc(default = 'x')]
    letter: char,
    #[ipc(default = usize::MAX)]
    size: usize,
    #[ipc(default = std::time::Duration::from_secs(5))]
    span: std::time::Duration,
    #[ipc(default = f64::INFINITY)]
    most: f64,
    #[ipc(default = -1)]
    number: i8,
    #[ipc(default = [1, 2])]
    numbers: Vec<u64>,
    #[ipc(default = [Mode::Fast, Mode::Slow])]
    modes: Vec<Mode>,
    #[ipc(default = ["one", "two"])]
    texts: Vec<String>,
    #[ipc(default = [[1.5], [], [f32::MAX, -0.5]])]
    grid: Vec<Vec<f32>>,
    #[ipc(default = [1, 2, 3])]
    bytes: Vec<u8>,
}

#[test]
fn defaults_of_every_kind_are_what_a_shorter_message_means() {
    let expected = Defaults {
        mode: Mode::Fast,
        code: Code::Minus,
        height: Height(3),
        label: Label("label".into()),
        data: b"\0bytes".to_vec(),
        letter: 'x',
        size: usize::MAX,
        span: std::time::Duration::from_secs(5),
        most: f64::INFINITY,
        number: -1,
        numbers: vec![1, 2],
        modes: vec![Mode::Fast, Mode::Slow],
        texts: vec!["one".into(), "two".into()],
        grid: vec![vec![1.5], vec![], vec![f32::MAX, -0.5]],
        bytes: vec![1, 2, 3],
    };
    #[derive(IpcType)]
    struct Nothing {}
    assert_eq!(decode::<Defaults>(&encode(&Nothing {})).unwrap(), expected);
    assert_eq!(decode::<Defaults>(&encode(&expected)).unwrap(), expected);
    let zeros = Defaults {
        mode: Mode::Slow,
        code: Code::Zero,
        height: Height(0),
        label: Label(String::new()),
        data: Vec::new(),
        letter: '\0',
        size: 0,
        span: std::time::Duration::ZERO,
        most: 0.0,
        number: 0,
        numbers: Vec::new(),
        modes: Vec::new(),
        texts: Vec::new(),
        grid: Vec::new(),
        bytes: Vec::new(),
    };
    assert_eq!(decode::<Defaults>(&encode(&zeros)).unwrap(), zeros);
}

#[ipc_interface(root, twin = CanvasLater)]
trait Canvas {
    /// Changes nothing.
    fn draw(&self, drawing: &Drawing, list: Vec<Drawing>) -> Result<Drawing, IpcException>;
    /// Has defaults in the schema.
    fn scale(
        &self,
        #[ipc(default = 2)] factor: u32,
        #[ipc(default = "all")] what: &str,
        #[ipc(default = b"key")] key: &[u8],
        #[ipc(default = Mode::Fast)] mode: &Mode,
        #[ipc(default = [1, 2])] levels: Vec<u16>,
    ) -> Result<String, IpcException>;
    /// As Bitcoin Core has it.
    #[ipc(results(result, has(result)))]
    fn tip(&self, #[ipc(has)] after: Option<String>) -> Result<Option<String>, IpcException>;
    #[ipc(results(has(second), first, second, third))]
    fn parts(
        &self,
        #[ipc(has = 3)] first: Option<u32>,
        second: Option<u8>,
    ) -> Result<(u8, Option<String>, Option<u16>), IpcException>;
}

struct Paper;

impl Canvas for Paper {
    fn draw(&self, drawing: &Drawing, list: Vec<Drawing>) -> Result<Drawing, IpcException> {
        assert_eq!(list, std::slice::from_ref(drawing));
        Ok(drawing.clone())
    }

    fn scale(
        &self,
        factor: u32,
        what: &str,
        key: &[u8],
        mode: &Mode,
        levels: Vec<u16>,
    ) -> Result<String, IpcException> {
        Ok(format!("{factor} {what} {key:?} {mode:?} {levels:?}"))
    }

    fn tip(&self, after: Option<String>) -> Result<Option<String>, IpcException> {
        Ok(after)
    }

    fn parts(
        &self,
        first: Option<u32>,
        second: Option<u8>,
    ) -> Result<(u8, Option<String>, Option<u16>), IpcException> {
        Ok((second.unwrap_or(9), first.map(|first| first.to_string()), first.map(|_| 3)))
    }
}

#[ipc_interface]
impl CanvasLater for Paper {
    async fn draw(&self, drawing: &Drawing, list: Vec<Drawing>) -> Result<Drawing, IpcException> {
        Canvas::draw(self, drawing, list)
    }

    async fn scale(
        &self,
        factor: u32,
        what: &str,
        key: &[u8],
        mode: &Mode,
        levels: Vec<u16>,
    ) -> Result<String, IpcException> {
        Canvas::scale(self, factor, what, key, mode, levels)
    }

    async fn tip(&self, after: Option<String>) -> Result<Option<String>, IpcException> {
        Canvas::tip(self, after)
    }

    async fn parts(
        &self,
        first: Option<u32>,
        second: Option<u8>,
    ) -> Result<(u8, Option<String>, Option<u16>), IpcException> {
        Canvas::parts(self, first, second)
    }
}

#[test]
fn defaults_and_presence_fields_are_the_same_in_both_forms() {
    let blocking: Pair<dyn Canvas> = Pair::new(Arc::new(Paper));
    let later: Pair<dyn CanvasLater> = Pair::new(Arc::new(Paper));
    // Each is called in the form that it is not implemented in.
    let canvas = <dyn Canvas>::from_remote(later.remote.as_remote().unwrap().clone());
    let canvas_later = <dyn CanvasLater>::from_remote(blocking.remote.as_remote().unwrap().clone());
    for (factor, what, key, mode, levels) in
        [(2, "all", &b"key"[..], Mode::Fast, vec![1, 2]), (0, "", b"", Mode::Slow, Vec::new())]
    {
        let expected = format!("{factor} {what} {key:?} {mode:?} {levels:?}");
        assert_eq!(canvas.scale(factor, what, key, &mode, levels.clone()).unwrap(), expected);
        assert_eq!(block_on(canvas_later.scale(factor, what, key, &mode, levels)).unwrap(), expected);
    }
    for text in [None, Some(String::new())] {
        assert_eq!(canvas.tip(text.clone()).unwrap(), text);
        assert_eq!(block_on(canvas_later.tip(text.clone())).unwrap(), text);
    }
    let parts = (1, Some("0".into()), Some(3));
    assert_eq!(canvas.parts(Some(0), Some(1)).unwrap(), parts);
    assert_eq!(block_on(canvas_later.parts(Some(0), Some(1))).unwrap(), parts);
    assert_eq!(block_on(canvas_later.parts(None, None)).unwrap(), (9, None, None));
}

#[test]
fn all_of_it_crosses_a_connection() {
    let pair: Pair<dyn Canvas> = Pair::new(Arc::new(Paper));
    let canvas = &pair.remote;
    let drawing = Drawing {
        visible: true,
        shape: Shape::At(Point { x: 1.0, y: Some(0) }),
        layer: 2,
        origin: Point { x: 3.0, y: None },
        fill: Toggle::On { level: 4, how: How::Fast(5) },
        stroke: Toggle::Off,
        title: "title".into(),
        frame: Frame { corner: Point::default(), style: How::Slow, tags: vec!["tag".into()] },
        last: Some(false),
    };
    assert_eq!(canvas.draw(&drawing, vec![drawing.clone()]).unwrap(), drawing);
    assert_eq!(
        canvas.scale(2, "all", b"key", &Mode::Fast, vec![1]).unwrap(),
        "2 all [107, 101, 121] Fast [1]"
    );
    assert_eq!(canvas.scale(0, "", b"", &Mode::Slow, Vec::new()).unwrap(), "0  [] Slow []");
    assert_eq!(canvas.tip(Some(String::new())).unwrap(), Some(String::new()));
    assert_eq!(canvas.tip(None).unwrap(), None);
    assert_eq!(canvas.parts(None, None).unwrap(), (9, None, None));
    assert_eq!(canvas.parts(Some(0), Some(1)).unwrap(), (1, Some("0".into()), Some(3)));
}

fn encode<T: Struct>(value: &T) -> Vec<u8> {
    let mut message = message::Builder::new_default();
    let content: any_pointer::Builder<'_> = message.init_root();
    let mut encoder = Encoder::new(Destination::none());
    encoder.encode_struct(content, <T as HasSize>::SIZE, |to| value.encode_fields(to)).unwrap();
    serialize::write_message_to_words(&message)
}

fn decode<T: for<'m> DecodeStruct<'m>>(message: &[u8]) -> Result<T, IpcException> {
    let reader = serialize::read_message(message, message::ReaderOptions::new())?;
    let decoder = Decoder::new(Vec::new(), message.len() / 8);
    let content: any_pointer::Reader<'_> = reader.get_root()?;
    T::decode_fields(&decoder.root(content)?)
}
