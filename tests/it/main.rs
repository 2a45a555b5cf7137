//! Integration tests: what a user of the crates can observe, real processes, and peers that speak the protocol message by
//! message.

#![expect(clippy::unwrap_used, clippy::panic, reason = "what the tests share is a test too")]

mod any_pointer;
mod asynchronous;
mod calls;
mod closures;
mod concurrency;
mod cycle;
mod descriptor;
mod errors;
mod fd_types;
mod fds;
mod foreign;
mod generics;
mod inheritance;
mod kept_generics;
mod killed;
mod large;
mod lend;
mod listen;
mod members;
mod misbehave;
mod objects;
mod oneway;
mod order;
mod packets;
mod raw;
mod soak;
mod spawn;
mod streams;
mod threads;
mod types;
mod util;
mod wire;
