//! Structs, groups, unions and enums.

use std::collections::BTreeSet;
use std::fmt::Write;

use ipc_runtime::wire::id::type_id;

use super::names::with_capital;
use super::parameters::{argument_structs, is_parameter};
use super::types::Position;
use super::{Importer, attribute, doc, member};
use crate::model::{Brand, Enumerant, Field, FieldKind, Node, NodeKind, Struct, Type, Value};

/// A declaration that is being made.
#[derive(Clone, Copy)]
struct Declaration<'m> {
    node: &'m Node,
    file: u64,
}

/// A struct or a group of which members are made.
#[derive(Clone, Copy)]
struct Body<'m> {
    id: u64,
    of: &'m Struct,
    /// The ordinal from which its own count.
    base: u16,
}

/// A type with its parameters.
struct Generic {
    /// `Page<T>`.
    full: String,
    /// What the attribute says if there are some.
    argument: Vec<String>,
}

/// Which members of a struct or a group are a type of their own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Part {
    /// All of them.
    Whole,
    /// The union without a name.
    Union,
}

/// A field in Rust.
struct Member {
    doc: String,
    arguments: Vec<String>,
    name: String,
    ty: String,
}

/// The ordinals that are given out.
struct Ordinals {
    next: u16,
    /// Whether a presence field stands apart, so that what comes next does not follow.
    apart: bool,
}

impl Ordinals {
    /// Returns what pins an ordinal, and goes on after `count` of them.
    fn pin(&mut self, ordinal: u16, count: u16) -> Option<String> {
        let pin = (self.apart || ordinal != self.next).then(|| format!("ordinal = {ordinal}"));
        self.next = ordinal.saturating_add(count);
        pin
    }
}

impl<'m> Importer<'m> {
    /// Makes a struct, or an enum if it is nothing but a union; `None` if it cannot be said.
    pub(super) fn data(&mut self, node: &'m Node, of: &'m Struct, file: u64) -> Option<String> {
        let declaration = Declaration { node, file };
        let mut groups = String::new();
        let name = self.names.item(node.id).to_owned();
        let Generic { full, argument } = self.generic(declaration, of, &name);
        let container = container(node, &name, file, &argument);
        let body = Body { id: node.id, of, base: 0 };
        let head = format!("{}{}{container}", doc(&node.doc, 0), self.derives(node.id));
        let mut text = if is_union(of) {
            let variants = self.variants(declaration, body, &mut groups)?;
            format!("{head}pub enum {full} {{\n{variants}}}\n")
        } else {
            let mut ordinals = Ordinals { next: 0, apart: false };
            let members = self.members(declaration, body, &mut ordinals, &mut groups)?;
            format!("{head}pub struct {full} {{\n{}}}\n", fields_text(&members, "pub ", 4))
        };
        text.push_str(&groups);
        if let Some((_, unused)) =
            (0..).zip(&node.parameters).find(|(index, _)| !self.parameters.is_used(node.id, *index))
        {
            let message = format!("the type parameter `{unused}` of `{}` is not used", node.path());
            self.leave_out(node.id, None, message, "");
            return None;
        }
        if self.parameters.is_endless(node.id) {
            let message = format!("`{}` contains itself with larger and larger arguments", node.path());
            self.leave_out(
                node.id,
                None,
                message,
                "Rust makes a type for each set of arguments; pass the parameters on as they are",
            );
            return None;
        }
        Some(text)
    }

    /// How a type is declared that has those parameters of the declaration that some of its fields have.
    fn generic(&self, Declaration { node, .. }: Declaration<'_>, fields: &Struct, name: &str) -> Generic {
        let used = self.parameters.used_in(self.model, node.id, fields);
        let names = (0..).zip(&node.parameters).filter(|(index, _)| used.contains(index));
        let names: Vec<&str> = names.map(|(_, name)| name.as_str()).collect();
        if names.is_empty() {
            return Generic { full: name.to_owned(), argument: Vec::new() };
        }
        Generic { full: format!("{name}<{}>", names.join(", ")), argument: vec!["generic".to_owned()] }
    }

    fn derives(&self, id: u64) -> &'static str {
        if self.with_objects.contains(&id) {
            "#[derive(Clone, IpcType)]\n"
        } else {
            "#[derive(Clone, Debug, PartialEq, IpcType)]\n"
        }
    }

    pub(super) fn enumeration(&mut self, node: &Node, of: &[Enumerant], file: u64) -> Option<String> {
        if of.is_empty() {
            let help = "an enum has at least one value";
            self.leave_out(node.id, None, format!("the enum `{}` is empty", node.path()), help);
            return None;
        }
        let name = self.names.item(node.id).to_owned();
        let mut text = doc(&node.doc, 0);
        text.push_str("#[derive(Clone, Copy, Debug, PartialEq, Eq, IpcType)]\n");
        text.push_str(&container(node, &name, file, &[]));
        // Writing into a string cannot fail.
        let _ = writeln!(text, "pub enum {name} {{");
        for enumerant in of {
            let variant = variant_name(&enumerant.name);
            text.push_str(&doc(&enumerant.doc, 4));
            text.push_str(&attribute(&name_argument(&variant, &enumerant.name), 4));
            let _ = writeln!(text, "    {variant},");
        }
        text.push_str("}\n");
        Some(text)
    }

    /// Makes the fields of a struct, of a group or of a variant; what they need besides goes into `groups`.
    fn members(
        &mut self,
        declaration: Declaration<'m>,
        body: Body<'m>,
        ordinals: &mut Ordinals,
        groups: &mut String,
    ) -> Option<Vec<Member>> {
        let presences = Presences::of(&body.of.fields.iter());
        ordinals.apart |= presences.apart;
        let mut members = Vec::new();
        let mut in_order: Vec<(usize, &Field)> = body.of.fields.iter().enumerate().collect();
        in_order.sort_by_key(|(_, field)| field.code_order);
        let mut union_made = false;
        for (index, field) in in_order {
            if presences.is_presence(&field.name) {
                continue;
            }
            let made = if field.choice.is_none() {
                self.member(declaration, body, index, field, &presences, ordinals, groups)
            } else if std::mem::replace(&mut union_made, true) {
                continue;
            } else {
                self.unnamed_union(declaration, body, index, ordinals, groups)
            };
            members.push(made?);
        }
        Some(members)
    }

    #[expect(clippy::too_many_arguments, reason = "all that a field depends on")]
    fn member(
        &mut self,
        declaration: Declaration<'m>,
        body: Body<'m>,
        index: usize,
        field: &'m Field,
        presences: &Presences,
        ordinals: &mut Ordinals,
        groups: &mut String,
    ) -> Option<Member> {
        let (name, name_argument) = member(&field.name);
        let FieldKind::Slot { ty, default, explicit, .. } = &field.kind else {
            return self.group_member(declaration, body, index, field, ordinals, groups);
        };
        let ordinal = field.ordinal?.checked_sub(body.base)?;
        let presence = presences.find(&field.name);
        let mut arguments: Vec<String> = name_argument.into_iter().collect();
        let rust = match self.field_type(declaration, ty) {
            Ok(rust) => rust,
            Err(why) => return self.refuse(body.id, index, field, &why),
        };
        let rust = match presence {
            None => {
                arguments.extend(ordinals.pin(ordinal, 1));
                rust
            }
            Some(_) if is_parameter(ty) => {
                let why = "one whose type is a parameter has no field that says whether it is there";
                return self.refuse(body.id, index, field, why);
            }
            Some(has) => {
                let has = has.checked_sub(body.base)?;
                let follows = ordinal.checked_add(1) == Some(has);
                arguments.extend(ordinals.pin(ordinal, if follows { 2 } else { 1 }));
                match (follows, ty.is_pointer()) {
                    (true, false) => {}
                    (true, true) => arguments.push("has".to_owned()),
                    (false, _) => arguments.push(format!("has = {has}")),
                }
                match rust.strip_prefix("Option<") {
                    Some(_) => rust,
                    None => format!("Option<{rust}>"),
                }
            }
        };
        if *explicit && *default != Value::zero(ty) {
            if presence.is_some() {
                let why = "one that may be absent has no default in Rust";
                return self.refuse(body.id, index, field, why);
            }
            match self.literal(ty, default, declaration.file) {
                Some(literal) => arguments.push(format!("default = {literal}")),
                None => return self.refuse(body.id, index, field, "its default is a list or a struct"),
            }
        }
        Some(Member { doc: field.doc.clone(), arguments, name, ty: rust })
    }

    fn refuse<T>(&mut self, node: u64, index: usize, field: &Field, why: &str) -> Option<T> {
        let message = format!("the field `{}` cannot be said in Rust: {why}", field.name);
        self.leave_out(node, Some(index), message, "");
        None
    }

    /// The type of a field that no presence field belongs to.
    fn field_type(&mut self, declaration: Declaration<'m>, ty: &Type) -> super::types::Rust {
        let Declaration { node, file } = declaration;
        let rust = self.rust_type(ty, Position::Owned, node, file)?;
        Ok(match ty {
            Type::Interface(..) => format!("Option<{rust}>"),
            Type::Struct(id, brand) if self.contains(*id, brand, node.id) => format!("Option<Box<{rust}>>"),
            _ => rust,
        })
    }

    /// Tells whether a value of a struct would contain one of another by itself, so that it had no size.
    fn contains(&self, id: u64, brand: &Brand, wanted: u64) -> bool {
        let mut next = vec![id];
        next.extend(argument_structs(brand));
        let mut seen = BTreeSet::new();
        while let Some(id) = next.pop() {
            if id == wanted {
                return true;
            }
            if !seen.insert(id) {
                continue;
            }
            for field in self.model.struct_of(id).into_iter().flat_map(|of| &of.fields) {
                match &field.kind {
                    FieldKind::Group(id) => next.push(*id),
                    FieldKind::Slot { ty: Type::Struct(id, brand), .. } => {
                        next.push(*id);
                        next.extend(argument_structs(brand));
                    }
                    FieldKind::Slot { .. } => {}
                }
            }
        }
        false
    }

    /// A group or a named union beside other fields.
    fn group_member(
        &mut self,
        declaration: Declaration<'m>,
        body: Body<'m>,
        index: usize,
        field: &'m Field,
        ordinals: &mut Ordinals,
        groups: &mut String,
    ) -> Option<Member> {
        let FieldKind::Group(id) = field.kind else { return None };
        let (name, name_argument) = member(&field.name);
        let (ty, first, count) = self.group(declaration, body.id, index, field, id, groups)?;
        let is_union = self.model.struct_of(id).is_some_and(is_union);
        let mut arguments = vec![if is_union { "union" } else { "group" }.to_owned()];
        if is_union {
            // Without one it would be the union without a name.
            arguments.push(format!("name = \"{}\"", field.name));
        } else {
            arguments.extend(name_argument);
        }
        arguments.extend(ordinals.pin(first.checked_sub(body.base)?, count));
        Some(Member { doc: field.doc.clone(), arguments, name, ty })
    }

    /// Makes the type of a group or a named union, and returns it with its first ordinal and how many there are.
    fn group(
        &mut self,
        declaration: Declaration<'m>,
        node: u64,
        index: usize,
        field: &'m Field,
        id: u64,
        groups: &mut String,
    ) -> Option<(String, u16, u16)> {
        let model = self.model;
        if field.ordinal.is_some() {
            return self.refuse(node, index, field, "a union with an ordinal of its own");
        }
        let of = model.struct_of(id)?;
        let all = self.ordinals_of(of.fields.iter());
        let Some((first, count)) = range(&all) else {
            return self.refuse(node, index, field, "its ordinals do not follow each other");
        };
        let ty = self.group_item(declaration, Body { id, of, base: first }, Part::Whole, groups)?;
        Some((ty, first, count))
    }

    /// Makes the type of a group or a union, which has no node of its own in Rust; returns it.
    fn group_item(
        &mut self,
        declaration: Declaration<'m>,
        body: Body<'m>,
        part: Part,
        groups: &mut String,
    ) -> Option<String> {
        let what = declaration.node.path().to_owned();
        let doc_of = self.model.nodes.get(&body.id).filter(|node| node.id != declaration.node.id);
        let text = match doc_of.map(|node| node.doc.as_str()).filter(|doc| !doc.is_empty()) {
            Some(text) => doc(text, 0),
            None => format!("/// What `{what}` has inside.\n"),
        };
        let Generic { full, argument: mut arguments } = match part {
            Part::Whole => self.generic(declaration, body.of, self.names.item(body.id)),
            Part::Union => {
                let mut of = body.of.clone();
                of.fields.retain(|field| field.choice.is_some());
                self.generic(declaration, &of, self.names.union(body.id))
            }
        };
        arguments.push(format!("file = {:#018x}", declaration.file));
        let head = format!("{text}{}{}", self.derives(body.id), attribute(&arguments, 0));
        let item = if part == Part::Union || is_union(body.of) {
            let variants = self.variants(declaration, body, groups)?;
            format!("{head}pub enum {full} {{\n{variants}}}\n")
        } else {
            let mut ordinals = Ordinals { next: 0, apart: false };
            let members = self.members(declaration, body, &mut ordinals, groups)?;
            format!("{head}pub struct {full} {{\n{}}}\n", fields_text(&members, "pub ", 4))
        };
        groups.push('\n');
        groups.push_str(&item);
        Some(full)
    }

    /// The union without a name beside other fields.
    fn unnamed_union(
        &mut self,
        declaration: Declaration<'m>,
        body: Body<'m>,
        index: usize,
        ordinals: &mut Ordinals,
        groups: &mut String,
    ) -> Option<Member> {
        let choices = body.of.fields.iter().filter(|field| field.choice.is_some());
        let all = self.ordinals_of(choices);
        let Some((first, count)) = range(&all) else {
            let message =
                "the union without a name cannot be said in Rust: its ordinals do not follow each other";
            self.leave_out(body.id, Some(index), message, "");
            return None;
        };
        let ty = self.group_item(declaration, Body { base: first, ..body }, Part::Union, groups)?;
        let mut arguments = vec!["union".to_owned()];
        arguments.extend(ordinals.pin(first.checked_sub(body.base)?, count));
        let taken = body.of.fields.iter().any(|field| field.name == "which");
        let name = if taken { "which_" } else { "which" }.to_owned();
        Some(Member { doc: String::new(), arguments, name, ty })
    }

    /// Makes the variants of a union.
    fn variants(
        &mut self,
        declaration: Declaration<'m>,
        body: Body<'m>,
        groups: &mut String,
    ) -> Option<String> {
        let mut text = String::new();
        let mut ordinals = Ordinals { next: 0, apart: false };
        let mut choices: Vec<(usize, &'m Field)> =
            body.of.fields.iter().enumerate().filter(|(_, field)| field.choice.is_some()).collect();
        choices.sort_by_key(|(_, field)| field.code_order);
        for (index, field) in choices {
            let variant = variant_name(&field.name);
            let mut arguments = name_argument(&variant, &field.name);
            text.push_str(&doc(&field.doc, 4));
            // Writing into a string cannot fail.
            let _ = match &field.kind {
                FieldKind::Slot { ty, default, explicit, .. } => {
                    let ordinal = field.ordinal?.checked_sub(body.base)?;
                    arguments.extend(ordinals.pin(ordinal, 1));
                    let inner = match self.field_type(declaration, ty) {
                        Ok(inner) => inner,
                        Err(why) => return self.refuse(body.id, index, field, &why),
                    };
                    let mut default_argument = Vec::new();
                    if *explicit && *default != Value::zero(ty) {
                        let Some(literal) = self.literal(ty, default, declaration.file) else {
                            return self.refuse(body.id, index, field, "its default is a list or a struct");
                        };
                        default_argument.push(format!("default = {literal}"));
                    }
                    text.push_str(&attribute(&arguments, 4));
                    match ty {
                        Type::Void => writeln!(text, "    {variant},"),
                        _ if default_argument.is_empty() => writeln!(text, "    {variant}({inner}),"),
                        _ => {
                            writeln!(text, "    {variant}(#[ipc({})] {inner}),", default_argument.join(", "))
                        }
                    }
                }
                FieldKind::Group(id) => {
                    let of = self.model.struct_of(*id)?;
                    if is_union(of) {
                        let (ty, first, count) =
                            self.group(declaration, body.id, index, field, *id, groups)?;
                        arguments.extend(ordinals.pin(first.checked_sub(body.base)?, count));
                        text.push_str(&attribute(&arguments, 4));
                        writeln!(text, "    {variant}(#[ipc(union)] {ty}),")
                    } else {
                        if let [Field { kind: FieldKind::Group(_), .. }] = of.fields.as_slice() {
                            return self.refuse(body.id, index, field, "a group that is nothing but a group");
                        }
                        let inner = Body { id: *id, of, base: body.base };
                        let members = self.members(declaration, inner, &mut ordinals, groups)?;
                        text.push_str(&attribute(&arguments, 4));
                        writeln!(text, "    {variant} {{\n{}    }},", fields_text(&members, "", 8))
                    }
                }
            };
        }
        Some(text)
    }

    /// Returns the ordinals of fields, those in groups included.
    fn ordinals_of<'f>(&self, fields: impl Iterator<Item = &'f Field>) -> Vec<u16> {
        let mut ordinals = Vec::new();
        for field in fields {
            ordinals.extend(field.ordinal);
            if let FieldKind::Group(id) = field.kind {
                // A group is not in itself, in a request that is well-formed.
                let inner = self.model.struct_of(id).map(|of| of.fields.as_slice()).unwrap_or_default();
                ordinals.extend(self.ordinals_of(inner.iter()));
            }
        }
        ordinals
    }
}

/// Which fields say whether others are there.
pub(super) struct Presences {
    /// The fields, each with the ordinal of the one that says so.
    found: Vec<(String, u16)>,
    /// Whether one does not stand behind its field.
    apart: bool,
}

impl Presences {
    pub(super) fn of<'f>(fields: &(impl Iterator<Item = &'f Field> + Clone)) -> Self {
        let mut found = Vec::new();
        let mut apart = false;
        for field in fields.clone() {
            let FieldKind::Slot { .. } = field.kind else { continue };
            let name = format!("has{}", with_capital(&field.name));
            let presence = fields.clone().find(|other| {
                other.name == name
                    && other.choice.is_none()
                    && matches!(other.kind, FieldKind::Slot { ty: Type::Bool, explicit: false, .. })
            });
            let (Some(presence), None) = (presence.and_then(|presence| presence.ordinal), field.choice)
            else {
                continue;
            };
            apart |= field.ordinal.is_none_or(|ordinal| ordinal.checked_add(1) != Some(presence));
            found.push((field.name.clone(), presence));
        }
        Self { found, apart }
    }

    /// Returns the ordinal of the field that says whether another is there.
    pub(super) fn find(&self, field: &str) -> Option<u16> {
        self.found.iter().find(|(name, _)| name == field).map(|(_, ordinal)| *ordinal)
    }

    /// Tells whether a field says so of another.
    pub(super) fn is_presence(&self, field: &str) -> bool {
        self.found.iter().any(|(name, _)| format!("has{}", with_capital(name)) == field)
    }
}

fn is_union(of: &Struct) -> bool {
    of.choices > 0 && usize::from(of.choices) == of.fields.len()
}

/// Returns the first of some ordinals and how many there are, if they follow each other.
fn range(ordinals: &[u16]) -> Option<(u16, u16)> {
    let count = u16::try_from(ordinals.len()).ok()?;
    let (first, last) = (*ordinals.iter().min()?, *ordinals.iter().max()?);
    (last - first == count - 1).then_some((first, count))
}

fn fields_text(members: &[Member], visibility: &str, indent: usize) -> String {
    let mut text = String::new();
    for Member { doc: comment, arguments, name, ty } in members {
        text.push_str(&doc(comment, indent));
        text.push_str(&attribute(arguments, indent));
        // Writing into a string cannot fail.
        let _ = writeln!(text, "{:indent$}{visibility}{name}: {ty},", "");
    }
    text
}

/// `darkBlue` becomes `DarkBlue`.
pub(super) fn variant_name(name: &str) -> String {
    let name = with_capital(name);
    if name == "Self" { "Self_".to_owned() } else { name }
}

fn name_argument(variant: &str, name: &str) -> Vec<String> {
    if super::names::camel_case(variant) == name { Vec::new() } else { vec![format!("name = \"{name}\"")] }
}

/// Writes the attribute that says what a declaration is in the schema.
fn container(node: &Node, rust: &str, file: u64, more: &[String]) -> String {
    attribute(&identity(node, rust, file, more), 0)
}

/// Returns the arguments that say what a declaration is in the schema.
pub(super) fn identity(node: &Node, rust: &str, file: u64, more: &[String]) -> Vec<String> {
    let mut arguments = more.to_vec();
    arguments.push(format!("file = {file:#018x}"));
    // What is nested has the name of all that is around it.
    let name = if node.path().contains('.') { rust } else { node.name() };
    if name != rust {
        arguments.push(format!("name = \"{name}\""));
    }
    if node.id != type_id(file, name) {
        arguments.push(format!("id = {:#018x}", node.id));
    }
    arguments
}

/// Whether a node is a struct whose fields stand in a list: it has neither groups nor unions.
pub(super) fn is_flat(kind: &NodeKind) -> bool {
    match kind {
        NodeKind::Struct(of) => {
            of.choices == 0 && of.fields.iter().all(|field| matches!(field.kind, FieldKind::Slot { .. }))
        }
        _ => false,
    }
}
