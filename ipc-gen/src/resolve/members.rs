//! Structs, enums and interfaces.

use ipc_runtime::wire::id::{MethodStruct, group_id, method_struct_id};

use super::layout::{Area, Layout};
use super::names::{Implicit, Target};
use super::values::{Pending, Place};
use super::{Resolver, SymbolId};
use crate::model::{
    AnyPointer, Brand, Enumerant, Field, FieldKind, Interface, Method, Node, NodeKind, Struct, Type, Value,
};
use crate::text::source::{Located, Span};
use crate::text::tree::{Application, Declaration, DeclarationKind, Expression, Param, Params};

/// The id of `StreamResult` in stream.capnp.
const STREAM_RESULT: u64 = 0x995f_9a33_77c0_b16e;

impl<'t> Resolver<'t> {
    /// Compiles a file or a declaration, but for its values.
    pub(super) fn compile_node(&mut self, id: SymbolId) {
        let Some(symbol) = self.symbol(id) else { return };
        let (node_id, declaration) = (symbol.id, symbol.declaration);
        let node = self.blank(id);
        let (annotations, kind) = match declaration {
            None => {
                let files: &'t [super::files::Loaded] = self.files;
                let Some(file) = files.get(id.0) else { return };
                (&file.tree.annotations, NodeKind::File)
            }
            Some(declaration) => {
                self.note(id, node_id, None, declaration.name.span);
                let Some(kind) = self.compile_kind(id, node_id, declaration) else { return };
                (&declaration.annotations, kind)
            }
        };
        self.pend_annotations(id, Place::Node(node_id), annotations, target_of(&kind));
        self.nodes.insert(node_id, Node { kind, ..node });
    }

    /// The node of a symbol, but for what it is.
    fn blank(&self, id: SymbolId) -> Node {
        let mut path = Vec::new();
        let mut is_generic = false;
        let mut around = self.symbol(id);
        let mut file = "";
        while let Some(symbol) = around {
            is_generic |= !symbol.parameters.is_empty();
            match symbol.declaration {
                Some(declaration) => path.push(declaration.name.value.as_str()),
                None => file = self.files.get(symbol.file).map_or("", |file| file.source.name.as_str()),
            }
            around = symbol.parent.and_then(|parent| self.symbol(parent));
        }
        path.reverse();
        let display_name =
            if path.is_empty() { file.to_owned() } else { format!("{file}:{}", path.join(".")) };
        // As the Cap'n Proto compiler finds it, also in the name of a file.
        let prefix = match path.last() {
            Some(name) => display_name.len() - name.len(),
            None => display_name.rfind(['.', ':']).map_or(0, |separator| separator + 1),
        };
        let symbol = self.symbol(id);
        let nested = symbol.map(|symbol| symbol.nested.as_slice()).unwrap_or_default();
        let nested = nested.iter().filter_map(|nested| {
            let nested = self.symbol(*nested)?;
            Some((nested.declaration?.name.value.clone(), nested.id))
        });
        let doc = match symbol.and_then(|symbol| symbol.declaration) {
            Some(declaration) => declaration.doc.clone(),
            None => symbol.and_then(|symbol| self.files.get(symbol.file)?.tree.doc.clone()),
        };
        let scope = symbol.and_then(|symbol| symbol.parent).and_then(|parent| self.symbol(parent));
        Node {
            id: symbol.map_or(0, |symbol| symbol.id),
            display_name,
            prefix,
            scope: scope.map_or(0, |scope| scope.id),
            parameters: symbol
                .iter()
                .flat_map(|symbol| &symbol.parameters)
                .map(|name| (*name).to_owned())
                .collect(),
            is_generic,
            nested: nested.collect(),
            annotations: Vec::new(),
            doc: doc.unwrap_or_default(),
            kind: NodeKind::File,
        }
    }

    fn compile_kind(&mut self, scope: SymbolId, id: u64, declaration: &'t Declaration) -> Option<NodeKind> {
        Some(match &declaration.kind {
            DeclarationKind::Struct => {
                let node = self.blank(scope);
                let members = Members::of_declaration(self, scope, &declaration.nested);
                NodeKind::Struct(members.finish(&node))
            }
            DeclarationKind::Enum => NodeKind::Enum(self.compile_enum(scope, id, &declaration.nested)),
            DeclarationKind::Interface { superclasses } => {
                NodeKind::Interface(self.compile_interface(scope, id, superclasses, &declaration.nested))
            }
            DeclarationKind::Const { ty, value } => {
                let ty = self.compile_type(scope, Implicit::default(), ty)?;
                self.pending.push(Pending {
                    scope,
                    place: Place::Const(id),
                    what: super::values::What::Value(value),
                });
                let zero = Value::zero(&ty);
                NodeKind::Const(ty, zero)
            }
            DeclarationKind::Annotation { targets, ty } => {
                NodeKind::Annotation(self.compile_type(scope, Implicit::default(), ty)?, *targets)
            }
            // The others have no nodes.
            _ => return None,
        })
    }

    fn compile_enum(&mut self, scope: SymbolId, id: u64, members: &'t [Declaration]) -> Vec<Enumerant> {
        let mut found: Vec<(Located<u16>, u16, &Declaration)> = Vec::new();
        for member in members {
            if let DeclarationKind::Enumerant { ordinal } = &member.kind {
                found.push((ordinal.clone(), count(found.len()), member));
            }
        }
        found.sort_by_key(|(ordinal, ..)| ordinal.value);
        self.check_ordinals(scope, found.iter().map(|(ordinal, ..)| ordinal));
        let mut enumerants = Vec::new();
        for (index, (_, code_order, member)) in found.into_iter().enumerate() {
            self.note(scope, id, Some(index), member.name.span);
            self.pend_annotations(scope, Place::Member(id, index), &member.annotations, "enumerant");
            enumerants.push(Enumerant {
                name: member.name.value.clone(),
                code_order,
                annotations: Vec::new(),
                doc: member.doc.clone().unwrap_or_default(),
            });
        }
        enumerants
    }

    /// Checks that ordinals, in their order, are 0, 1, 2 and so on.
    fn check_ordinals<'o>(&mut self, scope: SymbolId, ordinals: impl Iterator<Item = &'o Located<u16>>) {
        let mut expected = 0_u32;
        for ordinal in ordinals {
            let found = u32::from(ordinal.value);
            if found < expected {
                let message = format!("@{found} is there twice");
                self.report(
                    scope,
                    ordinal.span,
                    message,
                    "each ordinal is there once; the next is one more than the largest",
                );
            } else if found > expected {
                let message = format!("@{found} is here where @{expected} is missing");
                self.report(
                    scope,
                    ordinal.span,
                    message,
                    "ordinals go from @0 up, without gaps; what is no longer used stays",
                );
            }
            expected = expected.max(found + 1);
        }
    }

    fn compile_interface(
        &mut self,
        scope: SymbolId,
        id: u64,
        superclasses: &'t [Expression],
        members: &'t [Declaration],
    ) -> Interface {
        let mut interface = Interface::default();
        for superclass in superclasses {
            let Some(named) = self.resolve(scope, Implicit::default(), superclass) else { continue };
            let brand = named.brand();
            let symbol = match named.target {
                Target::Symbol(symbol) => self.symbol(symbol),
                _ => None,
            };
            let declaration = symbol.and_then(|symbol| Some((symbol.id, &symbol.declaration?.kind)));
            match declaration {
                Some((id, DeclarationKind::Interface { .. })) => interface.superclasses.push((id, brand)),
                _ => {
                    let written = self.written(scope, superclass);
                    self.report(scope, superclass.span, format!("`{written}` is not an interface"), "");
                }
            }
        }
        let mut found: Vec<(&Located<u16>, u16, &'t Declaration, &'t Params, &'t Params)> = Vec::new();
        for member in members {
            if let DeclarationKind::Method { ordinal, params, results } = &member.kind {
                found.push((ordinal, count(found.len()), member, params, results));
            }
        }
        found.sort_by_key(|(ordinal, ..)| ordinal.value);
        self.check_ordinals(scope, found.iter().map(|(ordinal, ..)| *ordinal));
        for (index, (ordinal, code_order, member, params, results)) in found.into_iter().enumerate() {
            self.note(scope, id, Some(index), member.name.span);
            self.pend_annotations(scope, Place::Member(id, index), &member.annotations, "method");
            let of = |role| MethodParams { scope, interface: id, member, ordinal: ordinal.value, role };
            let params = self.compile_params(of(MethodStruct::Params), params);
            let results = self.compile_params(of(MethodStruct::Results), results);
            interface.methods.push(Method {
                name: member.name.value.clone(),
                code_order,
                implicit: member.parameters.iter().map(|name| name.value.clone()).collect(),
                params,
                results,
                annotations: Vec::new(),
                doc: member.doc.clone().unwrap_or_default(),
            });
        }
        interface
    }

    fn compile_params(&mut self, of: MethodParams<'t>, params: &'t Params) -> (u64, Brand) {
        let MethodParams { scope, interface, member, ordinal, role } = of;
        match params {
            Params::Stream(_) => (STREAM_RESULT, Brand::default()),
            Params::Type(expression) => {
                let implicit = Implicit { scope: 0, names: &member.parameters };
                match self.compile_type(scope, implicit, expression) {
                    Some(Type::Struct(id, brand)) => (id, brand),
                    Some(_) => {
                        let written = self.written(scope, expression);
                        self.report(
                            scope,
                            expression.span,
                            format!("`{written}` is not a struct"),
                            "parameters are a struct, or a list: `(name :Type)`",
                        );
                        (0, Brand::default())
                    }
                    None => (0, Brand::default()),
                }
            }
            Params::Fields(fields) => {
                let id = method_struct_id(interface, ordinal, role);
                self.note(scope, id, None, member.name.span);
                let around = self.blank(scope);
                let suffix = match role {
                    MethodStruct::Params => "Params",
                    MethodStruct::Results => "Results",
                };
                let name = format!("{}${suffix}", member.name.value);
                let display_name = format!("{}.{name}", around.display_name);
                let node = Node {
                    id,
                    prefix: display_name.len() - name.len(),
                    display_name,
                    scope: 0,
                    parameters: member.parameters.iter().map(|name| name.value.clone()).collect(),
                    is_generic: around.is_generic || !member.parameters.is_empty(),
                    nested: Vec::new(),
                    annotations: Vec::new(),
                    doc: String::new(),
                    kind: NodeKind::File,
                };
                let implicit = Implicit { scope: id, names: &member.parameters };
                let kind = NodeKind::Struct(Members::of_params(self, scope, implicit, fields).finish(&node));
                self.nodes.insert(id, Node { kind, ..node });
                (id, self.brand_of_params(scope))
            }
        }
    }

    fn pend_annotations(
        &mut self,
        scope: SymbolId,
        place: Place,
        annotations: &'t [Application],
        target: &'static str,
    ) {
        if !annotations.is_empty() {
            let what = super::values::What::Annotations(annotations, target);
            self.pending.push(Pending { scope, place, what });
        }
    }
}

/// The parameters or the results of which method.
#[derive(Clone, Copy)]
struct MethodParams<'t> {
    scope: SymbolId,
    interface: u64,
    member: &'t Declaration,
    ordinal: u16,
    role: MethodStruct,
}

/// The members of a struct while they are collected and placed.
struct Members<'r, 't> {
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

impl<'r, 't> Members<'r, 't> {
    fn new(resolver: &'r mut Resolver<'t>, scope: SymbolId, implicit: Implicit<'t>) -> Self {
        let root = Member {
            parent: 0,
            name: "",
            span: Span::default(),
            doc: None,
            annotations: &[],
            code_order: 0,
            in_union: false,
            kind: MemberKind::Group,
            ordinal: None,
            index: Some(0),
            choice: None,
            place: None,
            children: Vec::new(),
            choices: 0,
            union: None,
        };
        Self { resolver, scope, implicit, layout: Layout::default(), members: vec![root] }
    }

    fn of_declaration(resolver: &'r mut Resolver<'t>, scope: SymbolId, nested: &'t [Declaration]) -> Self {
        let mut members = Self::new(resolver, scope, Implicit::default());
        members.collect(0, nested, Area::Struct, None, &mut 0);
        members
    }

    fn of_params(
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
            members.members.push(Member {
                parent: 0,
                name: &param.name.value,
                span: param.name.span,
                doc: None,
                annotations: &param.annotations,
                code_order: count(index),
                in_union: false,
                kind: MemberKind::Param { ty: &param.ty, default: param.default.as_ref() },
                ordinal: Some(Located { value: count(index), span: param.name.span }),
                index: None,
                choice: None,
                place: None,
                children: Vec::new(),
                choices: 0,
                union: None,
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
            parent,
            name: &declaration.name.value,
            span: declaration.name.span,
            doc: declaration.doc.as_deref(),
            annotations: &declaration.annotations,
            code_order: *code_order,
            in_union: union.is_some(),
            kind,
            ordinal,
            index: None,
            choice: None,
            place: None,
            children: Vec::new(),
            choices: 0,
            union: None,
        });
        *code_order = code_order.saturating_add(1);
        self.members.len() - 1
    }

    /// Places the fields, and builds the struct and the nodes of its groups.
    fn finish(mut self, node: &Node) -> Struct {
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

fn target_of(kind: &NodeKind) -> &'static str {
    match kind {
        NodeKind::File => "file",
        NodeKind::Struct(_) => "struct",
        NodeKind::Enum(_) => "enum",
        NodeKind::Interface(_) => "interface",
        NodeKind::Const(..) => "const",
        NodeKind::Annotation(..) => "annotation",
    }
}

/// A schema cannot have more; what does was reported.
fn count(of: usize) -> u16 {
    u16::try_from(of).unwrap_or(u16::MAX)
}

/// Tells whether a value of the type can be written down.
pub(super) fn is_bound(ty: &Type) -> bool {
    !matches!(ty, Type::AnyPointer(AnyPointer::Parameter { .. } | AnyPointer::MethodParameter(_)))
}
