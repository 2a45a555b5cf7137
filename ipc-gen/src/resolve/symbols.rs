//! What is declared where, and its id.

use std::collections::BTreeMap;

use ipc_runtime::wire::id::type_id;

use super::files::Loaded;
use crate::text::source::{Log, Span};
use crate::text::tree::{Declaration, DeclarationKind};

/// Which of the symbols.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct SymbolId(pub(super) usize);

/// A file, or a declaration that has a name of its own: one with a node, or another name for something.
#[derive(Debug)]
pub(super) struct Symbol<'t> {
    pub(super) parent: Option<SymbolId>,
    /// Which of the files.
    pub(super) file: usize,
    /// `None` for a file.
    pub(super) declaration: Option<&'t Declaration>,
    /// 0 for another name.
    pub(super) id: u64,
    pub(super) parameters: Vec<&'t str>,
    pub(super) children: BTreeMap<&'t str, SymbolId>,
    /// The children that have nodes, in the order of the text.
    pub(super) nested: Vec<SymbolId>,
}

/// Collects the symbols of all files, and checks names and ids; the first ones are those of the files.
pub(super) fn declare<'t>(files: &'t [Loaded], log: &mut Log) -> Vec<Symbol<'t>> {
    let symbol = |(file, loaded): (usize, &Loaded)| Symbol {
        parent: None,
        file,
        declaration: None,
        id: loaded.id,
        parameters: Vec::new(),
        children: BTreeMap::new(),
        nested: Vec::new(),
    };
    let mut declarer = Declarer {
        files,
        log,
        symbols: files.iter().enumerate().map(symbol).collect(),
        ids: BTreeMap::new(),
    };
    for (index, file) in files.iter().enumerate() {
        declarer.ids.insert(file.id, Span::default());
        for declaration in &file.tree.declarations {
            declarer.declare(index, SymbolId(index), file.id, declaration);
        }
    }
    declarer.symbols
}

struct Declarer<'t, 'l> {
    files: &'t [Loaded],
    log: &'l mut Log,
    symbols: Vec<Symbol<'t>>,
    ids: BTreeMap<u64, Span>,
}

impl<'t> Declarer<'t, '_> {
    fn report(&mut self, file: usize, span: Span, message: impl Into<String>, help: &str) {
        if let Some(file) = self.files.get(file) {
            self.log.report(&file.source, span, message, help);
        }
    }

    fn declare(&mut self, file: usize, parent: SymbolId, parent_id: u64, of: &'t Declaration) {
        check_name(of, &mut |message, help| self.report(file, of.name.span, message, help));
        let is_alias = matches!(of.kind, DeclarationKind::Using(_));
        if !of.has_node() && !is_alias {
            // A member; what is declared in it has no place.
            for nested in &of.nested {
                if nested.has_node() || matches!(nested.kind, DeclarationKind::Using(_)) {
                    self.report(
                        file,
                        nested.name.span,
                        format!("`{}` cannot be declared in a union or a group", nested.name.value),
                        "declare it in the struct around it",
                    );
                } else {
                    self.declare(file, parent, parent_id, nested);
                }
            }
            return;
        }
        let id = match &of.id {
            _ if is_alias => 0,
            Some(id) => id.value,
            None => type_id(parent_id, &of.name.value),
        };
        if id != 0 && self.ids.insert(id, of.name.span).is_some() {
            let span = of.id.as_ref().map_or(of.name.span, |id| id.span);
            self.report(
                file,
                span,
                format!("the id {id:#018x} is that of another declaration too"),
                "give it another one: `ipc-gen id` makes one",
            );
        }
        let symbol = SymbolId(self.symbols.len());
        self.symbols.push(Symbol {
            parent: Some(parent),
            file,
            declaration: Some(of),
            id,
            parameters: of.parameters.iter().map(|parameter| parameter.value.as_str()).collect(),
            children: BTreeMap::new(),
            nested: Vec::new(),
        });
        let around = self.symbols.get_mut(parent.0);
        let twice = around.is_some_and(|around| {
            if !is_alias {
                around.nested.push(symbol);
            }
            around.children.insert(&of.name.value, symbol).is_some()
        });
        if twice && !of.name.value.is_empty() {
            self.report(file, of.name.span, format!("`{}` is declared twice", of.name.value), "rename one");
        }
        for nested in &of.nested {
            self.declare(file, symbol, id, nested);
        }
        self.check_members(file, of);
    }

    /// Checks that no two members in one scope have one name; an unnamed union is no scope.
    fn check_members(&mut self, file: usize, of: &'t Declaration) {
        let mut names = BTreeMap::new();
        let mut unions = 0;
        let mut scopes = vec![of];
        while let Some(scope) = scopes.pop() {
            for member in &scope.nested {
                if member.has_node() || matches!(member.kind, DeclarationKind::Using(_)) {
                    continue;
                }
                if member.name.value.is_empty() {
                    unions += 1;
                    if unions > 1 {
                        self.report(
                            file,
                            member.name.span,
                            "there is an unnamed union here already",
                            "give one of them a name: `name :union { .. }`",
                        );
                    }
                    scopes.push(member);
                    continue;
                }
                if names.insert(&member.name.value, ()).is_some() {
                    let message = format!("`{}` is there twice", member.name.value);
                    self.report(file, member.name.span, message, "rename one");
                }
                if matches!(member.kind, DeclarationKind::Union { .. } | DeclarationKind::Group) {
                    self.check_members(file, member);
                }
            }
        }
    }
}

fn check_name(of: &Declaration, report: &mut dyn FnMut(String, &str)) {
    let name = &of.name.value;
    let Some(first) = name.chars().next() else { return };
    let is_type = match &of.kind {
        DeclarationKind::Enum | DeclarationKind::Struct | DeclarationKind::Interface { .. } => Some(true),
        // Another name has the case of what it stands for.
        DeclarationKind::Using(_) => None,
        _ => Some(false),
    };
    if is_type == Some(true) && !first.is_ascii_uppercase() {
        report(format!("`{name}` is the name of a type"), "it begins with a capital letter");
    }
    if is_type == Some(false) && !first.is_ascii_lowercase() {
        report(format!("`{name}` is not the name of a type"), "it begins with a small letter");
    }
    if name.contains('_') {
        report(format!("`{name}` has an underscore"), "names are in camelCase: `someName` or `SomeType`");
    }
}
