//! What [`schema_test!`](crate::schema_test) expands to. Not covered by semantic versioning.

use std::path::{Path, PathBuf};

use ipc_runtime::wire::Interface;
use ipc_runtime::wire::descriptor::Descriptor;

use crate::emit::Origin;
use crate::guard::{RELEASE_VARIABLE, guard};
use crate::problem::SchemaError;
use crate::schema::Schema;
use crate::verify::{Mode, StaleSchema, UPDATE_VARIABLE, check_or_update_schema};

/// Where a schema test stands.
#[derive(Clone, Copy, Debug)]
pub struct Site {
    /// The package, `CARGO_PKG_NAME`.
    pub package: &'static str,
    /// The package's folder, `CARGO_MANIFEST_DIR`.
    pub manifest_dir: &'static str,
    /// The module around the test, `module_path!()`.
    pub module: &'static str,
    /// The name of the test function.
    pub test: &'static str,
}

/// Returns the descriptor of an interface.
pub fn descriptor<T: Interface + ?Sized>() -> &'static Descriptor {
    T::descriptor()
}

/// Runs a schema test.
///
/// # Errors
/// Returns the whole message for the user.
pub fn run(
    site: Site,
    path: &str,
    roots: &[&'static Descriptor],
    arrange: impl FnOnce(Schema) -> Result<Schema, SchemaError>,
) -> Result<(), String> {
    let place = locate(Path::new(site.manifest_dir), Path::new(path))?;
    let schema = Schema::of(roots).and_then(arrange).map_err(StaleSchema::Invalid);
    let checked =
        schema.and_then(|schema| check_or_update_schema(&place, schema, &site.origin(), Mode::from_env()));
    checked.map_err(|error| describe(&error))
}

/// Runs a test against released versions.
///
/// # Errors
/// Returns the whole message for the user.
pub fn run_guard(site: Site, path: &str, roots: &[&'static Descriptor]) -> Result<(), String> {
    let place = locate(Path::new(site.manifest_dir), &Path::new(path).join("version"))?;
    let folder = place.parent().unwrap_or(&place);
    let origin = site.release_origin();
    guard(folder, roots, &origin).map_err(|error| describe(&error))
}

impl Site {
    fn release_origin(self) -> Origin {
        let Origin { package, command } = self.origin();
        let test = command.rsplit(' ').next().unwrap_or_default();
        let command = format!("{RELEASE_VARIABLE}=<version> cargo test -p {package} {test}");
        Origin { command, package }
    }

    fn origin(self) -> Origin {
        // The path of a test begins after the crate's name.
        let test = match self.module.split_once("::") {
            Some((_, module)) => format!("{module}::{}", self.test),
            None => self.test.to_owned(),
        };
        Origin {
            package: self.package.to_owned(),
            command: format!("{UPDATE_VARIABLE}=1 cargo test -p {} {test}", self.package),
        }
    }
}

/// Finds the folder that a schema lies in: in the package's own folder or, up to the top of the workspace, in the
/// first above it that has it.
fn locate(manifest_dir: &Path, path: &Path) -> Result<PathBuf, String> {
    let folder = path.parent().unwrap_or(Path::new(""));
    for ancestor in manifest_dir.ancestors() {
        if ancestor.join(folder).is_dir() {
            return Ok(ancestor.join(path));
        }
        // The lock file marks the top of the workspace.
        if ancestor.join("Cargo.lock").is_file() {
            break;
        }
    }
    Err(format!(
        "no folder `{}` in `{}` or above it, up to the top of the workspace\n  help: create it where `{}` \
         should be",
        folder.display(),
        manifest_dir.display(),
        path.display()
    ))
}

fn describe(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut next = error.source();
    while let Some(cause) = next {
        text = format!("{text}:\n{cause}");
        next = cause.source();
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    const HERE: &str = env!("CARGO_MANIFEST_DIR");

    #[test]
    fn a_folder_of_the_package_comes_first() {
        assert_eq!(
            locate(Path::new(HERE), Path::new("src/a.capnp")),
            Ok(Path::new(HERE).join("src/a.capnp"))
        );
        assert_eq!(locate(Path::new(HERE), Path::new("a.capnp")), Ok(Path::new(HERE).join("a.capnp")));
    }

    #[test]
    fn a_folder_of_the_workspace_comes_next() {
        let workspace = Path::new(HERE).parent().unwrap();
        assert_eq!(
            locate(Path::new(HERE), Path::new("ipc-runtime/a.capnp")),
            Ok(workspace.join("ipc-runtime/a.capnp"))
        );
    }

    #[test]
    fn nothing_above_the_workspace_is_looked_at() {
        let workspace = Path::new(HERE).parent().unwrap();
        let above = workspace.file_name().unwrap();
        let message = locate(Path::new(HERE), &Path::new(above).join("a.capnp")).unwrap_err();
        assert!(message.starts_with("no folder `"), "{message}");
        assert!(message.contains("create it where `"), "{message}");
    }

    #[test]
    fn the_command_names_the_test_below_its_crate() {
        let site = Site { package: "p-q", manifest_dir: HERE, module: "p_q::a::b", test: "schema" };
        assert_eq!(site.origin().command, "IPC_GEN_UPDATE=1 cargo test -p p-q a::b::schema");
        let site = Site { module: "p_q", ..site };
        assert_eq!(site.origin().command, "IPC_GEN_UPDATE=1 cargo test -p p-q schema");
    }

    #[test]
    fn a_message_has_all_causes() {
        let error = crate::StaleSchema::Io {
            action: "write",
            path: "a.capnp".into(),
            source: std::io::Error::other("the disk is full"),
        };
        assert_eq!(describe(&error), "cannot write the schema `a.capnp`:\nthe disk is full");
    }
}
