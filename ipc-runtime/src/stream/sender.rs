//! [`IpcSender`]: the other end of a channel.

use std::fmt;
use std::future::poll_fn;
use std::pin::{Pin, pin};
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll, ready};

use futures_core::Stream;
use tokio::sync::mpsc::{self, error::TrySendError};
use tokio::task::coop::unconstrained;

use super::{Polled, wait};
use crate::deadline::{self, timed_out};
use crate::exception::IpcException;
use crate::sync::lock;

/// Fills the [`IpcStream`](crate::IpcStream) that it was [made with](crate::IpcStream::channel), from synchronous code and
/// from asynchronous.
///
/// Clones fill the same stream, which ends when the last one is dropped. When nobody can read the stream any more, because
/// it was dropped, here or in the process that it was passed to, or because that process has gone, every method
/// says so.
pub struct IpcSender<T> {
    items: mpsc::Sender<T>,
    failure: Arc<Mutex<Option<IpcException>>>,
}

/// Makes a channel in which at most so many items wait.
pub(super) fn channel<T>(capacity: usize) -> (IpcSender<T>, Receiver<T>) {
    let (sender, receiver) = mpsc::channel(capacity.clamp(1, MOST));
    let failure = Arc::<Mutex<Option<IpcException>>>::default();
    (IpcSender { items: sender, failure: failure.clone() }, Receiver { items: receiver, failure })
}

/// What tokio's semaphore can count; more items than any memory holds.
const MOST: usize = usize::MAX >> 3;

impl<T> IpcSender<T> {
    /// Sends an item.
    ///
    /// # Blocking
    /// The caller waits while the channel is full, at most until the thread's [deadline](crate::with_deadline).
    ///
    /// # Errors
    /// Returns an error of kind [`Disconnected`](crate::ExceptionKind::Disconnected) if nobody can read the stream any
    /// more, or of kind [`TimedOut`](crate::ExceptionKind::TimedOut); the item is dropped.
    pub fn send(&self, item: T) -> Result<(), IpcException> {
        let item = match self.items.try_send(item) {
            Err(TrySendError::Full(item)) => item,
            Err(TrySendError::Closed(_)) => return Err(nobody_reads()),
            Ok(()) => return Ok(()),
        };
        let mut sending = pin!(self.items.send(item));
        match wait::wait(deadline::current(), |cx| sending.as_mut().poll(cx)) {
            Some(sent) => sent.map_err(|_| nobody_reads()),
            None => Err(timed_out("the reader of the stream did not take what was sent before")),
        }
    }

    /// Sends an item; the future is ready when there is room for it. One that is dropped before has not sent it.
    ///
    /// # Errors
    /// Returns an error of kind [`Disconnected`](crate::ExceptionKind::Disconnected) if nobody can read the stream any
    /// more; the item is dropped.
    pub async fn send_async(&self, item: T) -> Result<(), IpcException> {
        self.items.send(item).await.map_err(|_| nobody_reads())
    }

    /// Sends an item if there is room for it at once: for who must not wait for a slow reader.
    ///
    /// # Errors
    /// Returns an error of kind [`Overloaded`](crate::ExceptionKind::Overloaded) if the channel is full, or of kind
    /// [`Disconnected`](crate::ExceptionKind::Disconnected) if nobody can read the stream any more; the item is dropped.
    pub fn try_send(&self, item: T) -> Result<(), IpcException> {
        self.items.try_send(item).map_err(|error| match error {
            TrySendError::Full(_) => IpcException::overloaded("the reader of the stream is behind"),
            TrySendError::Closed(_) => nobody_reads(),
        })
    }

    /// Ends the stream with an error, which comes after the items that were sent. If there are other senders, it ends when
    /// they have gone too; the first error counts.
    pub fn fail(self, error: IpcException) {
        lock(&self.failure).get_or_insert(error);
    }

    /// Tells whether nobody can read the stream any more.
    pub fn is_closed(&self) -> bool {
        self.items.is_closed()
    }

    /// Waits until nobody can read the stream any more.
    pub async fn closed(&self) {
        self.items.closed().await;
    }
}

impl<T> Clone for IpcSender<T> {
    fn clone(&self) -> Self {
        Self { items: self.items.clone(), failure: self.failure.clone() }
    }
}

impl<T> fmt::Debug for IpcSender<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("IpcSender")
            .field("room", &self.items.capacity())
            .field("closed", &self.is_closed())
            .finish()
    }
}

/// The end that is read.
pub(super) struct Receiver<T> {
    items: mpsc::Receiver<T>,
    failure: Arc<Mutex<Option<IpcException>>>,
}

impl<T> Stream for Receiver<T> {
    type Item = Result<T, IpcException>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Polled<T> {
        // Whoever polls takes as many items as make an answer, not as many as tokio lets a task take at a time.
        let receive = unconstrained(poll_fn(|cx| self.items.poll_recv(cx)));
        match ready!(pin!(receive).poll(cx)) {
            Some(item) => Poll::Ready(Some(Ok(item))),
            None => Poll::Ready(lock(&self.failure).take().map(Err)),
        }
    }
}

fn nobody_reads() -> IpcException {
    IpcException::disconnected("nobody reads the stream any more")
}
