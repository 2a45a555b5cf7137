//! Messages as a program sees them that knows the schema and nothing of Rust: through the readers and builders that
//! `capnpc` generated.
//!
//! They are walked by capnp's dynamic values, which find every field by its name and type in the generated code, so that
//! one walk does for all rows.

use std::collections::BTreeMap;

use capnp::introspect::TypeVariant;
use capnp::message::{Builder, ReaderOptions};
use capnp::schema::{Field, StructSchema};
use capnp::schema_capnp::field;
use capnp::{dynamic_list, dynamic_struct, dynamic_value, serialize};

use crate::generated::rows_capnp;

/// What is in a field.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    /// A null pointer.
    Null,
    /// `Void`.
    Void,
    /// `Bool`.
    Bool(bool),
    /// A number without a fraction, of any size.
    Int(i128),
    /// `Float32` or `Float64`, as bits of the latter.
    Float(u64),
    /// `Text`.
    Text(String),
    /// `Data`.
    Data(Vec<u8>),
    /// The number of an enumerant.
    Enum(u16),
    /// A list.
    List(Vec<Value>),
    /// A struct or a group.
    Struct(Fields),
}

/// The fields of a struct by name; of a union, the one that is set.
pub type Fields = BTreeMap<String, Value>;

/// Reads a struct.
///
/// # Errors
/// Returns capnp's errors.
pub fn read(from: dynamic_struct::Reader<'_>) -> capnp::Result<Value> {
    let mut fields = Fields::new();
    let always = from.get_schema().get_non_union_fields()?;
    for field in always.iter().chain(from.which()?) {
        let value = if from.has(field)? { read_value(from.get(field)?)? } else { Value::Null };
        fields.insert(name(field)?, value);
    }
    Ok(Value::Struct(fields))
}

fn read_value(from: dynamic_value::Reader<'_>) -> capnp::Result<Value> {
    Ok(match from {
        dynamic_value::Reader::Void => Value::Void,
        dynamic_value::Reader::Bool(value) => Value::Bool(value),
        dynamic_value::Reader::Int8(value) => Value::Int(value.into()),
        dynamic_value::Reader::Int16(value) => Value::Int(value.into()),
        dynamic_value::Reader::Int32(value) => Value::Int(value.into()),
        dynamic_value::Reader::Int64(value) => Value::Int(value.into()),
        dynamic_value::Reader::UInt8(value) => Value::Int(value.into()),
        dynamic_value::Reader::UInt16(value) => Value::Int(value.into()),
        dynamic_value::Reader::UInt32(value) => Value::Int(value.into()),
        dynamic_value::Reader::UInt64(value) => Value::Int(value.into()),
        dynamic_value::Reader::Float32(value) => Value::Float(f64::from(value).to_bits()),
        dynamic_value::Reader::Float64(value) => Value::Float(value.to_bits()),
        dynamic_value::Reader::Enum(value) => Value::Enum(value.get_value()),
        dynamic_value::Reader::Text(text) => Value::Text(text.to_string()?),
        dynamic_value::Reader::Data(data) => Value::Data(data.to_vec()),
        dynamic_value::Reader::Struct(inner) => read(inner)?,
        dynamic_value::Reader::List(list) => {
            Value::List(list.iter().map(|item| read_value(item?)).collect::<capnp::Result<_>>()?)
        }
        dynamic_value::Reader::AnyPointer(_) | dynamic_value::Reader::Capability(_) => {
            panic!("no row has an object")
        }
    })
}

/// Writes the fields of a struct.
///
/// # Errors
/// Returns capnp's errors; an error if a field is not in the schema.
pub fn write(value: &Value, mut to: dynamic_struct::Builder<'_>) -> capnp::Result<()> {
    let Value::Struct(fields) = value else { panic!("not a struct: {value:?}") };
    let schema: StructSchema = to.get_schema();
    for (name, value) in fields {
        let field = schema.get_field_by_name(name)?;
        match value {
            // Says which field of a union is set, all the same.
            Value::Null => to.clear(field)?,
            Value::List(items) => {
                let dynamic_value::Builder::List(list) = to.reborrow().initn(field, length(items))? else {
                    panic!("`{name}` is no list");
                };
                write_items(items, list)?;
            }
            Value::Struct(_) => {
                let dynamic_value::Builder::Struct(inner) = to.reborrow().init(field)? else {
                    panic!("`{name}` is no struct");
                };
                write(value, inner)?;
            }
            simple => to.set(field, of_type(simple, field.get_type().which()))?,
        }
    }
    Ok(())
}

fn write_items(items: &[Value], mut to: dynamic_list::Builder<'_>) -> capnp::Result<()> {
    let element = to.element_type();
    for (index, item) in (0..).zip(items) {
        match item {
            Value::Null => {}
            Value::List(items) => {
                let dynamic_value::Builder::List(list) = to.reborrow().init(index, length(items))? else {
                    panic!("no list of lists");
                };
                write_items(items, list)?;
            }
            Value::Struct(_) => {
                let dynamic_value::Builder::Struct(inner) = to.reborrow().get(index)? else {
                    panic!("no list of structs");
                };
                write(item, inner)?;
            }
            simple => to.set(index, of_type(simple, element.which()))?,
        }
    }
    Ok(())
}

/// A value that is neither list nor struct, as the type of the schema wants it.
fn of_type(value: &Value, ty: TypeVariant) -> dynamic_value::Reader<'_> {
    macro_rules! int {
        ($value:ident, $($variant:ident)*) => {
            match ty {
                $(TypeVariant::$variant => (*$value).try_into().map(dynamic_value::Reader::$variant).ok(),)*
                _ => None,
            }
        };
    }
    let of = match value {
        Value::Void => Some(dynamic_value::Reader::Void),
        Value::Bool(value) => Some((*value).into()),
        Value::Int(value) => int!(value, Int8 Int16 Int32 Int64 UInt8 UInt16 UInt32 UInt64),
        Value::Float(bits) => Some(match ty {
            #[expect(clippy::cast_possible_truncation, reason = "it came from an `f32`")]
            TypeVariant::Float32 => dynamic_value::Reader::Float32(f64::from_bits(*bits) as f32),
            _ => dynamic_value::Reader::Float64(f64::from_bits(*bits)),
        }),
        Value::Text(text) => Some(dynamic_value::Reader::Text(text.as_str().into())),
        Value::Data(data) => Some(dynamic_value::Reader::Data(data)),
        Value::Enum(number) => match ty {
            TypeVariant::Enum(schema) => {
                Some(dynamic_value::Reader::Enum(dynamic_value::Enum::new(*number, schema.into())))
            }
            _ => None,
        },
        Value::Null | Value::List(_) | Value::Struct(_) => None,
    };
    of.unwrap_or_else(|| panic!("{value:?} does not fit the type in the schema"))
}

fn length(items: &[Value]) -> u32 {
    u32::try_from(items.len()).expect("short lists")
}

fn name(field: Field) -> capnp::Result<String> {
    let proto: field::Reader<'_> = field.get_proto();
    Ok(proto.get_name()?.to_string()?)
}

/// A struct that generated code knows.
pub trait Plain {
    /// Reads a message through the generated reader.
    ///
    /// # Errors
    /// Returns capnp's errors.
    fn read_plain(message: &[u8]) -> capnp::Result<Value>;

    /// Makes a message through the generated builder.
    ///
    /// # Errors
    /// Returns capnp's errors.
    fn write_plain(value: &Value) -> capnp::Result<Vec<u8>>;
}

macro_rules! rows {
    ($($method:ident $row:ident $choice:ident: $ty:ty = $_strategy:expr;)*) => {$(
        impl Plain for crate::rows::$row {
            fn read_plain(message: &[u8]) -> capnp::Result<Value> {
                let message = serialize::read_message(message, ReaderOptions::new())?;
                let root: rows_capnp::$method::Reader<'_> = message.get_root()?;
                read_value(root.into())
            }

            fn write_plain(value: &Value) -> capnp::Result<Vec<u8>> {
                let mut message = Builder::new_default();
                let root: rows_capnp::$method::Builder<'_> = message.init_root();
                let dynamic_value::Builder::Struct(root) = root.into() else { panic!("no struct") };
                write(value, root)?;
                Ok(serialize::write_message_to_words(&message))
            }
        }
    )*};
}
crate::each_row!(rows);
