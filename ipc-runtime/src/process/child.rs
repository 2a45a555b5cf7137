//! [`ChildProcess`]: the handle of a started process.

use std::fmt;
use std::io;
use std::process::{Child, ExitStatus};
use std::sync::{Mutex, MutexGuard, PoisonError};

use rustix::process::{Pid, WaitId, WaitIdOptions, waitid};

use super::reaper;
use crate::exception::IpcException;

/// A child process.
///
/// Dropping the handle does not end the child and never blocks: a child that has ended is collected at once, one
/// that still runs is collected by a background thread when it ends (one thread for all of them, gone when there
/// are none). No zombie stays.
pub struct ChildProcess {
    id: u32,
    /// Absent in a handle that another [`Process`](super::Process) made up.
    running: Option<Running>,
}

/// - The child is collected by `wait` (under `waiter`) or by the drop, and by nothing else of this crate.
/// - So while a waiter sleeps in `waitid`, without collecting and without the lock on `child`, the number of the
///   child cannot pass to another process; `kill` needs the lock only.
struct Running {
    waiter: Mutex<()>,
    child: Mutex<Child>,
}

impl ChildProcess {
    /// Makes a handle that stands for no child of this process: for a [`Process`](super::Process) that starts its
    /// children in another way and waits for them itself, by this `id`.
    pub fn detached(id: u32) -> Self {
        Self { id, running: None }
    }

    /// Returns the id of the process. It may belong to another process once this one has been waited for.
    pub fn id(&self) -> u32 {
        self.id
    }

    /// Kills the child with `SIGKILL`, also while another thread waits for it. A child that has ended stays as
    /// it is.
    ///
    /// # Errors
    ///
    /// The system refuses (the child has changed its user), or the handle is [detached](ChildProcess::detached).
    pub fn kill(&self) -> Result<(), IpcException> {
        let mut child = lock(&self.running()?.child);
        child.kill().map_err(|error| self.error("kill", error))
    }

    /// Waits until the child has ended: what [`Process::wait_spawned`](super::Process::wait_spawned) does with a
    /// handle that stands for a child.
    ///
    /// # Blocking
    ///
    /// The caller waits for the child, however long it takes.
    ///
    /// # Errors
    ///
    /// Another part of the program has taken the status, or the handle is [detached](ChildProcess::detached).
    pub fn wait(&self) -> Result<ExitStatus, IpcException> {
        let running = self.running()?;
        let _waiter = lock(&running.waiter);
        let known = lock(&running.child).try_wait().map_err(|error| self.error("wait for", error))?;
        if let Some(status) = known {
            return Ok(status);
        }
        let pid = Pid::from_child(&lock(&running.child));
        let leave_it = WaitIdOptions::EXITED | WaitIdOptions::NOWAIT;
        rustix::io::retry_on_intr(|| waitid(WaitId::Pid(pid), leave_it))
            .map_err(|error| self.error("wait for", error.into()))?;
        lock(&running.child).wait().map_err(|error| self.error("wait for", error))
    }

    fn running(&self) -> Result<&Running, IpcException> {
        self.running.as_ref().ok_or_else(|| {
            IpcException::failed(format!("child process `{}` was not started by this process", self.id))
        })
    }

    fn error(&self, verb: &str, error: io::Error) -> IpcException {
        IpcException::system(format_args!("cannot {verb} child process `{}`", self.id), error)
    }
}

impl From<Child> for ChildProcess {
    /// Takes over a child that was started by other means.
    fn from(child: Child) -> Self {
        let id = child.id();
        Self { id, running: Some(Running { waiter: Mutex::new(()), child: Mutex::new(child) }) }
    }
}

impl Drop for ChildProcess {
    fn drop(&mut self) {
        if let Some(running) = self.running.take() {
            reaper::adopt(running.child.into_inner().unwrap_or_else(PoisonError::into_inner));
        }
    }
}

impl fmt::Debug for ChildProcess {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ChildProcess").field("id", &self.id).finish_non_exhaustive()
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
