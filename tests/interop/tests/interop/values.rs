//! Values of every type, in both forms.

use ipc_interop_tests::generated::interop_capnp::{self, every, point};
use ipc_interop_tests::interfaces::{Colour, Every, Point};

/// Values that are unlike their defaults, ordinary ones and the defaults.
pub(crate) fn examples() -> Vec<Every> {
    let point = Point { x: -1, y: i32::MAX };
    let full = Every {
        void: (),
        bool: true,
        int8: i8::MIN,
        int16: i16::MIN,
        int32: i32::MIN,
        int64: i64::MIN,
        uint8: u8::MAX,
        uint16: u16::MAX,
        uint32: u32::MAX,
        uint64: u64::MAX,
        float32: f32::MIN_POSITIVE,
        float64: f64::NEG_INFINITY,
        text: "tä\u{1f600}xt".into(),
        data: (0..=255).collect(),
        colour: Colour::DarkBlue,
        bools: (0..19).map(|i| i % 3 == 0).collect(),
        numbers: vec![1, -2, 3],
        texts: vec!["a".into(), String::new(), "ccc".into()],
        colours: vec![Colour::Green, Colour::Red, Colour::DarkBlue],
        lists: vec![vec![1, 2], vec![], vec![3]],
        points: vec![Point { x: 1, y: 2 }, Point::default(), point.clone()],
        point,
        maybe_number: Some(0),
        maybe_text: Some(String::new()),
        next: None,
    };
    let nested =
        Every { next: Some(Box::new(full.clone())), maybe_text: Some("x".into()), ..Every::default() };
    vec![Every::default(), full, nested]
}

/// Writes a value with capnp-rpc's code.
pub(crate) fn write(value: &Every, mut to: every::Builder<'_>) {
    to.set_void(());
    to.set_bool(value.bool);
    to.set_int8(value.int8);
    to.set_int16(value.int16);
    to.set_int32(value.int32);
    to.set_int64(value.int64);
    to.set_uint8(value.uint8);
    to.set_uint16(value.uint16);
    to.set_uint32(value.uint32);
    to.set_uint64(value.uint64);
    to.set_float32(value.float32);
    to.set_float64(value.float64);
    to.set_text(&value.text[..]);
    to.set_data(&value.data);
    to.set_colour(to_theirs(value.colour));
    to.set_bools(&value.bools[..]).unwrap();
    to.set_numbers(&value.numbers[..]).unwrap();
    to.set_texts(&value.texts[..]).unwrap();
    let colours: Vec<_> = value.colours.iter().copied().map(to_theirs).collect();
    to.set_colours(&colours[..]).unwrap();
    let mut lists = to.reborrow().init_lists(value.lists.len() as u32);
    for (i, list) in value.lists.iter().enumerate() {
        let mut inner = lists.reborrow().init(i as u32, list.len() as u32);
        for (j, number) in list.iter().enumerate() {
            inner.set(j as u32, *number);
        }
    }
    let mut points = to.reborrow().init_points(value.points.len() as u32);
    for (i, point) in value.points.iter().enumerate() {
        write_point(point, points.reborrow().get(i as u32));
    }
    write_point(&value.point, to.reborrow().init_point());
    if let Some(number) = value.maybe_number {
        to.set_maybe_number(number);
        to.set_has_maybe_number(true);
    }
    if let Some(text) = &value.maybe_text {
        to.set_maybe_text(&text[..]);
    }
    if let Some(next) = &value.next {
        write(next, to.init_next());
    }
}

/// Reads a value with capnp-rpc's code.
pub(crate) fn read(from: every::Reader<'_>) -> Every {
    Every {
        void: from.get_void(),
        bool: from.get_bool(),
        int8: from.get_int8(),
        int16: from.get_int16(),
        int32: from.get_int32(),
        int64: from.get_int64(),
        uint8: from.get_uint8(),
        uint16: from.get_uint16(),
        uint32: from.get_uint32(),
        uint64: from.get_uint64(),
        float32: from.get_float32(),
        float64: from.get_float64(),
        text: from.get_text().unwrap().to_string().unwrap(),
        data: from.get_data().unwrap().to_vec(),
        colour: to_ours(from.get_colour().unwrap()),
        bools: from.get_bools().unwrap().iter().collect(),
        numbers: from.get_numbers().unwrap().iter().collect(),
        texts: from.get_texts().unwrap().iter().map(|text| text.unwrap().to_string().unwrap()).collect(),
        colours: from.get_colours().unwrap().iter().map(|colour| to_ours(colour.unwrap())).collect(),
        lists: from.get_lists().unwrap().iter().map(|list| list.unwrap().iter().collect()).collect(),
        points: from.get_points().unwrap().iter().map(read_point).collect(),
        point: read_point(from.get_point().unwrap()),
        maybe_number: from.get_has_maybe_number().then(|| from.get_maybe_number()),
        maybe_text: from.has_maybe_text().then(|| from.get_maybe_text().unwrap().to_string().unwrap()),
        next: from.has_next().then(|| Box::new(read(from.get_next().unwrap()))),
    }
}

fn write_point(point: &Point, mut to: point::Builder<'_>) {
    to.set_x(point.x);
    to.set_y(point.y);
}

fn read_point(from: point::Reader<'_>) -> Point {
    Point { x: from.get_x(), y: from.get_y() }
}

fn to_theirs(colour: Colour) -> interop_capnp::Colour {
    match colour {
        Colour::Red => interop_capnp::Colour::Red,
        Colour::Green => interop_capnp::Colour::Green,
        Colour::DarkBlue => interop_capnp::Colour::DarkBlue,
    }
}

fn to_ours(colour: interop_capnp::Colour) -> Colour {
    match colour {
        interop_capnp::Colour::Red => Colour::Red,
        interop_capnp::Colour::Green => Colour::Green,
        interop_capnp::Colour::DarkBlue => Colour::DarkBlue,
    }
}
