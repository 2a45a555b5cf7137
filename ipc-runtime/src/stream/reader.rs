//! The reading side of a stream.

use std::any::Any;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, Waker, ready};
use std::vec;

use super::item::StreamItem;
use super::producer::Answer;
use super::{Polled, StreamObject};
use crate::exception::IpcException;
use crate::wire::stream::describe;

/// A stream that is read by calls on an object. Only whoever makes one has to know how its items are encoded.
pub(super) trait Pull<T>: Send {
    fn poll_next(&mut self, cx: &mut Context<'_>) -> Polled<T>;

    /// Returns the object, an `Arc<StreamObject<T>>`, if nothing was read from it.
    fn untouched(&self) -> Option<Arc<dyn Any + Send + Sync>>;
}

/// Reads a stream, asking for the next items while the last ones are read.
pub(super) struct Reader<T: StreamItem> {
    object: Arc<StreamObject<T>>,
    interface: u64,
    items: vec::IntoIter<T>,
    next: Next<T>,
}

type Pulling<T> = Pin<Box<dyn Future<Output = Result<Answer<T>, IpcException>> + Send>>;

/// What comes after the items that are here.
enum Next<T> {
    /// Nobody has asked for it yet, nor for anything before.
    Unread,
    /// Nobody has asked for it yet.
    Idle,
    /// It has been asked for.
    Pulling(Pulling<T>),
    /// An answer that was there at once.
    Pulled(Result<Answer<T>, IpcException>),
    /// The end.
    End,
}

impl<T: StreamItem> Reader<T> {
    pub(super) fn new(object: Arc<StreamObject<T>>) -> Self {
        Self { object, interface: describe::<T>().id, items: Vec::new().into_iter(), next: Next::Unread }
    }

    fn poll_answer(&mut self, cx: &mut Context<'_>) -> Poll<Option<Result<Answer<T>, IpcException>>> {
        loop {
            match &mut self.next {
                Next::Unread | Next::Idle => self.next = Next::Pulling(self.pull()),
                Next::Pulling(pulling) => {
                    let answer = ready!(pulling.as_mut().poll(cx));
                    self.next = Next::Pulled(answer);
                }
                Next::Pulled(_) => {
                    let Next::Pulled(answer) = std::mem::replace(&mut self.next, Next::End) else {
                        return Poll::Ready(None);
                    };
                    return Poll::Ready(Some(answer));
                }
                Next::End => return Poll::Ready(None),
            }
        }
    }

    fn pull(&self) -> Pulling<T> {
        Box::pin(self.object.clone().next(self.interface))
    }

    /// Asks for what comes after what has just come. A source of this process is not read before somebody waits for it.
    fn pull_ahead(&self) -> Next<T> {
        if let StreamObject::Local(_) = &*self.object {
            return Next::Idle;
        }
        let mut pulling = self.pull();
        // Sends the call. Whoever waits for its answer will poll again.
        match pulling.as_mut().poll(&mut Context::from_waker(Waker::noop())) {
            Poll::Ready(answer) => Next::Pulled(answer),
            Poll::Pending => Next::Pulling(pulling),
        }
    }
}

impl<T: StreamItem> Pull<T> for Reader<T> {
    fn poll_next(&mut self, cx: &mut Context<'_>) -> Polled<T> {
        loop {
            if let Some(item) = self.items.next() {
                return Poll::Ready(Some(Ok(item)));
            }
            match ready!(self.poll_answer(cx)) {
                Some(Ok(Answer { items, ended })) => {
                    if items.is_empty() && !ended {
                        let text = "the sender of the stream answered with nothing, though it has not ended";
                        return Poll::Ready(Some(Err(IpcException::failed(text))));
                    }
                    self.next = if ended { Next::End } else { self.pull_ahead() };
                    self.items = items.into_iter();
                }
                Some(Err(error)) => return Poll::Ready(Some(Err(error))),
                None => return Poll::Ready(None),
            }
        }
    }

    fn untouched(&self) -> Option<Arc<dyn Any + Send + Sync>> {
        match self.next {
            Next::Unread => Some(self.object.clone()),
            _ => None,
        }
    }
}
