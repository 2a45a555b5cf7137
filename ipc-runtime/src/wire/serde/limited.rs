//! A deserializer that stands between a type and a format, and limits what bytes can make a type do: how deep it
//! recurses, and how much memory it takes.
//!
//! Every value is charged its size to the budget of the message, and a byte at least, so that a list of any number of
//! empty values ends too; text and bytes are charged their length. What comes next is never announced (`size_hint`), so
//! nothing is allocated for values that are not there.

use std::cell::{Cell, RefCell};
use std::fmt;

use ::serde::de::{
    DeserializeSeed, Deserializer, EnumAccess, Error, MapAccess, SeqAccess, VariantAccess, Visitor,
};

use crate::wire::PointerReader;

/// How many values may be in each other. Each takes some stack, in programs without optimization a few KiB; the threads of
/// the pool have 2 MiB.
const DEPTH: u32 = 128;

/// What is left.
pub(super) struct Limits<'l, 'm> {
    from: &'l PointerReader<'m>,
    depth: Cell<u32>,
    /// Why it went wrong, where it was a limit: not every format keeps the text of an error.
    reason: RefCell<Option<String>>,
}

impl<'l, 'm> Limits<'l, 'm> {
    pub(super) fn new(from: &'l PointerReader<'m>) -> Self {
        Self { from, depth: Cell::new(DEPTH), reason: RefCell::new(None) }
    }

    /// Returns the limit that was reached.
    pub(super) fn reason(&self) -> Option<String> {
        self.reason.take()
    }

    fn charge<E: Error>(&self, bytes: usize) -> Result<(), E> {
        self.from.charge(bytes).map_err(|error| self.fail(error.text().to_owned()))
    }

    fn fail<E: Error>(&self, reason: String) -> E {
        let error = E::custom(&reason);
        self.reason.replace(Some(reason));
        error
    }

    /// Reads a value, one level down.
    fn enter<T, E: Error>(&self, read: impl FnOnce() -> Result<T, E>) -> Result<T, E> {
        let depth = self.depth.get();
        let Some(below) = depth.checked_sub(1) else {
            return Err(self.fail(format!("nested deeper than {DEPTH} levels")));
        };
        self.charge(size_of::<T>().max(1))?;
        self.depth.set(below);
        let value = read();
        self.depth.set(depth);
        value
    }
}

/// Something of serde's that passes values on, within limits.
pub(super) struct Limited<'l, 'm, T> {
    inner: T,
    limits: &'l Limits<'l, 'm>,
}

impl<'l, 'm, T> Limited<'l, 'm, T> {
    pub(super) fn new(inner: T, limits: &'l Limits<'l, 'm>) -> Self {
        Self { inner, limits }
    }
}

macro_rules! deserialize {
    ($($method:ident($($argument:ident: $ty:ty),*);)*) => {$(
        fn $method<V: Visitor<'de>>(self, $($argument: $ty,)* visitor: V) -> Result<V::Value, D::Error> {
            let Self { inner, limits } = self;
            limits.enter(|| inner.$method($($argument,)* Limited::new(visitor, limits)))
        }
    )*};
}

impl<'de, D: Deserializer<'de>> Deserializer<'de> for Limited<'_, '_, D> {
    type Error = D::Error;

    deserialize! {
        deserialize_any();
        deserialize_bool();
        deserialize_i8();
        deserialize_i16();
        deserialize_i32();
        deserialize_i64();
        deserialize_i128();
        deserialize_u8();
        deserialize_u16();
        deserialize_u32();
        deserialize_u64();
        deserialize_u128();
        deserialize_f32();
        deserialize_f64();
        deserialize_char();
        deserialize_str();
        deserialize_string();
        deserialize_bytes();
        deserialize_byte_buf();
        deserialize_option();
        deserialize_unit();
        deserialize_unit_struct(name: &'static str);
        deserialize_newtype_struct(name: &'static str);
        deserialize_seq();
        deserialize_tuple(length: usize);
        deserialize_tuple_struct(name: &'static str, length: usize);
        deserialize_map();
        deserialize_struct(name: &'static str, fields: &'static [&'static str]);
        deserialize_enum(name: &'static str, variants: &'static [&'static str]);
        deserialize_identifier();
        deserialize_ignored_any();
    }

    fn is_human_readable(&self) -> bool {
        self.inner.is_human_readable()
    }
}

macro_rules! visit {
    ($($method:ident($ty:ty);)*) => {$(
        fn $method<E: Error>(self, value: $ty) -> Result<V::Value, E> {
            self.inner.$method(value)
        }
    )*};
}

macro_rules! visit_many {
    ($($method:ident($ty:ty);)*) => {$(
        fn $method<E: Error>(self, value: $ty) -> Result<V::Value, E> {
            self.limits.charge(value.len())?;
            self.inner.$method(value)
        }
    )*};
}

impl<'de, V: Visitor<'de>> Visitor<'de> for Limited<'_, '_, V> {
    type Value = V::Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.inner.expecting(f)
    }

    visit! {
        visit_bool(bool);
        visit_i8(i8);
        visit_i16(i16);
        visit_i32(i32);
        visit_i64(i64);
        visit_i128(i128);
        visit_u8(u8);
        visit_u16(u16);
        visit_u32(u32);
        visit_u64(u64);
        visit_u128(u128);
        visit_f32(f32);
        visit_f64(f64);
        visit_char(char);
    }

    visit_many! {
        visit_str(&str);
        visit_borrowed_str(&'de str);
        visit_string(String);
        visit_bytes(&[u8]);
        visit_borrowed_bytes(&'de [u8]);
        visit_byte_buf(Vec<u8>);
    }

    fn visit_none<E: Error>(self) -> Result<V::Value, E> {
        self.inner.visit_none()
    }

    fn visit_unit<E: Error>(self) -> Result<V::Value, E> {
        self.inner.visit_unit()
    }

    fn visit_some<D: Deserializer<'de>>(self, from: D) -> Result<V::Value, D::Error> {
        self.inner.visit_some(Limited::new(from, self.limits))
    }

    fn visit_newtype_struct<D: Deserializer<'de>>(self, from: D) -> Result<V::Value, D::Error> {
        self.inner.visit_newtype_struct(Limited::new(from, self.limits))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, from: A) -> Result<V::Value, A::Error> {
        self.inner.visit_seq(Limited::new(from, self.limits))
    }

    fn visit_map<A: MapAccess<'de>>(self, from: A) -> Result<V::Value, A::Error> {
        self.inner.visit_map(Limited::new(from, self.limits))
    }

    fn visit_enum<A: EnumAccess<'de>>(self, from: A) -> Result<V::Value, A::Error> {
        self.inner.visit_enum(Limited::new(from, self.limits))
    }
}

impl<'de, S: DeserializeSeed<'de>> DeserializeSeed<'de> for Limited<'_, '_, S> {
    type Value = S::Value;

    fn deserialize<D: Deserializer<'de>>(self, from: D) -> Result<S::Value, D::Error> {
        // For a type that reads nothing.
        self.limits.charge(1)?;
        self.inner.deserialize(Limited::new(from, self.limits))
    }
}

impl<'de, A: SeqAccess<'de>> SeqAccess<'de> for Limited<'_, '_, A> {
    type Error = A::Error;

    fn next_element_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<Option<S::Value>, A::Error> {
        self.inner.next_element_seed(Limited::new(seed, self.limits))
    }
}

impl<'de, A: MapAccess<'de>> MapAccess<'de> for Limited<'_, '_, A> {
    type Error = A::Error;

    fn next_key_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<Option<S::Value>, A::Error> {
        self.inner.next_key_seed(Limited::new(seed, self.limits))
    }

    fn next_value_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<S::Value, A::Error> {
        self.inner.next_value_seed(Limited::new(seed, self.limits))
    }
}

impl<'de, 'l, 'm, A: EnumAccess<'de>> EnumAccess<'de> for Limited<'l, 'm, A> {
    type Error = A::Error;
    type Variant = Limited<'l, 'm, A::Variant>;

    fn variant_seed<S: DeserializeSeed<'de>>(self, seed: S) -> Result<(S::Value, Self::Variant), A::Error> {
        let Self { inner, limits } = self;
        let (value, variant) = inner.variant_seed(Limited::new(seed, limits))?;
        Ok((value, Limited::new(variant, limits)))
    }
}

impl<'de, A: VariantAccess<'de>> VariantAccess<'de> for Limited<'_, '_, A> {
    type Error = A::Error;

    fn unit_variant(self) -> Result<(), A::Error> {
        self.inner.unit_variant()
    }

    fn newtype_variant_seed<S: DeserializeSeed<'de>>(self, seed: S) -> Result<S::Value, A::Error> {
        self.inner.newtype_variant_seed(Limited::new(seed, self.limits))
    }

    fn tuple_variant<V: Visitor<'de>>(self, length: usize, visitor: V) -> Result<V::Value, A::Error> {
        self.inner.tuple_variant(length, Limited::new(visitor, self.limits))
    }

    fn struct_variant<V: Visitor<'de>>(
        self,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, A::Error> {
        self.inner.struct_variant(fields, Limited::new(visitor, self.limits))
    }
}
