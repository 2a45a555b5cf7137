//! Which sockets are ready: the operating system's own way, level-triggered.
//!
//! On Linux that is epoll itself. The `polling` crate, which serves elsewhere, sets a timer and arms two more
//! registrations around each wait there: three system calls for every message that is waited for.

#[cfg(any(target_os = "linux", target_os = "android"))]
mod epoll;
#[cfg(not(any(target_os = "linux", target_os = "android")))]
mod portable;

#[cfg(any(target_os = "linux", target_os = "android"))]
pub(super) use self::epoll::Selector;
#[cfg(not(any(target_os = "linux", target_os = "android")))]
pub(super) use self::portable::Selector;

/// What a registration waits for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Interest {
    /// Bytes to read, or the peer's end.
    pub(crate) readable: bool,
    /// Room to write.
    pub(crate) writable: bool,
}

impl Interest {
    /// Bytes to read, or the peer's end.
    pub(crate) const READABLE: Self = Self { readable: true, writable: false };
    /// Nothing for the moment. That the peer has gone is told all the same, once.
    pub(crate) const NOTHING: Self = Self { readable: false, writable: false };
}

/// One socket that is ready.
#[derive(Clone, Copy, Debug)]
pub(super) struct Ready {
    pub(super) key: usize,
    pub(super) readable: bool,
    pub(super) writable: bool,
}
