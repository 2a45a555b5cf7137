//! Messages to JSON.

use std::cell::RefCell;

use ipc_runtime::IpcException;
use ipc_runtime::object::Capability;
use ipc_runtime::wire::raw::Decoder;
use ipc_runtime::wire::{HasSize, PointerReader, Size, StructReader};

use super::DataForm;
use super::types::{Bindings, is_context};
use crate::json::Json;
use crate::model::{FieldKind, Model, Node, NodeKind, Struct, Type, Value, with_root};

/// An object in a message.
#[derive(Clone, Debug)]
pub(super) struct FoundObject {
    /// Where it is: `result`, `items[2].of`.
    pub(super) path: String,
    /// Its interface.
    pub(super) interface: u64,
    pub(super) bindings: Bindings,
    pub(super) capability: Capability,
}

/// Reads structs of one message.
pub(super) struct Reading<'m> {
    model: &'m Model,
    data: DataForm,
    objects: RefCell<Vec<FoundObject>>,
}

/// A struct of whatever size: a list says itself how large its elements are.
struct AnySize;

impl HasSize for AnySize {
    const SIZE: Size = Size { data: 0, pointers: 0 };
}

impl<'m> Reading<'m> {
    pub(super) fn new(model: &'m Model, data: DataForm) -> Self {
        Self { model, data, objects: RefCell::default() }
    }

    /// Returns the objects that were met.
    pub(super) fn into_objects(self) -> Vec<FoundObject> {
        self.objects.into_inner()
    }

    /// Reads a struct, of which fields that are null are left out.
    pub(super) fn struct_of(
        &self,
        id: u64,
        bindings: &Bindings,
        from: &StructReader<'_>,
        path: &str,
    ) -> Result<Json, IpcException> {
        let Some(of) = self.model.struct_of(id) else { return Err(unknown(id)) };
        let chosen = (of.choices > 0).then(|| from.get::<u16>(of.discriminant));
        let mut members = Vec::new();
        for field in of.in_code_order() {
            // The threads that a call came with are taken out before it is read.
            if field.choice.is_some() && field.choice != chosen || is_context(&field.kind) {
                continue;
            }
            let path = member_path(path, &field.name);
            let value = match &field.kind {
                FieldKind::Group(id) => Some(self.struct_of(*id, bindings, from, &path)?),
                FieldKind::Slot { offset, ty, default, .. } => {
                    let ty = bindings.resolve(ty);
                    self.slot(&ty, default, bindings, (from, *offset), &path)?
                }
            };
            members.extend(value.map(|value| (field.name.clone(), value)));
        }
        Ok(Json::Object(members))
    }

    fn slot(
        &self,
        ty: &Type,
        default: &Value,
        bindings: &Bindings,
        (from, offset): (&StructReader<'_>, u32),
        path: &str,
    ) -> Result<Option<Json>, IpcException> {
        Ok(Some(match (ty, default) {
            (Type::Void, _) => Json::Null,
            (Type::Bool, default) => Json::Bool(from.get_bool(offset) ^ (*default == Value::Bool(true))),
            (Type::Int8, Value::Int8(default)) => number(from.get::<i8>(offset) ^ default),
            (Type::Int16, Value::Int16(default)) => number(from.get::<i16>(offset) ^ default),
            (Type::Int32, Value::Int32(default)) => number(from.get::<i32>(offset) ^ default),
            (Type::Int64, Value::Int64(default)) => large(from.get::<i64>(offset) ^ default),
            (Type::UInt8, Value::UInt8(default)) => number(from.get::<u8>(offset) ^ default),
            (Type::UInt16, Value::UInt16(default)) => number(from.get::<u16>(offset) ^ default),
            (Type::UInt32, Value::UInt32(default)) => number(from.get::<u32>(offset) ^ default),
            (Type::UInt64, Value::UInt64(default)) => large(from.get::<u64>(offset) ^ default),
            (Type::Float32, Value::Float32(default)) => {
                float(f32::from_bits(from.get::<u32>(offset) ^ default.to_bits()))
            }
            (Type::Float64, Value::Float64(default)) => {
                float(f64::from_bits(from.get::<u64>(offset) ^ default.to_bits()))
            }
            (Type::Enum(id, _), Value::Enum(default)) => {
                self.enumerant(*id, from.get::<u16>(offset) ^ default)
            }
            _ => return self.defaulted(ty, default, bindings, from.pointer(offset), path),
        }))
    }

    /// Reads a pointer with a default.
    fn defaulted(
        &self,
        ty: &Type,
        default: &Value,
        bindings: &Bindings,
        from: PointerReader<'_>,
        path: &str,
    ) -> Result<Option<Json>, IpcException> {
        if !from.is_null() {
            return self.pointer(ty, bindings, from, path).map(Some);
        }
        Ok(match default {
            Value::Text(text) if !text.is_empty() => Some(Json::text(String::from_utf8_lossy(text))),
            Value::Data(data) if !data.is_empty() => Some(self.data.write(data)),
            Value::List(words) | Value::Struct(words) if !words.is_empty() => {
                Some(with_root(words, |content| {
                    let decoder = Decoder::new(Vec::new(), words.len() / 8);
                    self.pointer(ty, bindings, decoder.content(content)?, path)
                })?)
            }
            _ => None,
        })
    }

    /// Reads a pointer that is not null, or one of a list.
    fn pointer(
        &self,
        ty: &Type,
        bindings: &Bindings,
        from: PointerReader<'_>,
        path: &str,
    ) -> Result<Json, IpcException> {
        Ok(match ty {
            Type::Text => Json::text(from.text()?),
            Type::Data => self.data.write(from.data()?),
            Type::List(element) => Json::List(self.list(element, bindings, from, path)?),
            Type::Struct(id, brand) => {
                self.struct_of(*id, &bindings.within(brand), &from.read_struct()?, path)?
            }
            Type::Interface(id, brand) => {
                let Some(capability) = from.capability()? else { return Ok(Json::Null) };
                let bindings = bindings.within(brand);
                let path = path.to_owned();
                self.objects.borrow_mut().push(FoundObject { path, interface: *id, bindings, capability });
                Json::object([("interface", Json::text(self.model.name_of(*id)))])
            }
            _ if from.is_null() => Json::Null,
            _ => Json::object([("anyPointer", Json::Null)]),
        })
    }

    fn list(
        &self,
        element: &Type,
        bindings: &Bindings,
        from: PointerReader<'_>,
        path: &str,
    ) -> Result<Vec<Json>, IpcException> {
        macro_rules! numbers {
            ($ty:ty, $write:expr) => {
                from.read_primitives::<$ty>()?.into_iter().map($write).collect()
            };
        }
        Ok(match element {
            Type::Void => numbers!((), |()| Json::Null),
            Type::Bool => numbers!(bool, Json::Bool),
            Type::Int8 => numbers!(i8, number),
            Type::Int16 => numbers!(i16, number),
            Type::Int32 => numbers!(i32, number),
            Type::Int64 => numbers!(i64, large),
            Type::UInt8 => numbers!(u8, number),
            Type::UInt16 => numbers!(u16, number),
            Type::UInt32 => numbers!(u32, number),
            Type::UInt64 => numbers!(u64, large),
            Type::Float32 => numbers!(f32, float),
            Type::Float64 => numbers!(f64, float),
            Type::Enum(id, _) => numbers!(u16, |number| self.enumerant(*id, number)),
            Type::Struct(id, brand) => {
                let (bindings, index) = (bindings.within(brand), RefCell::new(0..));
                from.read_structs::<AnySize, _>(|from| {
                    self.struct_of(*id, &bindings, from, &next_path(path, &index))
                })?
            }
            _ => {
                let index = RefCell::new(0..);
                from.read_pointers(|from| self.pointer(element, bindings, from, &next_path(path, &index)))?
            }
        })
    }

    /// A value that is not known has its number.
    fn enumerant(&self, id: u64, value: u16) -> Json {
        match self.model.nodes.get(&id) {
            Some(Node { kind: NodeKind::Enum(of), .. }) => match of.get(usize::from(value)) {
                Some(known) => Json::text(&known.name),
                None => number(value),
            },
            _ => number(value),
        }
    }
}

/// Returns the path of the next element of a list.
fn next_path(path: &str, index: &RefCell<std::ops::RangeFrom<usize>>) -> String {
    format!("{path}[{}]", index.borrow_mut().next().unwrap_or_default())
}

/// Returns the path of a member.
pub(super) fn member_path(path: &str, name: &str) -> String {
    if path.is_empty() { name.to_owned() } else { format!("{path}.{name}") }
}

fn number(value: impl Into<i64>) -> Json {
    Json::number(value)
}

/// A number of 64 bits is text, since most readers take a number for one of 53.
fn large(value: impl Copy + ToString) -> Json {
    Json::Text(value.to_string())
}

/// A number as few digits as tell it from its neighbours; what JSON has no numbers for is text.
fn float(value: impl Into<f64> + std::fmt::Display + Copy) -> Json {
    let wide: f64 = value.into();
    if wide.is_nan() {
        Json::text("NaN")
    } else if wide.is_infinite() {
        Json::text(if wide > 0.0 { "Infinity" } else { "-Infinity" })
    } else {
        Json::Number(format!("{value}"))
    }
}

fn unknown(id: u64) -> IpcException {
    IpcException::failed(format!("the schema does not have the struct {id:#018x}"))
}

/// Returns the struct of a node, or why there is none.
pub(super) fn known_struct(model: &Model, id: u64) -> Result<&Struct, IpcException> {
    model.struct_of(id).ok_or_else(|| unknown(id))
}
