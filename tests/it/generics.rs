//! Derived types with parameters: through a message, through a connection, and what the schema calls them.

use std::collections::{BTreeMap, HashMap};
use std::fmt::Debug;
use std::hash::Hash;
use std::marker::PhantomData;
use std::sync::Arc;

use ipc_runtime::wire::descriptor::{IdSource, Kind};
use ipc_runtime::wire::id::{package_file_id, type_id};
use ipc_runtime::wire::{Descriptor, Interface, IpcType as Wire, Size, Struct};
use ipc_runtime::{IpcException, IpcType, ipc_interface};
use proptest::prelude::*;

use super::types::{Damage, Word, check, decode, each_type, encode, segment, shorter};
use super::util::Pair as Connection;

/// One page of many items.
#[derive(Clone, Debug, Default, PartialEq, IpcType)]
struct Page<T> {
    items: Vec<T>,
    next: Option<u64>,
    first: Option<T>,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, IpcType)]
struct Pair<A, B = A>
where
    A: Clone,
{
    /// The size of this one decides where the others lie.
    a: A,
    b: B,
    last: bool,
}

#[derive(Clone, Debug, PartialEq, IpcType)]
struct Tree<T> {
    value: T,
    children: Vec<Self>,
    other: Option<Box<Tree<T>>>,
}

#[derive(Clone, Debug, PartialEq, IpcType)]
enum Either<A, B> {
    Neither,
    Left(A),
    Right(B),
    Both { a: A, b: Option<B> },
    Nested(Box<Either<B, A>>),
}

/// On the wire, what is inside.
#[derive(Clone, Debug, PartialEq, IpcType)]
struct Wrapped<T>(T);

#[derive(Clone, Debug, PartialEq, IpcType)]
struct Grid<T, const W: usize, const H: usize> {
    cells: [[T; W]; H],
}

#[derive(Clone, Debug, PartialEq, IpcType)]
struct Index<K: Eq + Hash, V> {
    map: HashMap<K, Vec<V>>,
}

/// Its parameter is in no field that travels.
#[derive(Debug, PartialEq, IpcType)]
struct Id<T: ?Sized> {
    number: u64,
    #[ipc(skip)]
    of: PhantomData<T>,
}

/// What is asked of the parameter, the associated type has to be.
#[derive(IpcType)]
struct Summary<I: Iterator> {
    last: Option<I::Item>,
    all: Vec<I::Item>,
}

#[derive(IpcType)]
struct Pinned<T> {
    #[ipc(ordinal = 2)]
    last: T,
    #[ipc(ordinal = 0, default = 7)]
    first: u16,
    maybe: bool,
}

#[derive(IpcType)]
#[ipc(name = "Box", id = 0xfedc_ba98_7654_3211)]
struct Named<T> {
    value: T,
}

#[derive(Clone, Debug, Default, PartialEq, IpcType)]
struct Range<T> {
    from: T,
    to: Option<T>,
}

#[derive(Clone, Debug, PartialEq, IpcType)]
enum Choice<A, const N: usize> {
    None,
    Some(A),
    Row([u8; N]),
    Between {
        #[ipc(group)]
        range: Range<A>,
        open: Option<bool>,
    },
    Group(#[ipc(group)] Range<A>),
}

/// What lies in groups and unions depends on the arguments; how many fields there are does not.
#[derive(Clone, Debug, PartialEq, IpcType)]
struct Placed<A, B: Clone, const N: usize> {
    name: A,
    #[ipc(group)]
    range: Range<B>,
    #[ipc(union)]
    choice: Choice<B, N>,
    #[ipc(union, name = "other")]
    other: Choice<u16, 2>,
    #[ipc(group)]
    flags: Range<bool>,
    last: Option<A>,
}

/// Borrows from the message, with arguments that own and that borrow.
#[derive(Debug, PartialEq, IpcType)]
struct View<'a, T> {
    name: &'a str,
    values: Vec<T>,
}

#[ipc_interface(root, twin = StoreAsync)]
trait Store {
    fn numbers(&self, after: u32) -> Result<Page<u32>, IpcException>;
    fn flip(&self, either: &Either<u8, String>) -> Result<Either<String, u8>, IpcException>;
    fn depth(&self, tree: Tree<Option<Pair<u8>>>) -> Result<u32, IpcException>;
    fn view(&self, view: View<'_, u16>, texts: &View<'_, &str>) -> Result<String, IpcException>;
    fn index(&self, index: Option<Index<String, Wrapped<i64>>>) -> Result<Vec<Page<String>>, IpcException>;
    fn objects(&self, objects: Page<Arc<dyn Store>>) -> Result<Id<str>, IpcException>;
}

struct Memory;

#[ipc_interface]
impl StoreAsync for Memory {
    async fn numbers(&self, after: u32) -> Result<Page<u32>, IpcException> {
        Ok(Page { items: vec![after, after + 1], next: Some(0), first: None })
    }

    async fn flip(&self, either: &Either<u8, String>) -> Result<Either<String, u8>, IpcException> {
        Ok(Either::Nested(Box::new(either.clone())))
    }

    async fn depth(&self, tree: Tree<Option<Pair<u8>>>) -> Result<u32, IpcException> {
        Ok(depth(&tree))
    }

    async fn view(&self, view: View<'_, u16>, texts: &View<'_, &str>) -> Result<String, IpcException> {
        Ok(format!("{}{:?}{}{}", view.name, view.values, texts.name, texts.values.concat()))
    }

    async fn index(
        &self,
        index: Option<Index<String, Wrapped<i64>>>,
    ) -> Result<Vec<Page<String>>, IpcException> {
        let index = index.into_iter().flat_map(|index| index.map);
        let page = |(key, values): (String, Vec<Wrapped<i64>>)| {
            let items = values.iter().map(|Wrapped(value)| value.to_string()).collect();
            Page { items, next: None, first: Some(key) }
        };
        Ok(index.map(page).collect())
    }

    async fn objects(&self, objects: Page<Arc<dyn Store>>) -> Result<Id<str>, IpcException> {
        Ok(Id { number: objects.items.len() as u64, of: PhantomData })
    }
}

fn depth<T>(tree: &Tree<T>) -> u32 {
    1 + tree.children.iter().chain(tree.other.as_deref()).map(depth).max().unwrap_or(0)
}

fn leaf<T>(value: T) -> Tree<T> {
    Tree { value, children: Vec::new(), other: None }
}

#[test]
fn they_pass_through_a_connection() {
    let served: Arc<dyn StoreAsync> = Arc::new(Memory);
    let connection = Connection::new(served);
    let store: Arc<dyn Store> = Arc::new(StoreClient::new(connection.remote.as_remote().unwrap().clone()));
    let page = store.numbers(4).unwrap();
    assert_eq!(page, Page { items: vec![4, 5], next: Some(0), first: None });
    let either = Either::Both { a: 1, b: Some(String::new()) };
    assert_eq!(store.flip(&either).unwrap(), Either::Nested(Box::new(either)));
    let inner = Tree { children: vec![leaf(None)], ..leaf(Some(Pair { a: 1, b: 2, last: true })) };
    assert_eq!(store.depth(Tree { other: Some(Box::new(inner)), ..leaf(None) }).unwrap(), 3);
    let (view, texts) = (View { name: "a", values: vec![1, 2] }, View { name: "b", values: vec!["c", "d"] });
    assert_eq!(store.view(view, &texts).unwrap(), "a[1, 2]bcd");
    let index = Index { map: HashMap::from([("key".to_owned(), vec![Wrapped(-1)])]) };
    let page = Page { items: vec!["-1".to_owned()], next: None, first: Some("key".to_owned()) };
    assert_eq!(store.index(Some(index)).unwrap(), [page]);
    assert_eq!(store.index(None).unwrap(), []);
    let objects = Page { items: vec![Arc::clone(&store)], next: None, first: Some(Arc::clone(&store)) };
    assert_eq!(store.objects(objects).unwrap().number, 1);
}

fn page<T: Arbitrary + Clone>() -> impl Strategy<Value = Page<T>> + Clone
where
    T::Strategy: Clone,
{
    (prop::collection::vec(any::<T>(), 0..5), any::<Option<u64>>(), any::<Option<T>>())
        .prop_map(|(items, next, first)| Page { items, next, first })
}

fn either() -> impl Strategy<Value = Either<bool, String>> + Clone {
    let leaf = prop_oneof![
        Just(Either::Neither),
        any::<bool>().prop_map(Either::Left),
        any::<String>().prop_map(Either::Right),
        any::<(bool, Option<String>)>().prop_map(|(a, b)| Either::Both { a, b }),
    ];
    leaf.clone().prop_perturb(|value, mut random| {
        if random.random() { value } else { Either::Nested(Box::new(Either::Nested(Box::new(value)))) }
    })
}

fn tree() -> impl Strategy<Value = Tree<u16>> + Clone {
    any::<u16>().prop_map(leaf).prop_recursive(3, 8, 3, |inner| {
        (any::<u16>(), prop::collection::vec(inner.clone(), 0..3), prop::option::of(inner))
            .prop_map(|(value, children, other)| Tree { value, children, other: other.map(Box::new) })
    })
}

fn range<T: Arbitrary + Clone>() -> impl Strategy<Value = Range<T>> + Clone
where
    T::Strategy: Clone,
{
    any::<(T, Option<T>)>().prop_map(|(from, to)| Range { from, to })
}

fn choice<T: Arbitrary + Clone + 'static, const N: usize>() -> impl Strategy<Value = Choice<T, N>> + Clone
where
    T::Strategy: Clone,
{
    prop_oneof![
        Just(Choice::None),
        any::<T>().prop_map(Choice::Some),
        any::<[u8; N]>().prop_map(Choice::Row),
        (range::<T>(), any::<Option<bool>>()).prop_map(|(range, open)| Choice::Between { range, open }),
        range::<T>().prop_map(Choice::Group),
    ]
}

fn placed<A: Arbitrary + Clone, B: Arbitrary + Clone + 'static>()
-> impl Strategy<Value = Placed<A, B, 3>> + Clone
where
    A::Strategy: Clone,
    B::Strategy: Clone,
{
    let last = any::<Option<A>>();
    (any::<A>(), range::<B>(), choice::<B, 3>(), choice::<u16, 2>(), range::<bool>(), last).prop_map(
        |(name, range, choice, other, flags, last)| Placed { name, range, choice, other, flags, last },
    )
}

each_type! {
    groups_of_numbers: Placed<u8, u64, 3> = placed::<u8, u64>();
    groups_of_texts: Placed<String, String, 3> = placed::<String, String>();
    groups_of_both: Placed<bool, String, 3> = placed::<bool, String>();
    page_of_numbers: Page<u32> = page::<u32>();
    page_of_bytes: Page<u8> = page::<u8>();
    page_of_texts: Page<String> = page::<String>();
    page_of_options: Page<Option<bool>> = page::<Option<bool>>();
    pair: Pair<u8, u64> = any::<(u8, u64, bool)>().prop_map(|(a, b, last)| Pair { a, b, last });
    pair_of_maps: Pair<BTreeMap<u8, String>, ()> =
        prop::collection::btree_map(any::<u8>(), any::<String>(), 0..3).prop_map(|a| Pair { a, b: (), last: true });
    trees: Tree<u16> = tree();
    union: Either<bool, String> = either();
    wrapped: Wrapped<Option<u8>> = any::<Option<u8>>().prop_map(Wrapped);
    grid: Grid<u16, 3, 2> = any::<[[u16; 3]; 2]>().prop_map(|cells| Grid { cells });
}

#[test]
fn each_set_of_arguments_has_its_layout() {
    assert_eq!(size::<Pair<u8, bool>>(), Size { data: 1, pointers: 0 });
    assert_eq!(size::<Pair<u64, u32>>(), Size { data: 2, pointers: 0 });
    assert_eq!(size::<Pair<String, u32>>(), Size { data: 1, pointers: 1 });
    assert_eq!(size::<Pair<Option<u64>>>(), Size { data: 3, pointers: 0 });
    assert_eq!(size::<Either<u64, ()>>(), Size { data: 2, pointers: 1 });
    assert_eq!(size::<Either<String, u8>>(), Size { data: 1, pointers: 1 });
    // As the same types without parameters would have it; the official compiler sees others in `tests/gen`.
    assert_eq!(size::<Placed<(), u8, 3>>(), Size { data: 2, pointers: 2 });
    assert_eq!(size::<Placed<String, String, 3>>(), Size { data: 2, pointers: 7 });
}

fn size<T: Struct>() -> Size {
    match &T::descriptor().kind {
        Kind::Struct(of) => of.size,
        Kind::Composite(of) => of.size,
        Kind::Enum(_) | Kind::Interface(_) => panic!("no struct"),
    }
}

#[test]
fn what_a_shorter_message_lacks_is_a_default() {
    assert_eq!(shorter::<Page<u32>>().unwrap(), Page::default());
    assert_eq!(shorter::<Pair<String, Option<u8>>>().unwrap(), Pair::default());
    let pinned = shorter::<Pinned<u64>>().unwrap();
    assert_eq!((pinned.first, pinned.maybe, pinned.last), (7, false, 0));
}

#[test]
fn fields_of_an_associated_type() {
    let summary = Summary::<std::vec::IntoIter<u8>> { last: Some(0), all: vec![1, 2] };
    let message = encode(&summary).unwrap();
    let summary: Summary<std::ops::Range<u8>> = decode(&message).unwrap();
    assert_eq!((summary.last, summary.all), (Some(0), vec![1, 2]));
}

#[test]
fn names_and_ids_are_made_from_the_arguments() {
    let name = |descriptor: &Descriptor| descriptor.name;
    let page = <Page<String> as Struct>::descriptor();
    let file = package_file_id("ipc-tests");
    assert_eq!((page.name, page.file, page.doc), ("PageText", file, "One page of many items."));
    assert_eq!((page.id, page.id_source), (type_id(file, "PageText"), IdSource::Name));
    assert!(std::ptr::eq(page, <Page<String> as Struct>::descriptor()));
    assert_eq!(<Page<&str> as Struct>::descriptor().id, page.id);
    for (expected, found) in [
        ("PageListInt32", <Page<Vec<i32>> as Struct>::descriptor()),
        ("PagePageBool", <Page<Page<bool>> as Struct>::descriptor()),
        ("PageInt64", <Page<Wrapped<i64>> as Struct>::descriptor()),
        ("PageStore", <Page<Arc<dyn Store>> as Struct>::descriptor()),
        ("PairUInt8UInt8", <Pair<u8> as Struct>::descriptor()),
        ("EitherTextPageText", <Either<String, Page<String>> as Struct>::descriptor()),
        ("GridUInt8N3N2", <Grid<u8, 3, 2> as Struct>::descriptor()),
        ("SummaryInt8", <Summary<std::vec::IntoIter<i8>> as Struct>::descriptor()),
        ("Id", <Id<str> as Struct>::descriptor()),
    ] {
        assert_eq!(name(found), expected);
        assert_eq!((found.id, found.file), (type_id(file, expected), file), "{expected}");
    }
    // Arguments of another file.
    for (expected, found) in [
        ("PageTupleUInt8Bool", <Page<(u8, bool)> as Struct>::descriptor()),
        ("PageOptionText", <Page<Option<String>> as Struct>::descriptor()),
        ("PageOptionUInt8", <Page<Option<u8>> as Struct>::descriptor()),
    ] {
        assert_eq!((found.name, found.id_source), (expected, IdSource::Pinned));
        assert_ne!(found.id, type_id(file, expected));
    }
}

#[test]
fn a_pinned_id_is_where_those_with_arguments_come_from() {
    let [first, second] = [<Named<u8> as Struct>::descriptor(), <Named<u16> as Struct>::descriptor()];
    assert_eq!((first.name, second.name), ("BoxUInt8", "BoxUInt16"));
    assert_eq!(first.id, type_id(0xfedc_ba98_7654_3211, "UInt8"));
    assert_eq!((second.id, second.id_source), (type_id(0xfedc_ba98_7654_3211, "UInt16"), IdSource::Pinned));
}

#[test]
fn arguments_of_one_name_make_two_structs() {
    mod other {
        #[derive(ipc_runtime::IpcType)]
        #[ipc(file = 0x8000_0000_0000_0001, name = "Other")]
        pub(super) struct Same {
            pub(super) x: u8,
        }
    }
    #[derive(IpcType)]
    struct Other {
        x: u16,
    }
    let (ours, theirs) = (Page { items: vec![Other { x: 1 }], ..empty() }, other::Same { x: 2 });
    assert_eq!((ours.items[0].x, theirs.x), (1, 2));
    let [ours, theirs] = [<Page<Other> as Struct>::descriptor(), <Page<other::Same> as Struct>::descriptor()];
    assert_eq!((ours.name, theirs.name), ("PageOther", "PageOther"));
    assert_ne!(ours.id, theirs.id);
}

fn empty<T>() -> Page<T> {
    Page { items: Vec::new(), next: None, first: None }
}

/// What is written about one instantiation holds for a type that has it in a field.
#[test]
fn they_are_fields_like_others() {
    #[derive(Debug, PartialEq, IpcType)]
    struct Holder<T> {
        page: Page<T>,
        pages: BTreeMap<String, Page<(T, T)>>,
        either: Option<Either<T, Wrapped<T>>>,
    }
    let holder = Holder {
        page: Page { items: vec![1_u8, 2], ..empty() },
        pages: BTreeMap::from([("a".to_owned(), Page { items: vec![(1, 2)], ..empty() })]),
        either: Some(Either::Right(Wrapped(3))),
    };
    assert_eq!(decode::<Holder<u8>>(&encode(&holder).unwrap()).unwrap(), holder);
    assert!(matches!(<Holder<u8> as Wire>::TYPE, ipc_runtime::wire::Type::Struct(_)));
}
