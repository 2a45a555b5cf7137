//! Random histories of a stream against a model.

use std::collections::VecDeque;
use std::sync::Arc;
use std::task::{Context, Poll, Waker};
use std::thread;
use std::time::Duration;

use futures::executor::block_on;
use ipc_runtime::wire::Interface;
use ipc_runtime::{ExceptionKind, IpcException, IpcStream, with_deadline};
use ipc_tests::steps::{LONG_PATIENCE, bounded, eventually};
use proptest::prelude::*;

use super::super::util::Pair;
use super::{Server, Streams};

#[derive(Clone, Debug)]
enum Step {
    /// The source produces items of these sizes, as far as there is room for them.
    Produce(Vec<usize>),
    /// The reader takes an item that is there.
    Take,
    /// The reader takes an item that is there, as a task.
    TakeAsync,
    /// The reader polls once, and gives up.
    Poll,
    /// The reader waits a little, and gives up.
    Wait,
}

/// How the history ends.
#[derive(Clone, Copy, Debug)]
enum End {
    /// The source ends.
    Ends,
    /// The source fails.
    Fails,
    /// The reader leaves.
    Leaves,
    /// The connection ends.
    Disconnects,
}

fn step() -> impl Strategy<Value = Step> {
    let size = prop_oneof![8 => 0_usize..20, 2 => 1_000_usize..10_000, 1 => 60_000_usize..200_000];
    prop_oneof![
        4 => prop::collection::vec(size, 1..40).prop_map(Step::Produce),
        6 => Just(Step::Take),
        4 => Just(Step::TakeAsync),
        2 => Just(Step::Poll),
        1 => Just(Step::Wait),
    ]
}

fn end() -> impl Strategy<Value = End> {
    prop_oneof![Just(End::Ends), Just(End::Fails), Just(End::Leaves), Just(End::Disconnects)]
}

/// What the reader should see: the items that were produced and not taken.
struct Model {
    produced: u8,
    left: VecDeque<Vec<u8>>,
}

impl Model {
    fn make(&mut self, size: usize) -> Vec<u8> {
        self.produced = self.produced.wrapping_add(1);
        vec![self.produced; size]
    }

    #[track_caller]
    fn check(&mut self, item: Option<Result<Vec<u8>, IpcException>>) {
        // Not as a whole: it would be printed.
        let (item, expected) = (item.unwrap().unwrap(), self.left.pop_front().unwrap());
        assert!(item == expected, "an item of {} bytes in place of {}", item.len(), expected.len());
    }
}

fn run(capacity: usize, hops: usize, steps: Vec<Step>, end: End) {
    let (sender, stream) = IpcStream::channel(capacity);
    let mut pairs = Vec::new();
    let mut stream = stream;
    for _ in 0..hops {
        let pair: Pair<dyn Streams> = Pair::new(Server::offering(stream));
        stream = pair.remote.offered().unwrap();
        pairs.push(pair);
    }
    let mut model = Model { produced: 0, left: VecDeque::new() };
    for step in steps {
        match step {
            Step::Produce(sizes) => {
                for size in sizes {
                    let item = model.make(size);
                    if sender.try_send(item.clone()).is_err() {
                        break;
                    }
                    model.left.push_back(item);
                }
            }
            Step::Take if !model.left.is_empty() => model.check(stream.next()),
            Step::TakeAsync if !model.left.is_empty() => model.check(block_on(stream.next_async())),
            Step::Take | Step::TakeAsync => {}
            Step::Poll => {
                let mut next = std::pin::pin!(stream.next_async());
                if let Poll::Ready(item) = next.as_mut().poll(&mut Context::from_waker(Waker::noop())) {
                    model.check(item);
                }
            }
            Step::Wait => match with_deadline(Duration::from_micros(200), || stream.next()) {
                Some(Err(error)) if error.kind() == ExceptionKind::TimedOut => {}
                item => model.check(item),
            },
        }
    }
    match end {
        End::Ends => drop(sender),
        End::Fails => sender.fail(IpcException::overloaded("as told")),
        End::Leaves => {
            drop(stream);
            return block_on(sender.closed());
        }
        End::Disconnects => {
            let Some(pair) = pairs.last() else { return };
            pair.remote.as_remote().unwrap().disconnect();
            eventually("the source is dropped", || sender.is_closed());
        }
    }
    let rest: Vec<_> = stream.collect();
    let items = rest.iter().take_while(|item| item.is_ok()).count();
    for item in rest.iter().take(items) {
        model.check(Some(item.clone()));
    }
    match (end, rest.get(items)) {
        (End::Ends, None) => assert!(model.left.is_empty()),
        (End::Fails, Some(Err(error))) => {
            assert!(model.left.is_empty());
            assert_eq!(error.kind(), ExceptionKind::Overloaded);
            assert!(error.text().ends_with("as told"), "{error}");
        }
        // Some of the items were on their way.
        (End::Disconnects, Some(Err(error))) => assert!(error.is_disconnected(), "{error}"),
        (end, last) => panic!("{end:?}, and the stream ends with {last:?}"),
    }
    assert!(rest.len() <= items + 1, "items after an error");
}

#[test]
fn random_histories_agree_with_the_model() {
    bounded(LONG_PATIENCE, || {
        let config = ProptestConfig { cases: 96, failure_persistence: None, ..ProptestConfig::default() };
        let history = (1_usize..60, 0_usize..4, prop::collection::vec(step(), 0..60), end());
        proptest!(config, |((capacity, hops, steps, end) in history)| run(capacity, hops, steps, end));
    });
}

#[test]
fn a_fast_source_and_a_fast_reader_lose_nothing_whatever_their_threads_do() {
    bounded(LONG_PATIENCE, || {
        let (sender, stream) = IpcStream::channel(100);
        let senders: Vec<_> = (0..4_u8)
            .map(|id| {
                let sender = sender.clone();
                thread::spawn(move || {
                    (0..5_000_u32).try_for_each(|n| sender.send([&[id], &n.to_le_bytes()[..]].concat()))
                })
            })
            .collect();
        drop(sender);
        let pair: Arc<Pair<dyn Streams>> = Arc::new(Pair::new(Server::offering(stream)));
        let mut next = [0_u32; 4];
        for item in pair.remote.offered().unwrap() {
            let item = item.unwrap();
            let number = u32::from_le_bytes(item[1..].try_into().unwrap());
            assert_eq!(std::mem::replace(&mut next[usize::from(item[0])], number + 1), number);
        }
        assert_eq!(next, [5_000; 4]);
        for sender in senders {
            sender.join().unwrap().unwrap();
        }
    });
}
