//! The sending side of a stream.

use std::future::poll_fn;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};
use std::time::{Duration, Instant};

use futures_core::Stream;
use tokio::sync::{Mutex, MutexGuard};

use super::ahead::ReadAhead;
use super::item::{StreamItem, Weighed, Weight, weigh};
use super::{BoxIterator, BoxStream, Polled, StreamObject};
use crate::driver::waiter::Cancel;
use crate::exception::{IpcException, panicked};
use crate::thread::pool::spawn_chores;

/// The most items in an answer: enough to make the round trip small beside them.
pub(super) const ANSWER_ITEMS: usize = 1024;

/// Words in an answer beyond which no item is added: 64 KiB, what a socket takes at a time.
pub(super) const ANSWER_WORDS: u64 = 8 * 1024;

/// The most objects in an answer that has several items: a message carries 1024, of which 253 may be file descriptors.
const ANSWER_OBJECTS: usize = 128;

/// How long items are gathered that the source has ready: the first one waits for the others.
const GATHERING: Duration = Duration::from_millis(1);

/// Items for one reader.
#[derive(Debug)]
pub(super) struct Answer<T> {
    /// At least one, unless the stream has ended.
    pub(super) items: Vec<T>,
    /// Whether nothing comes after them.
    pub(super) ended: bool,
}

/// The source of a stream that is read by calls.
///
/// One call at a time has it: another one waits, in order. Nobody's thread waits with it: the lock is a task's, and is
/// held while the source is polled. An item is either still in here or in an answer, so a call that is given up
/// while it waits takes none along.
pub(crate) struct Producer<T: Send + 'static> {
    state: Mutex<State<T>>,
    destroyed: Cancel,
}

struct State<T: Send + 'static> {
    /// The source, until it has ended.
    feed: Option<Feed<T>>,
    /// An item that had no room in the last answer.
    held: Option<Weighed<T>>,
    /// Why the source has ended, until a reader knows.
    failure: Option<IpcException>,
}

/// A source whose items are weighed.
pub(super) enum Feed<T> {
    Iterator(ReadAhead<Weighed<T>>),
    Stream(BoxStream<T>),
}

impl<T: StreamItem> Feed<T> {
    pub(super) fn iterator(iterator: BoxIterator<T>) -> Self {
        let weighed = iterator.map(|item| item.and_then(weigh));
        Self::Iterator(ReadAhead::in_bulk(Box::new(weighed), |item| item.weight.words))
    }

    fn poll(&mut self, cx: &mut Context<'_>) -> Polled<Weighed<T>> {
        match self {
            Self::Iterator(iterator) => Pin::new(iterator).poll_next(cx),
            Self::Stream(stream) => {
                let poll = || stream.as_mut().poll_next(cx).map(|item| item.map(|item| item.and_then(weigh)));
                catch_unwind(AssertUnwindSafe(poll)).unwrap_or_else(|panic| {
                    Poll::Ready(Some(Err(panicked("the source of the stream", &*panic))))
                })
            }
        }
    }
}

impl<T: StreamItem> Producer<T> {
    /// Makes one; without a source it has ended.
    pub(super) fn new(feed: Option<Feed<T>>) -> Self {
        let state = State { feed, held: None, failure: None };
        Self { state: Mutex::new(state), destroyed: Cancel::default() }
    }

    pub(super) fn into_object(self) -> Arc<StreamObject<T>> {
        Arc::new(StreamObject::Local(self))
    }

    /// Waits for the next items, at most `count` of them, or as many as are there if that is 0.
    ///
    /// # Errors
    /// Returns the error of the source, once; an error if the stream was destroyed.
    pub(super) async fn next(&self, count: u32) -> Result<Answer<T>, IpcException> {
        let most = match usize::try_from(count) {
            Ok(1..=ANSWER_ITEMS) => count as usize,
            _ => ANSWER_ITEMS,
        };
        let mut turn = Turn { state: Some(self.state.lock().await), producer: self };
        poll_fn(|cx| {
            if self.destroyed.poll(cx.waker()).is_ready() {
                return Poll::Ready(Err(IpcException::failed("the stream was destroyed")));
            }
            match &mut turn.state {
                Some(state) => state.poll_gather(most, cx),
                // Only `drop` takes it.
                None => Poll::Pending,
            }
        })
        .await
    }

    /// Gives the source up: a call that waits for it fails, and so do later ones.
    pub(super) fn destroy(&self) {
        self.destroyed.cancel();
        self.tidy();
    }
}

impl<T: Send + 'static> Producer<T> {
    /// Drops the source of a stream that was destroyed, unless a call has it, which does so when it ends.
    fn tidy(&self) {
        if self.destroyed.is_cancelled()
            && let Ok(mut state) = self.state.try_lock()
        {
            state.give_up();
        }
    }
}

impl<T: Send + 'static> Drop for Producer<T> {
    fn drop(&mut self) {
        self.state.get_mut().give_up();
    }
}

/// A call's turn with the source.
struct Turn<'a, T: Send + 'static> {
    /// There until the turn ends.
    state: Option<MutexGuard<'a, State<T>>>,
    producer: &'a Producer<T>,
}

impl<T: Send + 'static> Drop for Turn<'_, T> {
    fn drop(&mut self) {
        // First the lock is given back, then `tidy` looks: whoever destroys the stream in between finds it free, or has
        // said so before.
        drop(self.state.take());
        self.producer.tidy();
    }
}

impl<T: Send + 'static> State<T> {
    /// Drops the source on the pool, where its destructor may take its time.
    fn give_up(&mut self) {
        let dropped = (self.feed.take(), self.held.take());
        if let (None, None) = dropped {
            return;
        }
        spawn_chores(vec![Box::new(move || drop(dropped))]);
    }
}

impl<T: StreamItem> State<T> {
    /// Takes what the source has ready, at least one item.
    fn poll_gather(&mut self, most: usize, cx: &mut Context<'_>) -> Poll<Result<Answer<T>, IpcException>> {
        let mut items = Vec::new();
        let mut weight = Weight::default();
        let mut first = None;
        while items.len() < most && first.is_none_or(|first: Instant| first.elapsed() < GATHERING) {
            let item = match self.poll_item(cx) {
                Poll::Ready(item) => item,
                Poll::Pending if items.is_empty() => return Poll::Pending,
                Poll::Pending => break,
            };
            match item {
                Some(Ok(item)) => {
                    let sum = weight.plus(item.weight);
                    if !items.is_empty() && (sum.words > ANSWER_WORDS || sum.objects > ANSWER_OBJECTS) {
                        self.held = Some(item);
                        break;
                    }
                    weight = sum;
                    items.push(item.item);
                    first.get_or_insert_with(Instant::now);
                }
                Some(Err(error)) if items.is_empty() => return Poll::Ready(Err(error)),
                Some(Err(error)) => {
                    self.failure = Some(error);
                    break;
                }
                None => return Poll::Ready(Ok(Answer { items, ended: true })),
            }
        }
        Poll::Ready(Ok(Answer { items, ended: false }))
    }

    fn poll_item(&mut self, cx: &mut Context<'_>) -> Polled<Weighed<T>> {
        if let Some(item) = self.held.take() {
            return Poll::Ready(Some(Ok(item)));
        }
        let Some(feed) = &mut self.feed else {
            return Poll::Ready(self.failure.take().map(Err));
        };
        let item = ready!(feed.poll(cx));
        if !matches!(item, Some(Ok(_))) {
            self.give_up();
        }
        Poll::Ready(item)
    }
}
