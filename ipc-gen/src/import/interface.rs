//! Interfaces, their methods and errors.

use std::fmt::Write;

use ipc_runtime::schema::PROXY_FILE_ID;

use super::data::{Presences, identity, is_flat, variant_name};
use super::names::{snake_case, with_capital};
use super::types::Position;
use super::{CXX_FILE_ID, Importer, attribute, doc, member};
use crate::model::{Annotation, Brand, Field, FieldKind, Interface, Method, Node, Type, Value};

/// The ids of `Context` and `ThreadMap` of libmultiprocess.
const CONTEXT: u64 = 0x9c44_e664_5d0b_22c6;
const THREAD_MAP: u64 = 0xee5e_3717_9ad9_dc9d;

/// The width beyond which rustfmt breaks a line.
const WIDTH: usize = 100;

/// The method that the macro adds to the declared ones.
#[derive(Clone, Copy)]
enum Lifecycle<'m> {
    /// `destroy @0`.
    Destroy,
    /// The one that exchanges thread maps: its ordinal and name.
    Construct(u16, &'m str),
}

impl Lifecycle<'_> {
    fn ordinal(self) -> u16 {
        match self {
            Self::Destroy => 0,
            Self::Construct(ordinal, _) => ordinal,
        }
    }
}

/// Tells whether a field of that name and type is the only one.
fn is_only(fields: &[Field], name: &str, id: u64) -> bool {
    matches!(fields, [Field { name: found, kind: FieldKind::Slot { ty, .. }, .. }]
        if found == name && ty.id() == Some(id))
}

/// The interface that a method is of.
#[derive(Clone, Copy)]
struct Around<'m> {
    node: &'m Node,
    file: u64,
    /// Which of the methods.
    index: usize,
}

impl<'m> Importer<'m> {
    /// Makes a trait; `None` if it cannot be said.
    pub(super) fn interface(&mut self, node: &'m Node, of: &'m Interface, file: u64) -> Option<String> {
        let name = self.names.item(node.id).to_owned();
        if node.is_generic {
            let message = format!("the interface `{}` has type parameters", node.path());
            self.leave_out(
                node.id,
                None,
                message,
                "a trait of an interface has none; write one for each use",
            );
            return None;
        }
        let mut supertraits = Vec::new();
        for (id, brand) in &of.superclasses {
            let interface = Type::Interface(*id, brand.clone());
            match self.rust_type(&interface, Position::Owned, node, file) {
                Ok(_) => supertraits.push(self.names.path(*id, file)),
                Err(why) => {
                    self.leave_out(
                        node.id,
                        None,
                        format!("what `{}` extends cannot be said: {why}", node.path()),
                        "",
                    );
                    return None;
                }
            }
        }
        let lifecycle = self.lifecycle(of);
        let mut more: Vec<String> = Vec::new();
        match lifecycle {
            Some(Lifecycle::Construct(0, "construct")) => more.push("root".to_owned()),
            Some(Lifecycle::Construct(ordinal, name)) => {
                more.push(format!("root(name = \"{name}\", ordinal = {ordinal})"));
            }
            None if supertraits.is_empty() => more.push("no_destroy".to_owned()),
            _ => {}
        }
        let added = lifecycle.map(Lifecycle::ordinal);
        let mut next = 0_u16;
        let mut in_order: Vec<(usize, &Method)> = of.methods.iter().enumerate().collect();
        in_order.sort_by_key(|(_, method)| method.code_order);
        let mut methods = String::new();
        let mut errors = String::new();
        for (index, method) in in_order {
            let ordinal = u16::try_from(index).ok()?;
            if added == Some(ordinal) {
                continue;
            }
            next = next.saturating_add(u16::from(added == Some(next)));
            let mut arguments = Vec::new();
            if ordinal != next {
                arguments.push(format!("ordinal = {ordinal}"));
            }
            next = ordinal.saturating_add(1);
            if !methods.is_empty() {
                methods.push('\n');
            }
            let around = Around { node, file, index };
            methods.push_str(&self.method(around, method, arguments, &mut errors)?);
        }
        let extends =
            if supertraits.is_empty() { String::new() } else { format!(": {}", supertraits.join(" + ")) };
        let arguments = identity(node, &name, file, &more).join(", ");
        let head =
            format!("{}#[ipc_interface({arguments})]\npub trait {name}{extends} {{", doc(&node.doc, 0));
        let body = if methods.is_empty() { "}\n".to_owned() } else { format!("\n{methods}}}\n") };
        Some(format!("{head}{body}{errors}"))
    }

    /// Finds the method that the macro adds by itself.
    fn lifecycle(&self, of: &'m Interface) -> Option<Lifecycle<'m>> {
        if !of.superclasses.is_empty() {
            return None;
        }
        if of.methods.first().is_some_and(|method| self.is_destroy(method)) {
            return Some(Lifecycle::Destroy);
        }
        let (ordinal, construct) = (0..).zip(&of.methods).find(|(_, method)| self.is_construct(method))?;
        Some(Lifecycle::Construct(ordinal, &construct.name))
    }

    fn is_destroy(&self, method: &Method) -> bool {
        let [params, results] = self.fields_of(method);
        method.name == "destroy" && is_only(params, "context", CONTEXT) && results.is_empty()
    }

    /// Its name says nothing: to libmultiprocess any method with a thread map exchanges them.
    fn is_construct(&self, method: &Method) -> bool {
        self.fields_of(method).into_iter().all(|fields| is_only(fields, "threadMap", THREAD_MAP))
    }

    fn fields_of(&self, method: &Method) -> [&'m [Field]; 2] {
        let fields = |id| self.model.struct_of(id).map(|of| of.fields.as_slice()).unwrap_or_default();
        [fields(method.params.0), fields(method.results.0)]
    }

    /// Makes a method; `None` if it cannot be said.
    fn method(
        &mut self,
        around: Around<'m>,
        method: &'m Method,
        mut arguments: Vec<String>,
        errors: &mut String,
    ) -> Option<String> {
        let (name, name_argument) = member(&method.name);
        arguments.extend(name_argument);
        if self.is_cancellable(around.node, method) {
            arguments.push("cancellable".to_owned());
        }
        let mut params = self.list(around, method, &method.params)?;
        let has_context = params.first().is_some_and(|field| {
            field.name == "context"
                && matches!(&field.kind, FieldKind::Slot { ty, .. } if ty.id() == Some(CONTEXT))
        });
        if has_context {
            params.remove(0);
        } else {
            arguments.push("no_context".to_owned());
        }
        let (params, shift) = (params, u16::from(has_context));
        let params = self.params(around, &params, shift)?;
        let results = self.list(around, method, &method.results)?;
        let (thrown, results) = self.split_errors(around, &results)?;
        let (value, result_names) = self.results(around, &results)?;
        arguments.extend(result_names);
        let error = if thrown.is_empty() {
            "IpcException".to_owned()
        } else {
            self.error(around, method, &thrown, errors)?
        };
        let mut text = doc(&method.doc, 4);
        text.push_str(&attribute(&arguments, 4));
        let returns = format!("-> Result<{value}, {error}>;");
        let one_line = format!(
            "    fn {name}({}) {returns}",
            [vec!["&self".to_owned()], params.clone()].concat().join(", ")
        );
        if one_line.chars().count() <= WIDTH && params.iter().all(|param| !param.contains("#[")) {
            return Some(text + &one_line + "\n");
        }
        // Writing into a string cannot fail.
        let _ = writeln!(text, "    fn {name}(\n        &self,");
        for param in &params {
            for line in param.lines() {
                let _ = writeln!(text, "        {line}");
            }
            text.pop();
            text.push_str(",\n");
        }
        let _ = writeln!(text, "    ) {returns}");
        Some(text)
    }

    /// Tells whether a method, its interface or its file allows that what nobody waits for ends.
    fn is_cancellable(&self, node: &Node, method: &Method) -> bool {
        let allows = |annotations: &[Annotation]| {
            annotations.iter().any(|annotation| {
                let declared = self.model.nodes.get(&annotation.id);
                declared.is_some_and(|node| {
                    node.name() == "allowCancellation" && self.model.file_of(node) == Some(CXX_FILE_ID)
                })
            })
        };
        let file = self.model.file_of(node).and_then(|file| self.model.nodes.get(&file));
        allows(&method.annotations)
            || allows(&node.annotations)
            || file.is_some_and(|file| allows(&file.annotations))
    }

    fn refuse_method<T>(&mut self, around: Around<'_>, message: String) -> Option<T> {
        self.leave_out(around.node.id, Some(around.index), message, "");
        None
    }

    /// Returns the fields of parameters or results, in the order of their ordinals.
    fn list(&mut self, around: Around<'m>, method: &Method, of: &(u64, Brand)) -> Option<Vec<&'m Field>> {
        let name = &method.name;
        if !method.implicit.is_empty() {
            return self.refuse_method(around, format!("the method `{name}` has type parameters"));
        }
        let node = self.model.nodes.get(&of.0)?;
        if !is_flat(&node.kind) {
            let message = format!("the parameters or results of `{name}` are a struct with groups or unions");
            return self.refuse_method(around, message);
        }
        if node.is_generic {
            let message = format!("the parameters or results of `{name}` have type parameters");
            return self.refuse_method(around, message);
        }
        Some(self.model.struct_of(of.0)?.fields.iter().collect())
    }

    fn params(&mut self, around: Around<'m>, fields: &[&'m Field], shift: u16) -> Option<Vec<String>> {
        let presences = Presences::of(&fields.iter().copied());
        let mut params = Vec::new();
        for (index, field) in fields.iter().enumerate() {
            if presences.is_presence(&field.name) {
                continue;
            }
            let FieldKind::Slot { ty, default, explicit, .. } = &field.kind else { return None };
            let (name, name_argument) = member(&field.name);
            let mut arguments: Vec<String> = name_argument.into_iter().collect();
            let presence = presences.find(&field.name);
            // Of a struct that is declared by itself too, the list is in the order of the ordinals.
            let behind = u16::try_from(index).ok()?.checked_add(shift + 1);
            let follows = presence.is_some() && presence == behind;
            let optional = presence.is_some() || matches!(ty, Type::Interface(..));
            let position = match ty {
                // Lists are as they are built; an option of a reference to a struct would be another struct.
                Type::Struct(..) if optional => Position::Owned,
                _ => Position::Param,
            };
            let mut rust = match self.rust_type(ty, position, around.node, around.file) {
                Ok(rust) => rust,
                Err(why) => {
                    return self.refuse_method(
                        around,
                        format!("the parameter `{}` cannot be said in Rust: {why}", field.name),
                    );
                }
            };
            if optional {
                rust = format!("Option<{rust}>");
            }
            match presence {
                Some(_) if follows && ty.is_pointer() => arguments.push("has".to_owned()),
                Some(presence) if !follows => arguments.push(format!("has = {presence}")),
                _ => {}
            }
            if *explicit && *default != Value::zero(ty) {
                match self.literal(ty, default, around.file) {
                    Some(literal) if presence.is_none() => arguments.push(format!("default = {literal}")),
                    _ => {
                        let message =
                            format!("the default of the parameter `{}` cannot be said in Rust", field.name);
                        return self.refuse_method(around, message);
                    }
                }
            }
            let attribute = attribute(&arguments, 0);
            params.push(format!("{attribute}{name}: {rust}"));
        }
        Some(params)
    }

    /// Takes the slots of errors off the results.
    fn split_errors(
        &mut self,
        around: Around<'m>,
        results: &[&'m Field],
    ) -> Option<(Vec<&'m Field>, Vec<&'m Field>)> {
        let count = results.iter().take_while(|field| self.is_error(field)).count();
        let (thrown, rest) = results.split_at_checked(count)?;
        if let Some(late) = rest.iter().find(|field| self.is_error(field)) {
            let message = format!("the error `{}` stands behind results", late.name);
            return self.refuse_method(around, message);
        }
        Some((thrown.to_vec(), rest.to_vec()))
    }

    fn is_error(&self, field: &Field) -> bool {
        field.annotations.iter().any(|annotation| {
            let declared = self.model.nodes.get(&annotation.id);
            declared.is_some_and(|node| {
                node.name() == "exception" && self.model.file_of(node) == Some(PROXY_FILE_ID)
            })
        })
    }

    /// Returns the type of what a method returns, and the attribute that names its parts.
    fn results(&mut self, around: Around<'m>, fields: &[&'m Field]) -> Option<(String, Option<String>)> {
        let presences = Presences::of(&fields.iter().copied());
        let mut types = Vec::new();
        let mut names = Vec::new();
        let mut plain = true;
        for (index, field) in fields.iter().enumerate() {
            let FieldKind::Slot { ty, default, explicit, .. } = &field.kind else { return None };
            if presences.is_presence(&field.name) {
                let of = fields.iter().find(|of| format!("has{}", with_capital(&of.name)) == field.name)?;
                let FieldKind::Slot { ty, .. } = &of.kind else { return None };
                let follows = index
                    .checked_sub(1)
                    .and_then(|before| fields.get(before))
                    .is_some_and(|before| before.name == of.name);
                if ty.is_pointer() || !follows {
                    names.push(format!("has({})", raw_name(&of.name)));
                    plain = false;
                }
                continue;
            }
            if *explicit && *default != Value::zero(ty) {
                let message = format!("the default of the result `{}` cannot be said in Rust", field.name);
                return self.refuse_method(around, message);
            }
            let rust = match self.rust_type(ty, Position::Owned, around.node, around.file) {
                Ok(rust) => rust,
                Err(why) => {
                    return self.refuse_method(
                        around,
                        format!("the result `{}` cannot be said in Rust: {why}", field.name),
                    );
                }
            };
            // Null is how a peer says that there is none.
            let optional = presences.find(&field.name).is_some()
                || matches!(ty, Type::Interface(..))
                || matches!(ty, Type::Struct(..)) && field.name == "result";
            types.push(if optional { format!("Option<{rust}>") } else { rust });
            plain &= field.name == "result";
            names.push(raw_name(&field.name));
        }
        let attribute = (!plain && !names.is_empty()).then(|| format!("results({})", names.join(", ")));
        Some(match types.as_slice() {
            [] => ("()".to_owned(), None),
            [one] => (one.clone(), attribute),
            several => (format!("({})", several.join(", ")), attribute),
        })
    }

    /// Makes the type of the errors of a method, and returns its name.
    fn error(
        &mut self,
        around: Around<'m>,
        method: &Method,
        thrown: &[&'m Field],
        errors: &mut String,
    ) -> Option<String> {
        let name = format!("{}{}Error", self.names.item(around.node.id), with_capital(&method.name));
        let mut text = format!(
            "\n/// How `{}` of `{}` fails.\n#[derive(Debug, IpcType)]\n#[ipc(errors)]\npub enum {name} {{\n",
            snake_case(&method.name),
            self.names.item(around.node.id),
        );
        for field in thrown {
            let FieldKind::Slot { ty, .. } = &field.kind else { return None };
            let inner = match self.rust_type(ty, Position::Owned, around.node, around.file) {
                Ok(inner) if ty.is_pointer() && !self.with_objects.contains(&ty.id().unwrap_or_default()) => {
                    inner
                }
                _ => {
                    return self
                        .refuse_method(around, format!("the error `{}` cannot be said in Rust", field.name));
                }
            };
            let _ = writeln!(text, "    {}({inner}),", variant_name(&field.name));
        }
        text.push_str("    #[ipc(exception)]\n    Ipc(IpcException),\n}\n");
        errors.push_str(&text);
        Some(name)
    }
}

/// A name of the schema as it stands in `results(..)`.
fn raw_name(name: &str) -> String {
    super::names::raw(name)
}
