//! Streams: what they carry, how they end, how far they run ahead, and what a hostile peer can do to them.

mod ends;
mod flow;
mod hostile;
mod positions;
mod random;

use std::collections::BTreeMap;
use std::pin::Pin;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll};

use futures::Stream;
use ipc_runtime::{IpcException, IpcStream, IpcType, ipc_interface};

/// Reads and makes streams.
#[ipc_interface(root)]
trait Streams {
    /// The numbers from 0 on.
    fn numbers(&self, count: u64, source: Kind) -> Result<IpcStream<u64>, IpcException>;
    async fn numbers_later(&self, count: u64) -> Result<IpcStream<u64>, IpcException>;
    fn sum(&self, numbers: IpcStream<u64>) -> Result<u64, IpcException>;
    async fn sum_later(&self, numbers: IpcStream<u64>) -> Result<u64, IpcException>;
    /// Returns its argument.
    fn echo(&self, texts: IpcStream<String>) -> Result<IpcStream<String>, IpcException>;
    /// Returns its argument without the first item.
    fn tail(&self, numbers: IpcStream<u64>) -> Result<IpcStream<u64>, IpcException>;
    /// Returns what the stream of the server holds.
    fn offered(&self) -> Result<IpcStream<Vec<u8>>, IpcException>;
    /// Returns its argument.
    fn deal(&self, deal: Deal) -> Result<Deal, IpcException>;
    fn keep(&self, stream: IpcStream<Vec<u8>>) -> Result<(), IpcException>;
    fn maybe(&self, stream: Option<IpcStream<u8>>) -> Result<Option<IpcStream<u8>>, IpcException>;
    fn all(&self, streams: Vec<IpcStream<u32>>) -> Result<IpcStream<IpcStream<u32>>, IpcException>;
    fn objects(&self, objects: IpcStream<Arc<dyn Number>>) -> Result<u64, IpcException>;
}

/// What a stream is made of.
#[derive(Clone, Copy, Debug, IpcType, PartialEq, Eq)]
enum Kind {
    Iterator,
    Stream,
    Channel,
}

const KINDS: [Kind; 3] = [Kind::Iterator, Kind::Stream, Kind::Channel];

/// Streams in fields.
#[derive(Debug, IpcType)]
struct Deal {
    name: String,
    lines: IpcStream<String>,
    maybe: Option<IpcStream<Option<i32>>>,
    many: BTreeMap<String, IpcStream<char>>,
    choice: Choice,
}

#[derive(Debug, IpcType)]
enum Choice {
    Nothing,
    Stream(IpcStream<Pair>),
}

#[derive(Clone, Debug, PartialEq, IpcType)]
struct Pair {
    left: i64,
    right: String,
}

#[ipc_interface]
trait Number {
    fn value(&self) -> Result<u64, IpcException>;
}

struct Value(u64);

impl Number for Value {
    fn value(&self) -> Result<u64, IpcException> {
        Ok(self.0)
    }
}

/// What the server gives away, and gets to keep.
#[derive(Default)]
struct Server {
    offer: Mutex<Option<IpcStream<Vec<u8>>>>,
    kept: Mutex<Option<IpcStream<Vec<u8>>>>,
}

impl Server {
    /// Offers a stream.
    fn offering(stream: IpcStream<Vec<u8>>) -> Arc<dyn Streams> {
        Arc::new(Self { offer: Mutex::new(Some(stream)), ..Self::default() })
    }
}

fn numbers(count: u64, kind: Kind) -> IpcStream<u64> {
    match kind {
        Kind::Iterator => IpcStream::from_iterator(0..count),
        Kind::Stream => IpcStream::from_stream(futures::stream::iter(0..count)),
        Kind::Channel => {
            let (sender, stream) = IpcStream::channel(10);
            std::thread::spawn(move || (0..count).try_for_each(|number| sender.send(number)));
            stream
        }
    }
}

#[ipc_interface]
impl Streams for Server {
    fn numbers(&self, count: u64, source: Kind) -> Result<IpcStream<u64>, IpcException> {
        Ok(numbers(count, source))
    }

    async fn numbers_later(&self, count: u64) -> Result<IpcStream<u64>, IpcException> {
        let (sender, stream) = IpcStream::channel(10);
        tokio::spawn(async move {
            for number in 0..count {
                if sender.send_async(number).await.is_err() {
                    return;
                }
            }
        });
        Ok(stream)
    }

    fn sum(&self, numbers: IpcStream<u64>) -> Result<u64, IpcException> {
        numbers.sum()
    }

    async fn sum_later(&self, mut numbers: IpcStream<u64>) -> Result<u64, IpcException> {
        let mut sum = 0;
        while let Some(number) = numbers.next_async().await {
            sum += number?;
        }
        Ok(sum)
    }

    fn echo(&self, texts: IpcStream<String>) -> Result<IpcStream<String>, IpcException> {
        Ok(texts)
    }

    fn tail(&self, mut numbers: IpcStream<u64>) -> Result<IpcStream<u64>, IpcException> {
        numbers.next().transpose()?;
        Ok(numbers)
    }

    fn offered(&self) -> Result<IpcStream<Vec<u8>>, IpcException> {
        let offer = self.offer.lock().unwrap().take();
        offer.ok_or_else(|| IpcException::failed("nothing is offered"))
    }

    fn deal(&self, deal: Deal) -> Result<Deal, IpcException> {
        Ok(deal)
    }

    fn keep(&self, stream: IpcStream<Vec<u8>>) -> Result<(), IpcException> {
        *self.kept.lock().unwrap() = Some(stream);
        Ok(())
    }

    fn maybe(&self, stream: Option<IpcStream<u8>>) -> Result<Option<IpcStream<u8>>, IpcException> {
        Ok(stream)
    }

    fn all(&self, streams: Vec<IpcStream<u32>>) -> Result<IpcStream<IpcStream<u32>>, IpcException> {
        Ok(IpcStream::from_iterator(streams))
    }

    fn objects(&self, objects: IpcStream<Arc<dyn Number>>) -> Result<u64, IpcException> {
        objects.map(|object| object?.value()).sum()
    }
}

fn all<T: Send + 'static>(stream: IpcStream<T>) -> Result<Vec<T>, IpcException> {
    stream.collect()
}

/// Counts what is taken from an iterator, and tells when it is dropped.
struct Counted<I> {
    source: I,
    counts: Counts,
}

/// What is known of a [`Counted`] source.
#[derive(Clone, Default)]
struct Counts {
    taken: Arc<AtomicU64>,
    alive: Arc<()>,
}

impl Counts {
    fn taken(&self) -> u64 {
        self.taken.load(Ordering::SeqCst)
    }

    fn is_dropped(&self) -> bool {
        Arc::strong_count(&self.alive) == 1
    }
}

fn counted<I: Iterator>(source: I) -> (Counted<I>, Counts) {
    let counts = Counts::default();
    (Counted { source, counts: counts.clone() }, counts)
}

impl<I: Iterator> Iterator for Counted<I> {
    type Item = I::Item;

    fn next(&mut self) -> Option<I::Item> {
        let item = self.source.next();
        self.counts.taken.fetch_add(u64::from(item.is_some()), Ordering::SeqCst);
        item
    }
}

/// An iterator as a stream that is always ready.
struct Ready<I>(I);

impl<I: Iterator + Unpin> Stream for Ready<I> {
    type Item = I::Item;

    fn poll_next(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<I::Item>> {
        Poll::Ready(self.0.next())
    }
}
