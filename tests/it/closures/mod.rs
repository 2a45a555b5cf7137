//! Closures as arguments, results and fields.

use std::collections::{BTreeMap, HashMap, VecDeque};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use futures::executor::block_on;
use ipc_runtime::wire::descriptor::{Kind, Struct};
use ipc_runtime::wire::id::type_id;
use ipc_runtime::wire::{Interface, Type, anonymous};
use ipc_runtime::{CapnpContext, ExceptionKind, IpcException, IpcType, closed, destroy, ipc_interface};
use ipc_tests::steps::{PATIENCE, bounded, eventually};

mod kinds;
mod named;

use super::util::{Pair, assert_disconnected};

type Shared = Arc<dyn Fn(i64) -> Result<i64, IpcException> + Send + Sync>;
type Boxed = Box<dyn Fn(i64) -> Result<i64, IpcException> + Send + Sync>;
type Mutable = Box<dyn FnMut(i64) -> Result<i64, IpcException> + Send>;
type Once = Box<dyn FnOnce(i64) -> Result<i64, IpcException> + Send>;

#[ipc_interface(root)]
trait Closures {
    fn call(&self, closure: Shared, value: i64) -> Result<i64, IpcException>;
    fn call_boxed(&self, closure: Boxed, value: i64) -> Result<i64, IpcException>;
    fn call_mutable(&self, closure: Mutable, values: Vec<i64>) -> Result<Vec<i64>, IpcException>;
    fn call_once(&self, closure: Once, value: i64) -> Result<i64, IpcException>;
    fn call_any(
        &self,
        closure: Option<Arc<dyn Fn() -> Result<(), IpcException> + Send + Sync>>,
    ) -> Result<bool, IpcException>;
    async fn call_later(&self, closure: Shared, once: Once, value: i64) -> Result<i64, IpcException>;

    fn keep(&self, closure: Option<Shared>) -> Result<(), IpcException>;
    fn kept(&self) -> Result<Option<Shared>, IpcException>;
    fn adder(&self, amount: i64) -> Result<Shared, IpcException>;
    fn counter(&self) -> Result<Mutable, IpcException>;
    async fn once(&self, value: i64) -> Result<Once, IpcException>;
    #[ipc(results(twice, never))]
    fn several(&self) -> Result<(Once, Option<Once>), IpcException>;

    fn call_all(&self, all: Everywhere) -> Result<Vec<i64>, IpcException>;
    fn everywhere(&self) -> Result<Everywhere, IpcException>;
    fn pick(&self, choices: Vec<Choice>, value: i64) -> Result<Vec<i64>, IpcException>;
    fn objects(&self, objects: Objects) -> Result<i64, IpcException>;

    fn lent(
        &self,
        text: Arc<dyn Fn(&str) -> Result<usize, IpcException> + Send + Sync>,
        mixed: Box<dyn FnMut(u8, &str, &[u8]) -> Result<String, IpcException> + Send>,
        note: Box<dyn FnOnce(&Note) -> Result<Note, IpcException> + Send>,
    ) -> Result<String, IpcException>;
    fn eight(&self, closure: Eight) -> Result<u32, IpcException>;
    fn nested(&self, closure: Nested) -> Result<i64, IpcException>;
    fn lend(&self, lent: &Lent) -> Result<i64, IpcException>;
}

type Eight = Box<dyn Fn(u8, u8, u8, u8, u8, u8, u8, Vec<u8>) -> Result<u32, IpcException> + Send + Sync>;
type Nested = Arc<dyn Fn(Once) -> Result<Shared, IpcException> + Send + Sync>;

#[derive(Clone, Debug, IpcType, PartialEq)]
struct Note {
    text: String,
    number: Option<u32>,
}

/// Closures in every place.
#[expect(clippy::vec_box, reason = "a place like any other")]
#[derive(IpcType)]
struct Everywhere {
    shared: Shared,
    option: Option<Once>,
    list: Vec<Once>,
    map: BTreeMap<String, Mutable>,
    hash_map: HashMap<u8, Once>,
    pair: (i64, Once),
    array: [Once; 2],
    deque: VecDeque<Option<Once>>,
    boxed: Box<Inner>,
    newtype: Newtype,
    newtypes: Vec<Newtype>,
    deep: Option<Option<Once>>,
    shared_inner: Arc<Inner>,
    boxes: Vec<Box<Inner>>,
    result: Result<Once, Option<Mutable>>,
    results: Vec<Result<(), Once>>,
}

#[derive(IpcType)]
struct Inner {
    once: Once,
}

#[derive(IpcType)]
struct Newtype(Once);

#[derive(IpcType)]
enum Choice {
    Nothing,
    Call(Once),
    CallBoth { first: Shared, second: Option<Mutable> },
    Add(i64),
}

/// Interfaces in every place.
#[derive(IpcType)]
struct Objects {
    one: Arc<dyn Number>,
    option: Option<Arc<dyn Number>>,
    none: Option<Arc<dyn Number>>,
    list: Vec<Arc<dyn Number>>,
    map: BTreeMap<u8, Arc<dyn Number>>,
    pair: (Arc<dyn Number>, u8),
    choice: Object,
    choices: Vec<Option<Object>>,
    results: Vec<Result<Arc<dyn Number>, Arc<dyn Number>>>,
}

#[derive(IpcType)]
enum Object {
    None,
    Number(Arc<dyn Number>),
    Two { first: Arc<dyn Number>, second: Option<Arc<dyn Number>> },
}

#[ipc_interface]
trait Number {
    fn number(&self) -> Result<i64, IpcException>;
}

struct Fixed(i64);

impl Number for Fixed {
    fn number(&self) -> Result<i64, IpcException> {
        Ok(self.0)
    }
}

#[derive(IpcType)]
struct Lent {
    once: Once,
}

#[derive(Default)]
struct Server(Mutex<Option<Shared>>);

#[ipc_interface]
impl Closures for Server {
    fn call(&self, closure: Shared, value: i64) -> Result<i64, IpcException> {
        closure(value)
    }

    fn call_boxed(&self, closure: Boxed, value: i64) -> Result<i64, IpcException> {
        closure(value)
    }

    fn call_mutable(&self, mut closure: Mutable, values: Vec<i64>) -> Result<Vec<i64>, IpcException> {
        values.into_iter().map(&mut closure).collect()
    }

    fn call_once(&self, closure: Once, value: i64) -> Result<i64, IpcException> {
        closure(value)
    }

    fn call_any(
        &self,
        closure: Option<Arc<dyn Fn() -> Result<(), IpcException> + Send + Sync>>,
    ) -> Result<bool, IpcException> {
        closure.as_ref().map(|closure| closure()).transpose().map(|called| called.is_some())
    }

    async fn call_later(&self, closure: Shared, once: Once, value: i64) -> Result<i64, IpcException> {
        tokio::task::yield_now().await;
        Ok(closure(value)? + once(value)?)
    }

    fn keep(&self, closure: Option<Shared>) -> Result<(), IpcException> {
        *self.0.lock().unwrap() = closure;
        Ok(())
    }

    fn kept(&self) -> Result<Option<Shared>, IpcException> {
        Ok(self.0.lock().unwrap().clone())
    }

    fn adder(&self, amount: i64) -> Result<Shared, IpcException> {
        Ok(Arc::new(move |value| Ok(value + amount)))
    }

    fn counter(&self) -> Result<Mutable, IpcException> {
        let mut sum = 0;
        Ok(Box::new(move |value| {
            sum += value;
            Ok(sum)
        }))
    }

    async fn once(&self, value: i64) -> Result<Once, IpcException> {
        Ok(once(value))
    }

    fn several(&self) -> Result<(Once, Option<Once>), IpcException> {
        Ok((once(2), None))
    }

    fn call_all(&self, all: Everywhere) -> Result<Vec<i64>, IpcException> {
        call_everywhere(all)
    }

    fn everywhere(&self) -> Result<Everywhere, IpcException> {
        Ok(make_everywhere())
    }

    fn pick(&self, choices: Vec<Choice>, value: i64) -> Result<Vec<i64>, IpcException> {
        let mut results = Vec::new();
        for choice in choices {
            results.push(match choice {
                Choice::Nothing => 0,
                Choice::Call(closure) => closure(value)?,
                Choice::CallBoth { first, second } => {
                    first(value)? + second.map(|mut second| second(value)).transpose()?.unwrap_or(0)
                }
                Choice::Add(amount) => value + amount,
            });
        }
        Ok(results)
    }

    fn objects(&self, objects: Objects) -> Result<i64, IpcException> {
        let Objects { one, option, none, list, map, pair, choice, choices, results } = objects;
        assert!(none.is_none());
        let mut all: Vec<Arc<dyn Number>> = vec![one, pair.0];
        all.extend(option.into_iter().chain(list).chain(map.into_values()));
        all.extend(results.into_iter().map(|number| number.unwrap_or_else(|number| number)));
        for object in choices.into_iter().flatten().chain([choice]) {
            match object {
                Object::None => {}
                Object::Number(number) => all.push(number),
                Object::Two { first, second } => all.extend([first].into_iter().chain(second)),
            }
        }
        all.iter().map(|number| number.number()).sum()
    }

    fn lent(
        &self,
        text: Arc<dyn Fn(&str) -> Result<usize, IpcException> + Send + Sync>,
        mut mixed: Box<dyn FnMut(u8, &str, &[u8]) -> Result<String, IpcException> + Send>,
        note: Box<dyn FnOnce(&Note) -> Result<Note, IpcException> + Send>,
    ) -> Result<String, IpcException> {
        let length = text("four")?;
        let first = mixed(1, "a", &[1, 2])?;
        let second = mixed(2, "", &[])?;
        let note = note(&Note { text: first, number: Some(0) })?;
        Ok(format!("{length} {} {second} {:?}", note.text, note.number))
    }

    fn eight(&self, closure: Eight) -> Result<u32, IpcException> {
        closure(1, 2, 3, 4, 5, 6, 7, vec![8, 9])
    }

    fn nested(&self, closure: Nested) -> Result<i64, IpcException> {
        closure(once(1))?(10)
    }

    fn lend(&self, _: &Lent) -> Result<i64, IpcException> {
        Ok(0)
    }
}

/// Adds a number, once.
fn once(amount: i64) -> Once {
    Box::new(move |value| Ok(value + amount))
}

#[expect(clippy::arc_with_non_send_sync, reason = "it is given away at once")]
fn make_everywhere() -> Everywhere {
    let plus_five: Mutable = Box::new(|value| Ok(value + 5));
    Everywhere {
        shared: Arc::new(|value| Ok(value + 1)),
        option: Some(once(2)),
        list: vec![once(3), once(4)],
        map: BTreeMap::from([("a".to_owned(), plus_five)]),
        hash_map: HashMap::from([(1, once(6))]),
        pair: (7, once(8)),
        array: [once(9), once(10)],
        deque: VecDeque::from([None, Some(once(11))]),
        boxed: Box::new(Inner { once: once(12) }),
        newtype: Newtype(once(13)),
        newtypes: vec![Newtype(once(14))],
        deep: Some(Some(once(15))),
        shared_inner: Arc::new(Inner { once: once(16) }),
        boxes: vec![Box::new(Inner { once: once(17) })],
        result: Ok(once(18)),
        results: vec![Ok(()), Err(once(19))],
    }
}

fn call_everywhere(all: Everywhere) -> Result<Vec<i64>, IpcException> {
    let Inner { once } = *all.boxed;
    let mut results = vec![(all.shared)(100)?];
    let closures = all.option.into_iter().chain(all.list);
    results.extend(closures.map(|closure| closure(100)).collect::<Result<Vec<_>, _>>()?);
    for (_, mut closure) in all.map {
        results.push(closure(100)?);
    }
    let closures = all.hash_map.into_values().chain([all.pair.1]).chain(all.array);
    let closures = closures.chain(all.deque.into_iter().flatten()).chain([once, all.newtype.0]);
    let closures = closures.chain(all.newtypes.into_iter().map(|newtype| newtype.0));
    let closures = closures.chain(all.deep.flatten());
    let closures = closures.chain(Arc::into_inner(all.shared_inner).map(|inner| inner.once));
    let closures = closures.chain(all.boxes.into_iter().map(|inner| inner.once));
    let closures = closures.chain(all.result.ok()).chain(all.results.into_iter().filter_map(Result::err));
    results.extend(closures.map(|closure| closure(100)).collect::<Result<Vec<_>, _>>()?);
    Ok(results)
}

fn pair() -> Pair<dyn Closures> {
    let root: Arc<dyn Closures> = Arc::new(Server::default());
    Pair::new(root)
}

#[test]
fn a_closure_of_the_caller_is_called_during_the_method() {
    bounded(PATIENCE, || {
        let pair = pair();
        let remote = &pair.remote;
        assert_eq!(remote.call(Arc::new(|value| Ok(value * 2)), 21).unwrap(), 42);
        assert_eq!(remote.call_boxed(Box::new(|value| Ok(value * 2)), 21).unwrap(), 42);
        let mut sum = 0;
        let add = Box::new(move |value| {
            sum += value;
            Ok(sum)
        });
        assert_eq!(remote.call_mutable(add, vec![1, 2, 3]).unwrap(), [1, 3, 6]);
        let owned = Box::new(1);
        assert_eq!(remote.call_once(Box::new(move |value| Ok(value + *owned)), 1).unwrap(), 2);
        let called = Arc::new(AtomicUsize::new(0));
        let call = called.clone();
        let count = move || {
            call.fetch_add(1, Ordering::SeqCst);
            Ok(())
        };
        assert!(remote.call_any(Some(Arc::new(count))).unwrap());
        assert!(!remote.call_any(None).unwrap());
        assert_eq!(called.load(Ordering::SeqCst), 1);
    });
}

#[test]
fn a_closure_of_the_server_is_called_after_the_method() {
    bounded(PATIENCE, || {
        let pair = pair();
        let remote = &pair.remote;
        let add = remote.adder(5).unwrap();
        assert_eq!((add(1).unwrap(), add(2).unwrap()), (6, 7));
        let mut count = remote.counter().unwrap();
        assert_eq!((count(1).unwrap(), count(2).unwrap()), (1, 3));
        let once = block_on(remote.once(3)).unwrap();
        assert_eq!(once(1).unwrap(), 4);
        let (twice, never) = remote.several().unwrap();
        assert_eq!(twice(1).unwrap(), 3);
        assert!(never.is_none());
    });
}

#[test]
fn closures_travel_inside_of_other_data() {
    bounded(PATIENCE, || {
        let pair = pair();
        let remote = &pair.remote;
        let expected: Vec<i64> = (101..=119).filter(|value| *value != 107).collect();
        assert_eq!(remote.call_all(make_everywhere()).unwrap(), expected);
        assert_eq!(call_everywhere(remote.everywhere().unwrap()).unwrap(), expected);
        let choices = vec![
            Choice::Nothing,
            Choice::Call(once(1)),
            Choice::CallBoth { first: Arc::new(Ok), second: Some(Box::new(|value| Ok(value * 10))) },
            Choice::CallBoth { first: Arc::new(Ok), second: None },
            Choice::Add(4),
        ];
        assert_eq!(remote.pick(choices, 2).unwrap(), [0, 3, 22, 2, 6]);
    });
}

#[test]
fn interfaces_travel_inside_of_other_data() {
    bounded(PATIENCE, || {
        let pair = pair();
        let number = |value: i64| -> Arc<dyn Number> { Arc::new(Fixed(value)) };
        let objects = Objects {
            one: number(1),
            option: Some(number(2)),
            none: None,
            list: vec![number(4), number(8)],
            map: BTreeMap::from([(1, number(16))]),
            pair: (number(32), 0),
            choice: Object::Number(number(64)),
            choices: vec![
                None,
                Some(Object::None),
                Some(Object::Two { first: number(128), second: Some(number(256)) }),
                Some(Object::Two { first: number(512), second: None }),
            ],
            results: vec![Ok(number(1024)), Err(number(2048))],
        };
        assert_eq!(pair.remote.objects(objects).unwrap(), 4095);
    });
}

#[test]
fn arguments_are_lent_or_many_or_closures() {
    bounded(PATIENCE, || {
        let pair = pair();
        let mut calls = 0;
        let text = pair
            .remote
            .lent(
                Arc::new(|text| Ok(text.len())),
                Box::new(move |number, text, data| {
                    calls += 1;
                    Ok(format!("{calls}{number}{text}{}", data.len()))
                }),
                Box::new(|note| Ok(Note { text: note.text.repeat(2), number: note.number.map(|n| n + 1) })),
            )
            .unwrap();
        assert_eq!(text, "4 11a211a2 220 Some(1)");
        let sum = |a, b, c, d, e, f, g, h: Vec<u8>| {
            Ok([a, b, c, d, e, f, g].iter().chain(&h).map(|n| u32::from(*n)).sum())
        };
        assert_eq!(pair.remote.eight(Box::new(sum)).unwrap(), 45);
        let nested: Nested = Arc::new(|once| {
            let amount = once(5)?;
            Ok(Arc::new(move |value| Ok(value + amount)))
        });
        assert_eq!(pair.remote.nested(nested).unwrap(), 16);
    });
}

#[test]
fn the_failure_of_a_closure_is_an_exception() {
    bounded(PATIENCE, || {
        let pair = pair();
        let fail: Shared = Arc::new(|value| Err(IpcException::failed(format!("not with {value}"))));
        let error = pair.remote.call(fail, 13).unwrap_err();
        assert!(error.text().ends_with("not with 13"), "{error}");
        let panic: Shared = Arc::new(|_| panic!("at the disco"));
        let error = pair.remote.call(panic, 13).unwrap_err();
        assert!(error.text().contains("panicked: at the disco"), "{error}");
        assert_eq!(pair.remote.call(Arc::new(Ok), 1).unwrap(), 1);
    });
}

#[test]
fn a_closure_is_dropped_with_its_last_copy() {
    bounded(PATIENCE, || {
        let pair = pair();
        let held = Arc::new(1);
        let freed = Arc::downgrade(&held);
        pair.remote.keep(Some(Arc::new(move |value| Ok(value + *held)))).unwrap();
        let kept = pair.remote.kept().unwrap().unwrap();
        assert_eq!(kept(1).unwrap(), 2);
        pair.remote.keep(None).unwrap();
        assert!(freed.upgrade().is_some());
        let copy = kept.clone();
        drop(kept);
        assert_eq!(copy(2).unwrap(), 3);
        drop(copy);
        eventually("the closure is freed", || freed.upgrade().is_none());
    });
}

#[test]
fn a_remote_closure_can_be_destroyed_and_its_connection_closed() {
    bounded(PATIENCE, || {
        let pair = pair();
        let add = pair.remote.adder(1).unwrap();
        assert!(closed(&add).is_none());
        destroy(&add).unwrap();
        assert!(add(1).unwrap_err().text().ends_with("the object was destroyed"));
        let other = pair.remote.adder(1).unwrap();
        other.to_remote().unwrap().disconnect();
        assert!(closed(&other).is_some());
        assert_disconnected(other(1));
    });
}

#[test]
fn a_boxed_closure_behind_a_reference_cannot_be_given_away() {
    bounded(PATIENCE, || {
        let pair = pair();
        let error = pair.remote.lend(&Lent { once: once(1) }).unwrap_err();
        assert!(error.text().contains("what holds it is passed by value"), "{error}");
        assert_eq!(pair.remote.call_once(once(1), 1).unwrap(), 2);
    });
}

#[test]
fn a_null_closure_and_one_of_another_signature_are_refused() {
    /// What `Right` is to a peer with other ideas of it.
    #[ipc_interface(root, id = 0x9d4e_2a11_80c3_7702)]
    trait Wrong {
        fn call(
            &self,
            closure: Option<Arc<dyn Fn(bool) -> Result<i64, IpcException> + Send + Sync>>,
        ) -> Result<i64, IpcException>;
    }
    #[ipc_interface(root, id = 0x9d4e_2a11_80c3_7702)]
    trait Right {
        fn call(&self, closure: Shared) -> Result<i64, IpcException>;
    }
    struct Caller;
    impl Right for Caller {
        fn call(&self, closure: Shared) -> Result<i64, IpcException> {
            closure(1)
        }
    }
    bounded(PATIENCE, || {
        let root: Arc<dyn Right> = Arc::new(Caller);
        let pair = Pair::new(root);
        let wrong = WrongClient::new(pair.remote.as_remote().unwrap().clone());
        let error = wrong.call(None).unwrap_err();
        assert!(error.text().ends_with("null object where `FnInt64ToInt64` is required"), "{error}");
        let error = wrong.call(Some(Arc::new(|_| Ok(1)))).unwrap_err();
        assert_eq!(error.kind(), ExceptionKind::Unimplemented);
    });
}

#[test]
fn the_interface_of_a_closure_is_made_from_its_signature() {
    let name = |ty: Type| ty.descriptor().unwrap().name;
    assert_eq!(name(Shared::TYPE), "FnInt64ToInt64");
    assert_eq!(name(Once::TYPE), "FnInt64ToInt64");
    assert_eq!(name(Nested::TYPE), "FnFnInt64ToInt64ToFnInt64ToInt64");
    assert_eq!(
        name(<Box<dyn FnMut(&str, Option<u8>) -> Result<(), IpcException> + Send>>::TYPE),
        "FnTextOptionalUInt8ToVoid"
    );
    assert_eq!(
        name(<Arc<dyn Fn() -> Result<Option<bool>, IpcException> + Send + Sync>>::TYPE),
        "FnToOptionalBool"
    );
    assert_eq!(
        name(<Arc<dyn Fn(Note) -> Result<Vec<u8>, IpcException> + Send + Sync>>::TYPE),
        "FnNoteToData"
    );

    let descriptor = Mutable::TYPE.descriptor().unwrap();
    assert!(std::ptr::eq(descriptor, Shared::TYPE.descriptor().unwrap()), "one for all kinds of closure");
    assert_eq!(descriptor.id, type_id(anonymous::FILE, "FnInt64ToInt64"));
    let Kind::Interface(interface) = descriptor.kind else { panic!("not an interface") };
    let names = |fields: Struct| fields.fields.iter().map(|field| field.name).collect::<Vec<_>>();
    let methods = interface.methods.iter();
    let methods: Vec<_> = methods
        .map(|method| (method.name, method.ordinal, names(method.params), names(method.results)))
        .collect();
    assert_eq!(
        methods,
        [("destroy", 0, vec!["context"], vec![]), ("call", 1, vec!["context", "arg0"], vec!["result"])]
    );
}

/// Calls a closure in its future, which calls back.
#[ipc_interface(root)]
trait Later {
    async fn add(&self, a: i64, b: i64) -> Result<i64, IpcException>;
    async fn call(&self, closure: Shared, value: i64) -> Result<i64, IpcException>;
}

struct LaterServer;

#[ipc_interface]
impl Later for LaterServer {
    async fn add(&self, a: i64, b: i64) -> Result<i64, IpcException> {
        Ok(a + b)
    }

    async fn call(&self, closure: Shared, value: i64) -> Result<i64, IpcException> {
        closure(value)
    }
}

#[test]
fn a_closure_that_is_called_in_a_future_does_not_keep_its_runtime_from_other_work() {
    bounded(PATIENCE, || {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).build().unwrap();
        let settings = CapnpContext::new().with_runtime(runtime.handle().clone());
        let root: Arc<dyn Later> = Arc::new(LaterServer);
        let pair = Pair::with_settings(root, settings);
        let remote = pair.remote.clone();
        let again = remote.clone();
        // The one worker waits for the closure, which waits for a future of the same runtime.
        let closure: Shared = Arc::new(move |value| block_on(again.add(value, 1)));
        assert_eq!(block_on(remote.call(closure.clone(), 1)).unwrap(), 2);
        let both = futures::future::join(remote.call(closure.clone(), 2), remote.call(closure, 3));
        let (first, second) = block_on(both);
        assert_eq!((first.unwrap(), second.unwrap()), (3, 4));
        runtime.shutdown_background();
    });
}
