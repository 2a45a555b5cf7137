//! The examples as their users meet them: real processes, what goes in, what comes out.
#![cfg(test)]

mod board;
mod calculator;
#[cfg(target_os = "linux")]
mod killed;
mod readme;
#[cfg(target_os = "linux")]
mod system;
mod util;
