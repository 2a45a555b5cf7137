//! What runs futures.

use std::future::Future;

use tokio::runtime::{Builder, Handle, Runtime};
use tokio::task::LocalSet;

use crate::contender::Outcome;

/// What runs a client's futures, and what they need besides.
pub(crate) enum Executor {
    /// Nothing but the thread that waits.
    Plain,
    /// A runtime.
    Tokio(Runtime),
    /// A runtime of one thread, and tasks that stay on it.
    Local(Runtime, LocalSet),
}

/// Which runtime a contender has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Flavor {
    CurrentThread,
    /// As `#[tokio::main]` makes it.
    MultiThread,
}

impl Executor {
    /// Waits for a future, and runs what there is to run in the meantime.
    pub(crate) fn block_on<F: Future>(&self, future: F) -> F::Output {
        match self {
            Self::Plain => futures::executor::block_on(future),
            Self::Tokio(runtime) => runtime.block_on(future),
            Self::Local(runtime, tasks) => tasks.block_on(runtime, future),
        }
    }

    /// Returns the runtime, if there is one, for other threads to enter.
    pub(crate) fn handle(&self) -> Option<Handle> {
        match self {
            Self::Plain => None,
            Self::Tokio(runtime) | Self::Local(runtime, _) => Some(runtime.handle().clone()),
        }
    }

    /// Makes one of one thread, with tasks that stay on it.
    pub(crate) fn local() -> Outcome<Self> {
        Ok(Self::Local(Flavor::CurrentThread.runtime()?, LocalSet::new()))
    }
}

impl Flavor {
    /// Makes the runtime.
    pub(crate) fn runtime(self) -> Outcome<Runtime> {
        let mut builder = match self {
            Self::CurrentThread => Builder::new_current_thread(),
            Self::MultiThread => Builder::new_multi_thread(),
        };
        Ok(builder.enable_all().build()?)
    }

    /// Makes the runtime into what runs a client's futures.
    pub(crate) fn executor(self) -> Outcome<Executor> {
        self.runtime().map(Executor::Tokio)
    }

    /// Returns what a setting with it is called.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::CurrentThread => "current-thread",
            Self::MultiThread => "multi-thread",
        }
    }
}
