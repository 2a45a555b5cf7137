//! `AnyPointer`: values that pass through a process which does not know them.

use std::collections::BTreeMap;
use std::fs::File;
use std::sync::{Arc, Mutex};

use futures::executor::block_on;
use ipc_runtime::{AnyPointer, Interface, IpcException, IpcType, ipc_interface};
use ipc_tests::steps::{PATIENCE, bounded};

use super::util::Pair;

/// Knows nothing of what it holds.
#[ipc_interface(root)]
trait Store {
    fn echo(&self, any: AnyPointer) -> Result<AnyPointer, IpcException>;
    async fn echo_later(&self, any: AnyPointer) -> Result<AnyPointer, IpcException>;
    fn places(&self, places: &Places) -> Result<Places, IpcException>;
    fn wrap(&self, any: &AnyPointer, levels: u32) -> Result<AnyPointer, IpcException>;
    fn is_null(&self, any: &AnyPointer, maybe: Option<AnyPointer>) -> Result<bool, IpcException>;
    fn offer(&self) -> Result<AnyPointer, IpcException>;
    /// Whether the object is the one that was offered.
    fn is_home(&self, any: AnyPointer) -> Result<bool, IpcException>;
}

/// Takes a descriptor.
#[ipc_interface(root)]
trait Filing {
    fn file(&self, file: File) -> Result<bool, IpcException>;
}

/// What another program takes for [`Filing`].
#[ipc_interface(root, name = "Filing")]
trait Blind {
    fn file(&self, file: AnyPointer) -> Result<bool, IpcException>;
}

struct BlindServer;

impl Blind for BlindServer {
    fn file(&self, file: AnyPointer) -> Result<bool, IpcException> {
        Ok(error(file.get::<File>()).contains("without its file descriptor"))
    }
}

#[derive(Clone, IpcType)]
struct Places {
    alone: AnyPointer,
    null: AnyPointer,
    some: Option<AnyPointer>,
    none: Option<AnyPointer>,
    list: Vec<Wrapped>,
    map: BTreeMap<u8, AnyPointer>,
    pair: (AnyPointer, u8),
    result: Result<AnyPointer, AnyPointer>,
    choice: Choice,
}

#[derive(Clone, IpcType)]
struct Wrapped {
    any: AnyPointer,
}

#[derive(Clone, IpcType)]
enum Choice {
    Any(AnyPointer),
    Both { first: AnyPointer, second: Option<AnyPointer> },
}

#[ipc_interface]
trait Number {
    fn number(&self) -> Result<u32, IpcException>;
}

struct Fixed(u32);

impl Number for Fixed {
    fn number(&self) -> Result<u32, IpcException> {
        Ok(self.0)
    }
}

#[derive(Default)]
struct Server(Mutex<Option<Arc<dyn Number>>>);

#[ipc_interface]
impl Store for Server {
    fn echo(&self, any: AnyPointer) -> Result<AnyPointer, IpcException> {
        Ok(any)
    }

    async fn echo_later(&self, any: AnyPointer) -> Result<AnyPointer, IpcException> {
        Ok(any)
    }

    fn places(&self, places: &Places) -> Result<Places, IpcException> {
        Ok(places.clone())
    }

    fn wrap(&self, any: &AnyPointer, levels: u32) -> Result<AnyPointer, IpcException> {
        (0..levels).try_fold(any.clone(), |any, _| AnyPointer::new(&Wrapped { any }))
    }

    fn is_null(&self, any: &AnyPointer, maybe: Option<AnyPointer>) -> Result<bool, IpcException> {
        Ok(any.is_null() && maybe.is_none())
    }

    fn offer(&self) -> Result<AnyPointer, IpcException> {
        let number: Arc<dyn Number> = Arc::new(Fixed(7));
        let any = AnyPointer::new(&number);
        *self.0.lock().unwrap() = Some(number);
        any
    }

    fn is_home(&self, any: AnyPointer) -> Result<bool, IpcException> {
        let number: Arc<dyn Number> = any.get()?;
        Ok(self.0.lock().unwrap().as_ref().is_some_and(|offered| Arc::ptr_eq(offered, &number)))
    }
}

fn pair() -> Pair<dyn Store> {
    let root: Arc<dyn Store> = Arc::new(Server::default());
    Pair::new(root)
}

fn text(text: &str) -> AnyPointer {
    AnyPointer::new(text).unwrap()
}

fn error(outcome: Result<impl Sized, IpcException>) -> String {
    match outcome {
        Err(error) => error.to_string(),
        Ok(_) => panic!("an error expected"),
    }
}

#[test]
fn values_come_back_as_they_were_encoded() {
    bounded(PATIENCE, || {
        let pair = pair();
        let remote = &pair.remote;
        let echo = |any| remote.echo(any).unwrap();
        assert_eq!(echo(text("tä")).get::<String>().unwrap(), "tä");
        assert_eq!(echo(AnyPointer::new(&[1_u8, 2][..]).unwrap()).get::<Vec<u8>>().unwrap(), [1, 2]);
        let bits: Vec<bool> = (0..19).map(|i| i % 3 == 0).collect();
        assert_eq!(echo(AnyPointer::new(&bits).unwrap()).get::<Vec<bool>>().unwrap(), bits);
        let units = vec![(); 1000];
        assert_eq!(echo(AnyPointer::new(&units).unwrap()).get::<Vec<()>>().unwrap(), units);
        let list = vec![Some((1_u8, "a".to_owned())), None];
        assert_eq!(echo(AnyPointer::new(&list).unwrap()).get::<Vec<Option<(u8, String)>>>().unwrap(), list);
        let large = vec![7_u8; 1 << 20];
        let later = block_on(remote.echo_later(AnyPointer::new(&large).unwrap())).unwrap();
        assert_eq!(later.get::<Vec<u8>>().unwrap(), large);
        let map = BTreeMap::from([(1_u16, vec!["x".to_owned()]), (2, Vec::new())]);
        let inner = AnyPointer::new(&map).unwrap();
        let nested = echo(AnyPointer::new(&Wrapped { any: inner }).unwrap());
        assert_eq!(nested.get::<Wrapped>().unwrap().any.get::<BTreeMap<u16, Vec<String>>>().unwrap(), map);
    });
}

#[test]
fn it_stands_wherever_a_pointer_can() {
    bounded(PATIENCE, || {
        let choice = Choice::Both { first: text("9"), second: None };
        let places = Places {
            alone: text("1"),
            null: AnyPointer::default(),
            some: Some(text("2")),
            none: None,
            list: vec![Wrapped { any: text("3") }, Wrapped { any: AnyPointer::default() }],
            map: BTreeMap::from([(4, text("5"))]),
            pair: (text("6"), 7),
            result: Err(text("8")),
            choice,
        };
        let back = pair().remote.places(&places).unwrap();
        let spell = |any: &AnyPointer| any.get::<String>().unwrap();
        assert_eq!(spell(&back.alone), "1");
        assert!(back.null.is_null() && back.none.is_none() && back.list[1].any.is_null());
        assert_eq!(spell(&back.some.unwrap()), "2");
        assert_eq!((spell(&back.list[0].any), spell(&back.map[&4])), ("3".to_owned(), "5".to_owned()));
        assert_eq!((spell(&back.pair.0), back.pair.1), ("6".to_owned(), 7));
        assert_eq!(spell(&back.result.unwrap_err()), "8");
        let Choice::Both { first, second: None } = back.choice else { panic!("another variant") };
        assert_eq!(spell(&first), "9");
    });
}

#[test]
fn null_is_what_nobody_has_set() {
    bounded(PATIENCE, || {
        let pair = pair();
        assert!(pair.remote.is_null(&AnyPointer::default(), None).unwrap());
        assert!(!pair.remote.is_null(&text(""), None).unwrap());
        assert!(AnyPointer::new(&None::<String>).unwrap().is_null());
        assert_eq!(AnyPointer::default().get::<(u8, String)>().unwrap(), (0, String::new()));
        // There is no pointer that says so.
        let refused = pair.remote.is_null(&AnyPointer::default(), Some(AnyPointer::default()));
        assert!(error(refused).contains("`Some` of a null `AnyPointer`"));
    });
}

#[test]
fn what_is_something_else_is_an_error() {
    assert!(text("a").get::<(u8, u8)>().is_err());
    assert!(text("a").get::<Vec<String>>().is_err());
    assert!(text("a").get::<Arc<dyn Number>>().is_err());
    let number: Arc<dyn Number> = Arc::new(Fixed(1));
    assert!(AnyPointer::new(&number).unwrap().get::<Arc<dyn Store>>().is_err());
    assert!(AnyPointer::new(&b"\xff\0"[..]).unwrap().get::<String>().is_err());
}

/// Objects that are encoded in another order than their pointers have.
#[derive(IpcType)]
struct Objects {
    #[ipc(ordinal = 2)]
    last: Arc<dyn Number>,
    #[ipc(ordinal = 1)]
    list: Vec<Arc<dyn Number>>,
    #[ipc(ordinal = 0)]
    first: Option<Arc<dyn Number>>,
    #[ipc(ordinal = 3)]
    text: String,
}

#[test]
fn objects_inside_are_themselves() {
    bounded(PATIENCE, || {
        let pair = pair();
        let number = |number| -> Arc<dyn Number> { Arc::new(Fixed(number)) };
        let sent = Objects {
            last: number(1),
            list: vec![number(2), number(3), number(2)],
            first: Some(number(4)),
            text: "text".into(),
        };
        let any = pair.remote.echo(AnyPointer::new(&sent).unwrap()).unwrap();
        for _ in 0..2 {
            let back: Objects = any.get().unwrap();
            assert_eq!(back.text, "text");
            assert!(
                Arc::ptr_eq(&back.last, &sent.last)
                    && Arc::ptr_eq(&back.first.unwrap(), &sent.first.clone().unwrap())
            );
            assert!(back.list.iter().zip(&sent.list).all(|(back, sent)| Arc::ptr_eq(back, sent)));
        }
        // Behind others, and again and again.
        let twice = AnyPointer::new(&(sent.first.clone(), any.clone(), sent.last.clone(), any)).unwrap();
        let twice = pair.remote.echo(pair.remote.echo(twice).unwrap()).unwrap();
        let (first, one, last, two) =
            twice.get::<(Option<Arc<dyn Number>>, AnyPointer, Arc<dyn Number>, AnyPointer)>().unwrap();
        assert_eq!((first.unwrap().number().unwrap(), last.number().unwrap()), (4, 1));
        for any in [one, two] {
            let back: Objects = any.get().unwrap();
            assert_eq!(back.list.iter().map(|each| each.number().unwrap()).collect::<Vec<_>>(), [2, 3, 2]);
        }
    });
}

#[test]
fn an_object_of_the_server_comes_home() {
    bounded(PATIENCE, || {
        let pair = pair();
        let any = pair.remote.offer().unwrap();
        let number: Arc<dyn Number> = any.get().unwrap();
        assert_eq!(number.number().unwrap(), 7);
        assert!(pair.remote.is_home(any).unwrap(), "as it came");
        assert!(pair.remote.is_home(AnyPointer::new(&number).unwrap()).unwrap(), "made of a client");
    });
}

#[test]
fn an_object_of_another_connection_is_passed_on_by_its_type_only() {
    bounded(PATIENCE, || {
        let (here, there) = (pair(), pair());
        let any = here.remote.offer().unwrap();
        let refused = error(there.remote.echo(any.clone()));
        assert!(refused.contains("an object of another connection in an `AnyPointer`"), "{refused}");
        let number: Arc<dyn Number> = any.get().unwrap();
        let any = there.remote.echo(AnyPointer::new(&number).unwrap()).unwrap();
        assert_eq!(any.get::<Arc<dyn Number>>().unwrap().number().unwrap(), 7);
        assert!(!there.remote.is_home(any).unwrap_or(true));
    });
}

#[test]
fn file_descriptors_are_not_kept() {
    bounded(PATIENCE, || {
        let file = || tempfile::tempfile().unwrap();
        assert!(error(AnyPointer::new(&file())).contains("a file descriptor cannot be kept"));
        let root: Arc<dyn Blind> = Arc::new(BlindServer);
        let pair = Pair::new(root);
        let filing = <dyn Filing>::from_remote(pair.remote.as_remote().unwrap().clone());
        assert!(filing.file(file()).unwrap(), "it arrived with its descriptor");
    });
}

#[test]
fn what_is_nested_too_deeply_is_refused_where_it_is_made_or_sent() {
    bounded(PATIENCE, || {
        let pair = pair();
        let wrap = |any: AnyPointer, levels: u32| pair.remote.wrap(&any, levels);
        let deep = wrap(text("core"), 57).unwrap();
        let mut any = wrap(deep.clone(), 1).unwrap();
        let refused = error(wrap(any.clone(), 3));
        assert!(refused.contains("nested too deeply"), "{refused}");
        for _ in 0..58 {
            any = any.get::<Wrapped>().unwrap().any;
        }
        assert_eq!(any.get::<String>().unwrap(), "core");
    });
}
