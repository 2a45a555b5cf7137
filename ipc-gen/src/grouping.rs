//! Which file each declaration goes into.

use std::collections::BTreeMap;
use std::fmt;

use ipc_runtime::schema::{ANONYMOUS_FILE_ID, PROXY_FILE_ID, references};
use ipc_runtime::wire::descriptor::Descriptor;
use ipc_runtime::wire::id::package_file_id;

/// How the declarations of a [`Schema`](crate::Schema) are sorted into files.
///
/// Every declaration carries its id, so that programs do not notice where it is. The threads of libmultiprocess are in
/// `proxy.capnp` whatever is said here, since other schemas have them too.
#[derive(Clone, Copy, Default)]
pub enum Grouping {
    /// By their file ids: one file for each package, and for each `file = 0x..`. What no Rust item declares, such as the
    /// struct of a tuple, is in `ipc.capnp`, which several schemas can share. It and the file that uses it import each other.
    #[default]
    FileIds,
    /// One file for each Rust module, called after its path: `calculator-shapes.capnp`.
    Modules,
    /// One file for everything.
    Single,
    /// A file for each name that the function returns, `.capnp` included.
    By(fn(&Descriptor) -> String),
}

impl fmt::Debug for Grouping {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::FileIds => "FileIds",
            Self::Modules => "Modules",
            Self::Single => "Single",
            Self::By(_) => "By(..)",
        })
    }
}

/// Where what no Rust item declares goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Anonymous {
    /// Into a file of its own.
    Apart,
    /// Into the first file that uses it.
    WithItsUser,
}

/// The files of declarations.
#[derive(Debug, Default)]
pub(crate) struct Homes {
    /// The file ids of the declarations, by their ids.
    pub(crate) files: BTreeMap<u64, u64>,
    /// The names of files that the grouping says.
    pub(crate) names: BTreeMap<u64, String>,
}

impl Homes {
    /// Finds the homes of what was reached, each after something that refers to it.
    pub(crate) fn of(reached: &[&'static Descriptor], grouping: Grouping, anonymous: Anonymous) -> Self {
        let mut homes = Self::default();
        for descriptor in reached {
            let id = homes.home(descriptor, reached, grouping);
            if anonymous == Anonymous::Apart || id == PROXY_FILE_ID {
                continue;
            }
            for of in references(descriptor).iter().filter(|of| of.file == ANONYMOUS_FILE_ID) {
                homes.files.entry(of.id).or_insert(id);
            }
        }
        homes
    }

    fn home(&mut self, of: &Descriptor, reached: &[&'static Descriptor], grouping: Grouping) -> u64 {
        if let Some(found) = self.files.get(&of.id) {
            return *found;
        }
        let (id, name) = match grouping {
            _ if of.file == PROXY_FILE_ID => (PROXY_FILE_ID, None),
            Grouping::FileIds => (of.file, None),
            Grouping::Single => (reached.first().map_or(of.file, |first| first.file), None),
            Grouping::Modules => {
                (package_file_id(of.module), Some(format!("{}.capnp", of.module.replace("::", "-"))))
            }
            Grouping::By(name) => {
                let name = name(of);
                // Two packages may both have a `types.capnp`.
                let package = of.module.split("::").next().unwrap_or_default();
                (package_file_id(&format!("{package}/{name}")), Some(name))
            }
        };
        self.files.insert(of.id, id);
        if let Some(name) = name {
            self.names.insert(id, name);
        }
        id
    }
}
