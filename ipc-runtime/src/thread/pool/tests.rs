use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Barrier, Mutex};

use super::*;
use crate::sync::lock;

struct Work<R, F>(R, F);

impl<R: FnOnce() + Send, F: FnOnce() + Send> Job for Work<R, F> {
    fn run(self: Box<Self>) -> Then {
        (self.0)();
        Then::Nothing
    }

    fn refuse(self: Box<Self>) {
        (self.1)();
    }
}

fn pool(running: usize, total: usize, stuck: Stuck, growth: Growth) -> Arc<Pool> {
    Pool::new("test", Limits { running, total, idle: Duration::from_secs(60), stuck, growth })
}

fn soon<T>(receiver: &Receiver<T>) -> T {
    receiver.recv_timeout(Duration::from_secs(20)).unwrap()
}

#[test]
fn a_blocked_thread_makes_room_for_another_and_a_nested_one_counts_once() {
    let pool = pool(1, 8, Stuck::Refuse, Growth::Bounded);
    let (done, finished) = channel();
    let (open, gate) = channel::<()>();
    let first = done.clone();
    pool.spawn(Box::new(Work(
        move || {
            blocking(|| blocking(|| gate.recv().unwrap()));
            first.send("first").unwrap();
        },
        || {},
    )));
    pool.spawn(Box::new(Work(move || done.send("second").unwrap(), || {})));
    assert_eq!(soon(&finished), "second");
    assert_eq!(pool.crew.blocked(), 1);
    open.send(()).unwrap();
    assert_eq!(soon(&finished), "first");
    assert_eq!(pool.crew.blocked(), 0);
}

#[test]
fn a_thread_that_works_in_the_middle_of_its_wait_is_not_blocked() {
    let pool = pool(1, 8, Stuck::Refuse, Growth::Bounded);
    let (done, finished) = channel();
    let counting = pool.clone();
    pool.spawn(Box::new(Work(
        move || {
            let blocked = || counting.crew.blocked();
            let mut seen = Vec::new();
            blocking(|| {
                seen.push(blocked());
                unblocked(|| {
                    seen.push(blocked());
                    blocking(|| seen.push(blocked()));
                    seen.push(blocked());
                });
                seen.push(blocked());
            });
            seen.push(blocked());
            done.send(seen).unwrap();
        },
        || {},
    )));
    assert_eq!(soon(&finished), [1, 0, 1, 0, 1, 0]);
}

/// Blocks as many threads as a pool may have; they go on when the sender is dropped.
fn block_all(pool: &Arc<Pool>, threads: usize) -> Sender<()> {
    let (open, gate) = channel::<()>();
    let gate = Arc::new(Mutex::new(gate));
    let all = Arc::new(Barrier::new(threads + 1));
    for _ in 0..threads {
        let (gate, all) = (gate.clone(), all.clone());
        let run = move || {
            blocking(|| {
                all.wait();
                let _ = lock(&gate).recv();
            });
        };
        pool.spawn(Box::new(Work(run, || {})));
    }
    all.wait();
    open
}

#[test]
fn calls_are_refused_when_every_thread_there_may_be_is_blocked() {
    let pool = pool(1, 3, Stuck::Refuse, Growth::Bounded);
    let open = block_all(&pool, 3);
    let (refused, told) = channel();
    pool.spawn(Box::new(Work(|| {}, move || refused.send(std::thread::current().id()).unwrap())));
    assert_eq!(soon(&told), std::thread::current().id());
    drop(open);
}

#[test]
fn chores_wait_when_every_thread_there_may_be_is_blocked() {
    let pool = pool(1, 3, Stuck::Wait, Growth::Bounded);
    let open = block_all(&pool, 3);
    let (done, finished) = channel();
    pool.spawn(Box::new(Work(move || done.send(()).unwrap(), || panic!("refused"))));
    assert!(finished.try_recv().is_err());
    drop(open);
    soon(&finished);
}

/// Jobs that block where nobody sees it.
#[test]
fn a_pool_grows_if_nobody_takes_what_is_queued() {
    let pool = pool(1, 8, Stuck::Refuse, Growth::WhereStalled);
    let all = Arc::new(Barrier::new(9));
    for _ in 0..8 {
        let all = all.clone();
        pool.spawn(Box::new(Work(
            move || {
                all.wait();
            },
            || {},
        )));
    }
    all.wait();
}

/// Destructors of two objects that a peer releases with one message, say.
#[test]
fn chores_that_panic_do_not_keep_others_from_running() {
    let (done, finished) = channel();
    let last = move || done.send(std::thread::current().name().map(str::to_owned)).unwrap();
    spawn_chores(vec![Box::new(|| panic!("one")), Box::new(|| panic!("two")), Box::new(last)]);
    assert_eq!(soon(&finished).as_deref(), Some("ipc-cleanup"));
}

#[test]
fn what_comes_back_from_blocking_takes_no_more_jobs_beyond_the_bound() {
    let pool = pool(2, 64, Stuck::Refuse, Growth::Bounded);
    let open = block_all(&pool, 32);
    let (running, most) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
    let (done, finished) = channel();
    for _ in 0..200 {
        let (running, most, done) = (running.clone(), most.clone(), done.clone());
        pool.push(Box::new(Work(
            move || {
                most.fetch_max(running.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
                std::thread::yield_now();
                running.fetch_sub(1, Ordering::SeqCst);
                done.send(()).unwrap();
            },
            || {},
        )));
    }
    drop(open);
    pool.kick();
    for _ in 0..200 {
        soon(&finished);
    }
    let most = most.load(Ordering::SeqCst);
    assert!(most <= 2, "{most} ran at once");
}
