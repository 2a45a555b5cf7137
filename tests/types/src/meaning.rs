//! What a value is for a program that knows the schema alone, as the manual says it.
//!
//! Written down apart from the encoder, which must agree.

use std::ffi::{CString, OsStr, OsString};
use std::os::unix::ffi::OsStrExt;

use crate::plain::{Fields, Value};
use crate::rows::*;

/// What a value is in a message.
pub trait Meaning {
    /// Returns what is in the place of a value that has one of its own: in a list, in an `Option`.
    fn meaning(&self) -> Value;

    /// Returns what is in the place of a value that is not there.
    fn nothing() -> Value;

    /// Adds the fields that the value takes in a struct.
    fn put(&self, name: &str, to: &mut Fields) {
        to.insert(name.to_owned(), self.meaning());
    }
}

macro_rules! simple {
    ($($ty:ty: $nothing:expr, $value:pat => $meaning:expr;)*) => {$(
        impl Meaning for $ty {
            fn meaning(&self) -> Value {
                let $value = self;
                $meaning
            }

            fn nothing() -> Value {
                $nothing
            }
        }
    )*};
}

macro_rules! integers {
    ($($ty:ty)*) => {
        simple! { $($ty: Value::Int(0), value => Value::Int((*value).try_into().expect("64 bits"));)* }
    };
}
integers! { u8 u16 u32 u64 usize i8 i16 i32 i64 isize }

simple! {
    bool: Value::Bool(false), value => Value::Bool(*value);
    (): Value::Void, () => Value::Void;
    f32: Value::Float(0), value => Value::Float(f64::from(*value).to_bits());
    f64: Value::Float(0), value => Value::Float(value.to_bits());
    char: Value::Int(0), value => Value::Int(u32::from(*value).into());
    i128: Value::Null, value => Value::Data(value.to_le_bytes().to_vec());
    u128: Value::Null, value => Value::Data(value.to_le_bytes().to_vec());
    Byte: Value::Int(0), value => value.0.meaning();
    NonZero<u8>: Value::Int(0), value => value.get().meaning();
    NonZero<u32>: Value::Int(0), value => value.get().meaning();
    NonZero<isize>: Value::Int(0), value => value.get().meaning();
    NonZero<i128>: Value::Null, value => value.get().meaning();
    Duration: Value::Int(0), value => Value::Int(value.as_nanos().try_into().expect("64 bits"));
    SystemTime: Value::Int(0), value => Value::Int(match value.duration_since(Self::UNIX_EPOCH) {
        Ok(after) => after.as_nanos().try_into().expect("64 bits"),
        Err(before) => -i128::try_from(before.duration().as_nanos()).expect("64 bits"),
    });
    str: Value::Null, value => Value::Text(value.to_owned());
    String: Value::Null, value => Value::Text(value.clone());
    OsStr: Value::Null, value => Value::Data(value.as_bytes().to_vec());
    OsString: Value::Null, value => value.as_os_str().meaning();
    Path: Value::Null, value => value.as_os_str().meaning();
    PathBuf: Value::Null, value => value.as_os_str().meaning();
    CString: Value::Null, value => Value::Data(value.to_bytes().to_vec());
    Bytes: Value::Null, value => Value::Data(value.to_vec());
    Uuid: Value::Null, value => Value::Data(value.as_bytes().to_vec());
    Height: Value::Int(0), value => value.0.meaning();
    Colour: Value::Enum(0), value => Value::Enum(match value {
        Colour::Red => 0,
        Colour::Green => 1,
        Colour::DarkBlue => 2,
    });
    Code: Value::Int(0), value => Value::Int(match value {
        Code::Fine => 0,
        Code::Bad => -7,
    });
}

/// A list, or `Data` if its elements are bytes.
fn list<'v, M: Meaning + 'v>(items: impl IntoIterator<Item = &'v M>) -> Value {
    let items: Vec<Value> = items.into_iter().map(M::meaning).collect();
    if std::any::type_name::<M>() != "u8" {
        return Value::List(items);
    }
    let byte = |value| match value {
        Value::Int(byte) => u8::try_from(byte).expect("a byte"),
        other => panic!("not a byte: {other:?}"),
    };
    Value::Data(items.into_iter().map(byte).collect())
}

macro_rules! lists {
    ($([$($generics:tt)*] $ty:ty;)*) => {$(
        impl<$($generics)*> Meaning for $ty {
            fn meaning(&self) -> Value {
                list(self.iter())
            }

            fn nothing() -> Value {
                Value::Null
            }
        }
    )*};
}
lists! {
    [M: Meaning] [M];
    [M: Meaning] Vec<M>;
    [M: Meaning] VecDeque<M>;
    [M: Meaning, const N: usize] [M; N];
    [M: Meaning] HashSet<M>;
    [M: Meaning] BTreeSet<M>;
}

fn entry((key, value): (&impl Meaning, &impl Meaning)) -> Value {
    let mut fields = Fields::new();
    key.put("key", &mut fields);
    value.put("value", &mut fields);
    Value::Struct(fields)
}

macro_rules! maps {
    ($($map:ident)*) => {$(
        impl<Key: Meaning, M: Meaning> Meaning for $map<Key, M> {
            fn meaning(&self) -> Value {
                Value::List(self.iter().map(entry).collect())
            }

            fn nothing() -> Value {
                Value::Null
            }
        }
    )*};
}
maps! { HashMap BTreeMap }

macro_rules! tuples {
    ($(($($index:tt $name:ident $part:ident),*))*) => {$(
        impl<$($part: Meaning),*> Meaning for ($($part),*) {
            fn meaning(&self) -> Value {
                let mut fields = Fields::new();
                $(self.$index.put(stringify!($name), &mut fields);)*
                Value::Struct(fields)
            }

            fn nothing() -> Value {
                Value::Null
            }
        }
    )*};
}
tuples! {
    (0 field0 M0, 1 field1 M1)
    (0 field0 M0, 1 field1 M1, 2 field2 M2)
    (0 field0 M0, 1 field1 M1, 2 field2 M2, 3 field3 M3, 4 field4 M4, 5 field5 M5, 6 field6 M6, 7 field7 M7)
}

macro_rules! same_as_inside {
    ($([$($generics:tt)*] $ty:ty: $inside:ty;)*) => {$(
        impl<$($generics)*> Meaning for $ty {
            fn meaning(&self) -> Value {
                <$inside>::meaning(self)
            }

            fn nothing() -> Value {
                Value::Null
            }

            fn put(&self, name: &str, to: &mut Fields) {
                <$inside>::put(self, name, to);
            }
        }
    )*};
}
same_as_inside! {
    [] Box<str>: str;
    [] Arc<str>: str;
    [] Box<Path>: Path;
    [M: Meaning] Box<[M]>: [M];
    [M: Meaning] Arc<[M]>: [M];
    [] Cow<'static, str>: str;
    [M: Meaning + Clone] Cow<'static, [M]>: [M];
}

impl<M: Meaning> Meaning for Box<M> {
    fn meaning(&self) -> Value {
        M::meaning(self)
    }

    fn nothing() -> Value {
        M::nothing()
    }

    fn put(&self, name: &str, to: &mut Fields) {
        M::put(self, name, to);
    }
}

impl<M: Meaning> Meaning for Arc<M> {
    fn meaning(&self) -> Value {
        M::meaning(self)
    }

    fn nothing() -> Value {
        M::nothing()
    }

    fn put(&self, name: &str, to: &mut Fields) {
        M::put(self, name, to);
    }
}

impl<M: Meaning + Clone> Meaning for Cow<'static, M> {
    fn meaning(&self) -> Value {
        M::meaning(self)
    }

    fn nothing() -> Value {
        M::nothing()
    }

    fn put(&self, name: &str, to: &mut Fields) {
        M::put(self, name, to);
    }
}

impl<M: Meaning> Meaning for Option<M> {
    /// Where there is room for one field only, a struct.
    fn meaning(&self) -> Value {
        let mut fields = Fields::new();
        self.put("value", &mut fields);
        Value::Struct(fields)
    }

    fn nothing() -> Value {
        Value::Null
    }

    /// What has no null is followed by `hasX`.
    fn put(&self, name: &str, to: &mut Fields) {
        let nothing = M::nothing();
        if nothing != Value::Null {
            let mut chars = name.chars();
            let first = chars.next().expect("a name").to_ascii_uppercase();
            to.insert(format!("has{first}{}", chars.as_str()), Value::Bool(self.is_some()));
        }
        to.insert(name.to_owned(), self.as_ref().map_or(nothing, M::meaning));
    }
}

impl<M: Meaning, N: Meaning> Meaning for Result<M, N> {
    fn meaning(&self) -> Value {
        match self {
            Ok(value) => alone("ok", value),
            Err(error) => alone("err", error),
        }
    }

    fn nothing() -> Value {
        Value::Null
    }
}

macro_rules! structs {
    ($($name:ident { $($member:ident $field:literal),* })*) => {$(
        impl Meaning for $name {
            #[expect(clippy::allow_attributes, reason = "only a struct without fields changes nothing")]
            fn meaning(&self) -> Value {
                #[allow(unused_mut)]
                let mut fields = Fields::new();
                $(self.$member.put($field, &mut fields);)*
                Value::Struct(fields)
            }

            fn nothing() -> Value {
                Value::Null
            }
        }
    )*};
}
structs! {
    T { number "number", text "text" }
    A { number "number", text "text" }
    B { number "number", text "text" }
    C { number "number", text "text" }
    E { number "number", text "text" }
    K { number "number", text "text" }
    V { number "number", text "text" }
    Everyday { count "count", text "label", level "level", point "point" }
    Tree { label "label", children "children", next "next" }
    Empty {}
}

impl<M: Meaning> Meaning for Page<M> {
    fn meaning(&self) -> Value {
        let mut fields = Fields::new();
        self.first.put("first", &mut fields);
        self.items.put("items", &mut fields);
        self.next.put("next", &mut fields);
        Value::Struct(fields)
    }

    fn nothing() -> Value {
        Value::Null
    }
}

impl<Key: Meaning, M: Meaning> Meaning for Entry<Key, M> {
    fn meaning(&self) -> Value {
        let mut fields = Fields::new();
        self.key.put("key", &mut fields);
        self.value.put("value", &mut fields);
        self.others.put("others", &mut fields);
        self.next.put("next", &mut fields);
        self.count.put("count", &mut fields);
        Value::Struct(fields)
    }

    fn nothing() -> Value {
        Value::Null
    }
}

/// A variant with one field: of its type, or a group of `value` and `hasValue` if it is an `Option` of a number.
fn alone(name: &str, value: &impl Meaning) -> Value {
    let mut fields = Fields::new();
    value.put("value", &mut fields);
    let value = if fields.len() == 1 { fields.remove("value") } else { None };
    variant(name, value.unwrap_or(Value::Struct(fields)))
}

fn variant(name: &str, value: Value) -> Value {
    Value::Struct(Fields::from([(name.to_owned(), value)]))
}

impl Meaning for Shape {
    fn meaning(&self) -> Value {
        let mut fields = Fields::new();
        match self {
            Self::Empty => variant("empty", Value::Void),
            Self::Circle(radius) => alone("circle", radius),
            Self::Rect { width, height } => {
                width.put("width", &mut fields);
                height.put("height", &mut fields);
                variant("rect", Value::Struct(fields))
            }
            Self::Line(height, text) => {
                height.put("field0", &mut fields);
                text.put("field1", &mut fields);
                variant("line", Value::Struct(fields))
            }
            Self::Inside(shape) => alone("inside", shape),
        }
    }

    fn nothing() -> Value {
        Value::Null
    }
}

macro_rules! rows {
    ($($method:ident $row:ident $choice:ident: $ty:ty = $_strategy:expr;)*) => {
        structs! {
            $($row {
                alone "alone", flag "flag", maybe "maybe", list "list", maybes "maybes", nested "nested", map "map",
                tuple "tuple", array "array", choice "choice"
            })*
        }
        $(impl Meaning for $choice {
            fn meaning(&self) -> Value {
                match self {
                    Self::Neither => variant("neither", Value::Void),
                    Self::Alone(value) => self::alone("alone", value),
                    Self::Group { before, alone, maybe } => {
                        let mut fields = Fields::new();
                        before.put("before", &mut fields);
                        alone.put("alone", &mut fields);
                        maybe.put("maybe", &mut fields);
                        variant("group", Value::Struct(fields))
                    }
                }
            }

            fn nothing() -> Value {
                Value::Null
            }
        })*
    };
}
crate::each_row!(rows);
