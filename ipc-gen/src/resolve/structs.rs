//! The members of structs, and the parameters and results of methods: collected, then placed.

use ipc_runtime::wire::id::group_id;

use super::layout::{Area, Layout};
use super::members::count;
use super::names::Implicit;
use super::values::{Pending, Place};
use super::{Resolver, SymbolId};
use crate::model::{Field, FieldKind, Node, NodeKind, Struct, Type, Value};
use crate::text::source::{Located, Span};
use crate::text::tree::{Application, Declaration, DeclarationKind, Expression, Param};

/// The members of a struct while they are collected and placed.
pub(super) struct Members<'r, 't> {
    resolver: &'r mut Resolver<'t>,
    scope: SymbolId,
    implicit: Implicit<'t>,
    layout: Layout,
    /// The struct itself is the first.
    members: Vec<Member<'t>>,
}

/// The struct, or one of its members.
struct Member<'t> {
    parent: usize,
    name: &'t str,
    span: Span,
    doc: Option<&'t str>,
    annotations: &'t [Application],
    code_order: u16,
    in_union: bool,
    kind: MemberKind<'t>,
    ordinal: Option<Located<u16>>,
    /// Its position in the node of the parent, once it has one.
    index: Option<usize>,
    choice: Option<u16>,
    place: Option<(u32, Type)>,
    /// Of the struct, a group or a union: the members in the order of their ordinals.
    children: Vec<usize>,
    choices: u16,
    /// Its union: of a named one, and of what has an unnamed one.
    union: Option<usize>,
}

#[derive(Clone, Copy)]
enum MemberKind<'t> {
    Field { area: Area, ty: &'t Expression, default: Option<&'t Expression> },
    Param { ty: &'t Expression, default: Option<&'t Expression> },
    Group,
    Union,
}

impl<'t> Member<'t> {
    /// Makes one that has no place yet.
    fn new(parent: usize, name: &'t str, span: Span, kind: MemberKind<'t>) -> Self {
        Self {
            parent,
            name,
            span,
            doc: None,
            annotations: &[],
            code_order: 0,
            in_union: false,
            kind,
            ordinal: None,
            index: None,
            choice: None,
            place: None,
            children: Vec::new(),
            choices: 0,
            union: None,
        }
    }
}

impl<'r, 't> Members<'r, 't> {
    fn new(resolver: &'r mut Resolver<'t>, scope: SymbolId, implicit: Implicit<'t>) -> Self {
        let root = Member { index: Some(0), ..Member::new(0, "", Span::default(), MemberKind::Group) };
        Self { resolver, scope, implicit, layout: Layout::default(), members: vec![root] }
    }

    pub(super) fn of_declaration(
        resolver: &'r mut Resolver<'t>,
        scope: SymbolId,
        nested: &'t [Declaration],
    ) -> Self {
        let mut members = Self::new(resolver, scope, Implicit::default());
        members.collect(0, nested, Area::Struct, None, &mut 0);
        members
    }

    pub(super) fn of_params(
        resolver: &'r mut Resolver<'t>,
        scope: SymbolId,
        implicit: Implicit<'t>,
        params: &'t [Param],
    ) -> Self {
        let mut members = Self::new(resolver, scope, implicit);
        for (index, param) in params.iter().enumerate() {
            if params.iter().take(index).any(|other| other.name.value == param.name.value) {
                let message = format!("`{}` is there twice", param.name.value);
                members.resolver.report(scope, param.name.span, message, "rename one");
            }
            let kind = MemberKind::Param { ty: &param.ty, default: param.default.as_ref() };
            members.members.push(Member {
                annotations: &param.annotations,
                code_order: count(index),
                ordinal: Some(Located { value: count(index), span: param.name.span }),
                ..Member::new(0, &param.name.value, param.name.span, kind)
            });
        }
        members
    }

    /// Collects the members of the struct, a group or a union.
    fn collect(
        &mut self,
        parent: usize,
        nested: &'t [Declaration],
        area: Area,
        union: Option<usize>,
        code_order: &mut u16,
    ) {
        for declaration in nested {
            // What is one of a union is alone in its case.
            let mut area = || union.map_or(area, |union| self.layout.add_case(union));
            match &declaration.kind {
                DeclarationKind::Field { ordinal, ty, default } => {
                    let kind = MemberKind::Field { area: area(), ty, default: default.as_ref() };
                    let ordinal = Some(ordinal.clone());
                    self.push(parent, declaration, kind, ordinal, union, code_order);
                }
                DeclarationKind::Group => {
                    let area = area();
                    let group = self.push(parent, declaration, MemberKind::Group, None, union, code_order);
                    if declaration.nested.is_empty() {
                        let help = "write its fields between the braces";
                        self.resolver.report(self.scope, declaration.name.span, "the group is empty", help);
                    }
                    self.collect(group, &declaration.nested, area, None, &mut 0);
                }
                DeclarationKind::Union { .. } if declaration.name.value.is_empty() && union.is_some() => {
                    let help = "give it a name: `name :union { .. }`";
                    let message = "a union without a name cannot be in a union";
                    self.resolver.report(self.scope, declaration.name.span, message, help);
                }
                DeclarationKind::Union { ordinal } => {
                    let area = area();
                    let inner = self.layout.add_union(area);
                    if declaration.nested.len() < 2 {
                        let help = "a union has two members at least";
                        self.resolver.report(
                            self.scope,
                            declaration.name.span,
                            "the union is too small",
                            help,
                        );
                    }
                    if declaration.name.value.is_empty() {
                        if let Some(parent) = self.members.get_mut(parent) {
                            parent.union = Some(inner);
                        }
                        self.collect(parent, &declaration.nested, area, Some(inner), code_order);
                    } else {
                        let member = self.push(
                            parent,
                            declaration,
                            MemberKind::Union,
                            ordinal.clone(),
                            union,
                            code_order,
                        );
                        if let Some(member) = self.members.get_mut(member) {
                            member.union = Some(inner);
                        }
                        self.collect(member, &declaration.nested, area, Some(inner), &mut 0);
                    }
                }
                // Declarations within the struct have nodes of their own.
                _ => {}
            }
        }
    }

    fn push(
        &mut self,
        parent: usize,
        declaration: &'t Declaration,
        kind: MemberKind<'t>,
        ordinal: Option<Located<u16>>,
        union: Option<usize>,
        code_order: &mut u16,
    ) -> usize {
        self.members.push(Member {
            doc: declaration.doc.as_deref(),
            annotations: &declaration.annotations,
            code_order: *code_order,
            in_union: union.is_some(),
            ordinal,
            ..Member::new(parent, &declaration.name.value, declaration.name.span, kind)
        });
        *code_order = code_order.saturating_add(1);
        self.members.len() - 1
    }

    /// Places the fields, and builds the struct and the nodes of its groups.
    pub(super) fn finish(mut self, node: &Node) -> Struct {
        let mut by_ordinal: Vec<(Located<u16>, usize)> = Vec::new();
        for (index, member) in self.members.iter().enumerate() {
            by_ordinal.extend(member.ordinal.clone().map(|ordinal| (ordinal, index)));
        }
        by_ordinal.sort_by_key(|(ordinal, _)| ordinal.value);
        self.resolver.check_ordinals(self.scope, by_ordinal.iter().map(|(ordinal, _)| ordinal));
        for (ordinal, index) in &by_ordinal {
            self.enter(*index);
            self.place(*index, ordinal);
        }
        for index in 0..self.members.len() {
            self.enter(index);
            if let Some(union) = self.members.get(index).and_then(|member| member.union) {
                self.layout.place_discriminant(union);
            }
        }
        let words = [self.layout.words, self.layout.pointers].map(u16::try_from);
        let [Ok(data), Ok(pointers)] = words else {
            self.resolver.report(
                self.scope,
                self.members.last().map(|member| member.span).unwrap_or_default(),
                "the struct is too large",
                "65535 words of data and as many pointers are the most",
            );
            return Struct::default();
        };
        self.build(0, node, data, pointers)
    }

    /// Gives a member its position in its parent's node, and so on outwards.
    fn enter(&mut self, index: usize) {
        let Some(member) = self.members.get(index) else { return };
        if member.index.is_some() {
            return;
        }
        let (parent, in_union) = (member.parent, member.in_union);
        self.enter(parent);
        let Some(around) = self.members.get_mut(parent) else { return };
        let position = around.children.len();
        around.children.push(index);
        let choice = in_union.then_some(around.choices);
        around.choices = around.choices.saturating_add(in_union.into());
        if let Some(member) = self.members.get_mut(index) {
            member.index = Some(position);
            member.choice = choice;
        }
    }

    fn place(&mut self, index: usize, ordinal: &Located<u16>) {
        let Some(member) = self.members.get(index) else { return };
        let (area, ty) = match member.kind {
            MemberKind::Field { area, ty, .. } => (area, ty),
            MemberKind::Param { ty, .. } => (Area::Struct, ty),
            MemberKind::Group => return,
            MemberKind::Union => {
                if let Some(union) = member.union
                    && !self.layout.place_discriminant(union)
                {
                    self.resolver.report(
                        self.scope,
                        ordinal.span,
                        "the ordinal of a union is behind those of several of its members",
                        "one field at most can be from before the union",
                    );
                }
                return;
            }
        };
        // What is wrong with the type was reported.
        let ty = self.resolver.compile_type(self.scope, self.implicit, ty).unwrap_or(Type::Void);
        let offset = match ty.log2_bits() {
            Some(log2) => self.layout.place_data(area, log2),
            None if ty.is_pointer() => self.layout.place_pointer(area),
            None => {
                self.layout.place_void(area);
                0
            }
        };
        if let Some(member) = self.members.get_mut(index) {
            member.place = Some((offset, ty));
        }
    }

    /// Builds the struct or a group from the members that it has.
    fn build(&mut self, index: usize, node: &Node, data: u16, pointers: u16) -> Struct {
        let mut of = Struct { data, pointers, is_group: index != 0, ..Struct::default() };
        let Some(member) = self.members.get(index) else { return of };
        if let Some(union) = member.union {
            of.choices = member.choices;
            of.discriminant = self.layout.discriminant(union);
        }
        for (position, child) in member.children.clone().into_iter().enumerate() {
            let Some(Member { name, span, doc, annotations, code_order, choice, kind, ordinal, .. }) =
                self.members.get(child)
            else {
                continue;
            };
            let (kind, annotations, span) = (*kind, *annotations, *span);
            self.resolver.note(self.scope, node.id, Some(position), span);
            let target = match kind {
                MemberKind::Field { .. } => "field",
                MemberKind::Param { .. } => "param",
                MemberKind::Group => "group",
                MemberKind::Union => "union",
            };
            let mut field = Field {
                name: (*name).to_owned(),
                code_order: *code_order,
                annotations: Vec::new(),
                choice: *choice,
                ordinal: ordinal.as_ref().map(|ordinal| ordinal.value),
                doc: doc.unwrap_or_default().to_owned(),
                kind: FieldKind::Group(0),
            };
            field.kind = match kind {
                MemberKind::Field { default, .. } | MemberKind::Param { default, .. } => {
                    let Some((offset, ty)) =
                        self.members.get_mut(child).and_then(|member| member.place.take())
                    else {
                        continue;
                    };
                    if let Some(value) = default {
                        let place = Place::Member(node.id, position);
                        let is_param = matches!(kind, MemberKind::Param { .. });
                        let what = if is_param {
                            super::values::What::ParamDefault(value)
                        } else {
                            super::values::What::Value(value)
                        };
                        self.resolver.pending.push(Pending { scope: self.scope, place, what });
                    }
                    let zero = Value::zero(&ty);
                    FieldKind::Slot { offset, ty, default: zero, explicit: default.is_some() }
                }
                MemberKind::Group | MemberKind::Union => {
                    self.build_group(child, node, position, &field, data, pointers)
                }
            };
            self.resolver.pend_annotations(self.scope, Place::Member(node.id, position), annotations, target);
            of.fields.push(field);
        }
        of
    }

    fn build_group(
        &mut self,
        index: usize,
        around: &Node,
        position: usize,
        field: &Field,
        data: u16,
        pointers: u16,
    ) -> FieldKind {
        let id = group_id(around.id, count(position));
        let display_name = format!("{}.{}", around.display_name, field.name);
        let node = Node {
            id,
            prefix: display_name.len() - field.name.len(),
            display_name,
            scope: around.id,
            parameters: Vec::new(),
            nested: Vec::new(),
            annotations: Vec::new(),
            doc: field.doc.clone(),
            kind: NodeKind::File,
            is_generic: around.is_generic,
        };
        let kind = NodeKind::Struct(self.build(index, &node, data, pointers));
        self.resolver.nodes.insert(id, Node { kind, ..node });
        FieldKind::Group(id)
    }
}
