//! What a stream carries.

use std::marker::PhantomData;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use futures_core::Stream;

use super::Polled;
use crate::exception::IpcException;
use crate::object::Destination;
use crate::wire::layout::Slot;
use crate::wire::raw::{ROOT, Words};
use crate::wire::stream::RESULTS;
use crate::wire::{DecodeElement, Encoder};

/// An item that a stream can carry to another process: an owned type that may stand in a list.
#[diagnostic::on_unimplemented(
    message = "an `IpcStream` of `{Self}` cannot cross a process boundary",
    label = "not an owned IPC type that is `Send`",
    note = "the items of a stream outlive the call: own them, as `String` in place of `&str`",
    note = "for a struct or an enum of your own, add `#[derive(IpcType)]`"
)]
pub trait StreamItem: for<'m> DecodeElement<'m> + Send + 'static {}

#[diagnostic::do_not_recommend]
impl<T: for<'m> DecodeElement<'m> + Send + 'static> StreamItem for T {}

/// What the source of a stream of `T` returns: `T`, or `Result<T, IpcException>`.
#[diagnostic::on_unimplemented(
    message = "a stream of `{T}` cannot be made of `{Self}`",
    label = "neither an item nor a `Result` of one",
    note = "the source returns `{T}` or `Result<{T}, IpcException>`"
)]
pub trait IntoItem<T> {
    /// Makes an item, or the error that ends the stream.
    #[expect(clippy::missing_errors_doc, reason = "an error is what it may be made of")]
    fn into_item(self) -> Result<T, IpcException>;
}

impl<T> IntoItem<T> for T {
    fn into_item(self) -> Result<T, IpcException> {
        Ok(self)
    }
}

impl<T> IntoItem<T> for Result<T, IpcException> {
    fn into_item(self) -> Result<T, IpcException> {
        self
    }
}

/// A stream of `T`, whatever it returns them as, and nothing else.
pub(super) struct Items<S, T> {
    stream: Pin<Box<S>>,
    item: PhantomData<fn() -> T>,
}

impl<S, T> Items<S, T> {
    pub(super) fn new(stream: S) -> Self {
        Self { stream: Box::pin(stream), item: PhantomData }
    }
}

impl<S: Stream<Item: IntoItem<T>>, T> Stream for Items<S, T> {
    type Item = Result<T, IpcException>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Polled<T> {
        Poll::Ready(ready!(self.stream.as_mut().poll_next(cx)).map(IntoItem::into_item))
    }
}

/// An item, and what it takes in a message.
#[derive(Debug)]
pub(super) struct Weighed<T> {
    pub(super) item: T,
    pub(super) weight: Weight,
}

/// What one item or several take in a message.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Weight {
    /// Words of content.
    pub(super) words: u64,
    /// Objects, streams among them.
    pub(super) objects: usize,
}

impl Weight {
    pub(super) fn plus(self, other: Self) -> Self {
        Self {
            words: self.words.saturating_add(other.words),
            objects: self.objects.saturating_add(other.objects),
        }
    }
}

/// Encodes an item for nobody, to know how large it is: a list of items has its length before its items, so they are
/// counted out before they are encoded.
///
/// # Errors
/// Returns an error if it is too large, or nested too deeply, for any message.
pub(super) fn weigh<T: StreamItem>(item: T) -> Result<Weighed<T>, IpcException> {
    if !matches!(T::SHAPE.slot, Slot::Pointer) {
        return Ok(Weighed { item, weight: Weight { words: 1, objects: 0 } });
    }
    let mut encoder = Encoder::new(Destination::scales());
    let [items_at, _] = RESULTS.at;
    encoder.encode(&mut Words::new(), ROOT, RESULTS.size, |to| {
        T::encode_list(std::slice::from_ref(&item), to.pointer(items_at.offset))
    })?;
    let weight = Weight { words: encoder.words(), objects: encoder.caps().len() };
    Ok(Weighed { item, weight })
}
