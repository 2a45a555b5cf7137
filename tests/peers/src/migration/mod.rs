//! One program, twice: what the page of the manual on migration shows.

/// With this library.
pub mod after;
/// With capnp-rpc.
pub mod before;
