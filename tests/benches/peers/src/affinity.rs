//! On which cores processes run.

use rustix::thread::{CpuSet, sched_getaffinity, sched_setaffinity};

use crate::contender::Outcome;

/// The cores of a pair.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Cores {
    All,
    /// Both processes share one.
    One,
}

impl Cores {
    /// Both, in the order in which they are measured.
    pub(crate) const EACH: [Self; 2] = [Self::All, Self::One];
}

/// Starts something that inherits the cores on which it may run.
pub(crate) fn on_cores<T>(cores: Cores, start: impl FnOnce() -> Outcome<T>) -> Outcome<T> {
    let mine = sched_getaffinity(None)?;
    if cores == Cores::One {
        let first = (0..CpuSet::MAX_CPU).find(|&core| mine.is_set(core)).ok_or("there is no core")?;
        let mut one = CpuSet::new();
        one.set(first);
        sched_setaffinity(None, &one)?;
    }
    let started = start();
    sched_setaffinity(None, &mine)?;
    started
}
