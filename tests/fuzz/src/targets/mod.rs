//! What is fuzzed, a file each.

pub mod client;
pub mod dispatcher;
pub mod framing;
pub mod messages;
pub mod server;
pub mod types;
