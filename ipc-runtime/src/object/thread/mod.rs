//! Threads on both sides of a connection that belong together, as libmultiprocess has it (its `doc/design.md`, "Thread
//! mapping", and `proxy.capnp`).
//!
//! ```text
//! this side                                          the other
//! a thread that calls ──── Context.thread ─────────► the strand that runs its calls, in order      (peer, seat)
//! a thread that waits ◄─── Context.callbackThread ── a method that calls back                      (frame)
//! a strand of ours    ◄─── Context.thread ────────── a thread that calls                           (hosted)
//! ```
//!
//! Both sides give each other a `ThreadMap` in `construct`. Whoever calls leases a thread of the peer ([`PeerThread`]), one
//! for each call that is on its way, and tells which one of its own waits. So a call back comes to the thread that waits
//! for the call it is part of, to any depth, and two calls never wait for each other unless they want to.
//!
//! - A thread of the peer has one call at a time, and is given up only when that has returned: a server of
//!   libmultiprocess aborts if a busy thread is called (versions up to 6) or released.
//! - None of what is here keeps a connection alive, or a thread.

mod context;
mod frame;
mod hosted;
mod lease;
mod name;
mod peer;
mod seat;

pub(crate) use self::context::{Assigned, ContextCaps, Parked, answer_at_once, caller_of_call};
pub(crate) use self::frame::{Awaiting, Frame, is_serving};
pub(crate) use self::hosted::{HostedThread, Hosts, Occupied};
pub(crate) use self::lease::{Lease, Leases, lease_for_task, lease_oneway, lease_shared};
pub(crate) use self::peer::{PeerThread, Peers, Serving};
pub(crate) use self::seat::{Attended, attend};
