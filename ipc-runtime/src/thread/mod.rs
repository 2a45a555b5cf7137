//! Threads that run user code: server methods, destructors, cleanups; and those that wait.

pub(crate) mod bell;
pub(crate) mod mailbox;
pub(crate) mod pool;
pub(crate) mod runtime;

#[cfg(test)]
mod tests;
