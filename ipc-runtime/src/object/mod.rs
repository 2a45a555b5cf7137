//! Objects and the calls on them: between the typed traits and the connections.
//!
//! ```text
//! Arc<dyn Trait> ──► Capability ──► message        an implementation becomes a Server, a client its Remote
//! message ──► Capability ──► Arc<dyn Trait>        a remote object becomes a Client, our own comes home as itself
//! &dyn Trait ──► Loan ──► message                  for the time of a call, on the calling thread
//! ```

mod capability;
mod client;
pub(crate) mod closure;
#[doc(hidden)]
pub mod dynamic;
mod lane;
pub(crate) mod loan;
mod remote;
mod server;
pub(crate) mod thread;

pub use self::capability::{Capabilities, Capability, Destination};
pub use self::client::{Client, MethodId, Params, call, call_async, closed, destroy};
pub(crate) use self::client::{Held, send, send_oneway, send_oneway_async};
pub use self::remote::Remote;
pub(crate) use self::server::ServedCall;
pub use self::server::{LocalObject, Reply, ReplyFuture, ServerCall, Started};
