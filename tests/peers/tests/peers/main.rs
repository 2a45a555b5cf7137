//! Peers that are not ours: libmultiprocess in C++, pycapnp.
//!
//! `tests/peers/build` makes them. Tests are named after the rules of libmultiprocess's conventions.

#![expect(clippy::unwrap_used, clippy::panic, reason = "what the tests share is a test too")]

mod conformance;
mod cpp_calls;
mod cpp_serves;
mod foo;
mod foo_callbacks;
mod node_called;
mod python;
mod rules;
mod schemas;
mod threads;
mod workshop;
