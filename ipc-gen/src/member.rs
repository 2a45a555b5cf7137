//! The schema's view of descriptors: a Rust field with a companion is two members.

use std::borrow::Cow;

use ipc_runtime::wire::descriptor::{
    self, Case, Composite, DefaultValue, Descriptor, Enum, Field, Interface, Kind, Struct, Type,
};
use ipc_runtime::wire::layout::At;

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

/// Returns the members of a struct, in declaration order.
pub(crate) fn members(of: &Struct) -> Vec<Member> {
    of.fields.iter().flat_map(|field| [Some(own(field)), presence(field)]).flatten().collect()
}

/// Returns the members of a list of parameters or results, which are written without ordinals, in their order.
pub(crate) fn params(of: &Struct) -> Vec<Member> {
    let mut members = members(of);
    members.sort_by_key(|member| member.ordinal);
    members
}

/// One member of a struct with groups or unions, with its place.
#[derive(Clone, Debug)]
pub(crate) enum Item {
    /// A field.
    Field(Member),
    /// A group.
    Group(Group),
    /// The unnamed union.
    Union(Union),
}

/// A group of fields.
#[derive(Clone, Debug)]
pub(crate) struct Group {
    pub(crate) name: &'static str,
    pub(crate) doc: &'static str,
    pub(crate) items: Vec<Item>,
}

/// A union; its choices are fields and groups.
#[derive(Clone, Debug)]
pub(crate) struct Union {
    pub(crate) choices: Vec<Item>,
    /// The place of the discriminant, in units of 16 bits.
    pub(crate) discriminant: u32,
}

impl Item {
    /// Returns the name; the unnamed union has none.
    pub(crate) fn name(&self) -> &str {
        match self {
            Self::Field(member) => &member.name,
            Self::Group(group) => group.name,
            Self::Union(_) => "",
        }
    }

    pub(crate) fn doc(&self) -> &'static str {
        match self {
            Self::Field(Member { doc, .. }) | Self::Group(Group { doc, .. }) => doc,
            Self::Union(_) => "",
        }
    }

    /// Returns the fields, those in groups and unions included.
    pub(crate) fn fields(&self) -> Vec<&Member> {
        match self {
            Self::Field(member) => vec![member],
            Self::Group(Group { items, .. }) | Self::Union(Union { choices: items, .. }) => {
                items.iter().flat_map(Self::fields).collect()
            }
        }
    }

    /// Returns the lowest ordinal in it.
    fn first_ordinal(&self) -> Option<u16> {
        self.fields().iter().map(|member| member.ordinal).min()
    }
}

/// One field of the node of a struct or group; those of the unnamed union are among them.
#[derive(Clone, Copy, Debug)]
pub(crate) struct NodeMember<'i> {
    /// The place in the declaration.
    pub(crate) code_order: u16,
    /// A field or a group.
    pub(crate) item: &'i Item,
    /// The number of the choice, if it is one of the union.
    pub(crate) choice: Option<u16>,
}

/// Returns the fields of a node in the order of their ordinals, in which choices are numbered too.
pub(crate) fn node_members(items: &[Item]) -> Vec<NodeMember<'_>> {
    let spread = items.iter().flat_map(|item| match item {
        Item::Union(union) => union.choices.iter().map(|choice| (choice, true)).collect(),
        other => vec![(other, false)],
    });
    let mut members: Vec<(u16, &Item, bool)> =
        (0..).zip(spread).map(|(code_order, (item, chosen))| (code_order, item, chosen)).collect();
    members.sort_by_key(|(_, item, _)| item.first_ordinal());
    let mut number = 0..;
    members
        .into_iter()
        .map(|(code_order, item, chosen)| {
            let choice = chosen.then(|| number.next()).flatten();
            NodeMember { code_order, item, choice }
        })
        .collect()
}

/// Returns the unnamed union of a struct or group.
pub(crate) fn union_of(items: &[Item]) -> Option<&Union> {
    items.iter().find_map(|item| match item {
        Item::Union(union) => Some(union),
        _ => None,
    })
}

/// Returns the members of a struct with groups or unions, in declaration order.
pub(crate) fn items(of: &Composite) -> Vec<Item> {
    let Composite { members, places, .. } = of;
    Placer { at: places.at.iter(), discriminants: places.discriminants.iter() }.items(members)
}

/// Gives out the places in the order in which the members reach them.
struct Placer {
    at: std::slice::Iter<'static, At>,
    discriminants: std::slice::Iter<'static, u32>,
}

impl Placer {
    fn items(&mut self, members: &'static [descriptor::Member]) -> Vec<Item> {
        members.iter().flat_map(|member| self.item(member)).collect()
    }

    fn item(&mut self, member: &'static descriptor::Member) -> Vec<Item> {
        match member {
            descriptor::Member::Field(field) => self.field(field).map(Item::Field).collect(),
            // The group of a variant that is nothing else has the variant's name.
            descriptor::Member::Group(group) if group.name.is_empty() => self.items(group.members),
            descriptor::Member::Group(group) => {
                let items = self.items(group.members);
                vec![Item::Group(Group { name: group.name, doc: group.doc, items })]
            }
            descriptor::Member::Union(union) => {
                let discriminant = self.discriminants.next().copied().unwrap_or_default();
                let choices = union.cases.iter().map(|case| self.choice(case)).collect();
                vec![Item::Union(Union { choices, discriminant })]
            }
        }
    }

    fn choice(&mut self, case: &'static Case) -> Item {
        let mut items = self.items(case.members);
        match items.pop() {
            Some(Item::Field(member)) if !case.is_group() => {
                Item::Field(Member { name: case.name.into(), doc: case.doc, ..member })
            }
            last => {
                items.extend(last);
                Item::Group(Group { name: case.name, doc: case.doc, items })
            }
        }
    }

    fn field(&mut self, field: &Field) -> impl Iterator<Item = Member> {
        let field = Field { at: self.at.next().copied().unwrap_or(field.at), ..*field };
        [Some(own(&field)), presence(&field)].into_iter().flatten()
    }
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
        default: field.default.map_or(DefaultValue::Zero, |default| default()),
        role: if field.has_companion() { Role::Optional } else { Role::Plain },
    }
}

fn presence(field: &Field) -> Option<Member> {
    field.has_companion().then(|| Member {
        name: field.companion_name().into(),
        doc: "",
        ty: Type::Bool,
        ordinal: field.at.has_ordinal,
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
        Kind::Composite(composite) => items(composite)
            .iter()
            .flat_map(|item| item.fields().into_iter().filter_map(|member| member.ty.descriptor()))
            .collect(),
        Kind::Interface(Interface { methods, superclasses, .. }) => superclasses
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
        Kind::Composite(composite) => {
            format!("struct {}", items(composite).iter().map(item_signature).collect::<String>())
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

fn item_signature(item: &Item) -> String {
    let inner = |items: &[Item]| items.iter().map(item_signature).collect::<String>();
    match item {
        Item::Field(member) => member_signature(std::slice::from_ref(member)),
        Item::Group(group) => format!("{} {{ {}}} ", group.name, inner(&group.items)),
        Item::Union(union) => format!("union +{} {{ {}}} ", union.discriminant, inner(&union.choices)),
    }
}

fn member_signature(members: &[Member]) -> String {
    members
        .iter()
        .map(|member| {
            let Member { name, ty, ordinal, offset, .. } = member;
            let ty = type_text(ty, |other| format!("{:x}", other.id));
            format!("{name} @{ordinal} +{offset} :{ty}{}; ", default_text(member))
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
        DefaultValue::Text(value) => format!("\"{}\"", escape(value)),
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

/// Returns the type of the elements of a list.
pub(crate) fn element_type(ty: &Type) -> &Type {
    match ty {
        Type::List(element) => element,
        other => other,
    }
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
        Type::AnyPointer => "AnyPointer",
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
