//! Declarations sorted into files.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use super::member::references;
use crate::wire::anonymous;
use crate::wire::descriptor::{Descriptor, Interface, Kind};

/// The file id of libmultiprocess's `proxy.capnp`: ThreadMap, Thread and Context.
pub const PROXY_FILE_ID: u64 = 0xcc31_6e3f_71a0_40fb;

/// The file id of what no Rust item declares: tuples, entries of maps, closures.
pub const ANONYMOUS_FILE_ID: u64 = anonymous::FILE;

/// The declarations of one file.
#[derive(Debug)]
pub struct File {
    id: u64,
    name: String,
    declarations: Vec<&'static Descriptor>,
    imports: Vec<Import>,
    /// The files of the declarations that it refers to and does not have, by their ids.
    elsewhere: BTreeMap<u64, u64>,
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
        // What no item declares comes along with what does.
        let declared = self.declarations.iter().filter(|of| of.file != ANONYMOUS_FILE_ID);
        let crates: BTreeSet<&str> = declared.map(|declaration| crate_of(declaration)).collect();
        if crates.is_empty() {
            return self.declarations.iter().map(|declaration| crate_of(declaration)).collect();
        }
        crates
    }

    /// Returns what a declaration is called in this file.
    pub fn reference(&self, to: &Descriptor) -> String {
        let file = self.elsewhere.get(&to.id);
        match self.imports.iter().find(|import| Some(&import.file) == file) {
            Some(import) => format!("{}.{}", import.alias, to.name),
            None => to.name.to_owned(),
        }
    }

    fn natural_name(&self) -> String {
        natural_name(self.id, self.crates().first().copied().unwrap_or("schema"))
    }

    /// Finds the files of what it refers to; `homes` says where each declaration is.
    fn find_elsewhere(&self, homes: &BTreeMap<u64, u64>) -> BTreeMap<u64, u64> {
        let referred = self.declarations.iter().flat_map(|declaration| references(declaration));
        let homes = referred.filter_map(|to| Some((to.id, *homes.get(&to.id)?)));
        homes.filter(|(_, file)| *file != self.id).collect()
    }

    fn find_imports(&self, names: &BTreeMap<u64, String>) -> Vec<Import> {
        let imported: BTreeSet<u64> = self.elsewhere.values().copied().collect();
        let mut by_name: Vec<(&String, u64)> =
            imported.iter().filter_map(|file| Some((names.get(file)?, *file))).collect();
        by_name.sort();

        let mut taken: BTreeSet<String> = BUILTIN_NAMES.iter().map(|name| (*name).to_owned()).collect();
        for declaration in &self.declarations {
            taken.insert(declaration.name.to_owned());
            taken.extend(declaration.parameters.iter().map(|parameter| parameter.name.to_owned()));
        }
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

fn natural_name(file: u64, crate_name: &str) -> String {
    match file {
        PROXY_FILE_ID => "proxy.capnp".to_owned(),
        ANONYMOUS_FILE_ID => "ipc.capnp".to_owned(),
        _ => format!("{crate_name}.capnp"),
    }
}

/// Returns the name that servers in C++ say of a declaration: behind that of its file. That of `proxy.capnp` is as
/// libmultiprocess compiles it, that of others as it is if nothing else has its name.
pub(crate) fn display_name(declaration: &Descriptor) -> String {
    let file = match declaration.file {
        PROXY_FILE_ID => "include/mp/proxy.capnp".to_owned(),
        file => natural_name(file, crate_of(declaration)),
    };
    format!("{file}:{}", declaration.name)
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

/// Collects everything reachable from `roots`, breadth first, so that what stands together in the source stays near. Of several
/// with one id it takes the first; `again` is given it and each other.
pub fn reach(
    roots: &[&'static Descriptor],
    mut again: impl FnMut(&'static Descriptor, &'static Descriptor),
) -> Vec<&'static Descriptor> {
    let mut seen: BTreeMap<u64, &'static Descriptor> = BTreeMap::new();
    let mut reached = Vec::new();
    let mut queue: VecDeque<&'static Descriptor> = roots.iter().copied().collect();
    while let Some(descriptor) = queue.pop_front() {
        match seen.get(&descriptor.id) {
            Some(first) => {
                if !std::ptr::eq(*first, descriptor) {
                    again(first, descriptor);
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

/// Sorts declarations into files by their file ids; [`name_files`] has yet to name them. The file of the first one is the main
/// one.
pub fn group(reached: &[&'static Descriptor]) -> Vec<File> {
    group_by(reached, |descriptor| descriptor.file)
}

/// Sorts declarations into files, whose ids `home` says, as [`group`] does.
pub fn group_by(reached: &[&'static Descriptor], home: impl Fn(&Descriptor) -> u64) -> Vec<File> {
    let mut files: Vec<File> = Vec::new();
    for descriptor in reached {
        let id = home(descriptor);
        match files.iter_mut().find(|file| file.id == id) {
            Some(file) => file.declarations.push(descriptor),
            None => files.push(File {
                id,
                name: String::new(),
                declarations: vec![descriptor],
                imports: Vec::new(),
                elsewhere: BTreeMap::new(),
            }),
        }
    }
    if let Some((_, imported)) = files.split_first_mut() {
        // Several schemas may import one file and reach its declarations in different orders.
        for file in imported.iter_mut() {
            file.declarations.sort_by_key(|declaration| declaration.name);
        }
    }
    for file in &mut files {
        file.declarations = superclasses_first(&file.declarations);
    }
    files
}

/// Moves interfaces before those that extend them, which is the only order that C++ compiles; the others stay as they are.
fn superclasses_first(declarations: &[&'static Descriptor]) -> Vec<&'static Descriptor> {
    fn place(
        of: &'static Descriptor,
        among: &[&'static Descriptor],
        seen: &mut BTreeSet<u64>,
        placed: &mut Vec<&'static Descriptor>,
    ) {
        if !seen.insert(of.id) {
            return;
        }
        if let Kind::Interface(Interface { superclasses, .. }) = &of.kind {
            let ids: Vec<u64> = superclasses.iter().map(|superclass| superclass().id).collect();
            for superclass in among.iter().filter(|other| ids.contains(&other.id)) {
                place(superclass, among, seen, placed);
            }
        }
        placed.push(of);
    }

    let (mut seen, mut placed) = (BTreeSet::new(), Vec::new());
    for declaration in declarations {
        place(declaration, declarations, &mut seen, &mut placed);
    }
    placed
}

/// Names the files, by those that are given or else by what is in them, sorts the imported ones by name, and settles who
/// imports whom under which alias.
pub fn name_files(files: &mut [File], names: &BTreeMap<u64, String>) {
    if let Some((_, imported)) = files.split_first_mut() {
        // Names that collide are told apart in this order.
        imported.sort_by_key(|file| file.id);
    }
    let mut taken = BTreeSet::new();
    for file in files.iter_mut() {
        let wished = names.get(&file.id).cloned().unwrap_or_else(|| file.natural_name());
        file.name = if taken.contains(&wished) {
            let stem = wished.strip_suffix(".capnp").unwrap_or(&wished);
            format!("{stem}-{:x}.capnp", file.id)
        } else {
            wished
        };
        taken.insert(file.name.clone());
    }
    if let Some((_, imported)) = files.split_first_mut() {
        imported.sort_by(|a, b| a.name.cmp(&b.name));
    }
    let names: BTreeMap<u64, String> = files.iter().map(|file| (file.id, file.name.clone())).collect();
    let declared = files.iter().flat_map(|file| file.declarations.iter().map(|of| (of.id, file.id)));
    let homes: BTreeMap<u64, u64> = declared.collect();
    for file in files.iter_mut() {
        file.elsewhere = file.find_elsewhere(&homes);
        file.imports = file.find_imports(&names);
    }
}

fn crate_of(declaration: &Descriptor) -> &'static str {
    declaration.module.split("::").next().unwrap_or_default()
}

/// Returns the name of a file as a type name: `Proxy` for `proxy.capnp`, whichever folder it is in.
fn alias(name: &str) -> String {
    let name = name.rsplit_once('/').map_or(name, |(_, name)| name);
    let stem = name.strip_suffix(".capnp").unwrap_or(name);
    let mut alias = String::new();
    for word in stem.split(|c: char| !c.is_ascii_alphanumeric()) {
        let mut chars = word.chars();
        alias.extend(chars.next().map(|first| first.to_ascii_uppercase()));
        alias.push_str(chars.as_str());
    }
    if alias.starts_with(|c: char| c.is_ascii_uppercase()) { alias } else { format!("File{alias}") }
}

/// The names that a declaration would hide from the rest of its file.
pub const BUILTIN_NAMES: [&str; 19] = [
    "Void",
    "Bool",
    "Int8",
    "Int16",
    "Int32",
    "Int64",
    "UInt8",
    "UInt16",
    "UInt32",
    "UInt64",
    "Float32",
    "Float64",
    "Text",
    "Data",
    "List",
    "AnyPointer",
    "AnyStruct",
    "AnyList",
    "Capability",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_alias_is_a_type_name() {
        assert_eq!(alias("proxy.capnp"), "Proxy");
        assert_eq!(alias("/mp/proxy.capnp"), "Proxy");
        assert_eq!(alias("my_crate-2.capnp"), "MyCrate2");
        assert_eq!(alias("2d.capnp"), "File2d");
        assert_eq!(alias("é.capnp"), "File");
    }
}
