//! Types of the standard library through a message and back, and the table of them in the manual.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet, VecDeque};
use std::ffi::{CStr, CString, OsStr, OsString};
use std::fmt::Debug;
use std::fs::File;
use std::io::{PipeReader, PipeWriter};
use std::net::{TcpListener, TcpStream, UdpSocket};
use std::num::NonZero;
use std::os::fd::OwnedFd;
use std::os::unix::ffi::OsStringExt;
use std::os::unix::net::{UnixDatagram, UnixListener, UnixStream};
use std::path::{Path, PathBuf};
use std::process::{ChildStderr, ChildStdin, ChildStdout};
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use bytes::Bytes;
use capnp::{any_pointer, message, serialize};
use ipc_runtime::object::Destination;
use ipc_runtime::wire::layout::{Layout, layout};
use ipc_runtime::wire::raw::Decoder;
use ipc_runtime::wire::{Byte, Decode, Encode, Encoder, Type};
use ipc_runtime::{AnyPointer, IpcException, IpcStream, IpcType, Serde};
use proptest::prelude::*;
use uuid::Uuid;

/// A message with one field.
pub(crate) fn encode<T: Encode + ?Sized>(value: &T) -> Result<Vec<u8>, IpcException> {
    let Layout { at: [at], size } = layout([T::SHAPE]);
    let mut message = message::Builder::new_default();
    let content: any_pointer::Builder<'_> = message.init_root();
    Encoder::new(Destination::none()).encode_struct(content, size, |to| value.encode(to, at))?;
    Ok(serialize::write_message_to_words(&message))
}

pub(crate) fn decode<T: for<'m> Decode<'m>>(message: &[u8]) -> Result<T, IpcException> {
    let Layout { at: [at], .. } = layout([T::SHAPE]);
    let reader = serialize::read_message(message, message::ReaderOptions::new())?;
    let decoder = Decoder::new(Vec::new(), message.len() / 8);
    let content: any_pointer::Reader<'_> = reader.get_root()?;
    T::decode(&decoder.root(content)?, at)
}

/// The message of a peer whose struct ends before the field.
pub(crate) fn shorter<T: for<'m> Decode<'m>>() -> Result<T, IpcException> {
    decode(&encode(&()).unwrap())
}

#[track_caller]
pub(crate) fn assert_comes_back<T>(value: &T)
where
    T: Encode + for<'m> Decode<'m> + PartialEq + Debug,
{
    assert_eq!(*value, decode::<T>(&encode(value).unwrap()).unwrap());
}

/// What one type says when another is received; the two have the same form on the wire.
#[track_caller]
pub(crate) fn assert_refused<T: for<'m> Decode<'m> + Debug>(sent: &impl Encode, message: &str) {
    assert_eq!(decode::<T>(&encode(sent).unwrap()).unwrap_err().to_string(), message);
}

#[test]
fn numbers_that_are_not_of_the_type_are_refused() {
    assert_refused::<char>(&0xd800_u32, "0xd800 is no `char`");
    assert_refused::<char>(&u32::MAX, "0xffffffff is no `char`");
    assert_refused::<Vec<char>>(&vec![0x41_u32, 0x11_0000], "0x110000 is no `char`");
    assert_refused::<NonZero<u8>>(&0_u8, "zero where `NonZero<u8>` is required");
    assert_refused::<NonZero<isize>>(&0_i64, "zero where `NonZero<isize>` is required");
    assert_refused::<NonZero<u128>>(&0_u128, "zero where `NonZero<u128>` is required");
    assert_refused::<Duration>(&-1_i64, "negative `Duration`: -1 ns");
    assert_refused::<u128>(&vec![0_u8; 15], "15 bytes where a `u128` of 16 bytes is required");
    assert_refused::<Uuid>(&vec![0_u8; 17], "17 bytes where a `Uuid` of 16 bytes is required");
    assert_refused::<i128>(&Vec::<u8>::new(), "0 bytes where a `i128` of 16 bytes is required");
}

#[test]
fn times_out_of_range_are_not_sent() {
    let most = Duration::from_nanos(i64::MAX.unsigned_abs());
    assert_comes_back(&most);
    assert_comes_back(&(SystemTime::UNIX_EPOCH + most));
    assert_comes_back(&(SystemTime::UNIX_EPOCH - most));
    let more = most + Duration::from_nanos(1);
    assert_eq!(
        encode(&more).unwrap_err().to_string(),
        "`Duration` of 9223372036 s out of range: at most 9223372036 s can be sent"
    );
    for time in [SystemTime::UNIX_EPOCH + more, SystemTime::UNIX_EPOCH - more] {
        let message = "`SystemTime` out of range: it must be within 292 years of the year 1970";
        assert_eq!(encode(&time).unwrap_err().to_string(), message);
    }
}

#[test]
fn what_a_shorter_message_lacks_reads_as_zero() {
    assert_eq!(shorter::<char>().unwrap(), '\0');
    assert_eq!(shorter::<usize>().unwrap(), 0);
    assert_eq!(shorter::<Duration>().unwrap(), Duration::ZERO);
    assert_eq!(shorter::<SystemTime>().unwrap(), SystemTime::UNIX_EPOCH);
    assert_eq!(shorter::<i128>().unwrap(), 0);
    assert_eq!(shorter::<Option<u128>>().unwrap(), None);
    shorter::<NonZero<u32>>().unwrap_err();
}

/// For each type: random values come back, alone, in an `Option` and in a list; damaged bytes are an error or a value.
macro_rules! each_type {
    ($($name:ident: $ty:ty = $strategy:expr;)*) => {
        mod round_trips {
            use super::*;
            proptest! {
                $(#[test]
                fn $name(values in prop::collection::vec($strategy, 0..6), damage in any::<Damage>()) {
                    check::<$ty>(&values, &damage)?;
                })*
            }
        }

        #[test]
        fn random_bytes_are_an_error_or_a_value() {
            proptest!(|(words in prop::collection::vec(any::<Word>(), 0..24))| {
                let message: Vec<u8> = segment(words.len())
                    .into_iter()
                    .chain(words.into_iter().flat_map(|word| word.0.to_le_bytes()))
                    .collect();
                $(
                    let _ = decode::<$ty>(&message);
                    let _ = decode::<Vec<$ty>>(&message);
                )*
            });
        }
    };
}
pub(crate) use each_type;

pub(crate) fn check<T>(values: &[T], damage: &Damage) -> Result<(), TestCaseError>
where
    T: Encode + Clone + PartialEq + Debug + for<'m> Decode<'m>,
    Option<T>: Encode + for<'m> Decode<'m>,
    [T]: Encode,
    Vec<T>: for<'m> Decode<'m>,
{
    for value in values {
        let message = encode(value).unwrap();
        prop_assert_eq!(value, &decode::<T>(&message).unwrap());
        let some = Some(value.clone());
        let message = encode(&some).unwrap();
        prop_assert_eq!(&some, &decode::<Option<T>>(&message).unwrap());
    }
    prop_assert_eq!(&None, &decode::<Option<T>>(&encode(&None::<T>).unwrap()).unwrap());
    let message = encode(values).unwrap();
    prop_assert_eq!(values, decode::<Vec<T>>(&message).unwrap());

    let damaged = damage.inflict(message);
    let _ = decode::<Vec<T>>(&damaged);
    Ok(())
}

/// The header of a message of one segment.
pub(crate) fn segment(words: usize) -> [u8; 8] {
    ((words as u64) << 32).to_le_bytes()
}

/// What happens to a message on its way.
#[derive(Clone, Debug)]
pub(crate) struct Damage {
    /// Bytes that change, at places counted modulo the length.
    flips: Vec<(usize, u8)>,
    /// How many words are cut off.
    lost: usize,
}

impl Damage {
    fn inflict(&self, mut message: Vec<u8>) -> Vec<u8> {
        let mut words = message.split_off(8);
        for (place, mask) in &self.flips {
            let place = place % words.len().max(1);
            words.iter_mut().skip(place).take(1).for_each(|byte| *byte ^= mask);
        }
        let left = (words.len() / 8).saturating_sub(self.lost);
        segment(left).into_iter().chain(words.into_iter().take(left * 8)).collect()
    }
}

impl Arbitrary for Damage {
    type Parameters = ();
    type Strategy = BoxedStrategy<Self>;

    fn arbitrary_with((): ()) -> Self::Strategy {
        (prop::collection::vec(any::<(usize, u8)>(), 0..4), 0_usize..3)
            .prop_map(|(flips, lost)| Self { flips, lost })
            .boxed()
    }
}

/// A word of a message: a pointer that may be right, or anything.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Word(pub(crate) u64);

impl Arbitrary for Word {
    type Parameters = ();
    type Strategy = BoxedStrategy<Self>;

    fn arbitrary_with((): ()) -> Self::Strategy {
        let a_struct = (0_u64..4, 0_u64..3, 0_u64..3)
            .prop_map(|(offset, data, pointers)| offset << 2 | data << 32 | pointers << 48);
        let a_list = (0_u64..4, 0_u64..8, 0_u64..40)
            .prop_map(|(offset, size, length)| 1 | offset << 2 | size << 32 | length << 35);
        let a_tag = (0_u64..10, 0_u64..3, 0_u64..3)
            .prop_map(|(count, data, pointers)| count << 2 | data << 32 | pointers << 48);
        let large = (0_u64..8).prop_map(|size| 1 | size << 32 | 0x1fff_ffff << 35);
        prop_oneof![4 => a_struct, 4 => a_list, 2 => a_tag, 1 => large, 1 => any::<u64>(), 1 => Just(0)]
            .prop_map(Word)
            .boxed()
    }
}

fn time() -> impl Strategy<Value = SystemTime> + Clone {
    (i64::MIN + 1..=i64::MAX).prop_map(|nanos| {
        let distance = Duration::from_nanos(nanos.unsigned_abs());
        if nanos < 0 { SystemTime::UNIX_EPOCH - distance } else { SystemTime::UNIX_EPOCH + distance }
    })
}

fn duration() -> impl Strategy<Value = Duration> + Clone {
    (0..=i64::MAX.unsigned_abs()).prop_map(Duration::from_nanos)
}

each_type! {
    number: u32 = any::<u32>();
    byte: u8 = any::<u8>();
    truth: bool = any::<bool>();
    nothing: () = Just(());
    text: String = any::<String>();
    letter: char = any::<char>();
    size: usize = any::<usize>();
    signed_size: isize = any::<isize>();
    non_zero_byte: NonZero<u8> = any::<NonZero<u8>>();
    non_zero_size: NonZero<usize> = any::<NonZero<usize>>();
    non_zero_wide: NonZero<i128> = any::<NonZero<i128>>();
    wide: u128 = any::<u128>();
    signed_wide: i128 = any::<i128>();
    span: Duration = duration();
    moment: SystemTime = time();
    boxed_number: Box<u16> = any::<Box<u16>>();
    foreign_bytes: Bytes = any::<Vec<u8>>().prop_map(Bytes::from);
    unique: Uuid = any::<u128>().prop_map(Uuid::from_u128);
    path: PathBuf = os_string().prop_map(PathBuf::from);
    os_text: OsString = os_string();
    c_text: CString = any::<CString>();
    digest: [u8; 4] = any::<[u8; 4]>();
    words: [String; 2] = any::<[String; 2]>();
    grid: [[bool; 2]; 3] = any::<[[bool; 2]; 3]>();
    boxed_text: Box<str> = any::<String>().prop_map(Box::from);
    boxed_list: Box<[u16]> = any::<Vec<u16>>().prop_map(Box::from);
    shared_text: Arc<str> = any::<String>().prop_map(Arc::from);
    shared_list: Arc<[String]> = prop::collection::vec(any::<String>(), 0..4).prop_map(Arc::from);
    shared_bytes: Arc<[u8]> = any::<Vec<u8>>().prop_map(Arc::from);
    boxed_path: Box<Path> = os_string().prop_map(|text| PathBuf::from(text).into());
    cow_text: Cow<'static, str> = any::<String>().prop_map(Cow::Owned);
    cow_bytes: Cow<'static, [u8]> = any::<Vec<u8>>().prop_map(Cow::Owned);
    deque: VecDeque<char> = any::<VecDeque<char>>();
    deque_of_bytes: VecDeque<u8> = any::<VecDeque<u8>>();
    set: BTreeSet<String> = prop::collection::btree_set(any::<String>(), 0..9);
    hash_set: HashSet<i64> = any::<HashSet<i64>>();
    map: BTreeMap<String, Option<u32>> = prop::collection::btree_map(any::<String>(), any::<Option<u32>>(), 0..9);
    hash_map: HashMap<u8, Vec<bool>> = prop::collection::hash_map(any::<u8>(), prop::collection::vec(any::<bool>(), 0..9), 0..9);
    map_of_maps: BTreeMap<u8, BTreeMap<String, u8>> = prop::collection::btree_map(any::<u8>(), prop::collection::btree_map(any::<String>(), any::<u8>(), 0..4), 0..4);
    pair: (u8, String) = any::<(u8, String)>();
    eight: (bool, u8, Option<u16>, u32, String, Vec<u8>, (), i8) =
        any::<(bool, u8, Option<u16>, u32, String, Vec<u8>, (), i8)>();
    nested_tuple: (Option<(u8, Option<bool>)>, (char,  i16)) = any::<(Option<(u8, Option<bool>)>, (char, i16))>();
    option: Option<u32> = any::<Option<u32>>();
    option_of_text: Option<String> = any::<Option<String>>();
    deep_option: Option<Option<Option<bool>>> = any::<Option<Option<Option<bool>>>>();
    boxed_option: Box<Option<String>> = any::<Box<Option<String>>>();
    option_of_array: Option<[u8; 2]> = any::<Option<[u8; 2]>>();
}

fn os_string() -> impl Strategy<Value = OsString> + Clone {
    any::<Vec<u8>>().prop_map(OsString::from_vec)
}

#[test]
fn an_option_in_an_option_is_told_from_it() {
    for value in [None, Some(None), Some(Some(0)), Some(Some(7))] {
        assert_comes_back(&value);
        assert_comes_back(&vec![value, None, value]);
        assert_comes_back(&BTreeMap::from([(1_u8, value)]));
        assert_comes_back(&(value, value));
    }
    for value in [None, Some(None), Some(Some(String::new()))] {
        assert_comes_back(&value);
        assert_comes_back(&vec![value.clone(), None]);
    }
}

#[test]
fn an_array_has_its_length() {
    assert_refused::<[u8; 4]>(&vec![1_u8; 5], "5 elements where an array has 4");
    assert_refused::<[String; 2]>(&vec![String::new()], "1 elements where an array has 2");
    assert_refused::<[u8; 4]>(&Vec::<u8>::new(), "0 elements where an array has 4");
    assert_eq!(shorter::<[u8; 4]>().unwrap(), [0; 4]);
    assert_eq!(shorter::<[Option<u8>; 2]>().unwrap(), [None, None]);
    assert_eq!(shorter::<[(String, bool); 1]>().unwrap(), [(String::new(), false)]);
    shorter::<[NonZero<u8>; 1]>().unwrap_err();
}

#[test]
fn a_c_string_ends_at_its_end() {
    assert_refused::<CString>(&vec![b'a', 0, b'b'], "`CString` with a zero byte at 1");
    assert_eq!(decode::<Vec<u8>>(&encode(&CString::new("ab").unwrap()).unwrap()).unwrap(), b"ab");
}

#[test]
fn the_first_of_equal_keys_counts() {
    let entries = vec![(1_u8, "a".to_owned()), (2, "b".to_owned()), (1, "c".to_owned())];
    let message = encode(&entries).unwrap();
    let expected = [(1, "a".to_owned()), (2, "b".to_owned())];
    assert_eq!(decode::<BTreeMap<u8, String>>(&message).unwrap(), BTreeMap::from(expected.clone()));
    assert_eq!(decode::<HashMap<u8, String>>(&message).unwrap(), HashMap::from(expected));
    let message = encode(&vec![3_u32, 1, 3]).unwrap();
    assert_eq!(decode::<BTreeSet<u32>>(&message).unwrap(), BTreeSet::from([1, 3]));
    assert_eq!(decode::<HashSet<u32>>(&message).unwrap(), HashSet::from([1, 3]));
}

#[test]
fn a_deque_in_two_pieces_is_one_list() {
    let mut deque = VecDeque::from([2_u8, 3]);
    deque.push_front(1);
    assert_comes_back(&deque);
    assert_eq!(decode::<Vec<u8>>(&encode(&deque).unwrap()).unwrap(), [1, 2, 3]);
}

#[test]
fn paths_are_lent_from_the_message() {
    let message = encode(&PathBuf::from("/a/b")).unwrap();
    let reader = serialize::read_message(message.as_slice(), message::ReaderOptions::new()).unwrap();
    let decoder = Decoder::new(Vec::new(), message.len() / 8);
    let content: any_pointer::Reader<'_> = reader.get_root().unwrap();
    let Layout { at: [at], .. } = layout([PathBuf::SHAPE]);
    let from = decoder.root(content).unwrap();
    let (once, again) = (<&Path>::decode(&from, at).unwrap(), <&Path>::decode(&from, at).unwrap());
    assert_eq!(once, Path::new("/a/b"));
    assert!(std::ptr::eq(once, again), "a copy");
}

#[test]
fn anonymous_structs_are_named_by_their_arguments() {
    #[derive(IpcType)]
    struct Point {}
    let point = spell(Point::TYPE);
    assert_eq!(point, "Point");
    let name = |ty: Type| ty.descriptor().unwrap().name;
    assert_eq!(name(<(i32, String)>::TYPE), "TupleInt32Text");
    assert_eq!(name(<(i32, Point, Vec<u8>)>::TYPE), "Tuple3Int32PointData");
    assert_eq!(name(<((u8, u8), Option<u8>)>::TYPE), "TupleTupleUInt8UInt8OptionalUInt8");
    assert_eq!(name(Result::<Vec<Point>, ()>::TYPE), "ResultListPointVoid");
    assert_eq!(name(Result::<Option<u8>, Option<String>>::TYPE), "ResultOptionalUInt8Text");
    assert_eq!(name(<HashMap<String, Vec<Option<bool>>>>::TYPE), "MapTextListOptionBoolEntry");
    assert_eq!(name(<BTreeMap<String, Vec<Option<bool>>>>::TYPE), "MapTextListOptionBoolEntry");
    assert_eq!(name(<Option<Option<String>>>::TYPE), "OptionText");
    assert_eq!(name(<Option<Option<Option<u8>>>>::TYPE), "OptionOptionUInt8");

    // One name, two types: two ids.
    mod other {
        #[derive(ipc_runtime::IpcType)]
        #[ipc(file = 0x8000_0000_0000_0001)]
        pub(super) struct Point {}
    }
    let (ours, theirs) =
        (<(Point, u8)>::TYPE.descriptor().unwrap(), <(other::Point, u8)>::TYPE.descriptor().unwrap());
    assert_eq!(ours.name, theirs.name);
    assert_ne!(ours.id, theirs.id);
    // The same each time.
    assert!(std::ptr::eq(ours, <(Point, u8)>::TYPE.descriptor().unwrap()));
}

#[test]
fn a_small_message_cannot_claim_a_large_map() {
    // A struct of one pointer; a list of inline structs, no words; its tag: so many structs without content.
    let words: [u64; 3] = [1 << 48, 0b001 | 7 << 32, 8_000_000 << 2];
    let message: Vec<u8> = [segment(3)].into_iter().chain(words.map(u64::to_le_bytes)).flatten().collect();
    macro_rules! refused {
        ($($ty:ty),*) => {$(
            let error = decode::<$ty>(&message).unwrap_err();
            assert!(error.to_string().contains("would take too much memory"), "{error}");
        )*};
    }
    refused!(
        HashMap<(), ()>, BTreeMap<u8, u8>, Vec<((), ())>, Vec<Option<()>>, HashSet<(u8, u8)>, VecDeque<Option<u8>>
    );
}

/// The rows of the table: the Rust type and its schema type.
fn table() -> BTreeMap<&'static str, &'static str> {
    let text = include_str!("../../ipc-runtime/src/manual/types.md");
    let rows = text.lines().filter(|line| line.starts_with("| `"));
    let cells = rows.map(|row| {
        let mut cells = row.split('|').map(str::trim).skip(1);
        (cells.next().unwrap(), cells.next().unwrap())
    });
    cells
        .flat_map(|(types, schema)| types.split("`, `").map(move |ty| (ty.trim_matches('`'), schema)))
        .collect()
}

fn spell(ty: Type) -> String {
    match ty {
        Type::List(element) => format!("List({})", spell(*element)),
        Type::Branded(descriptor, arguments) => {
            let arguments = arguments.iter().copied().map(spell).collect::<Vec<_>>();
            format!("{}({})", descriptor().name, arguments.join(", "))
        }
        other => match other.descriptor() {
            Some(descriptor) => descriptor.name.to_owned(),
            None => format!("{other:?}"),
        },
    }
}

macro_rules! stand_ins {
    ($($name:ident)*) => {$(
        /// Stands for any type in the table.
        #[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, IpcType, serde::Serialize)]
        struct $name {}
    )*};
}
stand_ins! { T A B C E K V }

/// Stands for any type with parameters.
#[derive(IpcType)]
struct Page<T> {
    item: T,
}

/// Stands for any type that is generic in the schema too.
#[derive(IpcType)]
#[ipc(generic)]
struct Entry<A, B> {
    key: A,
    value: B,
}

macro_rules! rows {
    ($($ty:ty,)*) => {
        vec![$((stringify!($ty), spell(<$ty as IpcType>::TYPE))),*]
    };
}

#[test]
fn the_table_says_what_the_types_say() {
    let mut table = table();
    let rows = rows! {
        bool, (), u8, u16, u32, u64, i8, i16, i32, i64, f32, f64, usize, isize, char, i128, u128,
        NonZero<u32>, NonZero<i128>, Duration, SystemTime,
        String, &str, Box<str>, Arc<str>, Cow<'static, str>, Vec<u8>, &[u8], Box<[u8]>, Arc<[u8]>, Cow<'static, [u8]>,
        [u8; 4], VecDeque<u8>, Vec<Byte>, PathBuf, &Path, OsString, &OsStr, CString, &CStr, Bytes, Uuid,
        Vec<T>, &[T], [T; 4], VecDeque<T>, Box<[T]>, Arc<[T]>, Cow<'static, [T]>, HashSet<T>, BTreeSet<T>,
        HashMap<K, V>, BTreeMap<K, V>, (A, B), (A, B, C), Result<T, E>, Vec<Option<T>>, Option<Option<T>>, Box<T>,
        Arc<T>, Cow<'static, T>, Page<T>, Entry<A, B>, Serde<T>,
        Arc<dyn Fn(A, B) -> Result<C, IpcException> + Send + Sync>,
        Box<dyn Fn(A) -> Result<(), IpcException> + Send + Sync>,
        Box<dyn FnMut(A) -> Result<(), IpcException> + Send>,
        Box<dyn FnOnce(A) -> Result<(), IpcException> + Send>,
        OwnedFd, File, PipeReader, PipeWriter, UnixStream, UnixListener, UnixDatagram, TcpStream, TcpListener, UdpSocket,
        ChildStdin, ChildStdout, ChildStderr, IpcStream<T>, AnyPointer,
    };
    for (ty, schema) in rows {
        let ty = ty.replace(" >", ">").replace("< ", "<").replace("'static", "'_");
        assert_eq!(table.remove(ty.as_str()), Some(format!("`{schema}`").as_str()), "the row of `{ty}`");
    }
    // What has no type of its own: a row for each of them says so.
    for other in ["Option<T>", "Arc<dyn Trait>", "&dyn Trait", "#[derive(IpcType)]"] {
        assert!(table.remove(other).is_some(), "the row of `{other}`");
    }
    assert!(table.is_empty(), "rows without a check: {table:?}");
}
