//! Between the engine, which knows no threads and sockets, and the threads that call and serve.
//!
//! ```text
//! caller ── encode ──► engine (lock) ──► output queue ──► socket     by the calling thread
//! socket ──► framing ──► engine (lock) ──┬► waiter of the caller     by whoever has the turn to read:
//!                                        └► pool ──► method          a thread that waits, or the poller thread
//! ```
//!
//! The engine does not know who reads.

mod framing;
mod lender;
pub(crate) mod link;
mod output;
mod pace;
mod patience;
pub(crate) mod poller;
pub(crate) mod selector;
mod socket;
mod turn;
pub(crate) mod waiter;

#[cfg(test)]
mod tests;

pub use self::limits::{DriverLimits, Waiting};
pub(crate) use self::link::{hold, is_holding, release_held};
pub(crate) use self::poller::is_current as runs_on_poller;

mod limits {
    /// How a thread waits for its peer.
    #[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
    #[non_exhaustive]
    pub enum Waiting {
        /// Where answers come quickly it looks for them for some tens of microseconds, leaving its core to others between
        /// two looks, before it sleeps: to be woken takes longer than that. What it looks for in vain is at most a
        /// twentieth of the time, and hardly anything where answers are slow.
        #[default]
        Adaptive,
        /// It sleeps at once.
        Sleeping,
    }

    /// What one connection may hold, so that no peer can make this process hold more.
    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    #[non_exhaustive]
    pub struct DriverLimits {
        /// Bytes waiting to be written at which new calls wait. Enough to keep any socket busy.
        pub high_water_bytes: usize,
        /// Bytes waiting to be written, calls not counted, at which the connection is aborted: only a peer that asks
        /// and never reads the answers gets here. Calls are as many as there are callers, who wait.
        pub abort_bytes: usize,
        /// Received calls that wait for a thread; beyond it they are answered `overloaded`.
        pub queued_calls: usize,
        /// Bytes of received calls that wait for a thread; beyond it they are answered `overloaded`. At least the
        /// size of one message, or the largest could never be served.
        pub queued_bytes: usize,
        /// File descriptors that were received and that neither a method nor a caller has taken yet. A peer that makes
        /// it more is disconnected: what this process may have open is bounded too.
        pub untaken_descriptors: usize,
        /// Calls of tasks, and one-way calls, that the peer has a thread of its own for; more wait until one has returned.
        /// A server of libmultiprocess starts a thread of the system for each.
        pub leased_threads: usize,
        /// Threads that the peer may have made here. Each takes a few hundred bytes, and no thread of the system.
        pub hosted_threads: usize,
    }

    impl Default for DriverLimits {
        fn default() -> Self {
            Self {
                high_water_bytes: 4 * 1024 * 1024,
                abort_bytes: 512 * 1024 * 1024,
                queued_calls: 16 * 1024,
                queued_bytes: 128 * 1024 * 1024,
                // What a process may have open by default, on many systems.
                untaken_descriptors: 1024,
                // Calls that wait for something to happen may be many.
                leased_threads: 1024,
                // More than the threads of any process.
                hosted_threads: 16 * 1024,
            }
        }
    }
}
