//! What the integration tests share with the processes that they start.

pub mod counting;
pub mod files;
pub mod interfaces;
pub mod random;
pub mod server;
pub mod steps;
