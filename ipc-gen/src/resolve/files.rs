//! Reads files, and the files that they import.

use std::collections::BTreeMap;
use std::io;
use std::path::{Component, Path, PathBuf};
use std::sync::Arc;

use super::ImportPath;
use crate::text::parse::parse;
use crate::text::source::{Log, Source, Span};
use crate::text::tree::Tree;

/// How many files one may import, those that these import included.
const MOST: usize = 10_000;

/// A file that was read.
#[derive(Debug)]
pub(super) struct Loaded {
    pub(super) source: Arc<Source>,
    pub(super) tree: Tree,
    pub(super) path: PathBuf,
    pub(super) id: u64,
    pub(super) requested: bool,
    /// The names by which it imports others, and their ids.
    pub(super) imports: BTreeMap<String, u64>,
}

impl Loaded {
    /// Returns the file that it imports by a name.
    pub(super) fn import(&self, name: &str) -> Option<u64> {
        self.imports.get(name).copied()
    }
}

/// Files that the conventions of this project and of the schema language itself need, written down here as far as
/// anything refers to them.
const BUILT_IN: [(&str, &str); 3] = [
    ("mp/proxy.capnp", include_str!("built_in/proxy.capnp")),
    ("capnp/c++.capnp", include_str!("built_in/c++.capnp")),
    ("capnp/stream.capnp", include_str!("built_in/stream.capnp")),
];

/// Reads some files, and those that they import, each once.
pub(super) fn load(
    requested: &[&Path],
    imports: &ImportPath,
    read: &dyn Fn(&Path) -> io::Result<Vec<u8>>,
    log: &mut Log,
) -> Vec<Loaded> {
    let mut loader = Loader { imports, read, log, loaded: Vec::new() };
    for path in requested {
        let path = normal(path);
        let name = path.to_string_lossy().into_owned();
        if loader.find(&path).is_some() {
            continue;
        }
        match (loader.read)(&path) {
            Ok(bytes) => loader.add(path, name, bytes, true),
            Err(error) => {
                let nothing = Arc::new(Source { name, text: String::new() });
                loader.log.report(&nothing, Span::default(), format!("cannot read the file: {error}"), "");
            }
        }
    }
    let mut next = 0;
    while next < loader.loaded.len() {
        loader.follow(next);
        next += 1;
    }
    loader.loaded
}

struct Loader<'l> {
    imports: &'l ImportPath,
    read: &'l dyn Fn(&Path) -> io::Result<Vec<u8>>,
    log: &'l mut Log,
    loaded: Vec<Loaded>,
}

impl Loader<'_> {
    fn find(&self, path: &Path) -> Option<&Loaded> {
        self.loaded.iter().find(|loaded| loaded.path == path)
    }

    fn add(&mut self, path: PathBuf, name: String, bytes: Vec<u8>, requested: bool) {
        let (text, broken) = match String::from_utf8(bytes) {
            Ok(text) => (text, None),
            Err(error) => {
                let at = error.utf8_error().valid_up_to();
                (String::from_utf8_lossy(error.as_bytes()).into_owned(), Some(at))
            }
        };
        let source = Arc::new(Source { name, text });
        if let Some(at) = broken {
            self.log.report(
                &source,
                Span { start: at, end: at },
                "the file is not UTF-8",
                "save it as UTF-8",
            );
        }
        let tree = parse(&source, self.log);
        let id = tree.id.as_ref().map_or(0, |id| id.value);
        if tree.id.is_none() {
            let help = format!("write this at its top, which was made for it: `@{:#018x};`", make_id());
            self.log.report(&source, Span::default(), "the file has no id", &help);
        } else if let Some(other) = self.loaded.iter().find(|other| other.id == id) {
            let message = format!("the file `{}` has this id too", other.source.name);
            let span = tree.id.as_ref().map(|id| id.span).unwrap_or_default();
            self.log.report(&source, span, message, "give one of them another: `ipc-gen id` makes one");
        }
        self.loaded.push(Loaded { source, tree, path, id, requested, imports: BTreeMap::new() });
    }

    /// Reads what a file imports.
    fn follow(&mut self, index: usize) {
        let Some(file) = self.loaded.get(index) else { return };
        let (source, importer) = (file.source.clone(), file.path.clone());
        let wanted = file.tree.imports.clone();
        let mut imports = BTreeMap::new();
        for import in wanted {
            if imports.contains_key(&import.value) {
                continue;
            }
            match self.import(&importer, &source.name, &import.value) {
                Some(id) => {
                    imports.insert(import.value, id);
                }
                None => {
                    let help = if import.value.starts_with('/') {
                        "it is looked for in the folders given with `--import-path`"
                    } else {
                        "it is looked for beside this file; a path that begins with `/` is looked for in the \
                         folders given with `--import-path`"
                    };
                    let message = format!("there is no file `{}`", import.value);
                    self.log.report(&source, import.span, message, help);
                }
            }
        }
        if let Some(file) = self.loaded.get_mut(index) {
            file.imports = imports;
        }
    }

    fn import(&mut self, importer: &Path, importer_name: &str, import: &str) -> Option<u64> {
        if self.loaded.len() >= MOST {
            return None;
        }
        let candidates: Vec<(PathBuf, String)> = match import.strip_prefix('/') {
            Some(below) => {
                let name = normal(Path::new(below)).to_string_lossy().into_owned();
                self.imports
                    .folders
                    .iter()
                    .map(|folder| (normal(&folder.join(below)), name.clone()))
                    .collect()
            }
            None => {
                let beside = |of: &Path| normal(&of.parent().unwrap_or(Path::new("")).join(import));
                let name = beside(Path::new(importer_name)).to_string_lossy().into_owned();
                vec![(beside(importer), name)]
            }
        };
        for (path, name) in candidates {
            if let Some(loaded) = self.find(&path) {
                return Some(loaded.id);
            }
            if let Ok(bytes) = (self.read)(&path) {
                self.add(path, name, bytes, false);
                return self.loaded.last().map(|loaded| loaded.id);
            }
        }
        let below = import.strip_prefix('/')?;
        let (name, text) = BUILT_IN.iter().find(|(name, _)| *name == below)?;
        let path = Path::new("built-in").join(name);
        if let Some(loaded) = self.find(&path) {
            return Some(loaded.id);
        }
        self.add(path, (*name).to_owned(), text.as_bytes().to_vec(), false);
        self.loaded.last().map(|loaded| loaded.id)
    }
}

/// Makes a new id for a file or a declaration, at random.
pub fn make_id() -> u64 {
    use std::hash::{BuildHasher, Hasher, RandomState};

    // The standard library seeds its hash tables at random.
    RandomState::new().build_hasher().finish() | 1 << 63
}

/// Takes `.` and `..` out of a path, as it is written: files need not be there.
fn normal(path: &Path) -> PathBuf {
    let mut normal = PathBuf::new();
    for component in path.components() {
        match component {
            Component::CurDir => {}
            Component::ParentDir if matches!(normal.components().next_back(), Some(Component::Normal(_))) => {
                normal.pop();
            }
            other => normal.push(other),
        }
    }
    normal
}
