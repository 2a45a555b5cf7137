//! Plain capnp-rpc programs as clients and as servers of ours: an independent judge of the protocol.

#![expect(clippy::unwrap_used, clippy::panic, reason = "what the tests share is a test too")]

mod client;
mod closures;
mod ours;
mod server;
mod streams;
mod theirs;
mod values;
