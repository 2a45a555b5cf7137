//! Schemas as trees, for a terminal.

use std::fmt::Write;

use crate::model::{FieldKind, Interface, Model, Node, NodeKind, Struct, Type, Value};

/// The width of a terminal.
pub const WIDTH: usize = 80;

/// Draws the declarations of a schema as a tree, with ids, ordinals, sizes and places, in lines of at most so many
/// columns.
pub fn show(model: &Model, width: usize) -> String {
    let mut tree = Tree { model, width, text: String::new() };
    for file in &model.files {
        let Some(node) = model.nodes.get(&file.id) else { continue };
        tree.line(0, &file.name, &format!("@{:#018x}", file.id));
        tree.nested(node, 1);
    }
    tree.text
}

struct Tree<'m> {
    model: &'m Model,
    width: usize,
    text: String,
}

impl<'m> Tree<'m> {
    /// Writes what is left on the left and the other at the right, or below it if there is no room.
    fn line(&mut self, depth: usize, left: &str, right: &str) {
        let indent = depth * 2;
        let left = wrapped(left, self.width.saturating_sub(indent).max(20), indent);
        let last = left.rsplit('\n').next().unwrap_or_default().chars().count();
        let room = self.width.saturating_sub(right.chars().count());
        // Writing into a string cannot fail.
        let _ = if right.is_empty() {
            writeln!(self.text, "{left}")
        } else if last + 2 <= room {
            writeln!(self.text, "{left}{:pad$}{right}", "", pad = room - last)
        } else {
            writeln!(self.text, "{left}\n{right:>width$}", width = self.width)
        };
    }

    fn nested(&mut self, node: &'m Node, depth: usize) {
        for (_, id) in &node.nested {
            // Deeper than any text nests them, but not deeper than a request may.
            if depth < 64
                && let Some(inner) = self.model.nodes.get(id)
            {
                self.node(inner, depth);
            }
        }
    }

    fn node(&mut self, node: &'m Node, depth: usize) {
        let id = format!("@{:#018x}", node.id);
        let parameters = match node.parameters.as_slice() {
            [] => String::new(),
            names => format!("({})", names.join(", ")),
        };
        let name = format!("{}{parameters}", node.name());
        match &node.kind {
            NodeKind::File => {}
            NodeKind::Struct(of) => {
                self.line(depth, &format!("struct {name}"), &id);
                self.line(depth + 1, &size(of), "");
                self.fields(of, depth + 1);
            }
            NodeKind::Enum(of) => {
                self.line(depth, &format!("enum {name}"), &id);
                for (ordinal, enumerant) in of.iter().enumerate() {
                    self.line(depth + 1, &format!("{} @{ordinal}", enumerant.name), "");
                }
            }
            NodeKind::Interface(of) => {
                let extends: Vec<String> = of.superclasses.iter().map(|(id, _)| self.name(*id)).collect();
                let extends = if extends.is_empty() {
                    String::new()
                } else {
                    format!(" extends({})", extends.join(", "))
                };
                self.line(depth, &format!("interface {name}{extends}"), &id);
                self.methods(of, depth + 1);
            }
            NodeKind::Const(ty, value) => {
                let ty = self.type_name(ty);
                self.line(depth, &format!("const {name} :{ty}{}", value_text(value)), &id);
            }
            NodeKind::Annotation(ty, _) => {
                let ty = self.type_name(ty);
                self.line(depth, &format!("annotation {name} :{ty}"), &id);
            }
        }
        self.nested(node, depth + 1);
    }

    fn methods(&mut self, of: &'m Interface, depth: usize) {
        for (ordinal, method) in of.methods.iter().enumerate() {
            self.line(depth, &format!("{} @{ordinal}", method.name), "");
            for (arrow, (id, _)) in [("takes", &method.params), ("gives", &method.results)] {
                match self.model.nodes.get(id) {
                    Some(Node { kind: NodeKind::Struct(of), scope: 0, .. }) if of.fields.is_empty() => {}
                    Some(Node { kind: NodeKind::Struct(of), scope: 0, .. }) => {
                        self.line(depth + 1, &format!("{arrow} {}", size(of)), "");
                        self.fields(of, depth + 2);
                    }
                    _ => {
                        let name = self.name(*id);
                        self.line(depth + 1, &format!("{arrow} {name}"), "");
                    }
                }
            }
        }
    }

    fn fields(&mut self, of: &'m Struct, depth: usize) {
        let mut union = false;
        for field in of.in_code_order() {
            let mut depth = depth;
            if field.choice.is_some() {
                if !std::mem::replace(&mut union, true) {
                    self.line(depth, "union", &format!("choice at {}", bits(4, of.discriminant)));
                }
                depth += 1;
            }
            match &field.kind {
                FieldKind::Slot { offset, ty, default, explicit } => {
                    let ordinal = field.ordinal.map(|ordinal| format!(" @{ordinal}")).unwrap_or_default();
                    let default = if *explicit { value_text(default) } else { String::new() };
                    let text = format!("{}{ordinal} :{}{default}", field.name, self.type_name(ty));
                    self.line(depth, &text, &place(ty, *offset));
                }
                FieldKind::Group(id) => {
                    let model = self.model;
                    let group = model.struct_of(*id).filter(|_| depth < 64);
                    let is_union =
                        group.is_some_and(|group| usize::from(group.choices) == group.fields.len());
                    self.line(
                        depth,
                        &format!("{} :{}", field.name, if is_union { "union" } else { "group" }),
                        "",
                    );
                    if let Some(group) = group {
                        self.fields(group, depth + 1);
                    }
                }
            }
        }
    }

    fn name(&self, id: u64) -> String {
        self.model.nodes.get(&id).map_or_else(|| format!("{id:#018x}"), |node| node.path().to_owned())
    }

    fn type_name(&self, ty: &Type) -> String {
        self.model.type_name(ty)
    }
}

/// Breaks a text at spaces so that no line is wider, all but the first indented further.
fn wrapped(text: &str, width: usize, indent: usize) -> String {
    let mut lines = vec![String::new()];
    for word in text.split(' ') {
        let Some(line) = lines.last_mut() else { break };
        if !line.is_empty() && line.chars().count() + 1 + word.chars().count() > width {
            lines.push(format!("    {word}"));
        } else {
            if !line.is_empty() {
                line.push(' ');
            }
            line.push_str(word);
        }
    }
    let lines: Vec<String> = lines.iter().map(|line| format!("{:indent$}{line}", "")).collect();
    lines.join("\n")
}

fn size(of: &Struct) -> String {
    let Struct { data, pointers, .. } = of;
    let plural = |count: u16, noun: &str| format!("{count} {noun}{}", if count == 1 { "" } else { "s" });
    format!("{} of data, {}", plural(*data, "word"), plural(*pointers, "pointer"))
}

fn place(ty: &Type, offset: u32) -> String {
    match ty.log2_bits() {
        Some(log2) => bits(log2, offset),
        None if ty.is_pointer() => format!("pointer {offset}"),
        None => String::new(),
    }
}

fn bits(log2: u32, offset: u32) -> String {
    let start = u64::from(offset) << log2;
    match log2 {
        0 => format!("bit {start}"),
        _ => format!("bytes {}..{}", start / 8, (start + (1 << log2)) / 8),
    }
}

/// Writes ` = value`, if it can be said in a few words.
fn value_text(value: &Value) -> String {
    let text = match value {
        Value::Void => return String::new(),
        Value::Bool(value) => value.to_string(),
        Value::Int8(value) => value.to_string(),
        Value::Int16(value) => value.to_string(),
        Value::Int32(value) => value.to_string(),
        Value::Int64(value) => value.to_string(),
        Value::UInt8(value) => value.to_string(),
        Value::UInt16(value) => value.to_string(),
        Value::UInt32(value) => value.to_string(),
        Value::UInt64(value) => value.to_string(),
        Value::Float32(value) => format!("{value:?}"),
        Value::Float64(value) => format!("{value:?}"),
        Value::Text(bytes) => format!("\"{}\"", String::from_utf8_lossy(bytes).escape_debug()),
        Value::Data(bytes) => {
            let bytes: Vec<String> = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
            format!("0x\"{}\"", bytes.join(" "))
        }
        Value::Enum(ordinal) => format!("@{ordinal}"),
        Value::Interface => return String::new(),
        Value::List(_) | Value::Struct(_) | Value::AnyPointer(_) => "(..)".to_owned(),
    };
    format!(" = {text}")
}
