//! Types with arguments, against the code that `capnpc` generated: each reads what the other writes.

use capnp::message::Builder;
use ipc_gen_tests::everything::{Colour, Either, Generics, Grid, Page, Tree};
use ipc_gen_tests::generated::everything_capnp::{either_text_u_int8, either_u_int8_text, generics};
use ipc_gen_tests::generated::ipc_capnp::option_bool;
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
}
