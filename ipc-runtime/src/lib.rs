//! Placeholder.
extern crate self as ipc_runtime;

mod context;
mod driver;
pub mod exception;
mod ipc;
pub mod object;
#[doc(hidden)]
pub mod private;
pub mod process;
pub mod protocol;
pub mod rpc;
mod sync;
mod thread;
pub mod wire;

pub use context::Context;
pub use driver::DriverLimits;
pub use exception::{ExceptionKind, IpcError, IpcException};
pub use ipc::{Ipc, make_ipc};
pub use ipc_macros::{IpcType, ipc_interface};
pub use object::{Client, Remote, closed, destroy};
pub use process::{Process, make_process};
pub use protocol::{CapnpContext, LogLevel, Protocol, make_capnp_protocol};
pub use wire::IpcType;
