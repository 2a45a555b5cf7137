//! Code that `capnpc` generated from our request, against our own encoding: each reads what the other writes.

#![expect(clippy::unwrap_used, reason = "what the tests share is a test too")]

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::time::{Duration, SystemTime};

use capnp::message::Builder;
use capnp::{any_pointer, text, text_list};
use ipc_gen_tests::everything::shared::Shared;
use ipc_gen_tests::everything::{
    Choice, Code, Colour, Defaults, Drawing, Every, Fill, Handed, Height, Inset, Pair, Pinned, Place, Shape,
    Standard,
};
use ipc_gen_tests::generated::everything_capnp::{
    Colour as GeneratedColour, choice, defaults, drawing, every, everything, handed, init, shape, standard,
};
use ipc_gen_tests::generated::ipc_capnp::{self, result_u_int32_text, result_void_optional_u_int8};
use ipc_gen_tests::generated::{proxy_capnp, shared_capnp};
use ipc_gen_tests::message::{decode, encode};
use ipc_runtime::AnyPointer;
use ipc_runtime::object::Destination;
use ipc_runtime::wire::{Encoder, HasSize, Interface, Struct};

fn example() -> Every {
    Every {
        void: (),
        bool: true,
        int64: i64::MIN + 1,
        int8: -8,
        int32: -32_000_000,
        int16: -16_000,
        uint8: 200,
        uint16: 60_000,
        uint32: 4_000_000_000,
        uint64: u64::MAX - 1,
        float32: 1.5,
        float64: -2.25,
        text: "täxt".into(),
        data: vec![0, 255, 7],
        colour: Colour::DarkBlue,
        inner: Shared {
            name: "outer".into(),
            level: 1,
            next: Some(Box::new(Shared { name: String::new(), level: 2, next: None })),
        },
        object: None,
        bools: vec![true, false, true],
        numbers: vec![1, -2, 3],
        doubles: vec![0.5],
        texts: vec!["a".into(), String::new()],
        colours: vec![Colour::Green, Colour::Red],
        inners: vec![
            Shared { name: "first".into(), level: 3, next: None },
            Shared { name: "second".into(), level: 4, next: None },
        ],
        objects: Vec::new(),
        lists: vec![vec![1, 2], vec![]],
        blobs: vec![vec![9], vec![]],
        voids: vec![(), ()],
        maybe_int: Some(0),
        maybe_bool: Some(false),
        maybe_void: Some(()),
        maybe_colour: None,
        maybe_text: Some(String::new()),
        maybe_every: None,
        maybe_list: Some(vec![]),
        last: true,
        height: Height(3),
        heights: vec![Height(4), Height(5)],
        maybe_height: Some(Height(0)),
        shape: Shape::Rect { width: 1.0, height: 2.0 },
        shapes: vec![
            Shape::Empty,
            Shape::Circle(0.5),
            Shape::Named("name".into()),
            Shape::Perhaps(Some(7)),
            Shape::Perhaps(None),
            Shape::Line(Height(8), Height(9)),
            Shape::Nested(Box::new(Shape::Circle(1.5))),
            Shape::Flags { filled: true, dashed: Some(false) },
        ],
        maybe_shape: None,
        pair: Pair(-2, "second".into()),
        defaults: default_values(),
        pinned: Pinned { last: 5, first: Some(6), second: true, third: 8 },
        local: std::marker::PhantomData,
    }
}

fn default_values() -> Defaults {
    Defaults {
        bool: true,
        int8: -8,
        int16: i16::MIN,
        int32: -1,
        int64: i64::MIN,
        uint8: 0xff,
        uint16: 16,
        uint32: 1 << 31,
        uint64: u64::MAX,
        float32: -1.5e-7,
        float64: f64::MAX,
        least: f64::NEG_INFINITY,
        text: "a \"täxt\"\n\\ of\t\u{1}two lines".into(),
        none: 0,
        choice: Choice::Number(7),
        most: f32::INFINITY,
        colour: Colour::DarkBlue,
        code: Code::Minus,
        height: Height(9),
        data: vec![0xa1, 0x40],
        letter: 'x',
        numbers: vec![1, -2, i32::MAX],
        bits: vec![true, false, true],
        fractions: vec![0.5, -1e300],
        texts: vec!["one".into(), "\"two\"".into(), String::new()],
        blobs: vec![vec![0, 0xff], Vec::new()],
        colours: vec![Colour::Green, Colour::Red],
        lists: vec![vec![1, 2], Vec::new(), vec![3]],
        letters: vec!['a', 'ß'],
    }
}

fn zeros() -> Defaults {
    Defaults {
        bool: false,
        int8: 0,
        int16: 0,
        int32: 0,
        int64: 0,
        uint8: 0,
        uint16: 0,
        uint32: 0,
        uint64: 0,
        float32: 0.0,
        float64: 0.0,
        least: 0.0,
        text: String::new(),
        none: 0,
        choice: Choice::Group { number: 0, text: String::new() },
        most: 0.0,
        colour: Colour::Red,
        code: Code::Zero,
        height: Height(0),
        data: Vec::new(),
        letter: '\0',
        numbers: Vec::new(),
        bits: Vec::new(),
        fractions: Vec::new(),
        texts: Vec::new(),
        blobs: Vec::new(),
        colours: Vec::new(),
        lists: Vec::new(),
        letters: Vec::new(),
    }
}

/// All that generated code reads of it.
fn read(of: defaults::Reader<'_>) -> Defaults {
    Defaults {
        bool: of.get_bool(),
        int8: of.get_int8(),
        int16: of.get_int16(),
        int32: of.get_int32(),
        int64: of.get_int64(),
        uint8: of.get_uint8(),
        uint16: of.get_uint16(),
        uint32: of.get_uint32(),
        uint64: of.get_uint64(),
        float32: of.get_float32(),
        float64: of.get_float64(),
        least: of.get_least(),
        text: of.get_text().unwrap().to_string().unwrap(),
        none: of.get_none(),
        choice: match of.get_choice().unwrap().which().unwrap() {
            choice::Number(number) => Choice::Number(number),
            choice::Group(group) => Choice::Group {
                number: group.get_number(),
                text: group.get_text().unwrap().to_string().unwrap(),
            },
        },
        most: of.get_most(),
        colour: read_colour(of.get_colour().unwrap()),
        code: if of.get_code() == 0 { Code::Zero } else { Code::Minus },
        height: Height(of.get_height()),
        data: of.get_data().unwrap().to_vec(),
        letter: char::from_u32(of.get_letter()).unwrap(),
        numbers: of.get_numbers().unwrap().iter().collect(),
        bits: of.get_bits().unwrap().iter().collect(),
        fractions: of.get_fractions().unwrap().iter().collect(),
        texts: of.get_texts().unwrap().iter().map(|text| text.unwrap().to_string().unwrap()).collect(),
        blobs: of.get_blobs().unwrap().iter().map(|blob| blob.unwrap().to_vec()).collect(),
        colours: of.get_colours().unwrap().iter().map(|colour| read_colour(colour.unwrap())).collect(),
        lists: of.get_lists().unwrap().iter().map(|list| list.unwrap().iter().collect()).collect(),
        letters: of.get_letters().unwrap().iter().map(|letter| char::from_u32(letter).unwrap()).collect(),
    }
}

fn read_colour(colour: GeneratedColour) -> Colour {
    match colour {
        GeneratedColour::Red => Colour::Red,
        GeneratedColour::Green => Colour::Green,
        GeneratedColour::DarkBlue => Colour::DarkBlue,
    }
}

#[test]
fn a_default_is_what_a_shorter_message_means() {
    let mut message = Builder::new_default();
    message.init_root::<every::Builder<'_>>();
    assert_eq!(decode::<Defaults>(&message).unwrap(), default_values());
    assert_eq!(decode::<Every>(&message).unwrap().defaults, default_values());
    let empty: defaults::Reader<'_> = message.get_root_as_reader().unwrap();
    assert_eq!(read(empty), default_values());
}

#[test]
fn what_is_written_is_no_default() {
    for value in [zeros(), default_values()] {
        let message = encode(&value);
        assert_eq!(read(message.get_root_as_reader().unwrap()), value);
        assert_eq!(decode::<Defaults>(&message).unwrap(), value);
    }
    let mut message = Builder::new_default();
    message.init_root::<choice::Builder<'_>>().init_group();
    let expected = Choice::Group { number: 8, text: "text".into() };
    assert_eq!(decode::<Choice>(&message).unwrap(), expected);
}

#[test]
fn generated_readers_read_what_we_write() {
    let message = encode(&example());
    let every: every::Reader<'_> = message.get_root_as_reader().unwrap();
    assert!(every.get_bool());
    assert_eq!(every.get_int64(), i64::MIN + 1);
    assert_eq!(every.get_int8(), -8);
    assert_eq!(every.get_int32(), -32_000_000);
    assert_eq!(every.get_int16(), -16_000);
    assert_eq!(every.get_uint8(), 200);
    assert_eq!(every.get_uint16(), 60_000);
    assert_eq!(every.get_uint32(), 4_000_000_000);
    assert_eq!(every.get_uint64(), u64::MAX - 1);
    assert_eq!(every.get_float32(), 1.5);
    assert_eq!(every.get_float64(), -2.25);
    assert_eq!(every.get_text().unwrap(), "täxt");
    assert_eq!(every.get_data().unwrap(), [0, 255, 7]);
    assert_eq!(every.get_colour().unwrap(), GeneratedColour::DarkBlue);
    let inner = every.get_inner().unwrap();
    assert_eq!((inner.get_name().unwrap().to_str().unwrap(), inner.get_level()), ("outer", 1));
    assert_eq!(inner.get_next().unwrap().get_level(), 2);
    assert!(!inner.get_next().unwrap().has_next());
    assert!(!every.has_object());
    assert_eq!(every.get_bools().unwrap().iter().collect::<Vec<_>>(), [true, false, true]);
    assert_eq!(every.get_numbers().unwrap().iter().collect::<Vec<_>>(), [1, -2, 3]);
    assert_eq!(every.get_doubles().unwrap().iter().collect::<Vec<_>>(), [0.5]);
    let texts: Vec<_> = every.get_texts().unwrap().iter().map(|text| text.unwrap().to_string()).collect();
    assert_eq!(texts.into_iter().collect::<Result<Vec<_>, _>>().unwrap(), ["a", ""]);
    let colours: Vec<_> = every.get_colours().unwrap().iter().map(Result::unwrap).collect();
    assert_eq!(colours, [GeneratedColour::Green, GeneratedColour::Red]);
    let levels: Vec<u16> =
        every.get_inners().unwrap().iter().map(shared_capnp::shared::Reader::get_level).collect();
    assert_eq!(levels, [3, 4]);
    let lists: Vec<Vec<u16>> =
        every.get_lists().unwrap().iter().map(|list| list.unwrap().iter().collect()).collect();
    assert_eq!(lists, [vec![1, 2], vec![]]);
    let blobs: Vec<&[u8]> = every.get_blobs().unwrap().iter().map(Result::unwrap).collect();
    assert_eq!(blobs, [&[9][..], &[]]);
    assert_eq!(every.get_voids().unwrap().len(), 2);
    assert_eq!((every.get_has_maybe_int(), every.get_maybe_int()), (true, 0));
    assert_eq!((every.get_has_maybe_bool(), every.get_maybe_bool()), (true, false));
    assert!(every.get_has_maybe_void());
    assert!(!every.get_has_maybe_colour());
    assert!(every.has_maybe_text());
    assert!(!every.has_maybe_every());
    assert!(every.has_maybe_list());
    assert!(every.get_last());
    assert_eq!(every.get_height(), 3);
    assert_eq!(every.get_heights().unwrap().iter().collect::<Vec<_>>(), [4, 5]);
    assert_eq!((every.get_has_maybe_height(), every.get_maybe_height()), (true, 0));
    let shape::Rect(rect) = every.get_shape().unwrap().which().unwrap() else { panic!("another variant") };
    assert_eq!((rect.get_width(), rect.get_height()), (1.0, 2.0));
    let shapes: Vec<String> =
        every.get_shapes().unwrap().iter().map(|shape| describe(shape.which().unwrap())).collect();
    assert_eq!(
        shapes,
        ["empty", "0.5", "name", "true 7", "false 0", "8 to 9", "around 1.5", "true, true false"]
    );
    assert!(!every.has_maybe_shape());
    let pinned = every.get_pinned().unwrap();
    assert_eq!((pinned.get_last(), pinned.get_first(), pinned.get_has_first()), (5, 6, true));
    assert_eq!((pinned.get_second(), pinned.get_third()), (true, 8));
    let pair = every.get_pair().unwrap();
    assert_eq!((pair.get_field0(), pair.get_second().unwrap().to_str().unwrap()), (-2, "second"));
}

fn describe(shape: shape::WhichReader<'_>) -> String {
    match shape {
        shape::Empty(()) => "empty".into(),
        shape::Circle(radius) => radius.to_string(),
        shape::Rect(rect) => format!("{} by {}", rect.get_width(), rect.get_height()),
        shape::Named(name) => name.unwrap().to_string().unwrap(),
        shape::Perhaps(value) => format!("{} {}", value.get_has_value(), value.get_value()),
        shape::Line(line) => format!("{} to {}", line.get_field0(), line.get_field1()),
        shape::Nested(inner) => format!("around {}", describe(inner.unwrap().which().unwrap())),
        shape::Flags(flags) => {
            format!("{}, {} {}", flags.get_filled(), flags.get_has_dashed(), flags.get_dashed())
        }
    }
}

fn fill_shared(mut shared: shared_capnp::shared::Builder<'_>, name: &str, level: u16) {
    shared.set_name(name);
    shared.set_level(level);
}

fn fill(mut every: every::Builder<'_>) {
    every.set_bool(true);
    every.set_int64(-64);
    every.set_int8(-8);
    every.set_int32(-32);
    every.set_int16(-16);
    every.set_uint8(8);
    every.set_uint16(16);
    every.set_uint32(32);
    every.set_uint64(64);
    every.set_float32(0.5);
    every.set_float64(0.25);
    every.set_text("text");
    every.set_data(&[1, 2]);
    every.set_colour(GeneratedColour::Green);
    fill_shared(every.reborrow().init_inner().init_next(), "next", 7);
    every.set_bools([true, false].as_slice()).unwrap();
    every.set_numbers([1, 2].as_slice()).unwrap();
    every.set_doubles([0.125].as_slice()).unwrap();
    every.set_texts(["one", "two"].as_slice()).unwrap();
    every.set_colours([GeneratedColour::DarkBlue].as_slice()).unwrap();
    fill_shared(every.reborrow().init_inners(2).get(1), "second", 9);
    let mut lists = every.reborrow().init_lists(2);
    lists.reborrow().init(0, 1).set(0, 5);
    every.reborrow().init_blobs(1).set(0, &[3]);
    every.reborrow().init_voids(3);
    every.set_has_maybe_int(true);
    every.set_maybe_int(-1);
    // Without its presence field the value does not count.
    every.set_maybe_bool(true);
    every.set_has_maybe_void(true);
    every.set_has_maybe_colour(true);
    every.set_maybe_colour(GeneratedColour::DarkBlue);
    every.set_maybe_text("some");
    every.reborrow().init_maybe_every().set_last(true);
    every.set_last(true);
    every.set_height(3);
    every.set_heights([4].as_slice()).unwrap();
    let mut shapes = every.reborrow().init_shapes(8);
    shapes.reborrow().get(1).set_circle(0.5);
    let mut rect = shapes.reborrow().get(2).init_rect();
    rect.set_width(1.0);
    rect.set_height(2.0);
    shapes.reborrow().get(3).set_named("name");
    let mut perhaps = shapes.reborrow().get(4).init_perhaps();
    perhaps.set_has_value(true);
    perhaps.set_value(7);
    shapes.reborrow().get(5).init_line().set_field1(9);
    shapes.reborrow().get(6).init_nested().set_circle(1.5);
    let mut flags = shapes.reborrow().get(7).init_flags();
    flags.set_has_dashed(true);
    flags.set_dashed(true);
    every.reborrow().init_pair().set_second("second");
}

#[test]
fn we_read_what_generated_builders_write() {
    let mut message = Builder::new_default();
    fill(message.init_root());
    let every: Every = decode(&message).unwrap();
    assert!(every.bool);
    assert_eq!((every.int64, every.int8, every.int32, every.int16), (-64, -8, -32, -16));
    assert_eq!((every.uint8, every.uint16, every.uint32, every.uint64), (8, 16, 32, 64));
    assert_eq!((every.float32, every.float64), (0.5, 0.25));
    assert_eq!((every.text.as_str(), every.data.as_slice()), ("text", &[1, 2][..]));
    assert_eq!(every.colour, Colour::Green);
    assert_eq!((every.inner.name.as_str(), every.inner.level), ("", 0));
    let next = every.inner.next.unwrap();
    assert_eq!((next.name.as_str(), next.level, next.next.is_none()), ("next", 7, true));
    assert!(every.object.is_none());
    assert_eq!(every.bools, [true, false]);
    assert_eq!(every.numbers, [1, 2]);
    assert_eq!(every.doubles, [0.125]);
    assert_eq!(every.texts, ["one", "two"]);
    assert_eq!(every.colours, [Colour::DarkBlue]);
    let inners: Vec<_> = every.inners.iter().map(|inner| (inner.name.as_str(), inner.level)).collect();
    assert_eq!(inners, [("", 0), ("second", 9)]);
    assert!(every.objects.is_empty());
    assert_eq!(every.lists, [vec![5], vec![]]);
    assert_eq!(every.blobs, [vec![3]]);
    assert_eq!(every.voids.len(), 3);
    assert_eq!(every.maybe_int, Some(-1));
    assert_eq!(every.maybe_bool, None);
    assert_eq!(every.maybe_void, Some(()));
    assert_eq!(every.maybe_colour, Some(Colour::DarkBlue));
    assert_eq!(every.maybe_text.as_deref(), Some("some"));
    let nested = every.maybe_every.unwrap();
    assert!(nested.last && nested.maybe_every.is_none());
    assert_eq!(every.maybe_list, None);
    assert!(every.last);
    assert_eq!((every.height, every.heights, every.maybe_height), (Height(3), vec![Height(4)], None));
    assert_eq!(every.shape, Shape::Empty);
    assert_eq!(
        every.shapes,
        [
            Shape::Empty,
            Shape::Circle(0.5),
            Shape::Rect { width: 1.0, height: 2.0 },
            Shape::Named("name".into()),
            Shape::Perhaps(Some(7)),
            Shape::Line(Height(0), Height(9)),
            Shape::Nested(Box::new(Shape::Circle(1.5))),
            Shape::Flags { filled: false, dashed: Some(true) },
        ]
    );
    assert_eq!(every.maybe_shape, None);
    assert_eq!(every.pair, Pair(0, "second".into()));
}

#[test]
fn generated_readers_read_types_of_the_standard_library() {
    let message = encode(&Standard {
        letter: 'ß',
        size: 7,
        wide: 1 << 120,
        span: Duration::from_micros(3),
        moment: SystemTime::UNIX_EPOCH - Duration::from_nanos(5),
        path: "/a".into(),
        digest: [1, 2, 3, 4],
        numbers: [8, 9],
        set: BTreeSet::from(["b".to_owned(), "a".to_owned()]),
        map: BTreeMap::from([("none".to_owned(), None), ("some".to_owned(), Some(0))]),
        colours: HashMap::from([("leaf".to_owned(), Colour::Green)]),
        pair: (-1, "one".to_owned()),
        deep: (Some(0), (true, Shared { name: "inner".into(), level: 6, next: None }, "shared".into())),
        maybes: vec![None, Some(0)],
        maybe_texts: vec![Some(String::new()), None],
        nested: Some(None),
        result: Err("why".to_owned()),
        results: vec![Ok(()), Err(Some(4))],
        any: AnyPointer::new(&vec!["any".to_owned()]).unwrap(),
        maybe_any: Some((1, AnyPointer::default())),
    });
    let standard: standard::Reader<'_> = message.get_root_as_reader().unwrap();
    assert_eq!(standard.get_letter(), 0xdf);
    assert_eq!(standard.get_size(), 7);
    assert_eq!(standard.get_wide().unwrap(), (1_u128 << 120).to_le_bytes());
    assert_eq!((standard.get_span(), standard.get_moment()), (3000, -5));
    assert_eq!(standard.get_path().unwrap(), b"/a");
    assert_eq!(standard.get_digest().unwrap(), [1, 2, 3, 4]);
    assert_eq!(standard.get_numbers().unwrap().iter().collect::<Vec<_>>(), [8, 9]);
    assert_eq!(standard.get_set().unwrap().get(0).unwrap(), "a");
    let map = standard.get_map().unwrap();
    let entries: Vec<_> = map
        .iter()
        .map(|entry| (entry.get_key().unwrap().to_str().unwrap(), entry.get_has_value(), entry.get_value()))
        .collect();
    assert_eq!(entries, [("none", false, 0), ("some", true, 0)]);
    let colour = standard.get_colours().unwrap().get(0);
    assert_eq!(colour.get_key().unwrap(), "leaf");
    assert_eq!(colour.get_value().unwrap(), GeneratedColour::Green);
    let pair = standard.get_pair().unwrap();
    assert_eq!((pair.get_field0(), pair.get_field1().unwrap().to_str().unwrap()), (-1, "one"));
    let deep = standard.get_deep().unwrap();
    assert_eq!((deep.get_has_field0(), deep.get_field0()), (true, 0));
    let inner = deep.get_field1().unwrap();
    assert!(inner.get_field0());
    assert_eq!(inner.get_field1().unwrap().get_level(), 6);
    assert_eq!(inner.get_field2().unwrap(), "shared");
    let maybes: Vec<_> = standard.get_maybes().unwrap().iter().map(|m| u8::from(m.get_has_value())).collect();
    assert_eq!(maybes, [0, 1]);
    let texts: Vec<_> = standard.get_maybe_texts().unwrap().iter().map(|maybe| maybe.has_value()).collect();
    assert_eq!(texts, [true, false]);
    assert!(standard.has_nested());
    assert!(!standard.get_nested().unwrap().get_has_value());
    let why = match standard.get_result().unwrap().which().unwrap() {
        result_u_int32_text::Ok(number) => number.to_string(),
        result_u_int32_text::Err(text) => text.unwrap().to_string().unwrap(),
    };
    assert_eq!(why, "why");
    let results = standard.get_results().unwrap();
    assert!(matches!(results.get(0).which(), Ok(result_void_optional_u_int8::Ok(()))));
    let Ok(result_void_optional_u_int8::Err(error)) = results.get(1).which() else { panic!("no error") };
    assert_eq!((error.get_has_value(), error.get_value()), (true, 4));
    let any: text_list::Reader<'_> = standard.get_any().get_as().unwrap();
    assert_eq!(any.get(0).unwrap(), "any");
    assert!(standard.get_maybe_any().unwrap().get_field1().is_null());
}

#[test]
fn we_read_types_of_the_standard_library_that_generated_builders_write() {
    let mut message = Builder::new_default();
    let mut standard: standard::Builder<'_> = message.init_root();
    standard.set_letter(0x41);
    standard.set_moment(-1);
    standard.set_digest(&[5; 4]);
    let mut entry = standard.reborrow().init_map(1).get(0);
    entry.set_key("key");
    entry.set_has_value(true);
    entry.set_value(4);
    standard.reborrow().init_pair().set_field1("second");
    standard.reborrow().init_maybe_texts(2).get(1).set_value("text");
    standard.reborrow().init_nested().set_has_value(true);
    standard.reborrow().init_result().set_err("why");
    let mut results = standard.reborrow().init_results(2);
    results.reborrow().get(1).init_err().set_value(4);
    standard.reborrow().init_any().init_as::<standard::Builder<'_>>().set_size(6);
    standard.reborrow().init_maybe_any().init_field1().set_as::<text::Owned>("text").unwrap();
    let standard: Standard = decode(&message).unwrap();
    assert_eq!(standard.letter, 'A');
    assert_eq!(standard.moment, SystemTime::UNIX_EPOCH - Duration::from_nanos(1));
    assert_eq!((standard.digest, standard.numbers), ([5; 4], [0; 2]));
    assert_eq!(standard.map, BTreeMap::from([("key".to_owned(), Some(4))]));
    assert_eq!(standard.pair, (0, "second".to_owned()));
    assert_eq!(standard.maybe_texts, [None, Some("text".to_owned())]);
    assert_eq!(standard.nested, Some(Some(0)));
    assert_eq!(standard.deep.0, None);
    assert_eq!(standard.result, Err("why".to_owned()));
    // Without `hasValue` there is no value.
    assert_eq!(standard.results, [Ok(()), Err(None)]);
    assert_eq!(standard.any.get::<Standard>().unwrap().size, 6);
    assert_eq!(standard.maybe_any.unwrap().1.get::<String>().unwrap(), "text");
}

#[test]
fn generated_readers_find_a_capability_where_a_file_descriptor_is() {
    use std::fs::File;
    use std::os::fd::OwnedFd;

    let null = || File::open("/dev/null").unwrap();
    let handed = Handed { file: null(), stream: None, more: vec![OwnedFd::from(null()), null().into()] };
    let mut message = Builder::new_default();
    let mut encoder = Encoder::new(Destination::none());
    let root = message.init_root::<any_pointer::Builder<'_>>();
    encoder.encode_struct(root, Handed::SIZE, |to| handed.encode_fields(to)).unwrap();
    assert_eq!((encoder.caps().len(), encoder.take_attached().len()), (3, 3));
    let handed: handed::Reader<'_> = message.get_root_as_reader().unwrap();
    assert_eq!((handed.has_file(), handed.has_stream()), (true, false));
    assert_eq!(handed.get_more().unwrap().len(), 2);

    let mut message = Builder::new_default();
    message.init_root::<handed::Builder<'_>>();
    let error = decode::<Handed>(&message).unwrap_err();
    assert!(error.text().contains("null where a file descriptor"), "{error}");
}

fn drawings() -> Vec<Drawing> {
    let drawing = Drawing {
        visible: true,
        shape: Shape::Rect { width: 1.0, height: 2.0 },
        layer: Some(0),
        origin: Place { x: 0.5, y: Some(false) },
        fill: Fill::At(Inset { x: 3, y: 4 }),
        stroke: Fill::Plain(5),
        title: Some(String::new()),
        frame: None,
    };
    let other = Drawing {
        visible: false,
        shape: Shape::Perhaps(Some(6)),
        layer: None,
        origin: Place { x: -1.0, y: None },
        fill: Fill::None,
        stroke: Fill::At(Inset { x: 0, y: 6 }),
        title: None,
        frame: Some(Place { x: 7.0, y: Some(true) }),
    };
    vec![drawing, other]
}

#[test]
fn groups_and_unions_beside_fields_mean_the_same_to_generated_readers() {
    let messages: Vec<_> = drawings().iter().map(encode).collect();
    let first: drawing::Reader<'_> = messages[0].get_root_as_reader().unwrap();
    assert!(first.get_visible());
    let Ok(drawing::Rect(rect)) = first.which() else { panic!("another variant") };
    assert_eq!((rect.get_width(), rect.get_height()), (1.0, 2.0));
    assert_eq!((first.get_has_layer(), first.get_layer()), (true, 0));
    let origin = first.get_origin();
    assert_eq!((origin.get_x(), origin.get_has_y(), origin.get_y()), (0.5, true, false));
    let Ok(drawing::fill::At(at)) = first.get_fill().which() else { panic!("another variant") };
    assert_eq!((at.get_x(), at.get_y()), (3, 4));
    let Ok(drawing::stroke::Plain(5)) = first.get_stroke().which() else { panic!("another variant") };
    assert!(first.get_has_title() && !first.get_has_frame());
    let second: drawing::Reader<'_> = messages[1].get_root_as_reader().unwrap();
    let Ok(drawing::Perhaps(perhaps)) = second.which() else { panic!("another variant") };
    assert_eq!((perhaps.get_has_value(), perhaps.get_value()), (true, 6));
    assert!(matches!(second.get_fill().which(), Ok(drawing::fill::None(()))));
    assert!(!second.get_has_title() && second.get_has_frame());
    assert_eq!(second.get_frame().unwrap().get_x(), 7.0);
}

#[test]
fn groups_and_unions_beside_fields_are_read_as_generated_builders_write_them() {
    let mut message = Builder::new_default();
    let mut built: drawing::Builder<'_> = message.init_root();
    built.set_visible(true);
    let mut rect = built.reborrow().init_rect();
    rect.set_width(1.0);
    rect.set_height(2.0);
    built.set_has_layer(true);
    let mut origin = built.reborrow().init_origin();
    origin.set_x(0.5);
    origin.set_has_y(true);
    let mut at = built.reborrow().init_fill().init_at();
    at.set_x(3);
    at.set_y(4);
    built.reborrow().init_stroke().set_plain(5);
    built.set_has_title(true);
    assert_eq!(decode::<Drawing>(&message).unwrap(), drawings()[0]);
    for drawing in drawings() {
        assert_eq!(decode::<Drawing>(&encode(&drawing)).unwrap(), drawing);
    }
}

#[test]
fn generated_code_has_the_ids_of_the_descriptors() {
    use capnp::traits::HasTypeId;
    use ipc_gen_tests::everything::{Everything, Init};
    type Done = dyn Fn() -> Result<(), ipc_runtime::IpcException> + Send + Sync;
    use ipc_runtime::wire::FileDescriptor;
    use ipc_runtime::wire::proxy::ThreadMap;

    assert_eq!(init::Client::TYPE_ID, <dyn Init>::descriptor().id);
    assert_eq!(everything::Client::TYPE_ID, <dyn Everything>::descriptor().id);
    assert_eq!(every::Reader::TYPE_ID, <Every as Struct>::descriptor().id);
    assert_eq!(ipc_capnp::file_descriptor::Client::TYPE_ID, <dyn FileDescriptor>::descriptor().id);
    assert_eq!(ipc_capnp::fn_to_void::Client::TYPE_ID, <Done as Interface>::descriptor().id);
    assert_eq!(proxy_capnp::thread_map::Client::TYPE_ID, <dyn ThreadMap>::descriptor().id);
}
