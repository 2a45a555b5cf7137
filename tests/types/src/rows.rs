//! The types of the manual's table, and a struct for each with the type in every place where it can stand.
//!
//! The build script includes this file too: it generates plain Cap'n Proto readers and builders from it.

pub use std::borrow::Cow;
pub use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet, VecDeque};
pub use std::ffi::{CString, OsString};
pub use std::num::NonZero;
pub use std::path::{Path, PathBuf};
pub use std::sync::Arc;
pub use std::time::{Duration, SystemTime};

pub use bytes::Bytes;
use ipc_runtime::IpcType;
pub use ipc_runtime::wire::Byte;
use ipc_runtime::wire::{Descriptor, Struct};
pub use uuid::Uuid;

/// Hands every row to the macro `$then`: a method, a struct and an enum for it, the type as the manual writes it, and
/// where random values of it come from.
///
/// A type of the manual that has no row fails a test. A new kind of type needs `Meaning` too, which says what a program
/// that knows the schema alone finds in the message.
#[macro_export]
macro_rules! each_row {
    ($then:ident) => {
        $then! {
            truth Truth OrTruth: bool = any::<bool>();
            nothing Nothing OrNothing: () = Just(());
            tiny Tiny OrTiny: u8 = any::<u8>();
            short Short OrShort: u16 = any::<u16>();
            word Word OrWord: u32 = any::<u32>();
            long Long OrLong: u64 = any::<u64>();
            signed_byte SignedByte OrSignedByte: i8 = any::<i8>();
            signed_short SignedShort OrSignedShort: i16 = any::<i16>();
            signed_word SignedWord OrSignedWord: i32 = any::<i32>();
            signed_long SignedLong OrSignedLong: i64 = any::<i64>();
            float Float OrFloat: f32 = any::<f32>();
            double Double OrDouble: f64 = any::<f64>();
            size Size OrSize: usize = any::<usize>();
            signed_size SignedSize OrSignedSize: isize = any::<isize>();
            letter Letter OrLetter: char = any::<char>();
            wide Wide OrWide: u128 = any::<u128>();
            signed_wide SignedWide OrSignedWide: i128 = any::<i128>();
            non_zero_word NonZeroWord OrNonZeroWord: NonZero<u32> = any::<NonZero<u32>>();
            non_zero_byte NonZeroByte OrNonZeroByte: NonZero<u8> = any::<NonZero<u8>>();
            non_zero_size NonZeroSize OrNonZeroSize: NonZero<isize> = any::<NonZero<isize>>();
            non_zero_wide NonZeroWide OrNonZeroWide: NonZero<i128> = any::<NonZero<i128>>();
            span Span OrSpan: Duration = duration();
            moment Moment OrMoment: SystemTime = time();
            plain_text PlainText OrPlainText: String = any::<String>();
            boxed_text BoxedText OrBoxedText: Box<str> = any::<String>().prop_map(Box::from);
            shared_text SharedText OrSharedText: Arc<str> = any::<String>().prop_map(Arc::from);
            cow_text CowText OrCowText: Cow<'static, str> = any::<String>().prop_map(Cow::Owned);
            octets Octets OrOctets: Vec<u8> = few(any::<u8>());
            boxed_bytes BoxedBytes OrBoxedBytes: Box<[u8]> = few(any::<u8>()).prop_map(Box::from);
            shared_bytes SharedBytes OrSharedBytes: Arc<[u8]> = few(any::<u8>()).prop_map(Arc::from);
            cow_bytes CowBytes OrCowBytes: Cow<'static, [u8]> = few(any::<u8>()).prop_map(Cow::Owned);
            byte_deque ByteDeque OrByteDeque: VecDeque<u8> = few(any::<u8>()).prop_map(VecDeque::from);
            digest Digest OrDigest: [u8; 4] = any::<[u8; 4]>();
            file_path FilePath OrFilePath: PathBuf = os_string().prop_map(PathBuf::from);
            boxed_path BoxedPath OrBoxedPath: Box<Path> = os_string().prop_map(|text| PathBuf::from(text).into());
            os_text OsText OrOsText: OsString = os_string();
            c_text CText OrCText: CString = any::<CString>();
            foreign_bytes ForeignBytes OrForeignBytes: Bytes = few(any::<u8>()).prop_map(Bytes::from);
            unique Unique OrUnique: Uuid = any::<u128>().prop_map(Uuid::from_u128);
            many Many OrMany: Vec<T> = few(any::<T>());
            blobs Blobs OrBlobs: Vec<Vec<u8>> = few(few(any::<u8>()));
            listed_bytes ListedBytes OrListedBytes: Vec<Byte> = few(any::<u8>().prop_map(Byte));
            bits Bits OrBits: Vec<bool> = few(any::<bool>());
            lists Lists OrLists: Vec<Vec<T>> = few(few(any::<T>()));
            deque Deque OrDeque: VecDeque<T> = few(any::<T>()).prop_map(VecDeque::from);
            boxed_list BoxedList OrBoxedList: Box<[T]> = few(any::<T>()).prop_map(Box::from);
            shared_list SharedList OrSharedList: Arc<[T]> = few(any::<T>()).prop_map(Arc::from);
            cow_list CowList OrCowList: Cow<'static, [T]> = few(any::<T>()).prop_map(Cow::Owned);
            array Array OrArray: [T; 4] = any::<[T; 4]>();
            grid Grid OrGrid: [[bool; 2]; 3] = any::<[[bool; 2]; 3]>();
            hashed_set HashedSet OrHashedSet: HashSet<T> = prop::collection::hash_set(any::<T>(), 0..4);
            sorted_set SortedSet OrSortedSet: BTreeSet<T> = prop::collection::btree_set(any::<T>(), 0..4);
            hashed_map HashedMap OrHashedMap: HashMap<K, V> =
                prop::collection::hash_map(any::<K>(), any::<V>(), 0..4);
            sorted_map SortedMap OrSortedMap: BTreeMap<K, V> =
                prop::collection::btree_map(any::<K>(), any::<V>(), 0..4);
            map_of_maps MapOfMaps OrMapOfMaps: BTreeMap<u8, BTreeMap<String, Option<u32>>> =
                prop::collection::btree_map(
                    any::<u8>(),
                    prop::collection::btree_map(any::<String>(), any::<Option<u32>>(), 0..3),
                    0..3
                );
            pair Pair OrPair: (A, B) = any::<(A, B)>();
            triple Triple OrTriple: (A, B, C) = any::<(A, B, C)>();
            eight Eight OrEight: (bool, u8, Option<u16>, u32, String, Option<A>, (), i8) =
                any::<(bool, u8, Option<u16>, u32, String, Option<A>, (), i8)>();
            options Options OrOptions: Vec<Option<T>> = few(any::<Option<T>>());
            number_options NumberOptions OrNumberOptions: Vec<Option<u16>> = few(any::<Option<u16>>());
            nested_option NestedOption OrNestedOption: Option<Option<T>> = any::<Option<Option<T>>>();
            some_option SomeOption OrSomeOption: Option<T> = any::<Option<T>>();
            number_option NumberOption OrNumberOption: Option<u32> = any::<Option<u32>>();
            text_option TextOption OrTextOption: Option<String> = any::<Option<String>>();
            deep_option DeepOption OrDeepOption: Option<Option<Option<bool>>> =
                any::<Option<Option<Option<bool>>>>();
            fallible Fallible OrFallible: Result<T, E> = any::<Result<T, E>>();
            checked Checked OrChecked: Result<(), String> = any::<Result<(), String>>();
            counted Counted OrCounted: Result<Option<u32>, ()> = any::<Result<Option<u32>, ()>>();
            outcomes Outcomes OrOutcomes: Result<Vec<Result<u8, bool>>, Option<String>> =
                prop_oneof![few(any::<Result<u8, bool>>()).prop_map(Ok), any::<Option<String>>().prop_map(Err)];
            boxed Boxed OrBoxed: Box<T> = any::<Box<T>>();
            boxed_number BoxedNumber OrBoxedNumber: Box<u16> = any::<Box<u16>>();
            shared Shared OrShared: Arc<T> = any::<Arc<T>>();
            shared_number SharedNumber OrSharedNumber: Arc<u64> = any::<Arc<u64>>();
            moo Moo OrMoo: Cow<'static, T> = any::<T>().prop_map(Cow::Owned);
            structure Structure OrStructure: Everyday = any::<Everyday>();
            recursive Recursive OrRecursive: Tree = tree();
            paged Paged OrPaged: Page<T> = page(any::<T>());
            paged_numbers PagedNumbers OrPagedNumbers: Page<Option<u16>> = page(any::<Option<u16>>());
            kept Kept OrKept: Entry<A, B> = entry(any::<A>(), any::<B>());
            kept_lists KeptLists OrKeptLists: Entry<Vec<u8>, Entry<String, Vec<u16>>> =
                entry(few(any::<u8>()), entry(any::<String>(), few(any::<u16>())));
            unit Unit OrUnit: Empty = Just(Empty {});
            newtype Newtype OrNewtype: Height = any::<u32>().prop_map(Height);
            coloured Coloured OrColoured: Colour = colour();
            coded Coded OrCoded: Code = prop_oneof![Just(Code::Fine), Just(Code::Bad)];
            shaped Shaped OrShaped: Shape = shape();
        }
    };
}

macro_rules! rows {
    ($($method:ident $row:ident $choice:ident: $ty:ty = $_strategy:expr;)*) => {
        $(
            /// The type wherever one can stand.
            #[derive(Clone, Debug, IpcType, PartialEq)]
            #[ipc(file = 0xd2f3_0b51_77aa_4e01)]
            pub struct $row {
                /// As it is.
                pub alone: $ty,
                /// Behind another field.
                pub flag: bool,
                /// With a presence field, unless it is a pointer.
                pub maybe: Option<$ty>,
                /// In a list.
                pub list: Vec<$ty>,
                /// In structs in a list.
                pub maybes: Vec<Option<$ty>>,
                /// In a struct of its own.
                pub nested: Option<Option<$ty>>,
                /// The value of a map.
                pub map: BTreeMap<String, $ty>,
                /// In a struct without a Rust item.
                pub tuple: (u8, $ty),
                /// In a list of known length.
                pub array: [$ty; 2],
                /// In a union.
                pub choice: $choice,
            }

            /// The type in a union.
            #[derive(Clone, Debug, IpcType, PartialEq)]
            #[ipc(file = 0xd2f3_0b51_77aa_4e01)]
            pub enum $choice {
                /// Nothing.
                Neither,
                /// The field of a variant.
                Alone($ty),
                /// A group.
                Group {
                    /// Before it.
                    before: u8,
                    /// One of several fields.
                    alone: $ty,
                    /// With a presence field in the group, unless it is a pointer.
                    maybe: Option<$ty>,
                },
            }
        )*

        /// The structs of all rows.
        pub fn descriptors() -> Vec<&'static Descriptor> {
            vec![$(<$row as Struct>::descriptor()),*]
        }
    };
}
each_row!(rows);

macro_rules! stand_ins {
    ($($name:ident)*) => {$(
        /// Stands for any type in the manual.
        #[derive(Clone, Debug, Eq, Hash, IpcType, Ord, PartialEq, PartialOrd)]
        #[ipc(file = 0xd2f3_0b51_77aa_4e01)]
        pub struct $name {
            /// A number.
            pub number: u16,
            /// A pointer.
            pub text: String,
        }
    )*};
}
stand_ins! { T A B C E K V }

/// A struct of the usual.
#[derive(Clone, Debug, IpcType, PartialEq)]
#[ipc(file = 0xd2f3_0b51_77aa_4e01)]
pub struct Everyday {
    /// A number that a shorter message means otherwise.
    #[ipc(default = 7)]
    pub count: u32,
    /// Of another name and place.
    #[ipc(name = "label", ordinal = 5)]
    pub text: String,
    /// Takes two ordinals.
    #[ipc(ordinal = 1)]
    pub level: Option<i8>,
    /// Follows them.
    pub point: Option<Height>,
}

/// Contains itself.
#[derive(Clone, Debug, IpcType, PartialEq)]
#[ipc(file = 0xd2f3_0b51_77aa_4e01)]
pub struct Tree {
    /// What it says.
    pub label: String,
    /// What hangs on it.
    pub children: Vec<Tree>,
    /// What is beside it.
    pub next: Option<Box<Tree>>,
}

/// Has a parameter.
#[derive(Clone, Debug, IpcType, PartialEq)]
#[ipc(file = 0xd2f3_0b51_77aa_4e01)]
pub struct Page<Item> {
    /// Alone.
    pub first: Item,
    /// In a list.
    pub items: Vec<Item>,
    /// Itself.
    pub next: Option<Box<Page<Item>>>,
}

/// Has parameters in the schema too.
#[derive(Clone, Debug, IpcType, PartialEq)]
#[ipc(generic, file = 0xd2f3_0b51_77aa_4e01)]
pub struct Entry<Key, Item> {
    /// Alone.
    pub key: Key,
    /// In an `Option`.
    pub value: Option<Item>,
    /// In lists.
    pub others: Vec<(Key, Option<Item>)>,
    /// Itself, with its parameters in another order.
    pub next: Option<Box<Entry<Item, Key>>>,
    /// Is no parameter.
    pub count: Option<u16>,
}

/// Has no field.
#[derive(Clone, Debug, IpcType, PartialEq)]
#[ipc(file = 0xd2f3_0b51_77aa_4e01)]
pub struct Empty {}

/// Is what is inside.
#[derive(Clone, Copy, Debug, IpcType, PartialEq)]
#[ipc(file = 0xd2f3_0b51_77aa_4e01)]
pub struct Height(pub u32);

/// An enum of the schema.
#[derive(Clone, Copy, Debug, IpcType, PartialEq)]
#[ipc(file = 0xd2f3_0b51_77aa_4e01)]
pub enum Colour {
    /// The first.
    Red,
    /// The second.
    Green,
    /// The third.
    DarkBlue,
}

/// A number of the schema.
#[derive(Clone, Copy, Debug, IpcType, PartialEq)]
#[ipc(repr = i32, file = 0xd2f3_0b51_77aa_4e01)]
pub enum Code {
    /// Zero.
    Fine,
    /// Below.
    Bad = -7,
}

/// A union of the schema.
#[derive(Clone, Debug, IpcType, PartialEq)]
#[ipc(file = 0xd2f3_0b51_77aa_4e01)]
pub enum Shape {
    /// Without a field.
    Empty,
    /// With one.
    Circle(f64),
    /// With several.
    Rect {
        /// To the right.
        width: u16,
        /// Up.
        height: Option<u16>,
    },
    /// With fields without names.
    Line(Height, String),
    /// In itself.
    Inside(Box<Shape>),
}
