//! Interfaces against their released versions.

use std::error::Error;
use std::fmt;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use ipc_runtime::wire::descriptor::Descriptor;

use crate::compat::{Change, check};
use crate::emit::{Origin, emit};
use crate::model::Model;
use crate::problem::SchemaError;
use crate::resolve::ImportPath;
use crate::schema::Schema;
use crate::text::source::Mistakes;

/// The environment variable that makes [`guard`] write down a release: its value is the version.
pub const RELEASE_VARIABLE: &str = "IPC_GEN_RELEASE";

/// Compares what `roots` reach with each released version in a folder, in which each has a folder of its own with its
/// `.capnp` files. The roots are all that a program offers or uses: a released interface that they do not reach is gone.
///
/// If `IPC_GEN_RELEASE` is a version, the interfaces are written there as that version in the place of a comparison.
///
/// # Errors
/// Returns the changes that break peers of a released version; what is wrong with the interfaces or the files.
pub fn guard(folder: &Path, roots: &[&'static Descriptor], origin: &Origin) -> Result<(), GuardError> {
    let schema = Schema::of(roots).map_err(GuardError::Invalid)?;
    if let Some(version) = std::env::var_os(RELEASE_VARIABLE).filter(|version| !version.is_empty()) {
        return release(&folder.join(version), &schema, origin);
    }
    let new = Model::of(&schema);
    let mut broken = Vec::new();
    for version in versions(folder)? {
        let old = Model::read(&files(&version)?, &ImportPath { folders: Vec::new() })
            .map_err(|mistakes| GuardError::Unreadable { version: version.clone(), mistakes })?;
        let changes = check(&old, &new);
        for change in changes.into_iter().filter(|change| change.impact.is_breaking()) {
            let module = schema.declaration(change.id).map(|declaration| declaration.module);
            let version = version.file_name().unwrap_or_default().to_string_lossy().into_owned();
            broken.push(Broken { version, change, module });
        }
    }
    if broken.is_empty() { Ok(()) } else { Err(GuardError::Broken(broken)) }
}

/// Writes down a release.
fn release(folder: &Path, schema: &Schema, origin: &Origin) -> Result<(), GuardError> {
    let failed = |action, path: &Path| {
        let path = path.to_owned();
        move |source| GuardError::Io { action, path, source }
    };
    if folder.exists() {
        let there = io::Error::new(io::ErrorKind::AlreadyExists, "it was released already");
        return Err(failed("write", folder)(there));
    }
    fs::create_dir_all(folder).map_err(failed("create", folder))?;
    for file in emit(schema, origin) {
        let path = folder.join(&file.name);
        fs::write(&path, file.text).map_err(failed("write", &path))?;
    }
    Ok(())
}

fn versions(folder: &Path) -> Result<Vec<PathBuf>, GuardError> {
    let mut versions = list(folder)?;
    versions.retain(|path| path.is_dir());
    Ok(versions)
}

fn files(version: &Path) -> Result<Vec<PathBuf>, GuardError> {
    let mut files = list(version)?;
    files.retain(|path| path.extension().is_some_and(|extension| extension == "capnp"));
    Ok(files)
}

fn list(folder: &Path) -> Result<Vec<PathBuf>, GuardError> {
    let failed = |source| GuardError::Io { action: "read", path: folder.to_owned(), source };
    let mut paths = Vec::new();
    for entry in fs::read_dir(folder).map_err(failed)? {
        paths.push(entry.map_err(failed)?.path());
    }
    paths.sort();
    Ok(paths)
}

/// A change that breaks peers of a released version.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Broken {
    /// The released version.
    pub version: String,
    /// The change.
    pub change: Change,
    /// The Rust module that declares what has changed, if it is still there.
    pub module: Option<&'static str>,
}

impl fmt::Display for Broken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { version, change, module } = self;
        write!(f, "{change}\n  since: {version}")?;
        match module {
            Some(module) => write!(f, "\n  place: `{}` in `{module}`", change.place),
            None => Ok(()),
        }
    }
}

/// Why interfaces do not fit released versions.
#[derive(Debug)]
#[non_exhaustive]
pub enum GuardError {
    /// They break peers.
    Broken(Vec<Broken>),
    /// The declarations do not make a schema.
    Invalid(SchemaError),
    /// The files of a released version are no schema.
    Unreadable {
        /// The folder.
        version: PathBuf,
        /// What is wrong.
        mistakes: Mistakes,
    },
    /// A file cannot be read or written.
    Io {
        /// What was attempted: `read`, `write`, `create`.
        action: &'static str,
        /// The file or folder.
        path: PathBuf,
        /// What the operating system said.
        source: io::Error,
    },
}

impl fmt::Display for GuardError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Broken(broken) => {
                f.write_str("the interfaces break peers of a released version")?;
                broken.iter().try_for_each(|broken| write!(f, "\n\n{broken}"))
            }
            Self::Invalid(_) => f.write_str("the interfaces do not make a schema"),
            Self::Unreadable { version, .. } => {
                write!(f, "the released version `{}` cannot be read", version.display())
            }
            Self::Io { action, path, .. } => write!(f, "cannot {action} `{}`", path.display()),
        }
    }
}

impl Error for GuardError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self {
            Self::Broken(_) => None,
            Self::Invalid(error) => Some(error),
            Self::Unreadable { mistakes, .. } => Some(mistakes),
            Self::Io { source, .. } => Some(source),
        }
    }
}
