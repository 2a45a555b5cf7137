//! Placeholder.
extern crate self as ipc_runtime;

pub mod exception;
pub mod object;
#[doc(hidden)]
pub mod private;
pub mod wire;

pub use exception::{ExceptionKind, IpcError, IpcException};
pub use ipc_macros::{IpcType, ipc_interface};
pub use object::Client;
pub use wire::IpcType;
