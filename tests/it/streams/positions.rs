//! Streams wherever a type can stand.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use futures::TryStreamExt;
use futures::executor::block_on;
use ipc_runtime::wire::Interface;
use ipc_runtime::{IpcException, IpcStream, ipc_interface, with_deadline};
use ipc_tests::steps::{PATIENCE, bounded};

use super::super::util::Pair;
use super::{Choice, Deal, KINDS, Kind, Number, Pair as Item, Server, Streams, Value, all, numbers};

fn pair() -> Pair<dyn Streams> {
    Pair::new(Arc::new(Server::default()) as Arc<dyn Streams>)
}

#[test]
fn what_every_source_has_arrives_in_order_as_result_and_as_parameter() {
    bounded(PATIENCE, || {
        let pair = pair();
        for kind in KINDS {
            for count in [0, 1, 2, 1_000, 20_000] {
                let expected: Vec<u64> = (0..count).collect();
                assert_eq!(all(pair.remote.numbers(count, kind).unwrap()).unwrap(), expected, "{kind:?}");
                let sum = expected.iter().sum::<u64>();
                assert_eq!(pair.remote.sum(numbers(count, kind)).unwrap(), sum, "{kind:?}");
                assert_eq!(block_on(pair.remote.sum_later(numbers(count, kind))).unwrap(), sum, "{kind:?}");
            }
        }
    });
}

#[test]
fn a_stream_is_polled_by_any_executor() {
    bounded(PATIENCE, || {
        let pair = pair();
        let expected: Vec<u64> = (0..5_000).collect();
        for kind in KINDS {
            let stream = pair.remote.numbers(5_000, kind).unwrap();
            assert_eq!(block_on(stream.into_stream().try_collect::<Vec<u64>>()).unwrap(), expected);
        }
        let stream = block_on(pair.remote.numbers_later(5_000)).unwrap();
        let squares = stream.into_stream().map_ok(|number| number * number);
        let squares: Vec<u64> = block_on(squares.try_collect()).unwrap();
        assert_eq!(squares, expected.iter().map(|number| number * number).collect::<Vec<_>>());
    });
}

#[ipc_interface(root, twin = BlockingPipe)]
trait Pipe {
    async fn double(&self, numbers: IpcStream<u64>) -> Result<IpcStream<u64>, IpcException>;
}

struct Doubler;

#[ipc_interface]
impl Pipe for Doubler {
    async fn double(&self, numbers: IpcStream<u64>) -> Result<IpcStream<u64>, IpcException> {
        Ok(IpcStream::from_stream(numbers.into_stream().map_ok(|number| 2 * number)))
    }
}

impl BlockingPipe for Doubler {
    fn double(&self, numbers: IpcStream<u64>) -> Result<IpcStream<u64>, IpcException> {
        Ok(IpcStream::from_iterator(numbers.map(|number| number.map(|number| 2 * number))))
    }
}

#[test]
fn a_twin_has_the_same_streams() {
    bounded(PATIENCE, || {
        let expected: Vec<u64> = (0..3_000).map(|number| 2 * number).collect();
        let pair = Pair::new(Arc::new(Doubler) as Arc<dyn Pipe>);
        let blocking = BlockingPipeClient::new(pair.remote.as_remote().unwrap().clone());
        assert_eq!(all(blocking.double(numbers(3_000, Kind::Iterator)).unwrap()).unwrap(), expected);
        let pair = Pair::new(Arc::new(Doubler) as Arc<dyn BlockingPipe>);
        let later = PipeClient::new(pair.remote.as_remote().unwrap().clone());
        let stream = block_on(later.double(numbers(3_000, Kind::Channel))).unwrap();
        assert_eq!(block_on(stream.into_stream().try_collect::<Vec<u64>>()).unwrap(), expected);
    });
}

#[test]
fn a_stream_stays_readable_when_everything_else_of_its_connection_is_dropped() {
    bounded(PATIENCE, || {
        let pair = pair();
        let stream = pair.remote.numbers(10_000, Kind::Iterator).unwrap();
        // The last handle but for the stream's.
        drop(pair.remote);
        assert_eq!(stream.count(), 10_000);
    });
}

#[test]
fn streams_in_fields_options_lists_maps_and_unions() {
    bounded(PATIENCE, || {
        let pair = pair();
        let letters = |text: &'static str| IpcStream::from_iterator(text.chars());
        let items = [Item { left: -1, right: "one".into() }, Item { left: 2, right: String::new() }];
        let sent = Deal {
            name: "a deal".into(),
            lines: IpcStream::from_iterator(["a", "", "ä"].map(str::to_owned)),
            maybe: Some(IpcStream::from_iterator([Some(0), None, Some(-1)])),
            many: BTreeMap::from([("x".to_owned(), letters("xyz")), ("none".to_owned(), IpcStream::empty())]),
            choice: Choice::Stream(IpcStream::from_iterator(items.clone())),
        };
        let deal = pair.remote.deal(sent).unwrap();
        assert_eq!(deal.name, "a deal");
        assert_eq!(all(deal.lines).unwrap(), ["a", "", "ä"]);
        assert_eq!(all(deal.maybe.unwrap()).unwrap(), [Some(0), None, Some(-1)]);
        let many: BTreeMap<String, String> = deal
            .many
            .into_iter()
            .map(|(name, letters)| (name, letters.map(Result::unwrap).collect()))
            .collect();
        assert_eq!(many, BTreeMap::from([("x".into(), "xyz".into()), ("none".into(), String::new())]));
        let Choice::Stream(stream) = deal.choice else { panic!("another variant") };
        assert_eq!(all(stream).unwrap(), items);

        assert!(pair.remote.maybe(None).unwrap().is_none());
        let bytes = pair.remote.maybe(Some(IpcStream::from_iterator(*b"bytes"))).unwrap().unwrap();
        assert_eq!(all(bytes).unwrap(), b"bytes");
    });
}

#[test]
fn streams_of_streams_and_of_objects() {
    bounded(PATIENCE, || {
        let pair = pair();
        let streams = (0..900).map(|count| IpcStream::from_iterator(0..count % 5)).collect();
        for (count, stream) in (0..).zip(pair.remote.all(streams).unwrap()) {
            let expected: Vec<u32> = (0..count % 5).collect();
            assert_eq!(all(stream.unwrap()).unwrap(), expected);
        }
        let objects = (0..3_000).map(|value| Arc::new(Value(value)) as Arc<dyn Number>);
        assert_eq!(pair.remote.objects(IpcStream::from_iterator(objects)).unwrap(), 2_999 * 3_000 / 2);
    });
}

#[test]
fn a_stream_that_comes_home_is_itself_and_one_that_was_read_goes_on_where_it_is() {
    bounded(PATIENCE, || {
        let pair = pair();
        // Not asked for, it goes back as it came.
        let texts = ["one", "two"].map(str::to_owned);
        let home = pair.remote.echo(IpcStream::from_iterator(texts.clone())).unwrap();
        pair.remote.as_remote().unwrap().disconnect();
        assert_eq!(all(home).unwrap(), texts);

        let pair = self::pair();
        for kind in KINDS {
            let rest = pair.remote.tail(numbers(5_000, kind)).unwrap();
            let rest = pair.remote.tail(rest).unwrap();
            assert_eq!(all(rest).unwrap(), (2..5_000).collect::<Vec<u64>>(), "{kind:?}");
        }
        // Read here, then sent on.
        let mut stream = pair.remote.numbers(5_000, Kind::Iterator).unwrap();
        assert_eq!(stream.next().unwrap().unwrap(), 0);
        assert_eq!(pair.remote.sum(stream).unwrap(), 4_999 * 5_000 / 2);
    });
}

#[test]
fn a_stream_goes_through_a_third_process() {
    bounded(PATIENCE, || {
        let (first, second) = (pair(), pair());
        let stream = first.remote.numbers(3_000, Kind::Channel).unwrap();
        assert_eq!(second.remote.sum(stream).unwrap(), 2_999 * 3_000 / 2);
    });
}

#[test]
fn a_stream_that_has_crossed_no_process_is_read_where_it_is() {
    bounded(PATIENCE, || {
        for kind in KINDS {
            assert_eq!(all(numbers(100, kind)).unwrap(), (0..100).collect::<Vec<u64>>());
            let polled = numbers(100, kind).into_stream().try_collect::<Vec<u64>>();
            assert_eq!(block_on(polled).unwrap(), (0..100).collect::<Vec<u64>>());
        }
        // Polled first, then called.
        let mut stream = numbers(10, Kind::Iterator);
        assert_eq!(block_on(stream.next_async()).unwrap().unwrap(), 0);
        assert_eq!(stream.next().unwrap().unwrap(), 1);
        assert_eq!(all(stream).unwrap(), (2..10).collect::<Vec<u64>>());
    });
}

#[test]
fn a_stream_is_given_away_once() {
    bounded(PATIENCE, || {
        let pair = pair();
        let mut deal = Deal {
            name: String::new(),
            lines: IpcStream::from_iterator(["line".to_owned()]),
            maybe: None,
            many: BTreeMap::new(),
            choice: Choice::Nothing,
        };
        assert_eq!(format!("{:?}", deal.lines), "IpcStream(an iterator)");
        let (sent, kept) = IpcStream::channel(1);
        sent.send(1).unwrap();
        drop(sent);
        // A local call by reference, as a struct with a stream may be passed.
        deal = pair.remote.deal(deal).unwrap();
        assert_eq!(format!("{:?}", deal.lines), "IpcStream(an object)");
        assert_eq!(all(deal.lines).unwrap(), ["line"]);
        assert_eq!(with_deadline(Duration::MAX, || pair.remote.sum(kept)).unwrap(), 1);
    });
}
