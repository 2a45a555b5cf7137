//! Interfaces that use every type.
//!
//! The build script includes this file too: it generates Rust readers and builders from it.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::fs::File;
use std::os::fd::OwnedFd;
use std::os::unix::net::UnixStream;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use ipc_runtime::wire::{Descriptor, Interface, Struct};
use ipc_runtime::{AnyPointer, IpcException, IpcStream, IpcType, ipc_interface};

use self::shared::{Base, Shared};

/// The file of [`shared`].
pub const SHARED_FILE: u64 = 0xb1e9_8a04_27c6_5d02;

/// The first object of a connection.
#[ipc_interface(root, file = 0xb1e9_8a04_27c6_5d01)]
pub trait Init {
    /// Makes an object with a method of every kind.
    fn make_everything(&self, base: Arc<dyn Base>) -> Result<Arc<dyn Everything>, IpcException>;
    /// Makes one or none.
    fn make_nothing(&self) -> Result<Option<Arc<dyn Nothing>>, IpcException>;
}

/// Methods of every kind.
#[ipc_interface(file = 0xb1e9_8a04_27c6_5d01)]
pub trait Everything {
    #[ipc(no_context)]
    fn no_parameters(&self) -> Result<(), IpcException>;
    fn swap(&self, value: &Every) -> Result<Every, IpcException>;
    /// An `Option` in each direction.
    fn maybe(&self, number: Option<i32>) -> Result<Option<f64>, IpcException>;
    /// Wraps its parameters.
    fn long_parameters(
        &self,
        /// Is documented.
        first_parameter: &str,
        /// Is so too,
        /// in two lines.
        #[ipc(name = "secondParameter")]
        second_parameter: Vec<Vec<Every>>,
        third_parameter: Option<u64>,
    ) -> Result<bool, IpcException>;
    /// Has lists of objects.
    fn more_parameters(
        &self,
        a_parameter_with_a_long_name: &[u8],
        another_of_the_same_kind: Vec<Arc<dyn Nothing>>,
    ) -> Result<Vec<Vec<Arc<dyn Everything>>>, IpcException>;
    /// Has another name in the schema.
    #[ipc(name = "inTheSchema")]
    fn in_rust(&self, colours: &[Colour]) -> Result<Option<Colour>, IpcException>;
    /// As Bitcoin Core has it.
    #[ipc(results(result, has(result)))]
    fn tip(&self) -> Result<Option<Drawing>, IpcException>;
    #[ipc(results(has(second), first, second))]
    fn presences(
        &self,
        #[ipc(has = 4)] first: Option<u32>,
        second: Option<u8>,
        #[ipc(has)] third: Option<String>,
    ) -> Result<(Option<u16>, Option<String>), IpcException>;
    fn with_defaults(
        &self,
        #[ipc(default = true)] cooldown: bool,
        #[ipc(default = f64::MAX)] timeout: f64,
        #[ipc(default = Colour::DarkBlue)] colour: &Colour,
        #[ipc(default = "text")] text: &str,
        #[ipc(default = b"\x00\xff")] data: &[u8],
        #[ipc(default = ["a"])] texts: Vec<String>,
    ) -> Result<(), IpcException>;
    /// Streams of several types.
    fn streams(
        &self,
        numbers: IpcStream<u32>,
        shapes: Vec<IpcStream<Shape>>,
        bytes: Option<IpcStream<u8>>,
        blobs: IpcStream<Vec<u8>>,
        maybes: IpcStream<Option<u32>>,
    ) -> Result<IpcStream<IpcStream<String>>, IpcException>;
}

/// Closures in both directions.
#[ipc_interface(file = 0xb1e9_8a04_27c6_5d01)]
pub trait Closures {
    fn nothing(
        &self,
        done: Box<dyn FnOnce() -> Result<(), IpcException> + Send>,
    ) -> Result<Option<Arc<dyn Fn() -> Result<(), IpcException> + Send + Sync>>, IpcException>;
    /// Has arguments and a result of every kind.
    fn several(
        &self,
        filter: Arc<dyn Fn(&str, Option<u32>, Colour) -> Result<Option<bool>, IpcException> + Send + Sync>,
        maps: Vec<Box<dyn FnMut(Vec<Shared>, &[u8]) -> Result<(i32, String), IpcException> + Send>>,
    ) -> Result<(), IpcException>;
    #[ipc(as = Choose)]
    fn named(
        &self,
        #[ipc(as = Choose)] choose: Box<dyn FnMut(u32) -> Result<Colour, IpcException> + Send>,
    ) -> Result<Arc<dyn Fn(u32) -> Result<Colour, IpcException> + Send + Sync>, IpcException>;
    fn higher(&self, closure: Higher) -> Result<Handlers, IpcException>;
}

/// What a closure can stand for.
#[ipc_interface(file = 0xb1e9_8a04_27c6_5d01)]
pub trait Choose {
    fn choose(&self, number: u32) -> Result<Colour, IpcException>;
}

/// Takes a closure and returns another one.
pub type Higher = Arc<
    dyn Fn(Box<dyn FnOnce() -> Result<(), IpcException> + Send>) -> Result<Arc<dyn Closures>, IpcException>
        + Send
        + Sync,
>;

/// Closures as fields.
#[derive(IpcType)]
#[ipc(file = 0xb1e9_8a04_27c6_5d01)]
pub struct Handlers {
    pub ready: Option<Box<dyn FnOnce() -> Result<(), IpcException> + Send>>,
    #[ipc(as = Choose)]
    pub choices: Vec<Arc<dyn Fn(u32) -> Result<Colour, IpcException> + Send + Sync>>,
    pub by_name: BTreeMap<String, Arc<dyn Fn(Handlers) -> Result<(), IpcException> + Send + Sync>>,
}

/// Without methods of its own.
#[ipc_interface(no_destroy, file = 0xb1e9_8a04_27c6_5d01)]
pub trait Nothing {}

/// What methods say beside their types, in an interface that extends others.
#[ipc_interface(file = 0xb1e9_8a04_27c6_5d01)]
pub trait Methods: Everything + Base {
    /// Nobody waits for it.
    #[ipc(oneway)]
    fn tell(&self, word: &str) -> Result<(), IpcException>;
    /// Changes one of its arguments.
    #[ipc(results(sum, carry, result))]
    fn add(&self, number: u64, sum: u64) -> Result<(u64, bool, Option<u8>), IpcException>;
    #[ipc(results(reason))]
    async fn explain(&self) -> Result<String, IpcException>;
    /// Fails in one of two ways.
    fn divide(&self, a: i64, b: i64) -> Result<i64, DivideError>;
    /// Returns nothing but its failure.
    fn parse(&self, text: &str) -> Result<(), ParseError>;
    #[ipc(results(found, others))]
    fn find(&self, key: &[u8]) -> Result<(Option<u32>, Vec<u32>), FindError>;
    /// Fails in several ways.
    #[ipc(results(size))]
    fn store(&self, data: &[u8]) -> Result<u64, StoreError>;
    /// Borrows for the time of the call.
    fn visit(&self, one: &dyn Nothing, other: Option<&dyn Everything>) -> Result<(), IpcException>;
}

/// Why a division fails.
#[derive(Debug, IpcType)]
#[ipc(error, file = 0xb1e9_8a04_27c6_5d01)]
pub enum DivideError {
    ByZero,
    /// Does not fit.
    Overflow,
    #[ipc(exception)]
    Ipc(IpcException),
}

/// Where a text is malformed.
#[derive(Debug, IpcType)]
#[ipc(error, file = 0xb1e9_8a04_27c6_5d01)]
pub struct ParseError {
    pub line: u32,
    /// What was expected.
    pub expected: Vec<String>,
    #[ipc(exception)]
    pub exception: Option<IpcException>,
}

/// Why nothing is stored.
#[derive(Debug, IpcType)]
#[ipc(errors)]
pub enum StoreError {
    Full(Pair),
    /// In words.
    #[ipc(name = "text")]
    Other(String),
    #[ipc(exception)]
    Ipc(IpcException),
}

/// Why nothing is found.
#[derive(Debug, IpcType)]
#[ipc(error, file = 0xb1e9_8a04_27c6_5d01)]
pub enum FindError {
    Nowhere,
    Locked {
        by: String,
    },
    #[ipc(exception)]
    Ipc(IpcException),
}

/// A field of every type.
#[derive(IpcType)]
#[ipc(file = 0xb1e9_8a04_27c6_5d01)]
pub struct Every {
    pub void: (),
    /// A bit.
    pub bool: bool,
    pub int64: i64,
    pub int8: i8,
    pub int32: i32,
    pub int16: i16,
    pub uint8: u8,
    pub uint16: u16,
    pub uint32: u32,
    pub uint64: u64,
    ///
    /// Two lines  
    /// of text.
    ///
    pub float32: f32,
    pub float64: f64,
    pub text: String,
    pub data: Vec<u8>,
    pub colour: Colour,
    pub inner: Shared,
    pub object: Option<Arc<dyn Everything>>,
    pub bools: Vec<bool>,
    pub numbers: Vec<i32>,
    pub doubles: Vec<f64>,
    pub texts: Vec<String>,
    pub colours: Vec<Colour>,
    pub inners: Vec<Shared>,
    pub objects: Vec<Arc<dyn Nothing>>,
    pub lists: Vec<Vec<u16>>,
    pub blobs: Vec<Vec<u8>>,
    pub voids: Vec<()>,
    /// Has a presence field.
    pub maybe_int: Option<i32>,
    pub maybe_bool: Option<bool>,
    pub maybe_void: Option<()>,
    pub maybe_colour: Option<Colour>,
    pub maybe_text: Option<String>,
    pub maybe_every: Option<Box<Every>>,
    pub maybe_list: Option<Vec<i64>>,
    pub last: bool,
    pub height: Height,
    pub heights: Vec<Height>,
    pub maybe_height: Option<Height>,
    pub shape: Shape,
    pub shapes: Vec<Shape>,
    pub maybe_shape: Option<Shape>,
    pub pair: Pair,
    pub defaults: Defaults,
    pub pinned: Pinned,
    /// Stays here.
    #[ipc(skip)]
    pub local: std::marker::PhantomData<std::time::Instant>,
}

/// Fields that a shorter message does not leave at zero.
#[derive(Debug, IpcType, PartialEq)]
#[ipc(file = 0xb1e9_8a04_27c6_5d01)]
pub struct Defaults {
    #[ipc(default = true)]
    pub bool: bool,
    #[ipc(default = -8)]
    pub int8: i8,
    #[ipc(default = i16::MIN)]
    pub int16: i16,
    #[ipc(default = -1)]
    pub int32: i32,
    #[ipc(default = i64::MIN)]
    pub int64: i64,
    #[ipc(default = 0xff)]
    pub uint8: u8,
    #[ipc(default = 16)]
    pub uint16: u16,
    #[ipc(default = 1 << 31)]
    pub uint32: u32,
    #[ipc(default = u64::MAX)]
    pub uint64: u64,
    #[ipc(default = -1.5e-7)]
    pub float32: f32,
    /// The largest.
    #[ipc(default = f64::MAX)]
    pub float64: f64,
    #[ipc(default = f64::NEG_INFINITY)]
    pub least: f64,
    #[ipc(default = "a \"täxt\"\n\\ of\t\u{1}two lines")]
    pub text: String,
    pub none: u32,
    pub choice: Choice,
    #[ipc(default = f32::INFINITY)]
    pub most: f32,
    #[ipc(default = Colour::DarkBlue)]
    pub colour: Colour,
    #[ipc(default = Code::Minus)]
    pub code: Code,
    #[ipc(default = 9)]
    pub height: Height,
    #[ipc(default = b"\xa1\x40")]
    pub data: Vec<u8>,
    #[ipc(default = 'x')]
    pub letter: char,
    #[ipc(default = [1, -2, i32::MAX])]
    pub numbers: Vec<i32>,
    #[ipc(default = [true, false, true])]
    pub bits: Vec<bool>,
    #[ipc(default = [0.5, -1e300])]
    pub fractions: Vec<f64>,
    #[ipc(default = ["one", "\"two\"", ""])]
    pub texts: Vec<String>,
    #[ipc(default = [b"\x00\xff", b""])]
    pub blobs: Vec<Vec<u8>>,
    #[ipc(default = [Colour::Green, Colour::Red])]
    pub colours: Vec<Colour>,
    #[ipc(default = [[1, 2], [], [3]])]
    pub lists: Vec<Vec<u16>>,
    #[ipc(default = ['a', 'ß'])]
    pub letters: Vec<char>,
}

/// A number in the schema.
#[derive(Clone, Copy, Debug, IpcType, PartialEq)]
#[ipc(repr = i16)]
pub enum Code {
    Zero,
    Minus = -5,
}

/// Groups, and unions beside other fields.
#[derive(Debug, IpcType, PartialEq)]
#[ipc(file = 0xb1e9_8a04_27c6_5d01)]
pub struct Drawing {
    #[ipc(ordinal = 7)]
    pub visible: bool,
    /// Has no name in the schema.
    #[ipc(union)]
    pub shape: Shape,
    pub layer: Option<u16>,
    /// Where it begins.
    #[ipc(group, ordinal = 0)]
    pub origin: Place,
    /// How it is filled.
    #[ipc(union, name = "fill", ordinal = 3)]
    pub fill: Fill,
    #[ipc(union, name = "stroke", ordinal = 23)]
    pub stroke: Fill,
    #[ipc(has = 30)]
    pub title: Option<String>,
    #[ipc(has)]
    pub frame: Option<Place>,
}

/// A position.
#[derive(Clone, Copy, Debug, IpcType, PartialEq)]
#[ipc(file = 0xb1e9_8a04_27c6_5d01)]
pub struct Place {
    /// To the right.
    pub x: f32,
    pub y: Option<bool>,
}

/// With ordinals of its own.
#[derive(Clone, Copy, Debug, IpcType, PartialEq)]
#[ipc(file = 0xb1e9_8a04_27c6_5d01)]
pub enum Fill {
    #[ipc(ordinal = 3)]
    Plain(u8),
    #[ipc(ordinal = 2)]
    None,
    #[ipc(ordinal = 0)]
    At(#[ipc(group)] Inset),
}

/// In a group of its own and in a variant.
#[derive(Clone, Copy, Debug, IpcType, PartialEq)]
#[ipc(file = 0xb1e9_8a04_27c6_5d01)]
pub struct Inset {
    pub x: u16,
    #[ipc(default = 6)]
    pub y: u16,
}

/// Fields in another order than their ordinals.
#[derive(IpcType)]
#[ipc(file = 0xb1e9_8a04_27c6_5d01)]
pub struct Pinned {
    #[ipc(ordinal = 4)]
    pub last: u64,
    #[ipc(ordinal = 0)]
    pub first: Option<u8>,
    pub second: bool,
    #[ipc(default = 7)]
    pub third: u16,
}

/// Defaults in a union.
#[derive(Debug, IpcType, PartialEq)]
#[ipc(file = 0xb1e9_8a04_27c6_5d01)]
pub enum Choice {
    Number(#[ipc(default = 7)] u32),
    Group {
        #[ipc(default = 8)]
        number: u16,
        #[ipc(default = "text")]
        text: String,
    },
}

/// On the wire, a number.
#[derive(Clone, Copy, Debug, IpcType, PartialEq)]
pub struct Height(pub u32);

/// Fields without names.
#[derive(Debug, IpcType, PartialEq)]
#[ipc(file = 0xb1e9_8a04_27c6_5d01)]
pub struct Pair(
    pub i64,
    /// Has a name.
    #[ipc(name = "second")]
    pub String,
);

/// One of several things.
#[derive(Debug, IpcType, PartialEq)]
#[ipc(file = 0xb1e9_8a04_27c6_5d01)]
pub enum Shape {
    Empty,
    /// Round.
    Circle(f64),
    /// Has four corners.
    Rect {
        width: f64,
        /// Up.
        height: f64,
    },
    Named(String),
    /// An `Option` makes it two.
    Perhaps(Option<u16>),
    Line(Height, Height),
    Nested(Box<Shape>),
    Flags {
        filled: bool,
        dashed: Option<bool>,
    },
}

/// Types of the standard library.
#[derive(IpcType)]
#[ipc(file = 0xb1e9_8a04_27c6_5d01)]
pub struct Standard {
    pub letter: char,
    pub size: usize,
    pub wide: u128,
    pub span: Duration,
    pub moment: SystemTime,
    pub path: PathBuf,
    pub digest: [u8; 4],
    pub numbers: [u16; 2],
    pub set: BTreeSet<String>,
    pub map: BTreeMap<String, Option<u32>>,
    /// Refers back to this file.
    pub colours: HashMap<String, Colour>,
    pub pair: (i32, String),
    pub deep: (Option<u8>, (bool, Shared, Arc<str>)),
    pub maybes: Vec<Option<u32>>,
    pub maybe_texts: Vec<Option<String>>,
    pub nested: Option<Option<u8>>,
    pub result: Result<u32, String>,
    pub results: Vec<Result<(), Option<u8>>>,
    pub any: AnyPointer,
    pub maybe_any: Option<(u8, AnyPointer)>,
}

/// Types with arguments.
#[derive(Debug, IpcType, PartialEq)]
#[ipc(file = 0xb1e9_8a04_27c6_5d01)]
pub struct Generics {
    pub texts: Page<String>,
    pub numbers: Page<u32>,
    pub bytes: Page<u8>,
    pub maybes: Page<Option<bool>>,
    pub pairs: Vec<Page<(u8, Colour)>>,
    pub tree: Option<Tree<Page<u64>>>,
    pub either: Either<u8, String>,
    pub grid: Grid<3, 2>,
    pub placed: Placed<u8, String>,
    pub others: Vec<Placed<String, u64>>,
}

/// Has groups and unions among its fields.
#[derive(Debug, IpcType, PartialEq)]
#[ipc(file = 0xb1e9_8a04_27c6_5d01)]
pub struct Placed<A, B> {
    pub name: A,
    /// From here to there.
    #[ipc(group)]
    pub range: Range<B>,
    #[ipc(union)]
    pub choice: Pick<A, B>,
    #[ipc(union, name = "second")]
    pub second: Pick<B, u32>,
    pub last: Option<A>,
}

#[derive(Debug, IpcType, PartialEq)]
#[ipc(file = 0xb1e9_8a04_27c6_5d01)]
pub struct Range<T> {
    pub from: T,
    pub to: Option<T>,
}

#[derive(Debug, IpcType, PartialEq)]
#[ipc(file = 0xb1e9_8a04_27c6_5d01)]
pub enum Pick<A, B> {
    Nothing,
    One(A),
    Both {
        a: A,
        #[ipc(group)]
        b: Range<B>,
    },
}

/// One page of many items.
#[derive(Debug, IpcType, PartialEq)]
#[ipc(file = 0xb1e9_8a04_27c6_5d01)]
pub struct Page<T> {
    /// Where the next one begins.
    pub next: Option<u16>,
    pub first: Option<T>,
    pub items: Vec<T>,
}

/// Contains itself.
#[derive(Debug, IpcType, PartialEq)]
#[ipc(file = 0xb1e9_8a04_27c6_5d01)]
pub struct Tree<T> {
    pub value: T,
    pub children: Vec<Self>,
}

/// One of two.
#[derive(Debug, IpcType, PartialEq)]
#[ipc(file = 0xb1e9_8a04_27c6_5d01)]
pub enum Either<A, B> {
    Left(A),
    Right {
        b: B,
        a: Option<A>,
    },
    /// The other way round.
    Swapped(Option<Box<Either<B, A>>>),
}

/// Constants as arguments.
#[derive(Debug, IpcType, PartialEq)]
#[ipc(file = 0xb1e9_8a04_27c6_5d01)]
pub struct Grid<const WIDTH: usize, const HEIGHT: usize> {
    pub cells: [[u16; WIDTH]; HEIGHT],
}

/// Types with arguments, of which the schema has one declaration.
#[ipc_interface(file = 0xb1e9_8a04_27c6_5d01)]
pub trait Keeper {
    fn keep(
        &self,
        entry: &Entry<String, Vec<u8>>,
    ) -> Result<Vec<Entry<String, Branch<String>>>, IpcException>;
    fn objects(
        &self,
        objects: Option<Entry<Arc<dyn Keeper>, Kept>>,
        any: Entry<AnyPointer, IpcStream<Entry<(u8, String), Vec<u32>>>>,
    ) -> Result<OneOf<Branch<Vec<Colour>>, String>, IpcException>;
}

/// Uses them as fields.
#[derive(Debug, IpcType, PartialEq)]
#[ipc(file = 0xb1e9_8a04_27c6_5d01)]
pub struct Kept {
    pub entry: Entry<String, Vec<u8>>,
    pub entries: Vec<Entry<String, Vec<u32>>>,
    pub nested: Entry<Entry<String, Place>, Vec<Entry<Vec<u8>, String>>>,
    pub branch: Option<Branch<Entry<String, String>>>,
    pub one: OneOf<String, Vec<u8>>,
    pub map: BTreeMap<String, Entry<String, String>>,
    pub instance: Page<Entry<String, String>>,
    pub settled: Settled<String, Vec<u16>>,
}

/// Has groups and unions among its fields, which have its parameters.
#[derive(Debug, IpcType, PartialEq)]
#[ipc(generic, file = 0xb1e9_8a04_27c6_5d01)]
pub struct Settled<K, V> {
    pub key: K,
    /// Lies here.
    #[ipc(group)]
    pub entry: Entry<V, K>,
    #[ipc(union)]
    pub one: OneOf<K, V>,
    #[ipc(union, name = "other")]
    pub other: OneOf<Entry<V, K>, K>,
    #[ipc(group)]
    pub place: Place,
    pub next: Option<Box<Settled<V, K>>>,
}

/// A pair, which can be the entry of a map.
#[derive(Clone, Debug, IpcType, PartialEq)]
#[ipc(generic, file = 0xb1e9_8a04_27c6_5d01)]
pub struct Entry<K, V> {
    pub key: K,
    /// Of another type.
    pub value: V,
    pub weight: Option<u16>,
    #[ipc(default = true)]
    pub valid: bool,
}

/// Contains itself.
#[derive(Debug, IpcType, PartialEq)]
#[ipc(generic, file = 0xb1e9_8a04_27c6_5d01)]
pub struct Branch<T> {
    pub value: Option<T>,
    pub children: Vec<Self>,
    pub next: Option<Box<Branch<T>>>,
    pub maybes: Vec<Option<T>>,
    pub by_name: BTreeMap<String, T>,
    pub pairs: Vec<(T, Entry<T, Vec<u8>>)>,
    pub result: Result<Entry<T, T>, T>,
}

/// One of two.
#[derive(Debug, IpcType, PartialEq)]
#[ipc(generic, file = 0xb1e9_8a04_27c6_5d01)]
pub enum OneOf<A, B> {
    Nothing,
    Left(A),
    Both {
        a: A,
        /// May be missing.
        b: Option<B>,
        count: Option<u8>,
    },
    /// The other way round.
    Swapped(Option<Box<OneOf<B, A>>>),
}

/// What a process has open.
#[derive(Debug, IpcType)]
#[ipc(file = 0xb1e9_8a04_27c6_5d01)]
pub struct Handed {
    pub file: File,
    pub stream: Option<UnixStream>,
    pub more: Vec<OwnedFd>,
}

/// No field at all.
#[derive(IpcType)]
#[ipc(file = 0xb1e9_8a04_27c6_5d01)]
pub struct Empty {}

/// Field names that are words of the schema language.
#[derive(IpcType)]
#[ipc(file = 0xb1e9_8a04_27c6_5d01)]
pub struct Words {
    pub r#struct: bool,
    pub union: bool,
    pub group: bool,
    pub r#enum: bool,
    pub interface: bool,
    pub using: bool,
    pub import: bool,
    pub r#const: bool,
    pub annotation: bool,
    pub extends: bool,
    pub void: bool,
    pub r#true: bool,
    pub inf: bool,
    pub stream: bool,
}

/// What light is.
#[derive(Clone, Copy, Debug, IpcType, PartialEq, Eq)]
#[ipc(file = 0xb1e9_8a04_27c6_5d01)]
pub enum Colour {
    Red,
    /// Like leaves.
    Green,
    DarkBlue,
}

/// Declarations with another file id, as those of another crate are.
pub mod shared {
    use super::{IpcException, IpcType, ipc_interface};

    /// A struct that contains itself.
    #[derive(IpcType)]
    #[ipc(file = 0xb1e9_8a04_27c6_5d02)]
    pub struct Shared {
        pub name: String,
        pub level: u16,
        pub next: Option<Box<Shared>>,
    }

    /// What others extend.
    #[ipc_interface(file = 0xb1e9_8a04_27c6_5d02)]
    pub trait Base {
        /// Returns the name.
        fn name(&self) -> Result<String, IpcException>;
    }
}

/// Returns everything: what one root does not reach is a root itself.
pub fn roots() -> [&'static Descriptor; 9] {
    [
        <dyn Init>::descriptor(),
        <dyn Closures>::descriptor(),
        <dyn Methods>::descriptor(),
        <Empty as Struct>::descriptor(),
        <Words as Struct>::descriptor(),
        <Standard as Struct>::descriptor(),
        <Generics as Struct>::descriptor(),
        <Handed as Struct>::descriptor(),
        <dyn Keeper>::descriptor(),
    ]
}
