//! `.capnp` schemas to annotated Rust.
//!
//! ```text
//! names       what everything is called in Rust
//! types       types, by value and by reference
//! data        structs, unions, groups, enums
//! interface   interfaces, their methods and errors
//! literal     constants and defaults
//! parameters  type parameters, and which of them a type in Rust can have
//! ```
//!
//! What is made is as the schema is on the wire: ids, ordinals, layouts, defaults. What cannot be said in Rust is a
//! [`Mistake`], and left out together with all that needs it.

mod data;
mod interface;
mod literal;
mod names;
mod parameters;
mod types;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

use ipc_runtime::schema::PROXY_FILE_ID;

use crate::model::{FieldKind, Model, Node, NodeKind};
use crate::text::source::Mistake;

use names::{Names, snake_case};
use parameters::Parameters;

/// The id of Cap'n Proto's own annotations for C++.
const CXX_FILE_ID: u64 = 0xbdf8_7d7b_b830_4e81;

/// Rust that a schema was turned into.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Imported {
    /// Into how many files it goes.
    pub arrangement: Arrangement,
    /// The modules: the files that were asked for, then those that they import.
    pub modules: Vec<ImportedModule>,
    /// What cannot be said in Rust, and was left out.
    pub left_out: Vec<Mistake>,
    /// What has no meaning in Rust and was left out without a loss, such as annotations for C++.
    pub ignored: Vec<Mistake>,
}

/// The Rust of one schema file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ImportedModule {
    /// The name of the module, made from that of the file.
    pub name: String,
    /// The file.
    pub file: String,
    /// Whether the file was asked for, rather than imported.
    pub requested: bool,
    /// The items, as they stand in the module.
    pub text: String,
}

/// Into how many files Rust goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Arrangement {
    /// One: the items of the first schema file, and a module for each other one.
    OneFile,
    /// One for each schema file, and `mod.rs` with their modules.
    Folder,
}

impl Imported {
    /// Returns the files with their names; that of the only one is `mod.rs`.
    pub fn into_files(self) -> Vec<(String, String)> {
        // Writing into a string cannot fail.
        match self.arrangement {
            Arrangement::OneFile => {
                let mut modules = self.modules.into_iter();
                let mut text = modules.next().map_or_else(String::new, |first| first.text);
                for ImportedModule { name, file, text: inner, .. } in modules {
                    let _ = write!(text, "\n/// What `{file}` declares.\npub mod {name} {{\n");
                    for line in inner.lines() {
                        let _ = if line.is_empty() { writeln!(text) } else { writeln!(text, "    {line}") };
                    }
                    text.push_str("}\n");
                }
                vec![("mod.rs".to_owned(), text)]
            }
            Arrangement::Folder => {
                let mut root = "// Imported by ipc-gen.\n".to_owned();
                let mut files = Vec::new();
                for ImportedModule { name, file, text, .. } in self.modules {
                    let _ = writeln!(root, "\n/// What `{file}` declares.\npub mod {name};");
                    files.push((format!("{}.rs", name.trim_start_matches("r#")), text));
                }
                files.insert(0, ("mod.rs".to_owned(), root));
                files
            }
        }
    }
}

/// Turns a schema into Rust.
pub fn import(model: &Model, arrangement: Arrangement) -> Imported {
    let mut importer = Importer::new(model, arrangement);
    importer.find_unsayable();
    let mut modules = Vec::new();
    for file in importer.names.files() {
        let text = importer.module(file);
        let requested = model.files.iter().any(|asked| asked.id == file);
        if !requested && text.items.is_empty() {
            continue;
        }
        modules.push(ImportedModule {
            name: importer.names.module(file).to_owned(),
            file: model.nodes.get(&file).map(|node| node.display_name.clone()).unwrap_or_default(),
            requested,
            text: text.finish(&importer, file),
        });
    }
    let Importer { left_out, ignored, .. } = importer;
    Imported { arrangement, modules, left_out, ignored }
}

/// What is known while Rust is made.
struct Importer<'m> {
    model: &'m Model,
    names: Names,
    parameters: Parameters,
    /// Nodes that are left out.
    unsayable: BTreeSet<u64>,
    /// The structs that hold objects or any pointers, so that they have neither `Debug` nor `PartialEq`.
    with_objects: BTreeSet<u64>,
    left_out: Vec<Mistake>,
    ignored: Vec<Mistake>,
}

/// The items of a module while they are collected.
#[derive(Default)]
struct Module {
    items: String,
}

impl<'m> Importer<'m> {
    fn new(model: &'m Model, arrangement: Arrangement) -> Self {
        let mut importer = Self {
            model,
            names: Names::new(model, arrangement),
            parameters: Parameters::of(model),
            unsayable: BTreeSet::new(),
            with_objects: BTreeSet::new(),
            left_out: Vec::new(),
            ignored: Vec::new(),
        };
        importer.find_objects();
        importer
    }

    fn leave_out(&mut self, node: u64, member: Option<usize>, message: impl Into<String>, help: &str) {
        let mistake = self.model.mistake(node, member, message.into(), help);
        if !self.left_out.contains(&mistake) {
            self.left_out.push(mistake);
        }
    }

    /// Finds what cannot be said, and what needs it, until nothing more is found.
    fn find_unsayable(&mut self) {
        loop {
            let before = self.unsayable.len();
            for node in self.model.nodes.values() {
                if !self.unsayable.contains(&node.id) && self.is_declaration(node) {
                    // Tried for what is reported; the text is made again when all is known.
                    let text = self.item(node, self.model.file_of(node).unwrap_or_default());
                    if text.is_none() {
                        self.unsayable.insert(node.id);
                    }
                }
            }
            if self.unsayable.len() == before {
                return;
            }
        }
    }

    /// Tells whether a node becomes an item of its own.
    fn is_declaration(&self, node: &Node) -> bool {
        let file = self.model.file_of(node);
        file.is_some_and(|file| file != PROXY_FILE_ID && file != CXX_FILE_ID)
            && match &node.kind {
                NodeKind::File => false,
                NodeKind::Struct(of) => !of.is_group,
                _ => true,
            }
    }

    fn module(&mut self, file: u64) -> Module {
        let mut module = Module::default();
        for id in self.in_order(file) {
            let Some(node) = self.model.nodes.get(&id) else { continue };
            if self.unsayable.contains(&id) || !self.is_declaration(node) {
                continue;
            }
            if let Some(text) = self.item(node, file)
                && !text.is_empty()
            {
                if !module.items.is_empty() {
                    module.items.push('\n');
                }
                module.items.push_str(&text);
            }
        }
        module
    }

    /// The nodes of a file in the order of the text, what is nested in one after it.
    fn in_order(&self, file: u64) -> Vec<u64> {
        let mut order = Vec::new();
        let mut next = vec![file];
        let mut seen = BTreeSet::new();
        while let Some(id) = next.pop() {
            if let Some(node) = self.model.nodes.get(&id)
                && seen.insert(id)
            {
                order.push(id);
                next.extend(node.nested.iter().rev().map(|(_, id)| *id));
            }
        }
        order
    }

    /// Makes the items of a declaration; `None` if it cannot be said.
    fn item(&mut self, node: &'m Node, file: u64) -> Option<String> {
        self.note_annotations(node);
        match &node.kind {
            NodeKind::File => Some(String::new()),
            NodeKind::Struct(of) => self.data(node, of, file),
            NodeKind::Enum(of) => self.enumeration(node, of, file),
            NodeKind::Interface(of) => self.interface(node, of, file),
            NodeKind::Const(ty, value) => self.constant(node, ty, value, file),
            NodeKind::Annotation(..) => {
                let message = format!("the annotation `{}` has no meaning in Rust", node.path());
                let mistake = self.model.mistake(node.id, None, message, "");
                self.ignore(mistake);
                Some(String::new())
            }
        }
    }

    fn ignore(&mut self, mistake: Mistake) {
        if !self.ignored.contains(&mistake) {
            self.ignored.push(mistake);
        }
    }

    /// Notes annotations that are neither libmultiprocess's nor for C++.
    fn note_annotations(&mut self, node: &Node) {
        let members: Vec<(Option<usize>, u64)> = match &node.kind {
            NodeKind::Struct(of) => annotated(of.fields.iter().map(|field| &field.annotations)),
            NodeKind::Enum(of) => annotated(of.iter().map(|enumerant| &enumerant.annotations)),
            NodeKind::Interface(of) => annotated(of.methods.iter().map(|method| &method.annotations)),
            _ => Vec::new(),
        };
        let own = node.annotations.iter().map(|annotation| (None, annotation.id));
        for (member, id) in own.chain(members) {
            let Some(annotation) = self.model.nodes.get(&id) else { continue };
            let file = self.model.file_of(annotation);
            if file.is_some_and(|file| file == PROXY_FILE_ID || file == CXX_FILE_ID) {
                continue;
            }
            let message = format!("the annotation `{}` has no meaning in Rust", annotation.path());
            let mistake = self.model.mistake(node.id, member, message, "");
            self.ignore(mistake);
        }
    }

    /// Finds the structs that hold objects, directly or in others.
    fn find_objects(&mut self) {
        let mut users: BTreeMap<u64, Vec<u64>> = BTreeMap::new();
        let mut found = Vec::new();
        for node in self.model.nodes.values() {
            let NodeKind::Struct(of) = &node.kind else { continue };
            for field in &of.fields {
                match &field.kind {
                    FieldKind::Group(id) => users.entry(*id).or_default().push(node.id),
                    FieldKind::Slot { ty, .. } => {
                        if types::holds_object(ty) {
                            found.push(node.id);
                        }
                        if let Some(id) = ty.id() {
                            users.entry(id).or_default().push(node.id);
                        }
                    }
                }
            }
        }
        while let Some(id) = found.pop() {
            if self.with_objects.insert(id) {
                found.extend(users.get(&id).into_iter().flatten());
            }
        }
    }
}

fn annotated<'a>(
    members: impl Iterator<Item = &'a Vec<crate::model::Annotation>>,
) -> Vec<(Option<usize>, u64)> {
    members
        .enumerate()
        .flat_map(|(index, annotations)| {
            annotations.iter().map(move |annotation| (Some(index), annotation.id))
        })
        .collect()
}

impl Module {
    /// Puts what the items use above them.
    fn finish(self, importer: &Importer<'_>, file: u64) -> String {
        let Self { items } = self;
        let name = importer.model.nodes.get(&file).map_or("", |node| node.display_name.as_str());
        let name = name.rsplit('/').next().unwrap_or(name);
        let mut text = format!("// Imported by ipc-gen from `{name}`.\n");
        let doc = importer.model.nodes.get(&file).map_or("", |node| node.doc.as_str());
        for line in doc.lines() {
            let _ = writeln!(text, "{}", format!("// {line}").trim_end());
        }
        text.push('\n');
        if items.contains("Arc<") {
            text.push_str("use std::sync::Arc;\n\n");
        }
        let words: BTreeSet<&str> = items.split(|c: char| !c.is_alphanumeric() && c != '_').collect();
        let mut used = ["AnyPointer", "IpcException", "IpcType", "ipc_interface"].to_vec();
        used.retain(|name| words.contains(name));
        let byte = if items.contains("Vec<Byte>") { "use ipc_runtime::wire::Byte;\n" } else { "" };
        // In the order in which rustfmt has them.
        let uses = match used.as_slice() {
            [] => byte.to_owned(),
            [one] => format!("use ipc_runtime::{one};\n{byte}"),
            several => format!("{byte}use ipc_runtime::{{{}}};\n", several.join(", ")),
        };
        if !uses.is_empty() {
            text.push_str(&uses);
            text.push('\n');
        }
        text + &items
    }
}

/// Writes a doc comment, indented by so many columns.
fn doc(text: &str, indent: usize) -> String {
    let mut written = String::new();
    for line in text.lines() {
        // What is indented by four columns would be taken for Rust, and be run as a test.
        let content = line.trim_start();
        let columns = (line.len() - content.len()).min(3);
        let line = format!("{:indent$}/// {:columns$}{content}", "", "");
        written.push_str(line.trim_end());
        written.push('\n');
    }
    written
}

/// Writes `#[ipc(..)]`, or nothing.
fn attribute(arguments: &[String], indent: usize) -> String {
    if arguments.is_empty() {
        return String::new();
    }
    format!("{:indent$}#[ipc({})]\n", "", arguments.join(", "))
}

/// The name of a member in Rust, and the argument that says what it is called in the schema if that does not follow.
fn member(name: &str) -> (String, Option<String>) {
    let rust = snake_case(name);
    let follows = names::camel_case(&rust) == name;
    (names::raw(&rust), (!follows).then(|| format!("name = \"{name}\"")))
}
