//! The schema's view of descriptors: a Rust field with a companion is two members.

use std::borrow::Cow;

use ipc_runtime::wire::descriptor::{Descriptor, Enum, Field, Interface, Kind, Struct, Type};

/// One field as the schema counts them.
#[derive(Clone, Debug)]
pub(crate) struct Member {
    pub(crate) name: Cow<'static, str>,
    pub(crate) doc: &'static str,
    pub(crate) ty: Type,
    pub(crate) ordinal: u16,
    /// Offset in multiples of the field's size.
    pub(crate) offset: u32,
    pub(crate) role: Role,
}

/// Why a member is there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Role {
    /// The Rust field itself, without a presence field.
    Plain,
    /// The Rust field itself, followed by its presence field.
    Optional,
    /// The presence field `hasX` of the member before.
    Presence,
}

/// Returns the members of a struct or list of parameters, in declaration order.
pub(crate) fn members(of: &Struct) -> Vec<Member> {
    of.fields.iter().flat_map(|field| [Some(own(field)), presence(field)]).flatten().collect()
}

fn own(field: &Field) -> Member {
    Member {
        name: field.name.into(),
        doc: field.doc,
        ty: field.ty,
        ordinal: field.at.ordinal,
        offset: match field.ty {
            Type::Void => 0,
            _ => field.at.offset,
        },
        role: if field.has_companion() { Role::Optional } else { Role::Plain },
    }
}

fn presence(field: &Field) -> Option<Member> {
    field.has_companion().then(|| Member {
        name: field.companion_name().into(),
        doc: "",
        ty: Type::Bool,
        ordinal: field.at.ordinal.saturating_add(1),
        offset: field.at.has,
        role: Role::Presence,
    })
}

/// Returns what the declaration refers to, in the order in which it is written.
pub(crate) fn references(of: &Descriptor) -> Vec<&'static Descriptor> {
    match &of.kind {
        Kind::Enum(_) => Vec::new(),
        Kind::Struct(fields) => field_references(fields).collect(),
        Kind::Interface(Interface { methods, superclasses }) => {
            superclasses
                .iter()
                .map(|superclass| superclass())
                .chain(methods.iter().flat_map(|method| {
                    field_references(&method.params).chain(field_references(&method.results))
                }))
                .collect()
        }
    }
}

fn field_references(of: &Struct) -> impl Iterator<Item = &'static Descriptor> {
    of.fields.iter().filter_map(|field| field.ty.descriptor())
}

/// Writes down all that makes up a declaration, with ids in place of references.
///
/// A constant behind a descriptor function may exist more than once in a program, and a generic struct has one
/// descriptor for each set of arguments; so two descriptors are compared by what they say.
pub(crate) fn signature(of: &Descriptor) -> String {
    let kind = match &of.kind {
        Kind::Struct(fields) => format!("struct {}", struct_signature(fields)),
        Kind::Enum(Enum { variants }) => {
            let names: Vec<_> = variants.iter().map(|variant| variant.name).collect();
            format!("enum {names:?}")
        }
        Kind::Interface(Interface { methods, superclasses }) => {
            let ids: Vec<_> = superclasses.iter().map(|superclass| superclass().id).collect();
            let methods: Vec<_> = methods
                .iter()
                .map(|method| {
                    let (params, results) =
                        (struct_signature(&method.params), struct_signature(&method.results));
                    format!("{} @{} {params} -> {results}", method.name, method.ordinal)
                })
                .collect();
            format!("interface {ids:?} {methods:?}")
        }
    };
    format!("{:x} {} {} {kind}", of.file, of.module, of.name)
}

fn struct_signature(of: &Struct) -> String {
    members(of)
        .iter()
        .map(|member| {
            let Member { name, ty, ordinal, offset, .. } = member;
            format!("{name} @{ordinal} +{offset} :{}; ", type_text(ty, |other| format!("{:x}", other.id)))
        })
        .collect()
}

/// Returns the schema text of a type; `name` says what a declaration is called where the text stands.
pub(crate) fn type_text(ty: &Type, name: impl Fn(&Descriptor) -> String) -> String {
    let mut lists = 0;
    let mut ty = ty;
    while let Type::List(element) = ty {
        lists += 1;
        ty = element;
    }
    let base = match (builtin(ty), ty.descriptor()) {
        (Some(builtin), _) => builtin.to_owned(),
        (None, Some(descriptor)) => name(descriptor),
        // Every type is built in, a list or declared; the loop above has taken off the lists.
        (None, None) => String::new(),
    };
    format!("{}{base}{}", "List(".repeat(lists), ")".repeat(lists))
}

fn builtin(ty: &Type) -> Option<&'static str> {
    Some(match ty {
        Type::Void => "Void",
        Type::Bool => "Bool",
        Type::Int8 => "Int8",
        Type::Int16 => "Int16",
        Type::Int32 => "Int32",
        Type::Int64 => "Int64",
        Type::UInt8 => "UInt8",
        Type::UInt16 => "UInt16",
        Type::UInt32 => "UInt32",
        Type::UInt64 => "UInt64",
        Type::Float32 => "Float32",
        Type::Float64 => "Float64",
        Type::Text => "Text",
        Type::Data => "Data",
        Type::List(_) | Type::Enum(_) | Type::Struct(_) | Type::Interface(_) => return None,
    })
}

/// The names that a declaration would hide from the rest of its file.
pub(crate) const BUILTIN_NAMES: [&str; 19] = [
    "Void",
    "Bool",
    "Int8",
    "Int16",
    "Int32",
    "Int64",
    "UInt8",
    "UInt16",
    "UInt32",
    "UInt64",
    "Float32",
    "Float64",
    "Text",
    "Data",
    "List",
    "AnyPointer",
    "AnyStruct",
    "AnyList",
    "Capability",
];

/// Returns the lines of a doc comment, without what surrounds them.
pub(crate) fn doc_lines(doc: &str) -> Vec<&str> {
    let lines: Vec<&str> = doc.split(['\n', '\r']).map(str::trim_end).collect();
    let start = lines.iter().position(|line| !line.is_empty()).unwrap_or(lines.len());
    let end = lines.iter().rposition(|line| !line.is_empty()).map_or(start, |last| last + 1);
    lines.get(start..end).unwrap_or_default().to_vec()
}
