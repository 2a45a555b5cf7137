//! Everything that some interfaces reach, sorted into files.

use std::collections::BTreeMap;

use ipc_runtime::schema::{self, File, PROXY_FILE_ID};
use ipc_runtime::wire::descriptor::Descriptor;

use crate::check;
use crate::grouping::{Anonymous, Grouping, Homes};
use crate::libmultiprocess::Libmultiprocess;
use crate::member::signature;
use crate::problem::{Problem, SchemaError};

/// A set of declarations that is complete: it has whatever its members refer to.
#[derive(Debug)]
pub struct Schema {
    /// As they were reached from the roots.
    reached: Vec<&'static Descriptor>,
    grouping: Grouping,
    libmultiprocess: Option<Libmultiprocess>,
    files: Vec<File>,
    /// The names that the grouping says, and those that were asked for, by file id.
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
        let schema = Self {
            declarations: reached.iter().map(|descriptor| (descriptor.id, *descriptor)).collect(),
            reached,
            grouping: Grouping::default(),
            libmultiprocess: None,
            files: Vec::new(),
            names: BTreeMap::new(),
        };
        schema.arranged(problems)
    }

    /// Sorts the declarations into other files.
    ///
    /// # Errors
    /// Returns what is wrong with the files: two declarations of one of them have one name.
    pub fn grouping(mut self, grouping: Grouping) -> Result<Self, SchemaError> {
        self.grouping = grouping;
        self.arranged(Vec::new())
    }

    /// Annotates the files for `mpgen`, the code generator of libmultiprocess. They import its `/mp/proxy.capnp`.
    ///
    /// # Errors
    /// Returns an error for what is said of a declaration or a member that there is not, and for files that import each other,
    /// which C++ cannot compile.
    pub fn libmultiprocess(mut self, cpp: Libmultiprocess) -> Result<Self, SchemaError> {
        self.libmultiprocess = Some(cpp);
        self.arranged(Vec::new())
    }

    /// Sorts the declarations into files, and checks these.
    fn arranged(mut self, mut problems: Vec<Problem>) -> Result<Self, SchemaError> {
        let anonymous = match (self.grouping, &self.libmultiprocess) {
            (Grouping::FileIds, None) => Anonymous::Apart,
            _ => Anonymous::WithItsUser,
        };
        let homes = Homes::of(&self.reached, self.grouping, anonymous);
        let home = |of: &Descriptor| homes.files.get(&of.id).copied().unwrap_or(of.file);
        check::check_names(&self.reached, &home, &mut problems);
        self.files = schema::group_by(&self.reached, home);
        // What was asked for stays.
        for (file, name) in &homes.names {
            self.names.entry(*file).or_insert_with(|| name.clone());
        }
        if let Some(cpp) = &self.libmultiprocess {
            self.names.insert(PROXY_FILE_ID, "/mp/proxy.capnp".to_owned());
            problems.extend(cpp.unknown(&self.reached).into_iter().map(|path| Problem::NotThere { path }));
        }
        schema::name_files(&mut self.files, &self.names);
        if self.libmultiprocess.is_some() {
            check::check_imports(&self.files, &mut problems);
        }
        if problems.is_empty() { Ok(self) } else { Err(SchemaError { problems }) }
    }

    /// Returns what the C++ side is called, if the files are for `mpgen`.
    pub(crate) fn annotations(&self) -> Option<&Libmultiprocess> {
        self.libmultiprocess.as_ref()
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
