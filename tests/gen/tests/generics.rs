//! Types with arguments, against the code that `capnpc` generated: each reads what the other writes.

use std::collections::BTreeMap;

use capnp::message::Builder;
use capnp::text;
use ipc_gen_tests::everything::{
    Branch, Colour, Either, Entry, Generics, Grid, Kept, OneOf, Page, Pick, Place, Placed, Range, Settled,
    Tree,
};
use ipc_gen_tests::generated::everything_capnp::{
    branch, either_text_u_int8, either_u_int8_text, generics, kept, one_of, placed_text_u_int64,
    placed_u_int8_text, settled,
};
use ipc_gen_tests::generated::ipc_capnp::{option_bool, result_entry_t1_t1_t1};
use ipc_gen_tests::message::{decode, encode};

fn page<T>(items: Vec<T>) -> Page<T> {
    Page { next: Some(0), first: None, items }
}

fn empty<T>() -> Page<T> {
    Page { next: None, ..page(Vec::new()) }
}

fn leaf<T>(value: T) -> Tree<T> {
    Tree { value, children: Vec::new() }
}

fn example() -> Generics {
    Generics {
        texts: Page { first: Some("first".into()), ..page(vec!["a".into()]) },
        numbers: Page { first: Some(0), ..page(vec![1, 2]) },
        bytes: page(vec![3, 4]),
        maybes: Page { first: Some(Some(true)), ..page(vec![None, Some(false)]) },
        pairs: vec![empty(), page(vec![(5, Colour::Green)])],
        tree: Some(Tree { children: vec![leaf(empty())], ..leaf(page(vec![6])) }),
        either: Either::Swapped(Some(Box::new(Either::Right { b: 7, a: Some("a".into()) }))),
        grid: Grid { cells: [[1, 2, 3], [4, 5, 6]] },
        placed: Placed {
            name: 8,
            range: Range { from: "from".into(), to: Some("to".into()) },
            choice: Pick::Both { a: 9, b: Range { from: "b".into(), to: None } },
            second: Pick::One("second".into()),
            last: Some(0),
        },
        others: vec![Placed {
            name: "name".into(),
            range: Range { from: 10, to: Some(11) },
            choice: Pick::Nothing,
            second: Pick::Both { a: 12, b: Range { from: 13, to: Some(0) } },
            last: None,
        }],
    }
}

#[test]
fn generated_readers_read_what_we_write() {
    let message = encode(&example());
    let all: generics::Reader<'_> = message.get_root_as_reader().unwrap();
    let texts = all.get_texts().unwrap();
    assert!(texts.get_has_next());
    assert_eq!(texts.get_first().unwrap(), "first");
    assert_eq!(texts.get_items().unwrap().get(0).unwrap(), "a");
    let numbers = all.get_numbers().unwrap();
    assert_eq!((numbers.get_has_first(), numbers.get_first()), (true, 0));
    assert_eq!(numbers.get_items().unwrap().iter().collect::<Vec<_>>(), [1, 2]);
    let bytes = all.get_bytes().unwrap();
    assert_eq!((bytes.get_has_first(), bytes.get_items().unwrap()), (false, &[3, 4][..]));
    let maybes = all.get_maybes().unwrap();
    assert!(maybes.get_first().unwrap().get_value());
    let items: Vec<bool> =
        maybes.get_items().unwrap().iter().map(option_bool::Reader::get_has_value).collect();
    assert_eq!(items, [false, true]);
    assert_eq!(all.get_pairs().unwrap().get(1).get_items().unwrap().get(0).get_field0(), 5);
    let tree = all.get_tree().unwrap();
    assert_eq!(tree.get_value().unwrap().get_items().unwrap().get(0), 6);
    assert!(!tree.get_children().unwrap().get(0).get_value().unwrap().get_has_next());
    let either_u_int8_text::Swapped(swapped) = all.get_either().unwrap().which().unwrap() else {
        panic!("another variant")
    };
    let either_text_u_int8::Right(right) = swapped.unwrap().which().unwrap() else {
        panic!("another variant")
    };
    assert_eq!((right.get_b(), right.get_a().unwrap().to_str().unwrap()), (7, "a"));
    let rows: Vec<Vec<u16>> = all
        .get_grid()
        .unwrap()
        .get_cells()
        .unwrap()
        .iter()
        .map(|row| row.unwrap().iter().collect())
        .collect();
    assert_eq!(rows, [[1, 2, 3], [4, 5, 6]]);
    let placed = all.get_placed().unwrap();
    assert_eq!((placed.get_name(), placed.get_has_last(), placed.get_last()), (8, true, 0));
    assert_eq!(placed.get_range().get_to().unwrap(), "to");
    let Ok(placed_u_int8_text::Both(both)) = placed.which() else { panic!("another variant") };
    assert_eq!((both.get_a(), both.get_b().get_from().unwrap()), (9, "b".into()));
    assert!(!both.get_b().has_to());
    let Ok(placed_u_int8_text::second::One(one)) = placed.get_second().which() else {
        panic!("another variant")
    };
    assert_eq!(one.unwrap(), "second");
    let other = all.get_others().unwrap().get(0);
    assert_eq!((other.get_range().get_from(), other.get_range().get_to()), (10, 11));
    let Ok(placed_text_u_int64::second::Both(both)) = other.get_second().which() else {
        panic!("another variant")
    };
    assert_eq!((both.get_a(), both.get_b().get_from(), both.get_b().get_has_to()), (12, 13, true));
    assert_eq!(decode::<Generics>(&message).unwrap(), example());
}

#[test]
fn we_read_what_generated_builders_write() {
    let mut message = Builder::new_default();
    let mut all: generics::Builder<'_> = message.init_root();
    all.reborrow().init_texts().set_items(["a", "b"].as_slice()).unwrap();
    let mut numbers = all.reborrow().init_numbers();
    numbers.set_has_first(true);
    numbers.set_first(8);
    all.reborrow().init_bytes().set_items(&[9]);
    all.reborrow().init_tree().init_children(2).get(1).init_value().set_next(3);
    let mut right = all.reborrow().init_either().init_right();
    right.set_b("b");
    right.set_has_a(true);
    right.set_a(1);
    let mut placed = all.reborrow().init_placed();
    placed.reborrow().get_range().set_from("from");
    placed.reborrow().init_both().get_b().set_to("to");
    placed.get_second().set_nothing(());
    let mut rows = all.reborrow().init_grid().init_cells(2);
    rows.reborrow().init(0, 3).set(2, 5);
    rows.init(1, 3);
    let all: Generics = decode(&message).unwrap();
    assert_eq!(all.texts, Page { items: vec!["a".into(), "b".into()], ..empty() });
    assert_eq!(all.numbers, Page { first: Some(8), ..empty() });
    assert_eq!(all.bytes, Page { items: vec![9], ..empty() });
    let children = vec![leaf(empty()), leaf(empty())];
    assert_eq!(all.tree, Some(Tree { children, ..leaf(empty()) }));
    assert_eq!(all.either, Either::Right { b: "b".into(), a: Some(1) });
    assert_eq!(all.grid.cells, [[0, 0, 5], [0; 3]]);
    assert_eq!(all.placed.range, Range { from: "from".into(), to: None });
    assert_eq!(
        all.placed.choice,
        Pick::Both { a: 0, b: Range { from: String::new(), to: Some("to".into()) } }
    );
    assert_eq!((all.placed.second, all.placed.last), (Pick::Nothing, None));
}

fn entry<K, V>(key: K, value: V) -> Entry<K, V> {
    Entry { key, value, weight: None, valid: true }
}

fn branch<T>(value: Option<T>) -> Branch<T>
where
    T: Default,
{
    Branch {
        value,
        children: Vec::new(),
        next: None,
        maybes: Vec::new(),
        by_name: BTreeMap::new(),
        pairs: Vec::new(),
        result: Err(T::default()),
    }
}

fn kept() -> Kept {
    let texts = |key: &str, value: &str| entry(key.to_owned(), value.to_owned());
    Kept {
        entry: Entry { weight: Some(0), valid: false, ..entry("key".into(), vec![1, 2]) },
        entries: vec![entry("first".into(), vec![3]), entry("second".into(), vec![4, 5])],
        nested: entry(
            entry("place".into(), Place { x: 0.5, y: Some(true) }),
            vec![entry(vec![6], "six".into())],
        ),
        branch: None,
        one: OneOf::Both { a: "a".into(), b: Some(vec![7]), count: Some(8) },
        map: BTreeMap::from([("name".to_owned(), texts("k", "v"))]),
        instance: Page { next: None, first: None, items: vec![texts("in", "stance")] },
        settled: settlement(),
    }
}

fn settlement() -> Settled<String, Vec<u16>> {
    let inner = entry("in".to_owned(), vec![2]);
    let next = Settled {
        key: vec![1],
        entry: inner.clone(),
        one: OneOf::Both { a: vec![3], b: None, count: Some(0) },
        other: OneOf::Left(inner),
        place: Place { x: 2.0, y: None },
        next: None,
    };
    Settled {
        key: "key".into(),
        entry: Entry { weight: Some(4), valid: false, ..entry(vec![5], "value".to_owned()) },
        one: OneOf::Swapped(Some(Box::new(OneOf::Left(vec![6])))),
        other: OneOf::Both { a: entry(vec![7], "a".into()), b: Some("b".into()), count: None },
        place: Place { x: -1.0, y: Some(true) },
        next: Some(Box::new(next)),
    }
}

fn branches() -> Branch<String> {
    let text = || "text".to_owned();
    Branch {
        children: vec![branch(Some("child".to_owned()))],
        next: Some(Box::new(branch(None))),
        maybes: vec![None, Some(text())],
        by_name: BTreeMap::from([("name".to_owned(), text())]),
        pairs: vec![(text(), entry(text(), vec![9]))],
        result: Ok(entry("ok".to_owned(), text())),
        ..branch(Some(text()))
    }
}

#[test]
fn generated_readers_read_generics_of_the_schema() {
    let message = encode(&kept());
    let all: kept::Reader<'_> = message.get_root_as_reader().unwrap();
    let first = all.get_entry().unwrap();
    assert_eq!((first.get_key().unwrap(), first.get_value().unwrap()), ("key".into(), &[1, 2][..]));
    assert_eq!((first.get_has_weight(), first.get_weight(), first.get_valid()), (true, 0, false));
    let second = all.get_entries().unwrap().get(1);
    assert_eq!(second.get_value().unwrap().iter().collect::<Vec<u32>>(), [4, 5]);
    assert!(second.get_valid());
    let nested = all.get_nested().unwrap();
    assert!(nested.get_key().unwrap().get_value().unwrap().get_y());
    assert_eq!(nested.get_value().unwrap().get(0).get_value().unwrap(), "six");
    assert!(!all.has_branch());
    let one_of::Both(both) = all.get_one().unwrap().which().unwrap() else { panic!("another variant") };
    assert_eq!((both.get_a().unwrap(), both.get_b().unwrap(), both.get_count()), ("a".into(), &[7][..], 8));
    assert_eq!(all.get_map().unwrap().get(0).get_value().unwrap().get_value().unwrap(), "v");
    assert_eq!(all.get_instance().unwrap().get_items().unwrap().get(0).get_value().unwrap(), "stance");
    let here = all.get_settled().unwrap();
    assert_eq!(here.get_entry().get_key().unwrap().iter().collect::<Vec<u16>>(), [5]);
    assert_eq!((here.get_entry().get_weight(), here.get_entry().get_valid()), (4, false));
    let Ok(settled::Swapped(swapped)) = here.which() else { panic!("another variant") };
    let Ok(one_of::Left(left)) = swapped.unwrap().which() else { panic!("another variant") };
    assert_eq!(left.unwrap().iter().collect::<Vec<u16>>(), [6]);
    let Ok(settled::other::Both(both)) = here.get_other().which() else { panic!("another variant") };
    assert_eq!((both.get_a().unwrap().get_value().unwrap(), both.get_b().unwrap()), ("a".into(), "b".into()));
    assert!(here.get_place().get_y());
    let Ok(settled::Both(both)) = here.get_next().unwrap().which() else { panic!("another variant") };
    assert_eq!((both.get_a().unwrap().get(0), both.has_b(), both.get_has_count()), (3, false, true));
    assert_eq!(decode::<Kept>(&message).unwrap(), kept());

    let message = encode(&branches());
    let tree: branch::Reader<'_, text::Owned> = message.get_root_as_reader().unwrap();
    assert_eq!(tree.get_value().unwrap(), "text");
    assert_eq!(tree.get_children().unwrap().get(0).get_value().unwrap(), "child");
    assert!(tree.has_next());
    assert!(!tree.get_maybes().unwrap().get(0).has_value());
    assert_eq!(tree.get_maybes().unwrap().get(1).get_value().unwrap(), "text");
    assert_eq!(tree.get_by_name().unwrap().get(0).get_value().unwrap(), "text");
    assert_eq!(tree.get_pairs().unwrap().get(0).get_field1().unwrap().get_value().unwrap(), [9]);
    let Ok(result_entry_t1_t1_t1::Ok(ok)) = tree.get_result().unwrap().which() else {
        panic!("another variant")
    };
    assert_eq!(ok.unwrap().get_key().unwrap(), "ok");
    assert_eq!(decode::<Branch<String>>(&message).unwrap(), branches());
}

#[test]
fn we_read_generics_of_the_schema_that_generated_builders_write() {
    let mut message = Builder::new_default();
    let mut all: kept::Builder<'_> = message.init_root();
    let mut first = all.reborrow().init_entry();
    first.set_key("key").unwrap();
    first.set_value(&[1][..]).unwrap();
    first.set_weight(3);
    first.set_has_weight(true);
    let mut second = all.reborrow().init_entries(2).get(1);
    second.set_valid(false);
    second.initn_value(2).set(0, 7);
    all.reborrow().init_nested().init_key().init_value().set_x(1.5);
    all.reborrow().init_branch().init_children(1).get(0).init_value().set_key("deep").unwrap();
    all.reborrow().init_one().set_left("left").unwrap();
    let mut here = all.reborrow().init_settled();
    here.reborrow().get_entry().set_value("value").unwrap();
    here.reborrow().get_other().init_both().init_a().set_valid(false);
    here.init_next().init_both().set_b("b").unwrap();
    let all: Kept = decode(&message).unwrap();
    assert_eq!(all.entry, Entry { weight: Some(3), ..entry("key".into(), vec![1]) });
    let entries =
        [entry(String::new(), Vec::new()), Entry { valid: false, ..entry(String::new(), vec![7, 0]) }];
    assert_eq!(all.entries, entries);
    assert_eq!(all.nested.key.value, Place { x: 1.5, y: None });
    assert_eq!(all.branch.unwrap().children[0].value, Some(entry("deep".into(), String::new())));
    assert_eq!(all.one, OneOf::Left("left".into()));
    assert_eq!(all.settled.entry, entry(Vec::new(), "value".into()));
    let OneOf::Both { a, b, count } = all.settled.other else { panic!("another variant") };
    assert_eq!((a, b, count), (Entry { valid: false, ..entry(Vec::new(), String::new()) }, None, None));
    let next = all.settled.next.unwrap();
    assert_eq!(next.one, OneOf::Both { a: Vec::new(), b: Some("b".into()), count: None });
}
