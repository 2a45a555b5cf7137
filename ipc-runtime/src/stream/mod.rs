//! [`IpcStream`]: items that come one after the other, from this process or from another one.
//!
//! ```text
//! iterator ──► ReadAhead (pool) ──┐                                           ┌──► Iterator, blocks
//! Stream, IpcSender ──────────────┴──► Producer ◄── next(count) ── Reader ────┴──► Stream, is polled
//!                                      sending side               reading side
//! ```
//!
//! The reader pulls: nothing is sent that it has not asked for. It asks for the next items when the last ones have
//! arrived, once, so at most two answers wait for a slow reader: one that it is reading and one behind it. An answer is
//! bounded in items and in bytes. That is all there is of flow control, and of memory.
//!
//! A stream that has not crossed to another process has no part of this: it is read where it is.

mod ahead;
mod item;
mod object;
mod producer;
mod reader;
mod sender;
mod wait;

use std::fmt;
use std::future::poll_fn;
use std::iter::FusedIterator;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll, ready};

use futures_core::Stream;
use futures_core::stream::FusedStream;

use self::ahead::ReadAhead;
pub use self::item::{IntoItem, StreamItem};
pub(crate) use self::object::StreamObject;
use self::producer::{Feed, Producer};
use self::reader::{Pull, Reader};
pub use self::sender::IpcSender;
use crate::deadline::{self, timed_out};
use crate::exception::IpcException;
use crate::object::{Capability, Destination};
use crate::sync::lock;

/// Items that come one after the other: a parameter, a result or a field of an interface.
///
/// It is an [`Iterator`], which blocks, and a `futures::Stream`, which does not; both of `Result<T, IpcException>`. The
/// first error is the last item: one of the source, as it returned it, or one of kind
/// [`Disconnected`](crate::ExceptionKind::Disconnected) if the sending process has gone. After it, and after the last item
/// of a source that has ended, comes `None`. [The manual](crate::manual::streams) tells the rest.
///
/// Passing a stream to another process gives it away. The source stays here, and is read as the reader there asks for
/// more; when that one drops the stream, or is gone, the source is dropped.
///
/// # Blocking
/// [`Iterator::next`] waits for an item, at most until the thread's [deadline](crate::with_deadline): then the item is an
/// error of kind [`TimedOut`](crate::ExceptionKind::TimedOut), and the only one after which the stream goes on. Nothing is
/// lost by it. An iterator that has not crossed to another process is called itself, and no deadline ends that. Polling
/// never blocks, and dropping a future that waits for an item loses none.
///
/// # Examples
/// ```
/// use ipc_runtime::{IpcException, IpcStream, ipc_interface};
///
/// #[ipc_interface]
/// pub trait Node {
///     /// The heights from the given one on, as blocks arrive.
///     fn heights(&self, from: u32) -> Result<IpcStream<u32>, IpcException>;
///
///     /// Adds up what the caller sends.
///     async fn total(&self, amounts: IpcStream<u64>) -> Result<u64, IpcException>;
/// }
///
/// # struct Server;
/// #[ipc_interface]
/// impl Node for Server {
///     fn heights(&self, from: u32) -> Result<IpcStream<u32>, IpcException> {
///         Ok(IpcStream::from_iterator(from..from + 10))
///     }
///
///     async fn total(&self, mut amounts: IpcStream<u64>) -> Result<u64, IpcException> {
///         let mut total = 0;
///         while let Some(amount) = amounts.next_async().await {
///             total += amount?;
///         }
///         Ok(total)
///     }
/// }
///
/// # fn read(node: &dyn Node) -> Result<(), IpcException> {
/// for height in node.heights(3)? {
///     println!("{}", height?);
/// }
/// # Ok(())
/// # }
/// # read(&Server)?;
/// # Ok::<(), IpcException>(())
/// ```
pub struct IpcStream<T> {
    /// Behind a lock, since encoding takes it out and has no more than a `&self`.
    source: Mutex<Source<T>>,
}

/// Where the items come from.
enum Source<T> {
    /// An iterator, read where it is.
    Iterator(BoxIterator<T>),
    /// A stream or a channel, polled where it is.
    Stream(BoxStream<T>),
    /// An object behind a connection, or one of ours that came home.
    Object(Box<dyn Pull<T>>),
    /// Nothing comes any more.
    Ended,
    /// It is in another process now.
    Sent,
}

type BoxIterator<T> = Box<dyn Iterator<Item = Result<T, IpcException>> + Send>;
type BoxStream<T> = Pin<Box<dyn Stream<Item = Result<T, IpcException>> + Send>>;

/// What a poll for an item finds.
type Polled<T> = Poll<Option<Result<T, IpcException>>>;

impl<T: Send + 'static> IpcStream<T> {
    /// Makes a stream of what an iterator returns, items or `Result`s of them.
    ///
    /// In another process, or polled, the iterator runs on a thread of the pool, which it occupies as long as it takes to
    /// return the items that a reader waits for; for a reader in another process it is read ahead of it, by a bounded
    /// number of items and bytes. Of streams that mostly wait, many are better made with [`channel`](IpcStream::channel) or
    /// [`from_stream`](IpcStream::from_stream), which occupy no thread.
    ///
    /// # Examples
    /// ```
    /// # use ipc_runtime::{IpcException, IpcStream};
    /// let squares: IpcStream<u64> = IpcStream::from_iterator((1..4).map(|n| n * n));
    /// assert_eq!(squares.collect::<Result<Vec<_>, _>>()?, [1, 4, 9]);
    ///
    /// let failing: IpcStream<u8> = IpcStream::from_iterator([Ok(1), Err(IpcException::failed("the disk is full"))]);
    /// assert!(failing.collect::<Result<Vec<_>, _>>().is_err());
    /// # Ok::<(), IpcException>(())
    /// ```
    pub fn from_iterator<I>(items: I) -> Self
    where
        I: IntoIterator<Item: IntoItem<T> + 'static, IntoIter: Send + 'static>,
    {
        Self::of(Source::Iterator(Box::new(items.into_iter().map(IntoItem::into_item))))
    }

    /// Makes a stream of what a `futures::Stream` returns, items or `Result`s of them.
    ///
    /// For a reader in another process it is polled on the runtime on which `async` methods run; for one in this process,
    /// by the reader's executor or thread.
    pub fn from_stream<S>(stream: S) -> Self
    where
        S: Stream<Item: IntoItem<T>> + Send + 'static,
    {
        Self::of(Source::Stream(Box::pin(item::Items::new(stream))))
    }

    /// Makes a stream and what fills it. At most `capacity` items wait in it, and at least one may.
    ///
    /// The stream ends when the last clone of the sender is dropped. The sender's methods fail once the stream is dropped,
    /// or is released by the process that it was passed to.
    ///
    /// # Examples
    /// ```
    /// # use ipc_runtime::{IpcException, IpcStream};
    /// let (sender, lines) = IpcStream::channel(16);
    /// std::thread::spawn(move || {
    ///     for line in ["one", "two"] {
    ///         if sender.send(line.to_owned()).is_err() {
    ///             break; // Nobody reads them any more.
    ///         }
    ///     }
    /// });
    /// assert_eq!(lines.collect::<Result<Vec<String>, _>>()?, ["one", "two"]);
    /// # Ok::<(), IpcException>(())
    /// ```
    pub fn channel(capacity: usize) -> (IpcSender<T>, Self) {
        let (sender, receiver) = sender::channel(capacity);
        (sender, Self::of(Source::Stream(Box::pin(receiver))))
    }

    /// Waits for the next item without blocking the thread: what `StreamExt::next` does, whose name `Iterator` has too.
    pub async fn next_async(&mut self) -> Option<Result<T, IpcException>> {
        poll_fn(|cx| self.source_mut().poll(cx)).await
    }

    /// Returns the same as a `futures::Stream` only. An `IpcStream` is an iterator too, so that methods which both have,
    /// as `map` of `StreamExt`, would have to be called by their full names.
    pub fn into_stream(self) -> impl Stream<Item = Result<T, IpcException>> + Send + Unpin {
        item::Items::new(self)
    }
}

impl<T> IpcStream<T> {
    /// Makes a stream without items.
    pub fn empty() -> Self {
        Self::of(Source::Ended)
    }

    fn of(source: Source<T>) -> Self {
        Self { source: Mutex::new(source) }
    }

    fn source_mut(&mut self) -> &mut Source<T> {
        self.source.get_mut().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<T: StreamItem> IpcStream<T> {
    /// Makes the stream of an object that a message has brought.
    pub(crate) fn of_object(object: Arc<StreamObject<T>>) -> Self {
        Self::of(Source::Object(Box::new(Reader::new(object))))
    }

    /// Makes the object that a message takes away; the stream is empty-handed then.
    ///
    /// # Errors
    /// Returns an error if it was sent before.
    pub(crate) fn give_away(&self, destination: Destination<'_>) -> Result<Capability, IpcException> {
        if destination.is_scales() {
            return Ok(Capability::of(&Producer::<T>::new(None).into_object(), destination));
        }
        let feed = match std::mem::replace(&mut *lock(&self.source), Source::Sent) {
            Source::Sent => return Err(sent_before()),
            Source::Ended => None,
            Source::Iterator(iterator) => Some(Feed::iterator(iterator)),
            Source::Stream(stream) => Some(Feed::Stream(stream)),
            Source::Object(reader) => match untouched::<T>(&*reader) {
                // Of this process, or at the destination: nobody has to stand in between.
                Some(object) if object.is_direct(destination) => {
                    return Ok(Capability::of(&object, destination));
                }
                _ => Some(Feed::Stream(Box::pin(Self::of(Source::Object(reader))))),
            },
        };
        Ok(Capability::of(&Producer::new(feed).into_object(), destination))
    }
}

impl<T: Send + 'static> Source<T> {
    fn poll(&mut self, cx: &mut Context<'_>) -> Polled<T> {
        if let Self::Iterator(_) = self
            && let Self::Iterator(iterator) = std::mem::replace(self, Self::Ended)
        {
            // It may block, and this must not.
            *self = Self::Stream(Box::pin(ReadAhead::one_by_one(iterator)));
        }
        let item = match self {
            Self::Stream(stream) => ready!(stream.as_mut().poll_next(cx)),
            Self::Object(reader) => ready!(reader.poll_next(cx)),
            Self::Sent => Some(Err(sent_before())),
            Self::Iterator(_) | Self::Ended => None,
        };
        Poll::Ready(self.pass(item))
    }

    fn wait(&mut self) -> Option<Result<T, IpcException>> {
        match self {
            Self::Iterator(iterator) => {
                let item = iterator.next();
                self.pass(item)
            }
            _ => wait::wait(deadline::current(), |cx| self.poll(cx))
                .unwrap_or_else(|| Some(Err(timed_out("the stream has no item that came")))),
        }
    }

    /// Nothing comes after the end or an error: the source can go.
    fn pass(&mut self, item: Option<Result<T, IpcException>>) -> Option<Result<T, IpcException>> {
        if !matches!(item, Some(Ok(_))) {
            *self = Self::Ended;
        }
        item
    }
}

impl<T: Send + 'static> Iterator for IpcStream<T> {
    type Item = Result<T, IpcException>;

    fn next(&mut self) -> Option<Self::Item> {
        self.source_mut().wait()
    }
}

impl<T: Send + 'static> FusedIterator for IpcStream<T> {}

impl<T: Send + 'static> Stream for IpcStream<T> {
    type Item = Result<T, IpcException>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.source_mut().poll(cx)
    }
}

impl<T: Send + 'static> FusedStream for IpcStream<T> {
    fn is_terminated(&self) -> bool {
        matches!(*lock(&self.source), Source::Ended)
    }
}

/// What does not move is behind pointers.
impl<T> Unpin for IpcStream<T> {}

impl<T> fmt::Debug for IpcStream<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let source = match &*lock(&self.source) {
            Source::Iterator(_) => "an iterator",
            Source::Stream(_) => "a stream",
            Source::Object(_) => "an object",
            Source::Ended => "ended",
            Source::Sent => "sent",
        };
        write!(f, "IpcStream({source})")
    }
}

fn untouched<T: StreamItem>(reader: &dyn Pull<T>) -> Option<Arc<StreamObject<T>>> {
    reader.untouched()?.downcast().ok()
}

fn sent_before() -> IpcException {
    IpcException::failed("the stream was sent to another process before: a stream has one reader")
}
