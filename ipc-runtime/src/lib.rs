//! Calls across processes through Rust traits.
//!
//! Annotate a trait with [`#[ipc_interface]`](macro@ipc_interface), spawn a process or connect to one, and call it:
//! the client implements the same trait, the server is any implementation of it. The wire is standard Cap'n Proto RPC
//! with the conventions of libmultiprocess, so peers may be written in other languages.
//!
//! ```
//! use std::sync::Arc;
//! use ipc_runtime::{CapnpContext, IpcException, ipc_interface, make_capnp_protocol, make_ipc, make_process};
//!
//! #[ipc_interface]
//! pub trait Counter {
//!     fn add(&self, n: u64) -> Result<u64, IpcException>;
//! }
//!
//! // The root is what a process offers to whoever spawned it or connects to it.
//! #[ipc_interface(root)]
//! pub trait Init {
//!     fn make_counter(&self, start: u64) -> Result<Arc<dyn Counter>, IpcException>;
//! }
//! # struct CounterImpl(std::sync::atomic::AtomicU64);
//! # impl Counter for CounterImpl {
//! #     fn add(&self, n: u64) -> Result<u64, IpcException> {
//! #         Ok(self.0.fetch_add(n, std::sync::atomic::Ordering::Relaxed) + n)
//! #     }
//! # }
//! # struct InitImpl;
//! # impl Init for InitImpl {
//! #     fn make_counter(&self, start: u64) -> Result<Arc<dyn Counter>, IpcException> {
//! #         Ok(Arc::new(CounterImpl(start.into())))
//! #     }
//! # }
//!
//! fn main() -> Result<(), IpcException> {
//!     let root: Arc<dyn Init> = Arc::new(InitImpl);
//! #   let dir = std::env::temp_dir().join(format!("ipc-lib-doc-{}", std::process::id()));
//! #   let data_dir = &dir;
//!     let ipc = make_ipc(make_process("demo", data_dir), make_capnp_protocol(CapnpContext::new()), root);
//!     if let Some(_code) = ipc.start_spawned_process(std::env::args_os())? {
//!         return Ok(()); // This process was spawned by another one, which is gone now.
//!     }
//!     ipc.listen_address(&mut "unix".into())?; // Or `ipc.spawn_process::<dyn Init>("other-program")?`.
//!     let init = ipc.connect_address::<dyn Init>(&mut "unix".into())?.expect("somebody listens");
//!     let counter = init.make_counter(40)?;
//!     assert_eq!(counter.add(2)?, 42);
//! #   std::fs::remove_dir_all(&dir).ok();
//!     Ok(())
//! }
//! ```
//!
//! # Threads
//!
//! Clients and servers are `Send + Sync`; any number of threads may call on one connection at once, and a call blocks
//! its thread until the answer is there. Methods run on threads of a pool: the calls of one thread in their order, those of
//! several beside each other. What a method calls back runs on the thread that waits for it. [The manual](manual::threads)
//! says which thread runs what. A panic in a method becomes an exception for its caller.
//!
//! # Lifetimes
//!
//! Dropping the last handle on a remote object frees it, without blocking; [`destroy`] does so and waits. A connection
//! that this process opened ends with the last handle on any object behind it, and so does a process that it spawned.
//! When a peer dies, every pending call fails at once with an exception of kind
//! [`Disconnected`](ExceptionKind::Disconnected).
//!
//! # Limits
//!
//! A message has at most 64 MiB and nests at most 64 deep, as everywhere in Cap'n Proto (60 levels are left for parameters
//! and results); what a peer can make this
//! process hold is bounded by [`DriverLimits`] and [`rpc::Limits`].

// The macros name this crate by its public name, here as everywhere.
extern crate self as ipc_runtime;

mod attachment;
mod context;
mod deadline;
mod driver;
mod exception;
mod ipc;
pub mod manual;
pub mod object;
#[doc(hidden)]
pub mod private;
pub mod process;
pub mod protocol;
pub mod reflection;
pub mod rpc;
#[doc(hidden)]
pub mod schema;
mod stream;
mod sync;
mod thread;
pub mod wire;

pub use context::Context;
pub use deadline::with_deadline;
pub use driver::{DriverLimits, Waiting};
pub use exception::{ExceptionKind, IpcError, IpcException};
pub use ipc::{Ipc, make_client_ipc, make_ipc};
pub use ipc_macros::{IpcType, ipc_interface};
pub use object::{Client, Remote, closed, destroy};
pub use process::{ChildProcess, Process, make_process};
pub use protocol::{CapnpContext, LogLevel, Protocol, make_capnp_protocol};
pub use reflection::Reflection;
pub use stream::{IntoItem, IpcSender, IpcStream, StreamItem};
pub use thread::pool::blocking;
#[cfg(feature = "serde")]
pub use wire::serde::Serde;
pub use wire::{AnyPointer, Interface, IpcType};

/// The README's code, compiled and run.
#[cfg(doctest)]
#[doc = include_str!("../../README.md")]
mod readme {}
