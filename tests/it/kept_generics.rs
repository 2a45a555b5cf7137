//! Derived types that are generic in the schema too: through a connection, and what the schema says of them.

use std::collections::BTreeMap;
use std::marker::PhantomData;
use std::sync::Arc;

use futures::executor::block_on;
use ipc_runtime::wire::descriptor::{Kind, Parameter, Type};
use ipc_runtime::wire::id::{package_file_id, type_id};
use ipc_runtime::wire::{Interface, IpcType as Wire, Size, Struct};
use ipc_runtime::{AnyPointer, IpcException, IpcStream, IpcType, ipc_interface};

use super::types::{decode, encode, shorter};
use super::util::Pair as Connection;

/// Has what a parameter can be in.
#[derive(Clone, Debug, Default, PartialEq, IpcType)]
#[ipc(generic)]
struct Entry<K, V> {
    /// The first.
    key: K,
    value: Option<V>,
    maybes: Vec<Option<V>>,
    named: BTreeMap<String, (K, u8)>,
    next: Option<Box<Entry<K, V>>>,
    swapped: Vec<Entry<V, K>>,
    count: Option<u32>,
}

/// Bounds of its own, a lifetime, and a parameter that is in no field.
#[derive(Debug, PartialEq, IpcType)]
#[ipc(generic, name = "Shown")]
struct View<'a, T, U: Clone + Ord>
where
    T: std::fmt::Debug,
{
    name: &'a str,
    value: U,
    #[ipc(skip)]
    of: PhantomData<T>,
}

#[derive(Clone, Debug, PartialEq, IpcType)]
#[ipc(generic, id = 0xfedc_ba98_7654_3212)]
enum Tree<T> {
    Leaf,
    Node { value: T, left: Box<Tree<T>>, right: Option<Box<Self>> },
    Failed(Result<T, String>),
}

/// On the wire, what is inside.
#[derive(Clone, Debug, Default, PartialEq, IpcType)]
struct Name(String);

/// Another struct for each set of arguments, which may be generic ones.
#[derive(Clone, Debug, PartialEq, IpcType)]
struct Page<T> {
    items: Vec<T>,
}

type Registry = BTreeMap<String, Entry<Name, Tree<Vec<u8>>>>;

#[ipc_interface(root, twin = StoreAsync)]
trait Store {
    fn swap(&self, entry: Entry<String, Vec<u16>>) -> Result<Entry<Vec<u16>, String>, IpcException>;
    fn lend(&self, entries: &[Entry<&str, Name>], view: &View<'_, u8, &str>) -> Result<String, IpcException>;
    fn depth(&self, tree: Option<Tree<Tree<String>>>) -> Result<u32, IpcException>;
    fn keep(&self, registry: Registry, page: Page<Entry<String, Name>>) -> Result<Registry, IpcException>;
    fn later(
        &self,
        objects: Entry<Arc<dyn Store>, AnyPointer>,
    ) -> Result<Entry<String, Arc<dyn Store>>, IpcException>;
    fn stream(&self, items: IpcStream<Entry<String, String>>) -> Result<u32, IpcException>;
    fn call(
        &self,
        closure: Arc<dyn Fn(Entry<String, String>) -> Result<Tree<String>, IpcException> + Send + Sync>,
    ) -> Result<Tree<String>, IpcException>;
}

struct Memory;

#[ipc_interface]
impl Store for Memory {
    fn swap(&self, entry: Entry<String, Vec<u16>>) -> Result<Entry<Vec<u16>, String>, IpcException> {
        Ok(Entry {
            swapped: vec![entry.clone()],
            value: Some(entry.key),
            count: entry.count,
            ..entry_of(vec![7])
        })
    }

    fn lend(&self, entries: &[Entry<&str, Name>], view: &View<'_, u8, &str>) -> Result<String, IpcException> {
        let keys: Vec<&str> = entries.iter().map(|entry| entry.key).collect();
        Ok(format!("{}{}{}", keys.concat(), view.name, view.value))
    }

    fn depth(&self, tree: Option<Tree<Tree<String>>>) -> Result<u32, IpcException> {
        Ok(tree.as_ref().map_or(0, depth))
    }

    fn keep(&self, registry: Registry, page: Page<Entry<String, Name>>) -> Result<Registry, IpcException> {
        let mut registry = registry;
        registry.extend(page.items.into_iter().map(|item| (item.key, entry_of(Name("kept".into())))));
        Ok(registry)
    }

    fn later(
        &self,
        objects: Entry<Arc<dyn Store>, AnyPointer>,
    ) -> Result<Entry<String, Arc<dyn Store>>, IpcException> {
        let text: String = objects.value.ok_or_else(|| IpcException::failed("none"))?.get()?;
        Ok(Entry { value: Some(objects.key), ..entry_of(text) })
    }

    fn stream(&self, items: IpcStream<Entry<String, String>>) -> Result<u32, IpcException> {
        items.map(|item| item.map(|item| item.count.unwrap_or_default())).sum()
    }

    fn call(
        &self,
        closure: Arc<dyn Fn(Entry<String, String>) -> Result<Tree<String>, IpcException> + Send + Sync>,
    ) -> Result<Tree<String>, IpcException> {
        closure(entry_of("called".to_owned()))
    }
}

fn depth<T>(tree: &Tree<T>) -> u32 {
    match tree {
        Tree::Node { left, right, .. } => 1 + depth(left).max(right.as_deref().map_or(0, depth)),
        Tree::Leaf | Tree::Failed(_) => 1,
    }
}

fn entry_of<K, V>(key: K) -> Entry<K, V> {
    Entry {
        key,
        value: None,
        maybes: Vec::new(),
        named: BTreeMap::new(),
        next: None,
        swapped: Vec::new(),
        count: None,
    }
}

fn node<T>(value: T) -> Tree<T> {
    Tree::Node { value, left: Box::new(Tree::Leaf), right: Some(Box::new(Tree::Failed(Err("no".into())))) }
}

#[test]
fn they_pass_through_a_connection() {
    let connection = Connection::new(Arc::new(Memory) as Arc<dyn Store>);
    let store = &connection.remote;
    let entry = Entry {
        value: Some(vec![1, 2]),
        maybes: vec![None, Some(vec![]), Some(vec![3])],
        named: BTreeMap::from([("a".to_owned(), ("b".to_owned(), 4))]),
        next: Some(Box::new(entry_of("next".to_owned()))),
        count: Some(0),
        ..entry_of("key".to_owned())
    };
    let swapped = store.swap(entry.clone()).unwrap();
    assert_eq!((&swapped.key, swapped.value.as_deref(), swapped.count), (&vec![7], Some("key"), Some(0)));
    assert_eq!(swapped.swapped, [entry]);

    let view = View { name: "c", value: "d", of: PhantomData };
    assert_eq!(store.lend(&[entry_of("a"), entry_of("b")], &view).unwrap(), "abcd");
    assert_eq!(store.depth(Some(node(node("text".to_owned())))).unwrap(), 2);
    assert_eq!(store.depth(None).unwrap(), 0);

    let registry = Registry::from([(
        "one".to_owned(),
        Entry { value: Some(Tree::Failed(Ok(vec![1]))), ..entry_of(Name("name".into())) },
    )]);
    let page = Page { items: vec![entry_of("two".to_owned())] };
    let mut expected = registry.clone();
    expected.insert("two".to_owned(), entry_of(Name("kept".into())));
    assert_eq!(store.keep(registry, page).unwrap(), expected);

    let items = vec![
        Ok(Entry { count: Some(2), ..entry_of("a".to_owned()) }),
        Ok(Entry { count: Some(3), ..Entry::default() }),
    ];
    assert_eq!(store.stream(IpcStream::from_iterator(items)).unwrap(), 5);
    let called = store.call(Arc::new(|entry| Ok(node(entry.key)))).unwrap();
    assert_eq!(called, node("called".to_owned()));
}

#[test]
fn they_pass_through_a_future() {
    let connection = Connection::new(Arc::new(Memory) as Arc<dyn Store>);
    let store: Arc<dyn StoreAsync> =
        Arc::new(StoreAsyncClient::new(connection.remote.as_remote().unwrap().clone()));
    let served: Arc<dyn Store> = Arc::new(Memory);
    let text = AnyPointer::new("text").unwrap();
    let objects = Entry { value: Some(text), ..entry_of(Arc::clone(&served)) };
    let entry = Entry { count: Some(9), ..entry_of("key".to_owned()) };
    assert_eq!(block_on(store.swap(entry)).unwrap().count, Some(9));
    let returned = block_on(store.later(objects)).unwrap();
    assert_eq!(returned.key, "text");
    assert!(Arc::ptr_eq(&returned.value.unwrap(), &served), "an object that comes home is itself");
}

#[test]
fn there_is_one_declaration_for_all_arguments() {
    let entry = <Entry<String, Vec<u8>> as Struct>::descriptor();
    let other = <Entry<Name, Tree<String>> as Struct>::descriptor();
    let file = package_file_id("ipc-tests");
    assert_eq!((entry.name, entry.id, other.id), ("Entry", type_id(file, "Entry"), entry.id));
    assert_eq!(entry.parameters, [Parameter { name: "K", number: 0 }, Parameter { name: "V", number: 1 }]);
    let Kind::Struct(of) = entry.kind else { panic!("a struct") };
    assert!(matches!(of.fields[0].ty, Type::Parameter(0)));
    assert!(matches!(of.fields[1].ty, Type::Parameter(1)));
    assert!(matches!(of.fields[4].ty, Type::Branded(_, [Type::Parameter(0), Type::Parameter(1)])));
    assert_eq!(of.size, Size { data: 1, pointers: 6 });
    assert_eq!(<Tree<String> as Struct>::descriptor().id, 0xfedc_ba98_7654_3212);
    let view = <View<'_, u8, &str> as Struct>::descriptor();
    assert_eq!((view.name, view.parameters), ("Shown", &[Parameter { name: "U", number: 0 }][..]));
    let ty = <Entry<Name, Tree<Vec<u32>>> as Wire>::TYPE;
    let Type::Branded(declared, [Type::Text, Type::Branded(tree, [Type::List(Type::UInt32)])]) = ty else {
        panic!("{ty:?}")
    };
    assert_eq!((declared().id, tree().id), (entry.id, 0xfedc_ba98_7654_3212));
}

/// What no Rust item declares is named after parameters, and has them.
#[test]
fn what_is_made_of_parameters_has_parameters() {
    let entry = <Entry<String, String> as Struct>::descriptor();
    let Kind::Struct(of) = entry.kind else { panic!("a struct") };
    for (field, name, number) in [(2, "OptionT1", 1), (3, "MapTextTupleT1UInt8T1Entry", 0)] {
        let made = of.fields[field].ty.descriptor().unwrap();
        assert_eq!((made.name, made.parameters), (name, &[Parameter { name: "T1", number }][..]));
    }
    let page = <Page<Entry<String, Vec<u8>>> as Struct>::descriptor();
    assert_eq!((page.name, page.parameters), ("PageEntryTextData", &[][..]));
    let file = package_file_id("ipc-tests");
    assert_ne!(page.id, type_id(file, page.name), "a struct of that name would have this id");
}

#[test]
fn what_a_shorter_message_lacks_is_a_default() {
    assert_eq!(shorter::<Entry<String, Vec<u8>>>().unwrap(), Entry::default());
    assert_eq!(shorter::<Tree<String>>().unwrap(), Tree::Leaf);
    let tree = node(Name("name".into()));
    assert_eq!(decode::<Tree<Name>>(&encode(&tree).unwrap()).unwrap(), tree);
}
