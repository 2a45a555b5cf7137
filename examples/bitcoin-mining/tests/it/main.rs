//! The example with a real node, and with one of an older release.
#![cfg(test)]

mod migration;
mod node;
mod older;
mod program;
mod regtest;
mod schemas;
