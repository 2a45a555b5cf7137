//! The place where a thread sleeps while it waits for another process.

use std::collections::VecDeque;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Condvar, Mutex};
use std::task::{Poll, Wake, Waker};
use std::time::Instant;

use super::pool::{Job, unblocked};
use crate::sync::{Waited, lock, wait_until};

/// What arrives for one thread: that something it waits for may be there, and work that only it may do.
///
/// A thread that waits is a task that sleeps: it polls what it waits for, and until it is woken it does the work that
/// comes. The work may wait in its turn, so waits nest, and the innermost one takes whatever comes, from whichever
/// connection.
///
/// - Only the thread that the mailbox belongs to takes from it and sleeps in it.
/// - Whoever has something for the thread puts it where the thread looks for it, then sets `woken` or appends to
///   `work`; the thread clears `woken`, then looks. So nothing falls between the look and the sleep.
/// - A nested wait may clear `woken` in the place of an outer one, which therefore looks again after each piece of work.
/// - What waits here is within the budget of its connection, as all received calls are.
#[derive(Default)]
pub(crate) struct Mailbox {
    state: Mutex<State>,
    arrived: Condvar,
}

#[derive(Default)]
struct State {
    work: VecDeque<Work>,
    woken: bool,
    /// To notify nobody would still be a system call.
    sleeping: bool,
}

struct Work {
    /// On whose behalf: what [`Mailbox::work_off`] chooses by.
    key: usize,
    job: Box<dyn Job>,
}

/// What there is for a thread to do.
enum Next {
    Look,
    Work(Box<dyn Job>),
    GiveUp,
}

impl Mailbox {
    /// Returns the one of this thread.
    pub(crate) fn current() -> Arc<Self> {
        // A thread that is past its end waits once more, at the most.
        CURRENT.try_with(Clone::clone).unwrap_or_default()
    }

    /// Tells whether this thread is the one that it belongs to.
    pub(crate) fn is_current(self: &Arc<Self>) -> bool {
        CURRENT.try_with(|current| Arc::ptr_eq(current, self)).unwrap_or(false)
    }

    /// Blocks until `poll` returns something, or until the deadline: then returns `None`. What is for this thread to
    /// do meanwhile, it does.
    pub(crate) fn wait<R>(deadline: Option<Instant>, mut poll: impl FnMut(&Waker) -> Poll<R>) -> Option<R> {
        let mailbox = Self::current();
        let waker = Waker::from(mailbox.clone());
        loop {
            if let Poll::Ready(value) = poll(&waker) {
                return Some(value);
            }
            match mailbox.next(deadline) {
                Next::Look => {}
                Next::Work(job) => unblocked(|| run(job)),
                Next::GiveUp => return None,
            }
        }
    }

    fn next(&self, deadline: Option<Instant>) -> Next {
        let mut state = lock(&self.state);
        if !state.woken && !is_over(deadline) && state.work.is_empty() {
            state.sleeping = true;
            let arrived = |state: &mut State| state.woken || !state.work.is_empty();
            let (back, waited) = wait_until(&self.arrived, state, deadline, arrived);
            state = back;
            state.sleeping = false;
            if waited == Waited::TimedOut {
                return Next::GiveUp;
            }
        }
        if std::mem::take(&mut state.woken) {
            return Next::Look;
        }
        if is_over(deadline) {
            return Next::GiveUp;
        }
        state.work.pop_front().map_or(Next::Look, |work| Next::Work(work.job))
    }

    /// Appends work without waking the thread, so that it can be done inside another critical section: what is appended
    /// in an order is begun in that order. [`kick`](Mailbox::kick) must follow.
    pub(crate) fn push(&self, key: usize, job: Box<dyn Job>) {
        lock(&self.state).work.push_back(Work { key, job });
    }

    /// Wakes the thread for what was pushed.
    pub(crate) fn kick(&self) {
        let sleeping = lock(&self.state).sleeping;
        if sleeping {
            self.arrived.notify_one();
        }
    }

    /// Does the work with the given keys, until there is none. Called by the thread that it belongs to.
    pub(crate) fn work_off(&self, keys: impl Fn(usize) -> bool) {
        while let Some(job) = self.take(&keys) {
            run(job);
        }
    }

    fn take(&self, keys: impl Fn(usize) -> bool) -> Option<Box<dyn Job>> {
        let mut state = lock(&self.state);
        let index = state.work.iter().position(|work| keys(work.key))?;
        state.work.remove(index).map(|work| work.job)
    }
}

impl Wake for Mailbox {
    fn wake(self: Arc<Self>) {
        self.wake_by_ref();
    }

    fn wake_by_ref(self: &Arc<Self>) {
        let mut state = lock(&self.state);
        state.woken = true;
        let sleeping = state.sleeping;
        drop(state);
        if sleeping {
            self.arrived.notify_one();
        }
    }
}

/// Calls turn a panic into their answer themselves; one of a destructor must not unwind whoever waits here.
fn run(job: Box<dyn Job>) {
    let _ = catch_unwind(AssertUnwindSafe(|| job.run()));
}

fn is_over(deadline: Option<Instant>) -> bool {
    deadline.is_some_and(|deadline| Instant::now() >= deadline)
}

thread_local! {
    static CURRENT: Arc<Mailbox> = Arc::default();
}

#[cfg(test)]
mod tests {
    use std::cell::RefCell;
    use std::sync::mpsc;
    use std::time::Duration;

    use super::*;

    struct Run<F>(F);

    impl<F: FnOnce() + Send> Job for Run<F> {
        fn run(self: Box<Self>) {
            (self.0)();
        }

        fn refuse(self: Box<Self>) {}
    }

    fn never<R>(_: &Waker) -> Poll<R> {
        Poll::Pending
    }

    fn soon() -> Option<Instant> {
        Instant::now().checked_add(Duration::from_secs(20))
    }

    fn append(mailbox: &Arc<Mailbox>, key: usize, job: impl FnOnce() + Send + 'static) {
        mailbox.push(key, Box::new(Run(job)));
        mailbox.kick();
    }

    /// What the jobs of a test append to.
    fn note(what: &'static str) {
        NOTES.with_borrow_mut(|notes| notes.push(what));
    }

    thread_local! {
        static NOTES: RefCell<Vec<&'static str>> = const { RefCell::new(Vec::new()) };
    }

    fn notes() -> Vec<&'static str> {
        NOTES.take()
    }

    #[test]
    fn what_is_ready_is_taken_without_work_and_the_deadline_comes_before_work() {
        let mailbox = Mailbox::current();
        append(&mailbox, 1, || note("work"));
        assert_eq!(Mailbox::wait(None, |_| Poll::Ready(7)), Some(7));
        assert_eq!(Mailbox::wait::<()>(Some(Instant::now()), never), None);
        assert!(notes().is_empty());
        mailbox.work_off(|key| key == 1);
        assert_eq!(notes(), ["work"]);
    }

    #[test]
    fn a_waiting_thread_works_in_order_until_it_is_woken() {
        let (sender, receiver) = mpsc::channel();
        let mailbox = Mailbox::current();
        let other = std::thread::spawn(move || {
            append(&mailbox, 1, || note("one"));
            append(&mailbox, 2, || note("two"));
            append(&mailbox, 1, || note("three"));
            sender.send(()).unwrap();
            Waker::from(mailbox).wake();
        });
        let waited = Mailbox::wait(soon(), |_| receiver.try_recv().map_or(Poll::Pending, Poll::Ready));
        assert_eq!(waited, Some(()));
        Mailbox::current().work_off(|_| true);
        assert_eq!(notes(), ["one", "two", "three"]);
        other.join().unwrap();
    }

    #[test]
    fn a_nested_wait_takes_what_comes_and_the_outer_one_looks_again() {
        let mailbox = Mailbox::current();
        let inner = mailbox.clone();
        append(&mailbox, 1, move || {
            append(&inner, 2, || note("inner"));
            let woken = Waker::from(inner);
            woken.wake_by_ref();
            let mut looks = 0;
            let waited = Mailbox::wait(soon(), |_| {
                looks += 1;
                if looks == 3 { Poll::Ready(()) } else { Poll::Pending }
            });
            assert_eq!(waited, Some(()));
            note("outer");
        });
        let done = |_: &Waker| {
            let done = NOTES.with_borrow(|notes| notes.contains(&"outer"));
            if done { Poll::Ready(()) } else { Poll::Pending }
        };
        assert_eq!(Mailbox::wait(soon(), done), Some(()));
        assert_eq!(notes(), ["inner", "outer"]);
    }

    #[test]
    fn work_is_taken_by_its_key_and_only_on_its_thread() {
        let mailbox = Mailbox::current();
        assert!(mailbox.is_current());
        let other = mailbox.clone();
        assert!(!std::thread::spawn(move || other.is_current()).join().unwrap());
        append(&mailbox, 1, || note("one"));
        append(&mailbox, 2, || note("two"));
        mailbox.work_off(|key| key == 2);
        assert_eq!(notes(), ["two"]);
        mailbox.work_off(|key| key == 1);
        assert_eq!(notes(), ["one"]);
    }
}
