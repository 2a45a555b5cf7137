//! How much work is worth another thread.

use std::time::Duration;

/// To wake a thread on an idle core takes some 40 us, and as long again of the time of whoever wakes it and of the core: jobs that
/// are shorter in sum are done sooner by a thread that is awake.
pub(crate) const WORTH: Duration = Duration::from_micros(50);

/// One job that takes longer counts no more than that, so that a few others outweigh it.
const MOST: Duration = Duration::from_micros(100);

/// The weight of one job in the average, as its inverse.
const WEIGHT: u32 = 8;

/// How long the jobs of a pool have taken lately.
///
/// It tells for how many threads there is work: for one, where all that is queued is quickly done, for as many as there are jobs where each takes
/// its time. It can be wrong about a job: whoever relies on it looks again soon whether the work gets on, and says so if
/// it does not ([`stalled`](Load::stalled)).
#[derive(Debug)]
pub(crate) struct Load {
    average: Duration,
}

impl Load {
    /// Of unknown jobs each is worth a thread.
    pub(crate) fn new() -> Self {
        Self { average: MOST }
    }

    /// Notes how long a job has taken.
    pub(crate) fn took(&mut self, time: Duration) {
        self.average = (self.average * (WEIGHT - 1) + time.min(MOST)) / WEIGHT;
    }

    /// Notes that the work does not get on.
    pub(crate) fn stalled(&mut self) {
        self.average = MOST;
    }

    /// Returns for how many threads so many jobs are work.
    pub(crate) fn hands(&self, jobs: usize) -> usize {
        let all = self.average.as_nanos().saturating_mul(jobs as u128);
        let worth = usize::try_from(all / WORTH.as_nanos()).unwrap_or(usize::MAX);
        worth.clamp(jobs.min(1), jobs)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn load_of(times: impl IntoIterator<Item = u64>) -> Load {
        let mut load = Load::new();
        times.into_iter().for_each(|micros| load.took(Duration::from_micros(micros)));
        load
    }

    #[test]
    fn unknown_and_slow_jobs_have_a_thread_each() {
        for load in [load_of([]), load_of([60; 100]), load_of([1_000_000; 100])] {
            assert_eq!([0, 1, 2, 100].map(|jobs| load.hands(jobs)), [0, 1, 2, 100]);
        }
    }

    #[test]
    fn quick_jobs_are_for_one_thread_until_they_are_many() {
        let load = load_of([3; 100]);
        assert_eq!([0, 1, 2, 16, 40, 100].map(|jobs| load.hands(jobs)), [0, 1, 1, 1, 2, 6]);
    }

    #[test]
    fn a_job_that_is_slow_for_once_is_soon_forgotten() {
        let mut times = vec![3; 100];
        times.push(1_000_000);
        let load = load_of(times.clone());
        assert_eq!(load.hands(2), 1);
        assert!(load.hands(16) > 1);
        times.extend([3; 16]);
        assert_eq!(load_of(times).hands(16), 1);
    }

    #[test]
    fn what_stalls_has_a_thread_each_until_it_is_quick_again() {
        let mut load = load_of([3; 100]);
        load.stalled();
        assert_eq!(load.hands(16), 16);
        for _ in 0..32 {
            load.took(Duration::from_micros(3));
        }
        assert_eq!(load.hands(8), 1);
    }
}
