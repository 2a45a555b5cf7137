//! Threads that run user code: server methods, destructors, cleanups; and those that wait.

pub(crate) mod bell;
pub(crate) mod mailbox;
mod nesting;
pub(crate) mod pool;
pub(crate) mod runtime;
pub(crate) mod strand;

#[cfg(test)]
mod tests;
