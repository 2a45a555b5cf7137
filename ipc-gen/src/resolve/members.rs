//! Enums and interfaces, and structs as a whole.

use ipc_runtime::wire::id::{MethodStruct, method_struct_id};

use super::names::{Implicit, Target};
use super::structs::Members;
use super::values::{Pending, Place};
use super::{Resolver, SymbolId};
use crate::model::{AnyPointer, Brand, Enumerant, Interface, Method, Node, NodeKind, Type, Value};
use crate::text::source::Located;
use crate::text::tree::{Application, Declaration, DeclarationKind, Expression, Params};

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
    pub(super) fn check_ordinals<'o>(
        &mut self,
        scope: SymbolId,
        ordinals: impl Iterator<Item = &'o Located<u16>>,
    ) {
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

    pub(super) fn pend_annotations(
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
pub(super) fn count(of: usize) -> u16 {
    u16::try_from(of).unwrap_or(u16::MAX)
}

/// Tells whether a value of the type can be written down.
pub(super) fn is_bound(ty: &Type) -> bool {
    !matches!(ty, Type::AnyPointer(AnyPointer::Parameter { .. } | AnyPointer::MethodParameter(_)))
}
