//! Schemas as files, for build scripts.

use std::error::Error;
use std::fmt;
use std::fs;
use std::io;
use std::path::PathBuf;

use ipc_runtime::wire::descriptor::Descriptor;

use crate::emit::{Origin, emit};
use crate::problem::SchemaError;
use crate::schema::Schema;

/// Writes the `.capnp` files of everything that `roots` reach into the folder that cargo gives a build script, `OUT_DIR`, and
/// returns where they are, the main one first.
///
/// A build script cannot depend on its own package, so the interfaces are those of another one, in the
/// `[build-dependencies]`:
///
/// ```ignore
/// fn main() -> Result<(), ipc_gen::BuildError> {
///     ipc_gen::build(&[<dyn calculator::Init as ipc_runtime::Interface>::descriptor()]).map(drop)
/// }
/// ```
///
/// # Errors
/// Returns an error if the declarations do not make a schema, outside of a build script, and if a file cannot be
/// written.
pub fn build(roots: &[&'static Descriptor]) -> Result<Vec<PathBuf>, BuildError> {
    build_schema(&Schema::of(roots).map_err(BuildError::Invalid)?)
}

/// Writes the files of a schema into the folder that cargo gives a build script, as [`build`] does: one that is grouped in another
/// way, or annotated.
///
/// ```ignore
/// fn main() -> Result<(), Box<dyn std::error::Error>> {
///     let schema = Schema::of(&[<dyn calculator::Init as ipc_runtime::Interface>::descriptor()])?;
///     ipc_gen::build_schema(&schema.libmultiprocess(Libmultiprocess::new("calculator"))?)?;
///     Ok(())
/// }
/// ```
///
/// # Errors
/// Returns an error outside of a build script, and if a file cannot be written.
pub fn build_schema(schema: &Schema) -> Result<Vec<PathBuf>, BuildError> {
    let folder = std::env::var_os("OUT_DIR").map(PathBuf::from).ok_or(BuildError::NoFolder)?;
    let package = std::env::var("CARGO_PKG_NAME").unwrap_or_default();
    let command = format!("cargo build -p {package}");
    let mut paths = Vec::new();
    for file in emit(schema, &Origin { package, command }) {
        let path = folder.join(&file.name);
        match fs::write(&path, file.text) {
            Ok(()) => paths.push(path),
            Err(source) => return Err(BuildError::Io { path, source }),
        }
    }
    Ok(paths)
}

/// Why a build script has no schema.
#[derive(Debug)]
#[non_exhaustive]
pub enum BuildError {
    /// The declarations do not make a schema.
    Invalid(SchemaError),
    /// Cargo has not said where the files go.
    NoFolder,
    /// A file cannot be written.
    Io {
        /// The file.
        path: PathBuf,
        /// What the operating system said.
        source: io::Error,
    },
}

impl fmt::Display for BuildError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Invalid(_) => f.write_str("the interfaces do not make a schema"),
            Self::NoFolder => f.write_str("`OUT_DIR` is not set\n  help: call this in a build script"),
            Self::Io { path, .. } => write!(f, "cannot write the schema `{}`", path.display()),
        }
    }
}

impl Error for BuildError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self {
            Self::Invalid(error) => Some(error),
            Self::NoFolder => None,
            Self::Io { source, .. } => Some(source),
        }
    }
}
