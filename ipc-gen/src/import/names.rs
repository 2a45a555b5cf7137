//! What declarations are called in Rust.

use std::collections::{BTreeMap, BTreeSet};

use ipc_runtime::schema::PROXY_FILE_ID;

use super::Arrangement;
use crate::model::{Model, Node, NodeKind};

/// The names of files and declarations.
#[derive(Debug)]
pub(super) struct Names {
    arrangement: Arrangement,
    /// The files, in the order of their modules.
    files: Vec<u64>,
    modules: BTreeMap<u64, String>,
    items: BTreeMap<u64, String>,
    /// The unions without a name, by what they are in.
    unions: BTreeMap<u64, String>,
    /// The file of each declaration.
    home: BTreeMap<u64, u64>,
}

impl Names {
    pub(super) fn new(model: &Model, arrangement: Arrangement) -> Self {
        let mut files: Vec<u64> = model.files.iter().map(|file| file.id).collect();
        let is_file = |node: &&Node| matches!(node.kind, NodeKind::File);
        let mut imported: Vec<&Node> =
            model.nodes.values().filter(is_file).filter(|node| !files.contains(&node.id)).collect();
        imported.sort_by(|a, b| a.display_name.cmp(&b.display_name));
        files.extend(imported.iter().map(|node| node.id));

        let mut names = Self {
            arrangement,
            files,
            modules: BTreeMap::new(),
            items: BTreeMap::new(),
            unions: BTreeMap::new(),
            home: BTreeMap::new(),
        };
        let mut taken = BTreeSet::new();
        for file in &names.files {
            let name = model.nodes.get(file).map_or("", |node| node.display_name.as_str());
            let stem = name.rsplit('/').next().unwrap_or(name).trim_end_matches(".capnp");
            names.modules.insert(*file, unique(&mut taken, &module_name(stem)));
        }
        let mut taken: BTreeMap<u64, BTreeSet<String>> = BTreeMap::new();
        // In the order of the text, so that of two that would have one name the first has it.
        for file in names.files.clone() {
            let mut next = vec![file];
            let mut seen = BTreeSet::new();
            while let Some(id) = next.pop() {
                let Some(node) = model.nodes.get(&id) else { continue };
                if !seen.insert(id) {
                    continue;
                }
                next.extend(node.nested.iter().rev().map(|(_, id)| *id));
                let name = match node.kind {
                    NodeKind::File | NodeKind::Annotation(..) => continue,
                    NodeKind::Const(..) => constant_name(node.path()),
                    _ => type_name(node.path()),
                };
                names.home.insert(id, file);
                names.items.insert(id, unique(taken.entry(file).or_default(), &name));
            }
        }
        names.name_groups(model, &mut taken);
        names
    }

    /// Groups are named after what they are in and their field.
    fn name_groups(&mut self, model: &Model, taken: &mut BTreeMap<u64, BTreeSet<String>>) {
        let groups =
            model.nodes.values().filter(|node| matches!(&node.kind, NodeKind::Struct(of) if of.is_group));
        let mut groups: Vec<&Node> = groups.collect();
        groups.sort_by(|a, b| a.display_name.cmp(&b.display_name));
        for node in groups {
            let Some(file) = model.file_of(node) else { continue };
            self.home.insert(node.id, file);
            let name = unique(taken.entry(file).or_default(), &type_name(node.path()));
            self.items.insert(node.id, name);
        }
        for node in model.nodes.values() {
            let NodeKind::Struct(of) = &node.kind else { continue };
            let (Some(file), Some(item)) = (model.file_of(node), self.items.get(&node.id)) else { continue };
            if of.choices > 0 && of.fields.iter().any(|field| field.choice.is_none()) {
                let name = unique(taken.entry(file).or_default(), &format!("{item}Which"));
                self.unions.insert(node.id, name);
            }
        }
    }

    pub(super) fn files(&self) -> Vec<u64> {
        self.files.iter().copied().filter(|file| *file != PROXY_FILE_ID).collect()
    }

    pub(super) fn module(&self, file: u64) -> &str {
        self.modules.get(&file).map_or("schema", String::as_str)
    }

    /// What a declaration is called.
    pub(super) fn item(&self, id: u64) -> &str {
        self.items.get(&id).map_or("Unknown", String::as_str)
    }

    /// What the union without a name in a struct or a group is called, where it stands beside other fields.
    pub(super) fn union(&self, id: u64) -> &str {
        self.unions.get(&id).map_or("Unknown", String::as_str)
    }

    /// The path of a declaration, from the module of a file.
    pub(super) fn path(&self, id: u64, from: u64) -> String {
        let home = self.home.get(&id).copied().unwrap_or_default();
        let item = self.item(id);
        if home == PROXY_FILE_ID {
            return format!("ipc_runtime::wire::proxy::{item}");
        }
        if home == from {
            return item.to_owned();
        }
        let is_first =
            |file: u64| self.arrangement == Arrangement::OneFile && self.files.first() == Some(&file);
        // The first file's items stand around the modules of the others.
        match (is_first(from), is_first(home)) {
            (true, _) => format!("{}::{item}", self.module(home)),
            (false, true) => format!("super::{item}"),
            (false, false) => format!("super::{}::{item}", self.module(home)),
        }
    }
}

fn unique(taken: &mut BTreeSet<String>, wished: &str) -> String {
    let mut name = wished.to_owned();
    let mut number = 2;
    while !taken.insert(name.clone()) {
        name = format!("{wished}{number}");
        number += 1;
    }
    name
}

/// Names of the prelude and of what is imported, which the items of a schema would hide.
const HIDDEN: [&str; 19] = [
    "AnyPointer",
    "Arc",
    "Box",
    "Byte",
    "Clone",
    "Debug",
    "Err",
    "IpcException",
    "IpcType",
    "None",
    "Ok",
    "Option",
    "PartialEq",
    "Result",
    "Self",
    "Some",
    "String",
    "Sync",
    "Vec",
];

/// `Outer.Inner` becomes `OuterInner`.
pub(super) fn type_name(path: &str) -> String {
    let name: String = path.split('.').map(with_capital).collect();
    if HIDDEN.contains(&name.as_str()) { format!("{name}Type") } else { name }
}

pub(super) fn with_capital(word: &str) -> String {
    let mut chars = word.chars();
    chars.next().map(|first| first.to_ascii_uppercase()).into_iter().chain(chars).collect()
}

fn constant_name(path: &str) -> String {
    snake_case(&path.replace('.', "_")).to_uppercase()
}

fn module_name(stem: &str) -> String {
    let name = snake_case(stem);
    let name = if name.is_empty() || name.starts_with(|c: char| c.is_ascii_digit()) {
        format!("schema_{name}")
    } else {
        name
    };
    raw(&name)
}

/// `txID` becomes `tx_id`, `makeHTTPServer` becomes `make_http_server`.
pub(super) fn snake_case(name: &str) -> String {
    let chars: Vec<char> = name.chars().collect();
    let mut snake = String::new();
    for (index, c) in chars.iter().enumerate() {
        let before = index.checked_sub(1).and_then(|before| chars.get(before));
        let after = chars.get(index + 1);
        let begins = c.is_ascii_uppercase()
            && before.is_some_and(|before| {
                !before.is_ascii_uppercase() || after.is_some_and(char::is_ascii_lowercase)
            });
        if (begins || !c.is_ascii_alphanumeric()) && !snake.is_empty() && !snake.ends_with('_') {
            snake.push('_');
        }
        if c.is_ascii_alphanumeric() {
            snake.push(c.to_ascii_lowercase());
        }
    }
    snake.trim_end_matches('_').to_owned()
}

/// What the macros call a Rust name in the schema.
pub(super) fn camel_case(name: &str) -> String {
    let mut words = name.split('_').filter(|word| !word.is_empty());
    let first = words.next().unwrap_or_default();
    let mut chars = first.chars();
    let first: String = chars.next().map(|c| c.to_ascii_lowercase()).into_iter().chain(chars).collect();
    words.fold(first, |name, word| name + &with_capital(word))
}

/// Words of Rust.
const KEYWORDS: [&str; 48] = [
    "abstract", "as", "async", "await", "become", "box", "break", "const", "continue", "do", "dyn", "else",
    "enum", "extern", "false", "final", "fn", "for", "gen", "if", "impl", "in", "let", "loop", "macro",
    "match", "mod", "move", "mut", "override", "priv", "pub", "ref", "return", "static", "struct", "trait",
    "true", "try", "type", "typeof", "unsafe", "unsized", "use", "virtual", "where", "while", "yield",
];

/// A name as an identifier.
pub(super) fn raw(name: &str) -> String {
    match name {
        // These cannot be raw.
        "self" | "super" | "crate" => format!("{name}_"),
        _ if KEYWORDS.contains(&name) => format!("r#{name}"),
        _ => name.to_owned(),
    }
}
