//! Placeholder.
extern crate self as ipc_runtime;

pub mod exception;
pub mod object;
#[doc(hidden)]
pub mod private;
pub mod wire;

pub use exception::{ExceptionKind, IpcError, IpcException};
pub use object::Client;
