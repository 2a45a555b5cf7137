//! Everything that some interfaces reach, sorted into files.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use ipc_runtime::wire::anonymous;
use ipc_runtime::wire::descriptor::Descriptor;

use crate::check;
use crate::member::{BUILTIN_NAMES, references, signature};
use crate::problem::{Problem, SchemaError};

/// The file id of libmultiprocess's `proxy.capnp`: ThreadMap, Thread and Context.
pub const PROXY_FILE_ID: u64 = 0xcc31_6e3f_71a0_40fb;

/// A set of declarations that is complete: it has whatever its members refer to.
#[derive(Debug)]
pub struct Schema {
    files: Vec<File>,
    /// The names that were asked for, by file id.
    names: BTreeMap<u64, String>,
    declarations: BTreeMap<u64, &'static Descriptor>,
}

impl Schema {
    /// Collects everything reachable from `roots`: fields, parameters, results, superclasses.
    ///
    /// The declarations with the file id of the first root make up the main file; each other file id gives a
    /// file that is imported. The result depends on nothing but the descriptors and the order of the roots.
    ///
    /// # Errors
    /// Returns all that the Cap'n Proto compiler, or a peer in C++, would not take: two declarations with one id,
    /// two with one name in a file, two members with one name, names and ids that are not allowed, holes in
    /// the ordinals.
    pub fn of(roots: &[&'static Descriptor]) -> Result<Self, SchemaError> {
        let mut problems = Vec::new();
        let reached = reach(roots, &mut problems);
        for descriptor in &reached {
            check::check_declaration(descriptor, &mut problems);
        }
        check::check_names(&reached, &mut problems);
        if !problems.is_empty() {
            return Err(SchemaError { problems });
        }
        let mut schema = Self {
            files: group(&reached),
            names: BTreeMap::new(),
            declarations: reached.into_iter().map(|descriptor| (descriptor.id, descriptor)).collect(),
        };
        schema.name_files();
        Ok(schema)
    }

    /// Gives the main file a name; otherwise it is called after the crate that declares its interfaces.
    pub fn with_main_name(self, name: &str) -> Self {
        match self.files.first().map(File::id) {
            Some(main) => self.with_file_name(main, name),
            None => self,
        }
    }

    /// Gives the file with an id a name; otherwise it is called after the crate that declares its interfaces,
    /// or `proxy.capnp`, or `ipc.capnp` where it has what no Rust item declares, such as tuples.
    pub fn with_file_name(mut self, file: u64, name: &str) -> Self {
        self.names.insert(file, name.to_owned());
        self.name_files();
        self
    }

    /// Returns the files, the main one first, the others by name.
    pub fn files(&self) -> &[File] {
        &self.files
    }

    /// Returns the declaration with the given id.
    pub fn declaration(&self, id: u64) -> Option<&'static Descriptor> {
        self.declarations.get(&id).copied()
    }

    /// Names the files, sorts the imported ones by name, and settles who imports whom under which alias.
    fn name_files(&mut self) {
        if let Some((_, imported)) = self.files.split_first_mut() {
            // Names that collide are told apart in this order.
            imported.sort_by_key(|file| file.id);
        }
        let mut taken = BTreeSet::new();
        for file in &mut self.files {
            let wished = self.names.get(&file.id).cloned().unwrap_or_else(|| file.natural_name());
            file.name = if taken.contains(&wished) {
                let stem = wished.strip_suffix(".capnp").unwrap_or(&wished);
                format!("{stem}-{:x}.capnp", file.id)
            } else {
                wished
            };
            taken.insert(file.name.clone());
        }
        if let Some((_, imported)) = self.files.split_first_mut() {
            imported.sort_by(|a, b| a.name.cmp(&b.name));
        }
        let names: BTreeMap<u64, String> =
            self.files.iter().map(|file| (file.id, file.name.clone())).collect();
        for file in &mut self.files {
            file.imports = file.find_imports(&names);
        }
    }
}

/// The declarations that share a file id.
#[derive(Debug)]
pub struct File {
    id: u64,
    name: String,
    declarations: Vec<&'static Descriptor>,
    imports: Vec<Import>,
}

impl File {
    /// Returns the file id.
    pub fn id(&self) -> u64 {
        self.id
    }

    /// Returns the file name, `.capnp` included.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Returns the declarations: in the main file as they are reached from the roots, in others by name.
    pub fn declarations(&self) -> &[&'static Descriptor] {
        &self.declarations
    }

    /// Returns the files that this one refers to.
    pub fn imports(&self) -> &[Import] {
        &self.imports
    }

    /// Returns the crates that declare what is in the file.
    pub fn crates(&self) -> BTreeSet<&'static str> {
        self.declarations.iter().map(|declaration| crate_of(declaration)).collect()
    }

    /// Returns what a declaration is called in this file.
    pub(crate) fn reference(&self, to: &Descriptor) -> String {
        match self.imports.iter().find(|import| import.file == to.file) {
            Some(import) => format!("{}.{}", import.alias, to.name),
            None => to.name.to_owned(),
        }
    }

    fn natural_name(&self) -> String {
        match self.id {
            PROXY_FILE_ID => "proxy.capnp".to_owned(),
            anonymous::FILE => "ipc.capnp".to_owned(),
            _ => format!("{}.capnp", self.crates().first().copied().unwrap_or("schema")),
        }
    }

    fn find_imports(&self, names: &BTreeMap<u64, String>) -> Vec<Import> {
        let imported: BTreeSet<u64> = self
            .declarations
            .iter()
            .flat_map(|declaration| references(declaration))
            .map(|referred| referred.file)
            .filter(|file| *file != self.id)
            .collect();
        let mut by_name: Vec<(&String, u64)> =
            imported.iter().filter_map(|file| Some((names.get(file)?, *file))).collect();
        by_name.sort();

        let mut taken: BTreeSet<String> = BUILTIN_NAMES.iter().map(|name| (*name).to_owned()).collect();
        taken.extend(self.declarations.iter().map(|declaration| declaration.name.to_owned()));
        let mut imports = Vec::new();
        for (name, file) in by_name {
            let mut alias = alias(name);
            while !taken.insert(alias.clone()) {
                alias.push_str("File");
            }
            imports.push(Import { file, name: name.clone(), alias });
        }
        imports
    }
}

/// One line `using Alias = import "name";`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Import {
    /// The id of the imported file.
    pub file: u64,
    /// Its name.
    pub name: String,
    /// What it is called in the importing file.
    pub alias: String,
}

/// Walks breadth first, so that what stands together in the source stays near.
fn reach(roots: &[&'static Descriptor], problems: &mut Vec<Problem>) -> Vec<&'static Descriptor> {
    let mut seen: BTreeMap<u64, &'static Descriptor> = BTreeMap::new();
    let mut reached = Vec::new();
    let mut queue: VecDeque<&'static Descriptor> = roots.iter().copied().collect();
    while let Some(descriptor) = queue.pop_front() {
        match seen.get(&descriptor.id) {
            Some(first) => {
                if !std::ptr::eq(*first, descriptor) && signature(first) != signature(descriptor) {
                    let problem = Problem::same_id(first, descriptor);
                    if !problems.contains(&problem) {
                        problems.push(problem);
                    }
                }
            }
            None => {
                seen.insert(descriptor.id, descriptor);
                reached.push(descriptor);
                queue.extend(references(descriptor));
            }
        }
    }
    reached
}

fn group(reached: &[&'static Descriptor]) -> Vec<File> {
    let mut files: Vec<File> = Vec::new();
    for descriptor in reached {
        match files.iter_mut().find(|file| file.id == descriptor.file) {
            Some(file) => file.declarations.push(descriptor),
            None => files.push(File {
                id: descriptor.file,
                name: String::new(),
                declarations: vec![descriptor],
                imports: Vec::new(),
            }),
        }
    }
    if let Some((_, imported)) = files.split_first_mut() {
        // Several schemas may import one file and reach its declarations in different orders.
        for file in imported.iter_mut() {
            file.declarations.sort_by_key(|declaration| declaration.name);
        }
    }
    files
}

fn crate_of(declaration: &Descriptor) -> &'static str {
    declaration.module.split("::").next().unwrap_or_default()
}

/// Returns the name of a file as a type name: `Proxy` for `proxy.capnp`.
fn alias(name: &str) -> String {
    let stem = name.strip_suffix(".capnp").unwrap_or(name);
    let mut alias = String::new();
    for word in stem.split(|c: char| !c.is_ascii_alphanumeric()) {
        let mut chars = word.chars();
        alias.extend(chars.next().map(|first| first.to_ascii_uppercase()));
        alias.push_str(chars.as_str());
    }
    if alias.starts_with(|c: char| c.is_ascii_uppercase()) { alias } else { format!("File{alias}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_alias_is_a_type_name() {
        assert_eq!(alias("proxy.capnp"), "Proxy");
        assert_eq!(alias("my_crate-2.capnp"), "MyCrate2");
        assert_eq!(alias("2d.capnp"), "File2d");
        assert_eq!(alias("é.capnp"), "File");
    }
}
