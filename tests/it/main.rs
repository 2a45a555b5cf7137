//! What a user of the crates can observe, in one binary.

// `cfg(test)` is always on here; clippy takes it for the sign that a helper may panic.
#[cfg(test)]
mod descriptor;
#[cfg(test)]
mod wire;
