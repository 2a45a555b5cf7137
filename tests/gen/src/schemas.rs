//! Schemas of others, which some tests read.

use std::path::PathBuf;
use std::{env, fs};

use crate::tools::missing;

/// Returns the folder with Cap'n Proto's own schemas, of Debian's package `libcapnp-dev`.
///
/// Without it the test is to return at once: this says by name that it was skipped. In CI a skip is a failure.
///
/// # Panics
/// Panics in CI when it is missing.
pub fn capnp() -> Option<PathBuf> {
    let folders = ["/usr/include", "/usr/local/include"].map(PathBuf::from);
    let found = folders.into_iter().find(|folder| folder.join("capnp/schema.capnp").is_file());
    if found.is_none() {
        missing("capnp/schema.capnp", "in `/usr/include`");
    }
    found
}

/// Returns the folder `src/ipc` of Bitcoin Core, as the package `libbitcoinkernel-sys` has it: where
/// `tests/peers/build` has put it, or where cargo keeps packages.
///
/// Without it the test is to return at once: this says by name that it was skipped. In CI a skip is a failure.
///
/// # Panics
/// Panics in CI when it is missing.
pub fn bitcoin_core() -> Option<PathBuf> {
    let home = PathBuf::from(env::var_os("HOME").unwrap_or_default());
    let cache = |name: &str, below: &str| env::var_os(name).map_or_else(|| home.join(below), PathBuf::from);
    let peers = cache("IPC_PEERS", ".cache/ipc-peers");
    let registries = cache("CARGO_HOME", ".cargo").join("registry/src");
    let inside =
        |folder: &str| fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.path());
    let vendored =
        inside(&peers.to_string_lossy()).map(|version| version.join("source/libbitcoinkernel-sys"));
    let downloaded = inside(&registries.to_string_lossy())
        .flat_map(|registry| inside(&registry.to_string_lossy()).collect::<Vec<_>>())
        .filter(|package| package.to_string_lossy().contains("libbitcoinkernel-sys-"));
    let mut packages = vendored.chain(downloaded).map(|package| package.join("bitcoin/src/ipc"));
    let found = packages.find(|folder| folder.join("capnp/mining.capnp").is_file());
    if found.is_none() {
        missing("mining.capnp", "where `tests/peers/build` puts Bitcoin Core's source");
    }
    found
}
