//! An iterator that somebody else waits for: it runs on the pool.

use std::collections::VecDeque;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::Pin;
use std::sync::{Arc, Mutex};
use std::task::{Poll, Waker};

use futures_core::Stream;

use super::{BoxIterator, Polled};
use crate::context::Context;
use crate::driver::waiter::wake;
use crate::exception::{IpcException, panicked};
use crate::sync::lock;
use crate::thread::pool::{Job, Pool, Then, blocking, spawn_chores};

/// An iterator of `I` that is read by jobs of the pool.
///
/// A job has a thread until enough items wait to be taken, and goes on when half of them are; a thread that is blocked in
/// the iterator does not count against the pool's bound. Nothing says whether an iterator's next item is there or
/// will come in an hour, so items are handed over one by one: those that come fast gather while an answer travels.
pub(super) struct ReadAhead<I> {
    shared: Arc<Shared<I>>,
}

struct Shared<I> {
    state: Mutex<State<I>>,
    /// What an item takes of `ROOM`.
    size: fn(&I) -> u64,
    /// The most items that wait.
    most: usize,
}

struct State<I> {
    /// The iterator, while it is not with a job and has not ended.
    iterator: Option<BoxIterator<I>>,
    items: VecDeque<Result<I, IpcException>>,
    /// The sizes of the items.
    size: u64,
    progress: Progress,
    waker: Option<Waker>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Progress {
    /// No job has the iterator.
    Resting,
    /// A job has it.
    Running,
    /// It has ended.
    Ended,
    /// Nobody wants it: the job that has it drops it.
    Unwanted,
}

/// Words of items that may wait, and one item: as many as an answer takes.
const ROOM: u64 = super::producer::ANSWER_WORDS;

/// The most items that wait for a reader in another process: enough to keep the iterator busy meanwhile.
const MOST: usize = super::producer::ANSWER_ITEMS;

impl<I: Send + 'static> ReadAhead<I> {
    /// Reads an item when it is asked for.
    pub(super) fn one_by_one(iterator: BoxIterator<I>) -> Self {
        Self::new(iterator, |_| ROOM, 1)
    }

    /// Reads items before they are asked for, by what they take in a message.
    pub(super) fn in_bulk(iterator: BoxIterator<I>, size: fn(&I) -> u64) -> Self {
        Self::new(iterator, size, MOST)
    }

    fn new(iterator: BoxIterator<I>, size: fn(&I) -> u64, most: usize) -> Self {
        let state = State {
            iterator: Some(iterator),
            items: VecDeque::new(),
            size: 0,
            progress: Progress::Resting,
            waker: None,
        };
        Self { shared: Arc::new(Shared { state: Mutex::new(state), size, most }) }
    }
}

impl<I: Send + 'static> Stream for ReadAhead<I> {
    type Item = Result<I, IpcException>;

    fn poll_next(self: Pin<&mut Self>, cx: &mut std::task::Context<'_>) -> Polled<I> {
        let shared = &self.shared;
        // Cloned and dropped without the lock: a waker is an executor's code.
        let waker = cx.waker().clone();
        let mut state = lock(&shared.state);
        let item = state.items.pop_front();
        if let Some(Ok(item)) = &item {
            state.size = state.size.saturating_sub((shared.size)(item));
        }
        let is_wanted = match item {
            Some(_) => state.items.len() < shared.most / 2 && state.size < ROOM / 2,
            None => true,
        };
        let job = if is_wanted { state.begin(shared) } else { None };
        let waits = item.is_none() && state.progress == Progress::Running;
        let replaced = if waits { state.waker.replace(waker) } else { None };
        drop(state);
        drop(replaced);
        if let Some(job) = job {
            Pool::calls().spawn(job);
        }
        if waits { Poll::Pending } else { Poll::Ready(item) }
    }
}

impl<I> State<I> {
    fn begin(&mut self, shared: &Arc<Shared<I>>) -> Option<Box<Reading<I>>> {
        let iterator = self.iterator.take()?;
        self.progress = Progress::Running;
        Some(Box::new(Reading { shared: shared.clone(), iterator, context: Context::current() }))
    }
}

impl<I> Drop for ReadAhead<I> {
    fn drop(&mut self) {
        let mut state = lock(&self.shared.state);
        state.progress = Progress::Unwanted;
        let dropped = (state.iterator.take(), std::mem::take(&mut state.items), state.waker.take());
        drop(state);
        drop(dropped);
    }
}

/// A job that has the iterator.
struct Reading<I> {
    shared: Arc<Shared<I>>,
    iterator: BoxIterator<I>,
    /// The application's state, as the method has it that returned the stream.
    context: Option<Arc<Context>>,
}

impl<I> Reading<I> {
    fn read(&mut self) -> Option<Result<I, IpcException>> {
        match catch_unwind(AssertUnwindSafe(|| self.iterator.next())) {
            Ok(item) => item,
            Err(panic) => Some(Err(panicked("the iterator of the stream", &*panic))),
        }
    }

    /// Reads until enough items wait, the iterator has ended or nobody wants it.
    fn read_on(mut self) {
        loop {
            let item = self.read();
            let ended = !matches!(item, Some(Ok(_)));
            let mut state = lock(&self.shared.state);
            if state.progress == Progress::Unwanted {
                drop(state);
                return;
            }
            if let Some(Ok(item)) = &item {
                state.size = state.size.saturating_add((self.shared.size)(item));
            }
            state.items.extend(item);
            let waker = state.waker.take();
            let is_full = state.items.len() >= self.shared.most || state.size >= ROOM;
            if ended {
                state.progress = Progress::Ended;
            } else if is_full {
                state.progress = Progress::Resting;
                let Self { iterator, .. } = self;
                state.iterator = Some(iterator);
                drop(state);
                return wake(waker);
            }
            drop(state);
            wake(waker);
            if ended {
                return;
            }
        }
    }
}

impl<I: Send + 'static> Job for Reading<I> {
    fn run(self: Box<Self>) -> Then {
        let context = self.context.clone();
        let read = || blocking(|| self.read_on());
        match context {
            Some(context) => context.enter(read),
            None => read(),
        }
        Then::Nothing
    }

    fn refuse(self: Box<Self>) {
        let Self { shared, iterator, .. } = *self;
        let text = "every thread of this process waits for another call";
        let mut state = lock(&shared.state);
        let waker = state.waker.take();
        if state.progress == Progress::Running {
            state.items.push_back(Err(IpcException::overloaded(text)));
            state.progress = Progress::Ended;
        }
        drop(state);
        spawn_chores(vec![Box::new(move || drop(iterator))]);
        wake(waker);
    }
}
