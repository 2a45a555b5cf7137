//! Placeholder.
extern crate self as ipc_runtime;
pub mod exception;
pub mod process;
pub use exception::{ExceptionKind, IpcError, IpcException};
