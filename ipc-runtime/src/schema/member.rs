//! The schema's view of descriptors: a Rust field with a companion is two members.

use std::borrow::Cow;

use crate::wire::descriptor::{
    self, Case, Composite, DefaultValue, Descriptor, Field, Interface, Kind, Struct, Type,
};
use crate::wire::layout::At;

/// One field as the schema counts them.
#[derive(Clone, Debug)]
pub struct Member {
    pub name: Cow<'static, str>,
    pub doc: &'static str,
    pub ty: Type,
    pub ordinal: u16,
    /// Offset in multiples of the field's size.
    pub offset: u32,
    pub default: DefaultValue,
    pub role: Role,
}

/// Why a member is there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// The Rust field itself, without a presence field.
    Plain,
    /// The Rust field itself, followed by its presence field.
    Optional,
    /// The presence field `hasX` of the member before.
    Presence,
}

/// Returns the members of a struct, in declaration order.
pub fn members(of: &Struct) -> Vec<Member> {
    of.fields.iter().flat_map(|field| [Some(own(field)), presence(field)]).flatten().collect()
}

/// Returns the members of a list of parameters or results, which are written without ordinals, in their order.
pub fn params(of: &Struct) -> Vec<Member> {
    let mut members = members(of);
    members.sort_by_key(|member| member.ordinal);
    members
}

/// One member of a struct with groups or unions, with its place.
#[derive(Clone, Debug)]
pub enum Item {
    /// A field.
    Field(Member),
    /// A group.
    Group(Group),
    /// The unnamed union.
    Union(Union),
}

/// A group of fields.
#[derive(Clone, Debug)]
pub struct Group {
    pub name: &'static str,
    pub doc: &'static str,
    pub items: Vec<Item>,
}

/// A union; its choices are fields and groups.
#[derive(Clone, Debug)]
pub struct Union {
    pub choices: Vec<Item>,
    /// The place of the discriminant, in units of 16 bits.
    pub discriminant: u32,
}

impl Item {
    /// Returns the name; the unnamed union has none.
    pub fn name(&self) -> &str {
        match self {
            Self::Field(member) => &member.name,
            Self::Group(group) => group.name,
            Self::Union(_) => "",
        }
    }

    pub fn doc(&self) -> &'static str {
        match self {
            Self::Field(Member { doc, .. }) | Self::Group(Group { doc, .. }) => doc,
            Self::Union(_) => "",
        }
    }

    /// Returns the fields, those in groups and unions included.
    pub fn fields(&self) -> Vec<&Member> {
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
pub struct NodeMember<'i> {
    /// The place in the declaration.
    pub code_order: u16,
    /// A field or a group.
    pub item: &'i Item,
    /// The number of the choice, if it is one of the union.
    pub choice: Option<u16>,
}

/// Returns the fields of a node in the order of their ordinals, in which choices are numbered too.
pub fn node_members(items: &[Item]) -> Vec<NodeMember<'_>> {
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
pub fn union_of(items: &[Item]) -> Option<&Union> {
    items.iter().find_map(|item| match item {
        Item::Union(union) => Some(union),
        _ => None,
    })
}

/// Returns the members of a struct with groups or unions, in declaration order.
pub fn items(of: &Composite) -> Vec<Item> {
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
pub fn references(of: &Descriptor) -> Vec<&'static Descriptor> {
    match &of.kind {
        Kind::Enum(_) => Vec::new(),
        Kind::Struct(fields) => field_references(fields.fields).collect(),
        Kind::Composite(composite) => items(composite)
            .iter()
            .flat_map(|item| item.fields().into_iter().flat_map(|member| member.ty.descriptors()))
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
    fields.iter().flat_map(|field| field.ty.descriptors())
}

/// Returns the type of the elements of a list.
pub fn element_type(ty: &Type) -> &Type {
    match ty {
        Type::List(element) => element,
        other => other,
    }
}

/// Returns the lines of a doc comment, without what surrounds them.
pub fn doc_lines(doc: &str) -> Vec<&str> {
    let lines: Vec<&str> = doc.split(['\n', '\r']).map(str::trim_end).collect();
    let start = lines.iter().position(|line| !line.is_empty()).unwrap_or(lines.len());
    let end = lines.iter().rposition(|line| !line.is_empty()).map_or(start, |last| last + 1);
    lines.get(start..end).unwrap_or_default().to_vec()
}
