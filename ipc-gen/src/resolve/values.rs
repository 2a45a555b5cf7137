//! Defaults, constants and the values of annotations.

use std::path::Path;

use super::fit::{Placed, bits_of};
use super::members::is_bound;
use super::names::{Implicit, Target, nearest};
use super::{Resolver, SymbolId};
use crate::model::{
    Annotation, AnyPointer, Brand, FieldKind, NodeKind, Scope, Struct, Targets, Type, Value,
    canonical_message,
};
use crate::text::source::Span;
use crate::text::tree::{Application, Argument, DeclarationKind, Expression, ExpressionKind};
use crate::words::{ListObject, Object, StructObject};

/// Values that wait until all types are known.
#[derive(Clone, Copy, Debug)]
pub(super) struct Pending<'t> {
    pub(super) scope: SymbolId,
    pub(super) place: Place,
    pub(super) what: What<'t>,
}

/// Where a value goes.
#[derive(Clone, Copy, Debug)]
pub(super) enum Place {
    Node(u64),
    Const(u64),
    /// A field, enumerant or method of a node.
    Member(u64, usize),
}

#[derive(Clone, Copy, Debug)]
pub(super) enum What<'t> {
    Value(&'t Expression),
    /// A value that may be `null`.
    ParamDefault(&'t Expression),
    /// On a thing of the given kind.
    Annotations(&'t [Application], &'static str),
}

/// A value before it is fitted to a type.
#[derive(Clone, Debug)]
pub(super) enum Computed {
    Void,
    Bool(bool),
    Integer(i128),
    Float(f64),
    Text(Vec<u8>),
    Data(Vec<u8>),
    Enum(u64, u16),
    List(Type, ListObject),
    Struct(u64, StructObject),
    /// A struct that was a file, in canonical form.
    Embedded(Vec<u8>),
}

impl Resolver<'_> {
    pub(super) fn compile_values(&mut self) {
        // The defaults of numbers are part of how structs are written down.
        let (numbers, others): (Vec<_>, Vec<_>) =
            std::mem::take(&mut self.pending).into_iter().partition(|pending| {
                self.type_at(pending.place).is_some_and(|ty| !ty.is_pointer())
                    && !matches!(pending.what, What::Annotations(..))
            });
        for pending in numbers.into_iter().chain(others) {
            match pending.what {
                What::Annotations(annotations, target) => {
                    let annotations = self.compile_annotations(pending.scope, annotations, target);
                    self.put_annotations(pending.place, annotations);
                }
                What::Value(expression) => self.compile_default(pending, expression),
                What::ParamDefault(expression) => {
                    let is_null = matches!(&expression.kind, ExpressionKind::Name(name) if name == "null");
                    // What the field has already is null.
                    let is_pointer = self.type_at(pending.place).is_some_and(|ty| ty.is_pointer());
                    if !(is_null && is_pointer) {
                        self.compile_default(pending, expression);
                    }
                }
            }
        }
    }

    fn put_annotations(&mut self, place: Place, annotations: Vec<Annotation>) {
        let to = match place {
            Place::Node(id) | Place::Const(id) => self.nodes.get_mut(&id).map(|node| &mut node.annotations),
            Place::Member(id, index) => self.nodes.get_mut(&id).and_then(|node| match &mut node.kind {
                NodeKind::Struct(of) => of.fields.get_mut(index).map(|field| &mut field.annotations),
                NodeKind::Enum(of) => of.get_mut(index).map(|enumerant| &mut enumerant.annotations),
                NodeKind::Interface(of) => of.methods.get_mut(index).map(|method| &mut method.annotations),
                _ => None,
            }),
        };
        if let Some(to) = to {
            *to = annotations;
        }
    }

    fn type_at(&self, place: Place) -> Option<Type> {
        match place {
            Place::Node(_) => None,
            Place::Const(id) => match &self.nodes.get(&id)?.kind {
                NodeKind::Const(ty, _) => Some(ty.clone()),
                _ => None,
            },
            Place::Member(id, index) => match &self.nodes.get(&id)?.kind {
                NodeKind::Struct(of) => match &of.fields.get(index)?.kind {
                    FieldKind::Slot { ty, .. } => Some(ty.clone()),
                    FieldKind::Group(_) => None,
                },
                _ => None,
            },
        }
    }

    fn compile_default(&mut self, Pending { scope, place, .. }: Pending<'_>, expression: &Expression) {
        let Some(ty) = self.type_at(place) else { return };
        let value = match place {
            Place::Const(id) => self.constant(id, scope, expression, &ty),
            _ => self.compute(scope, expression, &ty, 0),
        };
        let Some(value) = value.and_then(|value| self.fit(scope, expression.span, value, &ty)) else {
            return;
        };
        let node = match place {
            Place::Node(id) | Place::Const(id) | Place::Member(id, _) => self.nodes.get_mut(&id),
        };
        match (place, node.map(|node| &mut node.kind)) {
            (Place::Const(_), Some(NodeKind::Const(_, to))) => *to = value,
            (Place::Member(_, index), Some(NodeKind::Struct(of))) => {
                if let Some(FieldKind::Slot { default, .. }) =
                    of.fields.get_mut(index).map(|field| &mut field.kind)
                {
                    *default = value;
                }
            }
            _ => {}
        }
    }

    fn compile_annotations(
        &mut self,
        scope: SymbolId,
        applications: &[Application],
        target: &str,
    ) -> Vec<Annotation> {
        let mut annotations = Vec::new();
        for application in applications {
            let Some(named) = self.resolve(scope, Implicit::default(), &application.name) else { continue };
            let brand = named.brand();
            let symbol = match named.target {
                Target::Symbol(symbol) => self.symbol(symbol),
                _ => None,
            };
            let Some((id, DeclarationKind::Annotation { targets, .. })) =
                symbol.and_then(|symbol| Some((symbol.id, &symbol.declaration?.kind)))
            else {
                let written = self.written(scope, &application.name);
                let help = "one is declared by `annotation name(struct) :Type;`";
                self.report(scope, application.name.span, format!("`{written}` is not an annotation"), help);
                continue;
            };
            if !Targets::of(target).is_some_and(|target| targets.contains(target)) {
                let written = self.written(scope, &application.name);
                let message = format!("`{written}` cannot be put on this");
                let help = format!("its declaration does not name `{target}`");
                self.report(scope, application.name.span, message, &help);
            }
            let Some(NodeKind::Annotation(ty, _)) = self.nodes.get(&id).map(|node| &node.kind) else {
                continue;
            };
            let ty = bind(ty.clone(), &brand);
            let span = application.name.span;
            let value = match &application.value {
                None if ty == Type::Void => Some(Value::Void),
                None => {
                    let written = self.written(scope, &application.name);
                    let help = format!("write `${written}(value)`");
                    self.report(scope, span, format!("the annotation `{written}` has a value"), &help);
                    None
                }
                Some(value) => {
                    let computed = self.compute(scope, value, &ty, 0);
                    computed.and_then(|computed| self.fit(scope, span.to(value.span), computed, &ty))
                }
            };
            annotations.extend(value.map(|value| Annotation { id, brand, value }));
        }
        annotations
    }

    /// Computes a value; the type says what names in it are about.
    fn compute(
        &mut self,
        scope: SymbolId,
        expression: &Expression,
        ty: &Type,
        depth: u32,
    ) -> Option<Computed> {
        self.steps += 1;
        if depth > 64 {
            self.report(scope, expression.span, "the value is nested too deeply", "");
            return None;
        }
        let span = expression.span;
        if !is_bound(ty) {
            let help = "it is a type parameter here, and null without a default";
            self.report(scope, span, "there is no value of a type that is not known", help);
            return None;
        }
        match &expression.kind {
            ExpressionKind::Broken => None,
            ExpressionKind::Integer(value) => Some(Computed::Integer(*value)),
            ExpressionKind::Float(value) => Some(Computed::Float(*value)),
            ExpressionKind::Text(bytes) if *ty == Type::Data => Some(Computed::Data(bytes.clone())),
            ExpressionKind::Text(bytes) => Some(Computed::Text(bytes.clone())),
            ExpressionKind::Binary(bytes) => Some(Computed::Data(bytes.clone())),
            ExpressionKind::List(items) => self.compute_list(scope, span, items, ty, depth),
            ExpressionKind::Tuple(arguments) => match ty {
                Type::Struct(id, brand) => {
                    let of = self.struct_at(*id)?;
                    let mut object = StructObject::new(of.data, of.pointers);
                    self.fill(scope, &of, brand, arguments, &mut object, depth);
                    Some(Computed::Struct(*id, object))
                }
                _ => self.mismatch(scope, span, ty),
            },
            ExpressionKind::Name(name) => match (name.as_str(), ty) {
                (name, Type::Enum(id, _)) => match self.enumerant(*id, name) {
                    Some(ordinal) => Some(Computed::Enum(*id, ordinal)),
                    None => self.unknown_enumerant(scope, span, *id, name),
                },
                ("void", _) => Some(Computed::Void),
                ("true", _) => Some(Computed::Bool(true)),
                ("false", _) => Some(Computed::Bool(false)),
                ("nan", _) => Some(Computed::Float(f64::NAN)),
                ("inf", _) => Some(Computed::Float(f64::INFINITY)),
                (name, _) => {
                    let message = format!("`{name}` is not a value");
                    let help =
                        format!("if it is a constant, write `.{name}`, or what it is declared in before it");
                    self.report(scope, span, message, &help);
                    None
                }
            },
            ExpressionKind::Embed(path) => self.embed(scope, span, path, ty),
            ExpressionKind::Absolute(_)
            | ExpressionKind::Import(_)
            | ExpressionKind::Member(..)
            | ExpressionKind::Apply(..) => self.named_constant(scope, expression, depth),
        }
    }

    pub(super) fn mismatch(&mut self, scope: SymbolId, span: Span, ty: &Type) -> Option<Computed> {
        let wanted = self.describe(ty);
        self.report(scope, span, format!("this is not a value of `{wanted}`"), &help_for(ty));
        None
    }

    pub(super) fn describe(&self, ty: &Type) -> String {
        crate::model::type_name(ty, &self.nodes)
    }

    fn struct_at(&self, id: u64) -> Option<Struct> {
        match &self.nodes.get(&id)?.kind {
            NodeKind::Struct(of) => Some(of.clone()),
            _ => None,
        }
    }

    fn enumerant(&self, id: u64, name: &str) -> Option<u16> {
        let NodeKind::Enum(enumerants) = &self.nodes.get(&id)?.kind else { return None };
        let index = enumerants.iter().position(|enumerant| enumerant.name == name)?;
        u16::try_from(index).ok()
    }

    fn unknown_enumerant(&mut self, scope: SymbolId, span: Span, id: u64, name: &str) -> Option<Computed> {
        let (what, near) = match self.nodes.get(&id) {
            Some(node) => {
                let NodeKind::Enum(of) = &node.kind else { return None };
                let near = nearest(name, of.iter().map(|enumerant| enumerant.name.as_str()));
                (node.path().to_owned(), near.map(str::to_owned))
            }
            None => return None,
        };
        let help = near.map(|near| format!("there is a `{near}`")).unwrap_or_default();
        self.report(scope, span, format!("`{what}` has no `{name}`"), &help);
        None
    }

    fn compute_list(
        &mut self,
        scope: SymbolId,
        span: Span,
        items: &[Expression],
        ty: &Type,
        depth: u32,
    ) -> Option<Computed> {
        let Type::List(element) = ty else { return self.mismatch(scope, span, ty) };
        let mut list = self.empty_list(element);
        for item in items {
            let Some(computed) = self.compute(scope, item, element, depth + 1) else { continue };
            let Some(fitted) = self.place(scope, item.span, computed, element) else { continue };
            match (&mut list, fitted) {
                (ListObject::Void(count), _) => *count += 1,
                (ListObject::Data { elements, .. }, Placed::Data(value)) => elements.push(value),
                (ListObject::Structs { elements, .. }, Placed::Pointer(Object::Struct(of))) => {
                    elements.push(of);
                }
                (ListObject::Pointers(elements), Placed::Pointer(object)) => elements.push(object),
                _ => {}
            }
        }
        Some(Computed::List((**element).clone(), list))
    }

    fn empty_list(&self, element: &Type) -> ListObject {
        match element {
            Type::Void => ListObject::Void(0),
            Type::Struct(id, _) => {
                let (data, pointers) = self.struct_at(*id).map_or((0, 0), |of| (of.data, of.pointers));
                ListObject::Structs { data, pointers, elements: Vec::new() }
            }
            ty => match ty.log2_bits() {
                Some(log2) => ListObject::Data { log2, elements: Vec::new() },
                None => ListObject::Pointers(Vec::new()),
            },
        }
    }

    /// Sets the fields of a struct, or of a group in it.
    fn fill(
        &mut self,
        scope: SymbolId,
        of: &Struct,
        brand: &Brand,
        arguments: &[Argument],
        object: &mut StructObject,
        depth: u32,
    ) {
        for argument in arguments {
            let Some(name) = &argument.name else {
                let help = "write `(field = value)`";
                self.report(scope, argument.value.span, "this value has no field", help);
                continue;
            };
            let Some(field) = of.fields.iter().find(|field| field.name == name.value) else {
                let near = nearest(&name.value, of.fields.iter().map(|field| field.name.as_str()));
                let help = near.map(|near| format!("there is a `{near}`")).unwrap_or_default();
                self.report(scope, name.span, format!("there is no field `{}`", name.value), &help);
                continue;
            };
            if let Some(choice) = field.choice {
                object.set(4, of.discriminant, u64::from(choice));
            }
            let value = &argument.value;
            match &field.kind {
                FieldKind::Group(id) => {
                    let Some(group) = self.struct_at(*id) else { continue };
                    match &value.kind {
                        ExpressionKind::Tuple(arguments) if depth < 64 => {
                            self.fill(scope, &group, brand, arguments, object, depth + 1);
                        }
                        _ => {
                            let help = "write its fields: `(field = value)`";
                            let message = format!("`{}` is a group", name.value);
                            self.report(scope, value.span, message, help);
                        }
                    }
                }
                FieldKind::Slot { offset, ty, default, .. } => {
                    let ty = bind(ty.clone(), brand);
                    let Some(computed) = self.compute(scope, value, &ty, depth + 1) else { continue };
                    match self.place(scope, value.span, computed, &ty) {
                        Some(Placed::Data(bits)) => {
                            let zero = bits_of(default);
                            object.set(ty.log2_bits().unwrap_or_default(), *offset, bits ^ zero);
                        }
                        Some(Placed::Pointer(pointed)) => {
                            let index = usize::try_from(*offset).unwrap_or(usize::MAX);
                            if let Some(pointer) = object.pointers.get_mut(index) {
                                *pointer = pointed;
                            }
                        }
                        Some(Placed::Void) | None => {}
                    }
                }
            }
        }
    }

    fn embed(&mut self, scope: SymbolId, span: Span, path: &str, ty: &Type) -> Option<Computed> {
        let importer = self.files.get(self.symbol(scope)?.file)?.path.clone();
        let file = importer.parent().unwrap_or(Path::new("")).join(path);
        let bytes = match (self.read)(&file) {
            Ok(bytes) => bytes,
            Err(error) => {
                let help = "the file is looked for beside this one";
                self.report(scope, span, format!("cannot read `{path}`: {error}"), help);
                return None;
            }
        };
        match ty {
            Type::Text => Some(Computed::Text(bytes)),
            Type::Data => Some(Computed::Data(bytes)),
            Type::Struct(..) => match canonical_message(&bytes) {
                Ok(words) => Some(Computed::Embedded(words)),
                Err(error) => {
                    let message = format!("`{path}` is not a message: {error}");
                    self.report(scope, span, message, "a struct is embedded as a message in a file");
                    None
                }
            },
            _ => {
                let help = "a whole file can be a `Text`, a `Data` or a struct";
                self.report(scope, span, "a file cannot be embedded here", help);
                None
            }
        }
    }

    fn named_constant(&mut self, scope: SymbolId, expression: &Expression, depth: u32) -> Option<Computed> {
        let named = self.resolve(scope, Implicit::default(), expression)?;
        let symbol = match named.target {
            Target::Symbol(symbol) => self.symbol(symbol),
            _ => None,
        };
        let found = symbol.and_then(|symbol| Some((symbol.id, &symbol.declaration?.kind)));
        let (Some((id, DeclarationKind::Const { value, .. })), Target::Symbol(inner)) = (found, named.target)
        else {
            let written = self.written(scope, expression);
            self.report(scope, expression.span, format!("`{written}` is not a constant"), "");
            return None;
        };
        if depth > 64 {
            return None;
        }
        let ty = self.type_at(Place::Const(id))?;
        self.constant(id, inner, value, &ty)
    }

    /// Computes a constant, once.
    fn constant(&mut self, id: u64, scope: SymbolId, expression: &Expression, ty: &Type) -> Option<Computed> {
        match self.constants.get(&id) {
            Some(Some(computed)) => return Some(computed.clone()),
            Some(None) => {
                let message = "the constant is not known, or made of itself";
                self.report(scope, expression.span, message, "write down its value");
                return None;
            }
            None => {}
        }
        self.constants.insert(id, None);
        let computed = self.compute(scope, expression, ty, 0)?;
        self.constants.insert(id, Some(computed.clone()));
        Some(computed)
    }
}

/// Puts the arguments of a type in place of the parameters in the type of one of its fields.
fn bind(ty: Type, outer: &Brand) -> Type {
    let bound = |id: u64| outer.0.iter().find(|scope| scope.id == id).and_then(|scope| scope.bind.as_ref());
    let bind_brand = |Brand(scopes): Brand| {
        let bind_scope = |scope: Scope| {
            let types =
                scope.bind.map(|types| types.into_iter().map(|ty| ty.map(|ty| bind(ty, outer))).collect());
            Scope { bind: types.or_else(|| bound(scope.id).cloned()), ..scope }
        };
        Brand(scopes.into_iter().map(bind_scope).collect())
    };
    match ty {
        Type::List(element) => Type::List(Box::new(bind(*element, outer))),
        Type::Enum(id, brand) => Type::Enum(id, bind_brand(brand)),
        Type::Struct(id, brand) => Type::Struct(id, bind_brand(brand)),
        Type::Interface(id, brand) => Type::Interface(id, bind_brand(brand)),
        Type::AnyPointer(AnyPointer::Parameter { scope, index }) => match bound(scope) {
            Some(types) => match types.get(usize::from(index)) {
                Some(Some(bound)) => bound.clone(),
                _ => Type::AnyPointer(AnyPointer::Any),
            },
            None => ty,
        },
        other => other,
    }
}

fn help_for(ty: &Type) -> String {
    let example = match ty {
        Type::Void => "void",
        Type::Bool => "true` or `false",
        Type::Float32 | Type::Float64 => "1.5`, `inf` or `nan",
        Type::Text => "\"text\"",
        Type::Data => "0x\"00 ff\"",
        Type::List(_) => "[..]",
        Type::Struct(..) => "(field = value)",
        Type::Interface(..) => return "an interface has no values".to_owned(),
        Type::AnyPointer(_) => return "only a constant of a struct or list type can be one".to_owned(),
        _ => "1",
    };
    format!("write `{example}`, or a constant, as in `.name`")
}
