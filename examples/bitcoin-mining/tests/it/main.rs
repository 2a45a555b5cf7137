//! The example with a real node, and with one of an older release.
#![cfg(test)]
#![expect(clippy::unwrap_used, clippy::panic, reason = "what the tests share is a test too")]

mod migration;
mod node;
mod older;
mod program;
mod regtest;
mod schemas;
