//! JSON to messages.

use std::fmt;

use ipc_runtime::IpcException;
use ipc_runtime::object::Capability;
use ipc_runtime::object::dynamic::opaque;
use ipc_runtime::wire::{At, Encode, StructWriter};

use super::DataForm;
use super::read::member_path;
use super::types::{Bindings, is_context};
use crate::json::Json;
use crate::model::{Field, FieldKind, Model, NodeKind, Struct, Type, Value, with_root};
use crate::words::{ListObject, Object, StructObject, bytes, encode};

/// JSON that is not what a type needs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ValueError {
    /// Where: `params.equation`.
    pub path: String,
    /// What is wrong.
    pub message: String,
    /// What would be right, if the message does not say.
    pub help: Option<String>,
}

impl ValueError {
    fn new(path: &str, message: impl Into<String>) -> Self {
        Self { path: path.to_owned(), message: message.into(), help: None }
    }

    fn with_help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    fn expected(path: &str, what: &str, found: &Json) -> Self {
        Self::new(path, format!("expected {what}, found {}", found.kind()))
    }
}

impl fmt::Display for ValueError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}`: {}", self.path, self.message)?;
        self.help.as_ref().map_or(Ok(()), |help| write!(f, "\n  help: {help}"))
    }
}

impl std::error::Error for ValueError {}

/// What an interface is written as, where JSON says something of an object.
pub(super) type MakeObject<'a> = &'a dyn Fn(u64, Bindings, &str, &Json) -> Result<Capability, ValueError>;

/// A struct, ready to be written.
pub(super) struct Written {
    of: StructObject,
    objects: Vec<Option<Capability>>,
}

/// Makes structs of JSON.
pub(super) struct Writing<'a> {
    model: &'a Model,
    data: DataForm,
    make_object: MakeObject<'a>,
    objects: Vec<Option<Capability>>,
}

/// What becomes of interfaces that JSON does not mention.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Unsaid {
    /// They are null.
    Null,
    /// They are objects, as if `{}` was said.
    Object,
}

impl<'a> Writing<'a> {
    pub(super) fn new(model: &'a Model, data: DataForm, make_object: MakeObject<'a>) -> Self {
        Self { model, data, make_object, objects: Vec::new() }
    }

    /// Makes the parameters or results of a method.
    pub(super) fn root(
        mut self,
        of: &Struct,
        bindings: &Bindings,
        json: &Json,
        (path, unsaid): (&str, Unsaid),
    ) -> Result<Written, ValueError> {
        let mut to = StructObject::new(of.data, of.pointers);
        self.fill(of, bindings, json, path, &mut to)?;
        if unsaid == Unsaid::Object {
            self.fill_unsaid(of, bindings, json, path, &mut to)?;
        }
        Ok(Written { of: to, objects: self.objects })
    }

    fn fill_unsaid(
        &mut self,
        of: &Struct,
        bindings: &Bindings,
        json: &Json,
        path: &str,
        to: &mut StructObject,
    ) -> Result<(), ValueError> {
        let Json::Object(members) = json else { return Ok(()) };
        for field in &of.fields {
            let FieldKind::Slot { offset, ty, .. } = &field.kind else { continue };
            let said = members.iter().any(|(name, _)| *name == field.name);
            if let (Type::Interface(id, brand), false) =
                (bindings.resolve(ty), said || field.choice.is_some())
            {
                let (path, bindings) = (member_path(path, &field.name), bindings.within(&brand));
                let object = self.object(id, bindings, &path, &Json::Object(Vec::new()))?;
                set_pointer(to, *offset, object);
            }
        }
        Ok(())
    }

    /// Fills a struct, or the part of it that is a group.
    fn fill(
        &mut self,
        of: &Struct,
        bindings: &Bindings,
        json: &Json,
        path: &str,
        to: &mut StructObject,
    ) -> Result<(), ValueError> {
        let Json::Object(members) = json else {
            return Err(ValueError::expected(path, "an object", json).with_help(fields_help(of)));
        };
        let mut chosen: Option<&str> = None;
        for (name, value) in members {
            let path = member_path(path, name);
            let Some(field) = of.fields.iter().find(|field| field.name == *name) else {
                return Err(ValueError::new(&path, "there is no such field").with_help(fields_help(of)));
            };
            if let Some(choice) = field.choice {
                if let Some(other) = chosen {
                    let message =
                        format!("`{other}` and `{name}` are of one union: one of them can be there");
                    return Err(ValueError::new(&path, message));
                }
                chosen = Some(name);
                to.set(4, of.discriminant, choice.into());
            }
            self.field(field, bindings, value, &path, to)?;
        }
        Ok(())
    }

    fn field(
        &mut self,
        field: &Field,
        bindings: &Bindings,
        value: &Json,
        path: &str,
        to: &mut StructObject,
    ) -> Result<(), ValueError> {
        if is_context(&field.kind) {
            return Err(ValueError::new(path, "the threads of a call are filled in: leave it out"));
        }
        match &field.kind {
            FieldKind::Group(id) => match self.model.struct_of(*id) {
                Some(group) => self.fill(group, bindings, value, path, to),
                None => Err(ValueError::new(path, "the schema does not have this group")),
            },
            // What is not there is the default.
            FieldKind::Slot { .. } if *value == Json::Null => Ok(()),
            FieldKind::Slot { offset, ty, default, .. } => {
                let ty = bindings.resolve(ty);
                match ty.log2_bits() {
                    Some(log2) => {
                        let bits = self.scalar(&ty, value, path)? ^ bits_of(default);
                        to.set(log2, *offset, bits);
                    }
                    None if ty == Type::Void => return Err(ValueError::expected(path, "null", value)),
                    None => {
                        let object = self.pointer(&ty, bindings, value, path)?;
                        set_pointer(to, *offset, object);
                    }
                }
                Ok(())
            }
        }
    }

    /// Makes the bits of a value that is no pointer.
    fn scalar(&self, ty: &Type, value: &Json, path: &str) -> Result<u64, ValueError> {
        let integer = |least: i128, most: i128| integer(ty, value, (least, most), path);
        match ty {
            Type::Bool => match value {
                Json::Bool(value) => Ok((*value).into()),
                other => Err(ValueError::expected(path, "true or false", other)),
            },
            Type::Int8 => integer(i8::MIN.into(), i8::MAX.into()),
            Type::Int16 => integer(i16::MIN.into(), i16::MAX.into()),
            Type::Int32 => integer(i32::MIN.into(), i32::MAX.into()),
            Type::Int64 => integer(i64::MIN.into(), i64::MAX.into()),
            Type::UInt8 => integer(0, u8::MAX.into()),
            Type::UInt16 => integer(0, u16::MAX.into()),
            Type::UInt32 => integer(0, u32::MAX.into()),
            Type::UInt64 => integer(0, u64::MAX.into()),
            Type::Float32 => float(value, path).map(|value: f32| value.to_bits().into()),
            Type::Float64 => float(value, path).map(|value: f64| value.to_bits()),
            Type::Enum(id, _) => self.enumerant(*id, value, path),
            _ => Err(ValueError::expected(path, "null", value)),
        }
    }

    fn enumerant(&self, id: u64, value: &Json, path: &str) -> Result<u64, ValueError> {
        let known = match self.model.nodes.get(&id).map(|node| &node.kind) {
            Some(NodeKind::Enum(known)) => known.as_slice(),
            _ => &[],
        };
        match value {
            Json::Text(name) => match (0..).zip(known).find(|(_, known)| known.name == *name) {
                Some((number, _)) => Ok(number),
                None => {
                    let names = quoted(known.iter().map(|known| known.name.as_str()));
                    let message = format!("`{name}` is not a value of `{}`", self.model.name_of(id));
                    Err(ValueError::new(path, message).with_help(format!("they are {names}")))
                }
            },
            // One that the schema does not know yet.
            Json::Number(_) => integer(&Type::UInt16, value, (0, u16::MAX.into()), path),
            other => Err(ValueError::expected(path, "the name of a value", other)),
        }
    }

    fn pointer(
        &mut self,
        ty: &Type,
        bindings: &Bindings,
        value: &Json,
        path: &str,
    ) -> Result<Object, ValueError> {
        match (ty, value) {
            (Type::Text, Json::Text(text)) => Ok(bytes(format!("{text}\0").as_bytes())),
            (Type::Text, other) => Err(ValueError::expected(path, "a string", other)),
            (Type::Data, value) => self.data(value, path).map(|data| bytes(&data)),
            (Type::List(element), Json::List(items)) => self.list(element, bindings, items, path),
            (Type::List(_), other) => Err(ValueError::expected(path, "a list", other)),
            (Type::Struct(id, brand), value) => {
                let Some(of) = self.model.struct_of(*id) else {
                    return Err(ValueError::new(path, "the schema does not have this struct"));
                };
                let mut to = StructObject::new(of.data, of.pointers);
                self.fill(of, &bindings.within(brand), value, path, &mut to)?;
                Ok(Object::Struct(to))
            }
            (Type::Interface(..), Json::Null) => Ok(Object::Null),
            (Type::Interface(id, brand), value) => self.object(*id, bindings.within(brand), path, value),
            _ => Err(ValueError::new(
                path,
                "no JSON can be turned into an `AnyPointer`, whose type is not known",
            )
            .with_help("leave it out")),
        }
    }

    fn object(
        &mut self,
        id: u64,
        bindings: Bindings,
        path: &str,
        value: &Json,
    ) -> Result<Object, ValueError> {
        let object = (self.make_object)(id, bindings, path, value)?;
        let number = u32::try_from(self.objects.len()).unwrap_or(u32::MAX);
        self.objects.push(Some(object));
        Ok(Object::Capability(number))
    }

    fn data(&self, value: &Json, path: &str) -> Result<Vec<u8>, ValueError> {
        let read = match value {
            Json::Text(text) => self.data.read(text),
            Json::List(items) => {
                let byte = |(index, item)| {
                    integer(&Type::UInt8, item, (0, u8::MAX.into()), &format!("{path}[{index}]"))
                };
                let bytes: Result<Vec<u64>, _> = items.iter().enumerate().map(byte).collect();
                bytes?.into_iter().map(|byte| u8::try_from(byte).ok()).collect()
            }
            other => return Err(ValueError::expected(path, self.data.expected(), other)),
        };
        read.ok_or_else(|| ValueError::new(path, format!("expected {}", self.data.expected())))
    }

    fn list(
        &mut self,
        element: &Type,
        bindings: &Bindings,
        items: &[Json],
        path: &str,
    ) -> Result<Object, ValueError> {
        let path_of = |index: usize| format!("{path}[{index}]");
        let items = items.iter().enumerate();
        Ok(Object::List(match element {
            Type::Void => {
                for (index, item) in items.clone() {
                    if *item != Json::Null {
                        return Err(ValueError::expected(&path_of(index), "null", item));
                    }
                }
                ListObject::Void(items.len())
            }
            Type::Struct(id, brand) => {
                let Some(of) = self.model.struct_of(*id) else {
                    return Err(ValueError::new(path, "the schema does not have the struct in this list"));
                };
                let bindings = bindings.within(brand);
                let mut elements = Vec::new();
                for (index, item) in items {
                    let mut to = StructObject::new(of.data, of.pointers);
                    self.fill(of, &bindings, item, &path_of(index), &mut to)?;
                    elements.push(to);
                }
                ListObject::Structs { data: of.data, pointers: of.pointers, elements }
            }
            element => match element.log2_bits() {
                Some(log2) => {
                    let elements: Result<_, _> =
                        items.map(|(index, item)| self.scalar(element, item, &path_of(index))).collect();
                    ListObject::Data { log2, elements: elements? }
                }
                None => {
                    let mut elements = Vec::new();
                    for (index, item) in items {
                        elements.push(self.pointer(element, bindings, item, &path_of(index))?);
                    }
                    ListObject::Pointers(elements)
                }
            },
        }))
    }
}

impl Written {
    /// Writes the struct into a message.
    pub(super) fn write(&self, to: &mut StructWriter<'_, '_>) -> Result<(), IpcException> {
        for (offset, word) in (0..).zip(&self.of.data) {
            to.set(offset, *word);
        }
        for (offset, object) in (0..).zip(&self.of.pointers) {
            match object {
                // Null is there already, and so may be the context.
                Object::Null => {}
                Object::Capability(number) => {
                    let object = usize::try_from(*number).ok().and_then(|number| self.objects.get(number));
                    if let Some(object) = object.cloned().flatten() {
                        to.pointer(offset).set_capability(object)?;
                    }
                }
                object => {
                    let words = encode(object).ok_or_else(|| IpcException::failed("a value is too large"))?;
                    let value = with_root(&words, |content| opaque(content, &self.objects))?;
                    value.encode(to, At { offset, ..At::FIRST })?;
                }
            }
        }
        Ok(())
    }
}

fn set_pointer(to: &mut StructObject, offset: u32, object: Object) {
    let place = usize::try_from(offset).ok().and_then(|offset| to.pointers.get_mut(offset));
    if let Some(place) = place {
        *place = object;
    }
}

/// Returns what the bits of a field are counted from.
fn bits_of(default: &Value) -> u64 {
    match *default {
        Value::Bool(value) => value.into(),
        Value::Int8(value) => value as u64,
        Value::Int16(value) => value as u64,
        Value::Int32(value) => value as u64,
        Value::Int64(value) => value as u64,
        Value::UInt8(value) => value.into(),
        Value::UInt16(value) | Value::Enum(value) => value.into(),
        Value::UInt32(value) => value.into(),
        Value::UInt64(value) => value,
        Value::Float32(value) => value.to_bits().into(),
        Value::Float64(value) => value.to_bits(),
        _ => 0,
    }
}

fn integer(ty: &Type, value: &Json, (least, most): (i128, i128), path: &str) -> Result<u64, ValueError> {
    // Text, since a number of 64 bits is written so.
    let (Json::Number(digits) | Json::Text(digits)) = value else {
        return Err(ValueError::expected(path, "an integer", value));
    };
    let Ok(integer) = digits.parse::<i128>() else {
        return Err(ValueError::new(path, format!("expected an integer, found `{digits}`")));
    };
    if !(least..=most).contains(&integer) {
        return Err(ValueError::new(path, format!("{integer} is no `{ty:?}`: {least} to {most} are")));
    }
    // The lowest bits, of a negative one too.
    Ok(integer as u64)
}

fn float<F: std::str::FromStr>(value: &Json, path: &str) -> Result<F, ValueError> {
    let digits = match value {
        Json::Number(digits) => digits.as_str(),
        Json::Text(name) if matches!(name.as_str(), "NaN" | "Infinity" | "-Infinity") => name,
        Json::Text(name) => {
            let message = format!("expected a number, found the string `{name}`");
            return Err(ValueError::new(path, message)
                .with_help("strings that are numbers are \"NaN\", \"Infinity\", \"-Infinity\""));
        }
        other => return Err(ValueError::expected(path, "a number", other)),
    };
    digits.parse().map_err(|_| ValueError::new(path, format!("expected a number, found `{digits}`")))
}

fn fields_help(of: &Struct) -> String {
    let fields: Vec<&str> = of
        .in_code_order()
        .into_iter()
        .filter(|field| !is_context(&field.kind))
        .map(|field| field.name.as_str())
        .collect();
    if fields.is_empty() {
        "there are no fields: write `{}`".to_owned()
    } else {
        format!("the fields are {}", quoted(fields))
    }
}

/// Lists names for a message.
pub(super) fn quoted<'n>(names: impl IntoIterator<Item = &'n str>) -> String {
    names.into_iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")
}
