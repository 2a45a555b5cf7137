//! Members as text.

use ipc_runtime::schema::{Item, Member, element_type, items, members};
use ipc_runtime::wire::descriptor::{DefaultValue, Descriptor, Enum, Interface, Kind, Type};

/// Writes down all that makes up a declaration, with ids in place of references.
///
/// A constant behind a descriptor function may exist more than once in a program, and a generic struct has one
/// descriptor for each set of arguments; so two descriptors are compared by what they say.
pub(crate) fn signature(of: &Descriptor) -> String {
    let kind = match &of.kind {
        Kind::Struct(fields) => format!("struct {}", member_signature(of, &members(fields))),
        Kind::Composite(composite) => {
            let items = items(composite);
            format!("struct {}", items.iter().map(|item| item_signature(of, item)).collect::<String>())
        }
        Kind::Enum(Enum { variants }) => {
            let names: Vec<_> = variants.iter().map(|variant| variant.name).collect();
            format!("enum {names:?}")
        }
        Kind::Interface(Interface { methods, superclasses, .. }) => {
            let ids: Vec<_> = superclasses.iter().map(|superclass| superclass().id).collect();
            let methods: Vec<_> = methods
                .iter()
                .map(|method| {
                    let [params, results] = [&method.params, &method.results]
                        .map(|fields| member_signature(of, &members(fields)));
                    format!("{} @{} {params} -> {results}", method.name, method.ordinal)
                })
                .collect();
            format!("interface {ids:?} {methods:?}")
        }
    };
    let parameters: Vec<&str> = of.parameters.iter().map(|parameter| parameter.name).collect();
    format!("{:x} {} {} {parameters:?} {kind}", of.file, of.module, of.name)
}

fn item_signature(of: &Descriptor, item: &Item) -> String {
    let inner = |items: &[Item]| items.iter().map(|item| item_signature(of, item)).collect::<String>();
    match item {
        Item::Field(member) => member_signature(of, std::slice::from_ref(member)),
        Item::Group(group) => format!("{} {{ {}}} ", group.name, inner(&group.items)),
        Item::Union(union) => format!("union +{} {{ {}}} ", union.discriminant, inner(&union.choices)),
    }
}

fn member_signature(of: &Descriptor, members: &[Member]) -> String {
    members
        .iter()
        .map(|member| {
            let Member { name, ty, ordinal, offset, .. } = member;
            let ty = type_text(ty, of, &|other| format!("{:x}", other.id));
            format!("{name} @{ordinal} +{offset} :{ty}{}; ", default_text(member))
        })
        .collect()
}

/// Returns the schema text of a type in the declaration `of`; `name` says what a declaration is called where the text
/// stands.
pub(crate) fn type_text(ty: &Type, of: &Descriptor, name: &dyn Fn(&Descriptor) -> String) -> String {
    match (ty, builtin(ty), ty.descriptor()) {
        (Type::List(element), ..) => format!("List({})", type_text(element, of, name)),
        (Type::Parameter(number), ..) => of.parameter(*number).unwrap_or("AnyPointer").to_owned(),
        (_, Some(builtin), _) => builtin.to_owned(),
        (_, None, Some(descriptor)) => {
            let arguments = ty.arguments();
            let arguments: Vec<String> =
                arguments.iter().map(|argument| type_text(argument, of, name)).collect();
            match arguments.as_slice() {
                [] => name(descriptor),
                arguments => format!("{}({})", name(descriptor), arguments.join(", ")),
            }
        }
        // Every type is built in, a list, a parameter or declared.
        (_, None, None) => String::new(),
    }
}

/// Returns what follows the type of a field.
pub(crate) fn default_text(member: &Member) -> String {
    value_text(&member.ty, member.default).map(|text| format!(" = {text}")).unwrap_or_default()
}

/// Returns a value as the schema language has it; `None` for zero.
fn value_text(ty: &Type, value: DefaultValue) -> Option<String> {
    Some(match value {
        DefaultValue::Bool(value) => value.to_string(),
        DefaultValue::Signed(value) => value.to_string(),
        DefaultValue::Unsigned(value) => value.to_string(),
        DefaultValue::Float32(value) => float_text(&format!("{value:?}")).to_owned(),
        DefaultValue::Float64(value) => float_text(&format!("{value:?}")).to_owned(),
        DefaultValue::Text(value) => literal(value),
        // `0x""` is an error.
        DefaultValue::Data([]) => "\"\"".to_owned(),
        DefaultValue::Data(value) => {
            let bytes: Vec<String> = value.iter().map(|byte| format!("{byte:02x}")).collect();
            format!("0x\"{}\"", bytes.join(" "))
        }
        DefaultValue::Enum(ordinal) => variant_name(ty, ordinal)?.to_owned(),
        DefaultValue::List(items) => {
            let items: Vec<String> =
                items.iter().filter_map(|item| value_text(element_type(ty), *item)).collect();
            format!("[{}]", items.join(", "))
        }
        // `Zero`; the enum may grow.
        _ => return None,
    })
}

fn variant_name(ty: &Type, ordinal: u16) -> Option<&'static str> {
    match ty.descriptor()?.kind {
        Kind::Enum(Enum { variants }) => Some(variants.get(usize::from(ordinal))?.name),
        _ => None,
    }
}

/// Rust and the schema language write numbers alike, but for this one.
fn float_text(text: &str) -> &str {
    if text == "NaN" { "nan" } else { text }
}

/// Writes text as a string literal of the schema language.
pub(crate) fn literal(text: &str) -> String {
    let mut escaped = String::from("\"");
    for c in text.chars() {
        match c {
            '"' | '\\' => escaped.extend(['\\', c]),
            '\n' => escaped.push_str("\\n"),
            c if c.is_ascii_control() => escaped.push_str(&format!("\\x{:02x}", u32::from(c))),
            c => escaped.push(c),
        }
    }
    escaped + "\""
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
        Type::AnyPointer => "AnyPointer",
        Type::List(_)
        | Type::Enum(_)
        | Type::Struct(_)
        | Type::Interface(_)
        | Type::Branded(..)
        | Type::Parameter(_) => return None,
    })
}
