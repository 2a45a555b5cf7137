//! Threads that run user code: server methods, destructors, cleanups.

pub(crate) mod pool;
pub(crate) mod runtime;
