//! Compares the emitted text with the files of a source tree, and writes them on request.

use std::error::Error;
use std::fmt;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use ipc_runtime::wire::descriptor::Descriptor;

use crate::diff::first_difference;
use crate::emit::{Origin, emit};
use crate::merge::{contains, merge};
use crate::problem::SchemaError;
use crate::schema::Schema;

/// The environment variable that turns a check into an update when it is `1`.
pub const UPDATE_VARIABLE: &str = "IPC_GEN_UPDATE";

/// Whether files are compared or written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// Compares, and changes nothing.
    Check,
    /// Writes what differs.
    Update,
}

impl Mode {
    /// Returns what the environment asks for: to update if `IPC_GEN_UPDATE` is `1`.
    pub fn from_env() -> Self {
        match std::env::var_os(UPDATE_VARIABLE) {
            Some(value) if value == "1" => Self::Update,
            _ => Self::Check,
        }
    }
}

/// Compares the schema of everything that `roots` reach with the file at `path`, or writes it there.
///
/// The files that it imports lie beside it. Others may import them too and reach other declarations in them, so
/// an imported file may hold more than is reached from here; an update adds what is missing and keeps the rest.
///
/// # Errors
/// Returns which files are missing or differ, and how; what is wrong with the declarations; the operating
/// system's error.
pub fn check_or_update(
    path: &Path,
    roots: &[&'static Descriptor],
    origin: &Origin,
    mode: Mode,
) -> Result<(), StaleSchema> {
    check_or_update_schema(path, Schema::of(roots).map_err(StaleSchema::Invalid)?, origin, mode)
}

/// Compares a schema with the file at `path`, as [`check_or_update`] does, or writes it there: one that is grouped in another way,
/// or annotated.
///
/// # Errors
/// Returns which files are missing or differ, and how; the operating system's error.
pub fn check_or_update_schema(
    path: &Path,
    schema: Schema,
    origin: &Origin,
    mode: Mode,
) -> Result<(), StaleSchema> {
    // Tests of one program run at the same time and may import the same file.
    static TURN: Mutex<()> = Mutex::new(());
    let _turn = TURN.lock().unwrap_or_else(PoisonError::into_inner);

    let name = path.file_name().and_then(|name| name.to_str()).ok_or_else(|| StaleSchema::Io {
        action: "name",
        path: path.to_owned(),
        source: io::Error::new(io::ErrorKind::InvalidInput, "the path does not end in a file name"),
    })?;
    let schema = schema.with_main_name(name);
    let mut stale = Vec::new();
    for (position, file) in emit(&schema, origin).into_iter().enumerate() {
        let path = path.with_file_name(&file.name);
        let found = read(&path)?;
        let (fresh, wanted) = match (position, &found) {
            (0, Some(found)) => (*found == file.text, file.text),
            (_, Some(found)) => (contains(found, &file.text), merge(found, &file.text)),
            (_, None) => (false, file.text),
        };
        match mode {
            _ if fresh => {}
            Mode::Update => write(&path, &wanted)?,
            Mode::Check => stale
                .push(StaleFile { path, difference: found.map(|found| first_difference(&found, &wanted)) }),
        }
    }
    if stale.is_empty() {
        return Ok(());
    }
    Err(StaleSchema::Stale { files: stale, command: origin.command.clone() })
}

/// A schema file that is not what the Rust interfaces say.
#[derive(Debug)]
#[non_exhaustive]
pub enum StaleSchema {
    /// Files are missing or differ.
    Stale {
        /// The files.
        files: Vec<StaleFile>,
        /// The command that writes them.
        command: String,
    },
    /// The declarations do not make a schema.
    Invalid(SchemaError),
    /// A file cannot be read or written.
    Io {
        /// What was attempted: `read`, `write`.
        action: &'static str,
        /// The file.
        path: PathBuf,
        /// What the operating system said.
        source: io::Error,
    },
}

/// One of the files of [`StaleSchema`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StaleFile {
    /// Where it should be.
    pub path: PathBuf,
    /// The first lines that differ, `-` what the file has and `+` what it should have; `None` if it is missing.
    pub difference: Option<String>,
}

impl fmt::Display for StaleSchema {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Stale { files, command } => {
                for file in files {
                    match &file.difference {
                        None => writeln!(f, "the schema `{}` is missing", file.path.display())?,
                        Some(difference) => writeln!(
                            f,
                            "the schema `{}` is not what the Rust interfaces say:\n{difference}",
                            file.path.display()
                        )?,
                    }
                }
                write!(f, "to update: {command}")
            }
            Self::Invalid(_) => f.write_str("the interfaces do not make a schema"),
            Self::Io { action, path, .. } => write!(f, "cannot {action} the schema `{}`", path.display()),
        }
    }
}

impl Error for StaleSchema {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self {
            Self::Stale { .. } => None,
            Self::Invalid(error) => Some(error),
            Self::Io { source, .. } => Some(source),
        }
    }
}

fn read(path: &Path) -> Result<Option<String>, StaleSchema> {
    match fs::read_to_string(path) {
        Ok(text) => Ok(Some(text)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(source) => Err(StaleSchema::Io { action: "read", path: path.to_owned(), source }),
    }
}

/// Writes to the side and renames: a test of another program may be reading.
fn write(path: &Path, text: &str) -> Result<(), StaleSchema> {
    let aside = path.with_extension(format!("capnp.{}", std::process::id()));
    let written = fs::write(&aside, text).and_then(|()| fs::rename(&aside, path));
    written.map_err(|source| {
        // Best effort: the error that matters is the one above.
        let _ = fs::remove_file(&aside);
        StaleSchema::Io { action: "write", path: path.to_owned(), source }
    })
}
