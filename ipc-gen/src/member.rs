//! The schema's view of descriptors: a Rust field with a companion is two members.

use std::borrow::Cow;

use ipc_runtime::wire::descriptor::{
    DefaultValue, Descriptor, Enum, Field, Interface, Kind, Struct, Type, Union,
};

/// One field as the schema counts them.
#[derive(Clone, Debug)]
pub(crate) struct Member {
    pub(crate) name: Cow<'static, str>,
    pub(crate) doc: &'static str,
    pub(crate) ty: Type,
    pub(crate) ordinal: u16,
    /// Offset in multiples of the field's size.
    pub(crate) offset: u32,
    pub(crate) default: DefaultValue,
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
    members_of(of.fields)
}

fn members_of(fields: &[Field]) -> Vec<Member> {
    fields.iter().flat_map(|field| [Some(own(field)), presence(field)]).flatten().collect()
}

/// One member of a union.
#[derive(Clone, Debug)]
pub(crate) enum Choice {
    /// A field.
    Field(Member),
    /// A group of fields.
    Group { name: &'static str, doc: &'static str, members: Vec<Member> },
}

impl Choice {
    pub(crate) fn name(&self) -> &str {
        match self {
            Self::Field(member) => &member.name,
            Self::Group { name, .. } => name,
        }
    }

    pub(crate) fn doc(&self) -> &'static str {
        match self {
            Self::Field(Member { doc, .. }) | Self::Group { doc, .. } => doc,
        }
    }

    /// Returns the fields with an ordinal.
    pub(crate) fn members(&self) -> &[Member] {
        match self {
            Self::Field(member) => std::slice::from_ref(member),
            Self::Group { members, .. } => members,
        }
    }
}

/// Returns the members of a union, in the order of their discriminants.
pub(crate) fn choices(of: &Union) -> Vec<Choice> {
    of.cases()
        .map(|(case, fields)| match fields {
            [field] if !case.is_group(fields) => {
                Choice::Field(Member { name: case.name.into(), doc: case.doc, ..own(field) })
            }
            fields => Choice::Group { name: case.name, doc: case.doc, members: members_of(fields) },
        })
        .collect()
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
        default: field.default,
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
        default: DefaultValue::Zero,
        role: Role::Presence,
    })
}

/// Returns what the declaration refers to, in the order in which it is written.
pub(crate) fn references(of: &Descriptor) -> Vec<&'static Descriptor> {
    match &of.kind {
        Kind::Enum(_) => Vec::new(),
        Kind::Struct(fields) => field_references(fields.fields).collect(),
        Kind::Union(union) => field_references(union.fields).collect(),
        Kind::Interface(Interface { methods, superclasses }) => superclasses
            .iter()
            .map(|superclass| superclass())
            .chain(methods.iter().flat_map(|method| {
                field_references(method.params.fields).chain(field_references(method.results.fields))
            }))
            .collect(),
    }
}

fn field_references(fields: &[Field]) -> impl Iterator<Item = &'static Descriptor> {
    fields.iter().filter_map(|field| field.ty.descriptor())
}

/// Writes down all that makes up a declaration, with ids in place of references.
///
/// A constant behind a descriptor function may exist more than once in a program, and a generic struct has one
/// descriptor for each set of arguments; so two descriptors are compared by what they say.
pub(crate) fn signature(of: &Descriptor) -> String {
    let kind = match &of.kind {
        Kind::Struct(fields) => format!("struct {}", member_signature(&members(fields))),
        Kind::Union(union) => {
            let choices: Vec<_> = choices(union)
                .iter()
                .map(|choice| format!("{} {{ {}}}", choice.name(), member_signature(choice.members())))
                .collect();
            format!("union +{} {choices:?}", union.discriminant)
        }
        Kind::Enum(Enum { variants }) => {
            let names: Vec<_> = variants.iter().map(|variant| variant.name).collect();
            format!("enum {names:?}")
        }
        Kind::Interface(Interface { methods, superclasses }) => {
            let ids: Vec<_> = superclasses.iter().map(|superclass| superclass().id).collect();
            let methods: Vec<_> = methods
                .iter()
                .map(|method| {
                    let [params, results] =
                        [&method.params, &method.results].map(|fields| member_signature(&members(fields)));
                    format!("{} @{} {params} -> {results}", method.name, method.ordinal)
                })
                .collect();
            format!("interface {ids:?} {methods:?}")
        }
    };
    format!("{:x} {} {} {kind}", of.file, of.module, of.name)
}

fn member_signature(members: &[Member]) -> String {
    members
        .iter()
        .map(|member| {
            let Member { name, ty, ordinal, offset, default, .. } = member;
            let ty = type_text(ty, |other| format!("{:x}", other.id));
            format!("{name} @{ordinal} +{offset} :{ty}{}; ", default_text(default))
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

/// Returns what follows the type of a field.
pub(crate) fn default_text(of: &DefaultValue) -> String {
    match of {
        DefaultValue::Bool(value) => format!(" = {value}"),
        DefaultValue::Signed(value) => format!(" = {value}"),
        DefaultValue::Unsigned(value) => format!(" = {value}"),
        DefaultValue::Float32(value) => format!(" = {}", float_text(&format!("{value:?}"))),
        DefaultValue::Float64(value) => format!(" = {}", float_text(&format!("{value:?}"))),
        DefaultValue::Text(value) => format!(" = \"{}\"", escape(value)),
        // `Zero`; the enum may grow.
        _ => String::new(),
    }
}

/// Rust and the schema language write numbers alike, but for this one.
fn float_text(text: &str) -> &str {
    if text == "NaN" { "nan" } else { text }
}

/// Writes text as a string literal of the schema language has it between its quotes.
fn escape(text: &str) -> String {
    let mut escaped = String::new();
    for c in text.chars() {
        match c {
            '"' | '\\' => escaped.extend(['\\', c]),
            '\n' => escaped.push_str("\\n"),
            c if c.is_ascii_control() => escaped.push_str(&format!("\\x{:02x}", u32::from(c))),
            c => escaped.push(c),
        }
    }
    escaped
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
