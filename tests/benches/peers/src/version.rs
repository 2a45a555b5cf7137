//! Versions of what is measured.

/// Returns the version of a package, as the lock file has it.
pub(crate) fn of_package(name: &str) -> String {
    let line = format!("name = \"{name}\"");
    let mut lines = include_str!("../Cargo.lock").lines().skip_while(|found| *found != line);
    let version = lines.nth(1).and_then(|line| line.strip_prefix("version = \"")?.strip_suffix('"'));
    version.unwrap_or("unknown").to_owned()
}

/// Returns the version of the kernel that runs.
pub(crate) fn of_kernel() -> String {
    let name = rustix::system::uname();
    format!("{} {}", name.sysname().to_string_lossy(), name.release().to_string_lossy())
}
