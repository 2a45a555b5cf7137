//! The queue of a pool, and the threads that are woken for it.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

use loom::sync::{Condvar, Mutex};
use loom::thread::{self, JoinHandle};

use crate::check_orders;
use crate::sync::lock;
use crate::thread::pool::crew::{Crew, Growth, Limits, Muster, Next, Otherwise, Stuck};

/// What a thread of the pool does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Job {
    Quick,
    /// Ends when a quick one has.
    Slow,
    /// The thread leaves: in the model none sleeps for ever.
    Leave,
}

/// A pool whose looks are taken by the thread of the test.
struct Model {
    crew: Crew<Job>,
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Default)]
struct State {
    quick: usize,
    slow: usize,
    look_due: bool,
    threads: Vec<JoinHandle<()>>,
}

impl Model {
    fn new() -> Arc<Self> {
        let crew = Crew::new(Limits {
            running: 2,
            total: 2,
            idle: Duration::MAX,
            stuck: Stuck::Wait,
            growth: Growth::Bounded,
        });
        Arc::new(Self { crew, state: Mutex::default(), changed: Condvar::new() })
    }

    /// Jobs have been quick lately.
    fn expect_quick_jobs(&self) {
        for _ in 0..16 {
            let next = self.crew.next(Some(Duration::ZERO), Otherwise::GoOn);
            assert!(matches!(next, Next::Nothing));
        }
    }

    fn spawn(self: &Arc<Self>, jobs: &[Job]) {
        jobs.iter().for_each(|job| self.crew.push(*job));
        self.set_to_work(self.crew.muster(0));
    }

    fn set_to_work(self: &Arc<Self>, muster: Muster<Job>) {
        let Muster { start, watch, refused } = muster;
        assert_eq!(refused, VecDeque::new());
        let mut state = lock(&self.state);
        for _ in 0..start {
            let model = self.clone();
            state.threads.push(thread::spawn(move || model.work()));
        }
        if watch {
            assert!(!state.look_due, "two looks are due");
            state.look_due = true;
            self.changed.notify_all();
        }
    }

    fn work(&self) {
        self.crew.begin();
        let mut done = None;
        while let Next::Work(job, _) = self.crew.next(done, Otherwise::Sleep) {
            let mut state = lock(&self.state);
            match job {
                Job::Quick => state.quick += 1,
                Job::Slow => {
                    while state.quick == 0 {
                        state = self.changed.wait(state).unwrap();
                    }
                    state.slow += 1;
                }
                Job::Leave => {
                    // The next one is for another thread.
                    drop(state);
                    return drop(self.crew.muster(0));
                }
            }
            self.changed.notify_all();
            done = Some(Duration::ZERO);
        }
    }

    /// Looks when it is due, until so many jobs are done. A job that nobody is woken for would be waited for for ever.
    fn wait_for(self: &Arc<Self>, jobs: usize) {
        let mut state = lock(&self.state);
        while state.quick + state.slow < jobs {
            if std::mem::take(&mut state.look_due) {
                drop(state);
                self.set_to_work(self.crew.look());
                state = lock(&self.state);
            } else {
                state = self.changed.wait(state).unwrap();
            }
        }
        let threads = std::mem::take(&mut state.threads);
        drop(state);
        threads.iter().for_each(|_| self.crew.push(Job::Leave));
        drop(self.crew.muster(0));
        for thread in threads {
            thread.join().unwrap();
        }
    }
}

/// See the test of the name.
pub fn what_two_threads_push_is_done_by_those_that_are_started_or_woken() {
    check_orders(|| {
        let model = Model::new();
        let other = model.clone();
        let pushing = thread::spawn(move || other.spawn(&[Job::Quick]));
        model.spawn(&[Job::Quick]);
        pushing.join().unwrap();
        model.wait_for(2);
    });
}

/// See the test of the name.
pub fn a_slow_job_among_quick_ones_holds_the_others_up_until_the_next_looks() {
    check_orders(|| {
        let model = Model::new();
        model.expect_quick_jobs();
        model.spawn(&[Job::Slow, Job::Quick]);
        model.wait_for(2);
    });
}

/// See the test of the name.
pub fn a_thread_that_sleeps_is_woken_for_what_comes_next() {
    check_orders(|| {
        let model = Model::new();
        model.expect_quick_jobs();
        model.spawn(&[Job::Quick]);
        model.spawn(&[Job::Quick]);
        model.wait_for(2);
    });
}
