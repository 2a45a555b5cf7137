//! Arbitrary bytes for everything that reads those of a peer: every type's decoder, the dispatcher, the protocol's state
//! machine on both sides, the framing.
//!
//! ```text
//! cargo run --release -p ipc-fuzz -- --seconds 600 --corpus /tmp/corpus types
//! ```
//!
//! A target is a function of words that returns what came of them; what fails is a panic on any thread, memory beyond a
//! limit, a minute without an end. The program makes its inputs itself: it changes known ones, a word at a time, and keeps
//! those whose outcome nobody has seen before. libFuzzer and its kin would find their way by coverage, which needs a
//! compiler or flags that a fresh machine with the stable toolchain has not; what the words mean is known here, and the
//! texts of the errors tell the paths apart well enough.

#![expect(clippy::expect_used, clippy::panic, reason = "a failure of what is under test")]

pub mod peer;
pub mod runner;
pub mod targets;

use ipc_types_tests::hostile::Words;

/// Something that reads what a peer sends.
#[derive(Clone, Copy, Debug)]
pub struct Target {
    /// What it is called on the command line.
    pub name: &'static str,
    /// Inputs to begin with.
    pub seeds: fn() -> Vec<Words>,
    /// Takes an input and returns what came of it.
    pub run: fn(&[u64]) -> String,
}

/// All of them.
pub const TARGETS: [Target; 5] = [
    targets::types::TARGET,
    targets::dispatcher::TARGET,
    targets::server::TARGET,
    targets::client::TARGET,
    targets::framing::TARGET,
];
