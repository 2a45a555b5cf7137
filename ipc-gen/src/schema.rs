//! Everything that some interfaces reach, sorted into files.

use std::collections::BTreeMap;

use ipc_runtime::schema::{self, File};
use ipc_runtime::wire::descriptor::Descriptor;

use crate::check;
use crate::member::signature;
use crate::problem::{Problem, SchemaError};

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
        let reached = schema::reach(roots, |first, again| {
            if signature(first) != signature(again) {
                let problem = Problem::same_id(first, again);
                if !problems.contains(&problem) {
                    problems.push(problem);
                }
            }
        });
        for descriptor in &reached {
            check::check_declaration(descriptor, &mut problems);
        }
        check::check_names(&reached, &mut problems);
        if !problems.is_empty() {
            return Err(SchemaError { problems });
        }
        let mut schema = Self {
            files: schema::group(&reached),
            names: BTreeMap::new(),
            declarations: reached.into_iter().map(|descriptor| (descriptor.id, descriptor)).collect(),
        };
        schema::name_files(&mut schema.files, &schema.names);
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
        schema::name_files(&mut self.files, &self.names);
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
}
