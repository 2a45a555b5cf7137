//! Where `tests/peers/build` has put the programs.

use std::env;
use std::io::{self, Write};
use std::path::PathBuf;

const BUILD: &str = include_str!("../build");

/// Returns our C++ program.
///
/// Without it the test is to return at once: this says by name that it is skipped, which with `CI=true` is a failure.
pub fn cpp_peer() -> Option<PathBuf> {
    require("cpp", of_version("source_version", |folder| folder.join("cpp/build/ipc-cpp-peer")))
}

/// Returns the folder of the schemas of libmultiprocess and its tests.
pub fn libmultiprocess() -> Option<PathBuf> {
    let folder = "source/libbitcoinkernel-sys/bitcoin/src/ipc/libmultiprocess";
    require("cpp", of_version("source_version", |version| version.join(folder)))
}

/// Returns the folder of the schemas of Bitcoin Core 30.
pub fn schemas_of_v30() -> Option<PathBuf> {
    let version = version_of("schemas_version")?;
    let folder = format!("schemas-{version}/bitcoin-capnp-types/capnp");
    require("schemas", peers().map(|peers| peers.join(folder)))
}

/// Returns `bitcoin-node`.
pub fn node() -> Option<PathBuf> {
    require("node", of_version("source_version", |folder| folder.join("node/bin/bitcoin-node")))
}

/// Returns a Python that has pycapnp.
pub fn python() -> Option<PathBuf> {
    let version = version_of("pycapnp_version")?;
    require("python", peers().map(|peers| peers.join(format!("python-{version}/bin/python"))))
}

/// Returns the path if it exists. If not, this says by name that the test is skipped, and how to build what it needs; with
/// `CI=true`, where everything is built before, a skip is a failure.
///
/// # Panics
/// Panics in CI when it is missing.
fn require(peer: &str, path: Option<PathBuf>) -> Option<PathBuf> {
    let found = path.filter(|path| path.exists());
    if found.is_none() {
        let test = std::thread::current().name().unwrap_or("a test").to_owned();
        let missing = format!("`{test}` needs what `tests/peers/build {peer}` makes");
        assert!(env::var_os("CI").is_none_or(|ci| ci != "true"), "{missing}");
        // Not `println!`, which the test harness keeps to itself when the test passes.
        let _ = writeln!(io::stderr(), "skipped: {missing}");
    }
    found
}

fn of_version(version: &str, path: impl FnOnce(PathBuf) -> PathBuf) -> Option<PathBuf> {
    Some(path(peers()?.join(version_of(version)?)))
}

/// Returns the folder of all peers, as the script finds it.
fn peers() -> Option<PathBuf> {
    let folder = |name| env::var_os(name).filter(|folder| !folder.is_empty()).map(PathBuf::from);
    folder("IPC_PEERS").or_else(|| {
        let cache = folder("XDG_CACHE_HOME").or_else(|| Some(folder("HOME")?.join(".cache")))?;
        Some(cache.join("ipc-peers"))
    })
}

/// Returns a version as the script has it.
fn version_of(name: &str) -> Option<&'static str> {
    BUILD.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix('='))
}
