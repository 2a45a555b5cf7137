//! Syntax trees to a [`Model`]: names are found, fields placed, values computed.
//!
//! ```text
//! files       reads files, and those that they import
//! symbols     what is declared where, and its id
//! names       names and types
//! members     enums, interfaces, and structs, whose fields layout places
//! values      defaults, constants and annotations; fit makes them values of their types
//! ```

mod files;
mod fit;
mod layout;
mod members;
mod names;
mod structs;
mod symbols;
mod values;

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::model::{Brand, FieldKind, Model, ModelFile, Node, NodeKind, Places, Type};
use crate::text::source::{Log, Mistakes, Source, Span};
use crate::text::tree::Expression;

pub use files::make_id;
use files::{Loaded, load};
use symbols::{Symbol, SymbolId, declare};

/// Where `.capnp` files are found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ImportPath {
    /// The folders in which a file is looked for that is imported by a path that begins with `/`.
    pub folders: Vec<PathBuf>,
}

impl Default for ImportPath {
    /// Where the Cap'n Proto compiler looks too.
    fn default() -> Self {
        Self { folders: vec!["/usr/local/include".into(), "/usr/include".into()] }
    }
}

impl Model {
    /// Reads `.capnp` files and what they import.
    ///
    /// Where none of the folders has `/mp/proxy.capnp`, `/capnp/c++.capnp` or `/capnp/stream.capnp`, it is as if one
    /// had.
    ///
    /// # Errors
    /// Returns all that is wrong with the files, each mistake with its place; a file that cannot be read is
    /// one too.
    pub fn read(files: &[impl AsRef<Path>], imports: &ImportPath) -> Result<Self, Mistakes> {
        let files: Vec<&Path> = files.iter().map(AsRef::as_ref).collect();
        Self::read_with(&files, imports, &|path: &Path| std::fs::read(path))
    }

    /// Reads files that `read` finds.
    ///
    /// # Errors
    /// Returns all that is wrong with the files.
    #[doc(hidden)]
    pub fn read_with(
        files: &[&Path],
        imports: &ImportPath,
        read: &dyn Fn(&Path) -> std::io::Result<Vec<u8>>,
    ) -> Result<Self, Mistakes> {
        let mut log = Log::default();
        let loaded = load(files, imports, read, &mut log);
        // What is missing in one text would be reported of others.
        let mut log = log.checked()?;
        let symbols = declare(&loaded, &mut log);
        let mut resolver = Resolver {
            files: &loaded,
            symbols,
            read,
            log,
            nodes: BTreeMap::new(),
            pending: Vec::new(),
            constants: BTreeMap::new(),
            places: Places::default(),
            steps: 0,
        };
        resolver.compile_nodes();
        resolver.compile_values();
        let Resolver { nodes, log, places, .. } = resolver;
        log.checked()?;
        let files = loaded.iter().filter(|file| file.requested).map(Loaded::describe).collect();
        Ok(prune(Self { files, nodes, places }))
    }
}

/// What is known while a model is made.
struct Resolver<'t> {
    files: &'t [Loaded],
    symbols: Vec<Symbol<'t>>,
    read: &'t dyn Fn(&Path) -> std::io::Result<Vec<u8>>,
    log: Log,
    nodes: BTreeMap<u64, Node>,
    pending: Vec<values::Pending<'t>>,
    constants: BTreeMap<u64, Option<values::Computed>>,
    places: Places,
    /// How often a name was looked up.
    steps: u32,
}

impl<'t> Resolver<'t> {
    fn symbol(&self, id: SymbolId) -> Option<&Symbol<'t>> {
        self.symbols.get(id.0)
    }

    fn source_of(&self, scope: SymbolId) -> Arc<Source> {
        let file = self.symbol(scope).and_then(|symbol| self.files.get(symbol.file));
        file.map_or_else(
            || Arc::new(Source { name: String::new(), text: String::new() }),
            |file| file.source.clone(),
        )
    }

    /// Reports a mistake in the file of a scope.
    fn report(&mut self, scope: SymbolId, span: Span, message: impl Into<String>, help: &str) {
        let source = self.source_of(scope);
        self.log.report(&source, span, message, help);
    }

    /// Notes where a node, or a member of one, has its name.
    fn note(&mut self, scope: SymbolId, node: u64, member: Option<usize>, span: Span) {
        // Another name for something has no node.
        if node != 0 {
            let source = self.source_of(scope);
            self.places.note(node, member, source, span);
        }
    }

    /// Returns how an expression is written.
    fn written(&self, scope: SymbolId, expression: &Expression) -> String {
        let source = self.source_of(scope);
        source.text.get(expression.span.start..expression.span.end).unwrap_or_default().to_owned()
    }

    fn compile_nodes(&mut self) {
        for index in 0..self.symbols.len() {
            self.compile_node(SymbolId(index));
        }
    }
}

impl Loaded {
    fn describe(&self) -> ModelFile {
        let imports = self.imports.iter().map(|(name, file)| (*file, name.clone())).collect();
        ModelFile { id: self.id, name: self.source.name.clone(), imports }
    }
}

/// Leaves out what the files that were asked for have nothing to do with.
fn prune(mut model: Model) -> Model {
    let asked: BTreeSet<u64> = model.files.iter().map(|file| file.id).collect();
    let mut wanted: Vec<u64> = model
        .nodes
        .values()
        .filter(|node| model.file_of(node).is_some_and(|file| asked.contains(&file)))
        .map(|node| node.id)
        .collect();
    let mut kept = BTreeSet::new();
    while let Some(id) = wanted.pop() {
        if let Some(node) = model.nodes.get(&id)
            && kept.insert(id)
        {
            wanted.push(node.scope);
            node.for_each_reference(&mut |id| wanted.push(id));
        }
    }
    model.nodes.retain(|id, _| kept.contains(id));
    model
}

impl Node {
    /// Calls `found` with the id of whatever the node refers to.
    pub(crate) fn for_each_reference(&self, found: &mut dyn FnMut(u64)) {
        let annotations = |annotations: &[crate::model::Annotation], found: &mut dyn FnMut(u64)| {
            for annotation in annotations {
                found(annotation.id);
                brand_references(&annotation.brand, found);
            }
        };
        annotations(&self.annotations, found);
        match &self.kind {
            NodeKind::File => {}
            NodeKind::Struct(of) => {
                for field in &of.fields {
                    annotations(&field.annotations, found);
                    match &field.kind {
                        FieldKind::Slot { ty, .. } => type_references(ty, found),
                        FieldKind::Group(id) => found(*id),
                    }
                }
            }
            NodeKind::Enum(of) => of.iter().for_each(|enumerant| annotations(&enumerant.annotations, found)),
            NodeKind::Interface(of) => {
                for (id, brand) in &of.superclasses {
                    found(*id);
                    brand_references(brand, found);
                }
                for method in &of.methods {
                    annotations(&method.annotations, found);
                    for (id, brand) in [&method.params, &method.results] {
                        found(*id);
                        brand_references(brand, found);
                    }
                }
            }
            NodeKind::Const(ty, _) | NodeKind::Annotation(ty, _) => type_references(ty, found),
        }
    }
}

fn type_references(ty: &Type, found: &mut dyn FnMut(u64)) {
    if let Type::Enum(id, brand) | Type::Struct(id, brand) | Type::Interface(id, brand) = ty.innermost() {
        found(*id);
        brand_references(brand, found);
    }
}

fn brand_references(brand: &Brand, found: &mut dyn FnMut(u64)) {
    for ty in brand.0.iter().flat_map(|scope| scope.bind.iter().flatten().flatten()) {
        type_references(ty, found);
    }
}
