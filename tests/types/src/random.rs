//! Random values.

use std::os::unix::ffi::OsStringExt;

use proptest::prelude::*;

use crate::rows::*;

/// A row's struct.
pub trait Random: Sized + std::fmt::Debug {
    /// Returns where random values come from.
    fn random() -> BoxedStrategy<Self>;
}

/// A type in the places of a row: alone, in an `Option`, in a list, and so on.
type Places<V> = (
    (V, bool, Option<V>, Vec<V>, Vec<Option<V>>),
    (Option<Option<V>>, BTreeMap<String, V>, (u8, V), [V; 2], Choice<V>),
);

/// A type in a union.
#[derive(Clone, Debug)]
enum Choice<V> {
    Neither,
    Alone(V),
    Group(u8, V, Option<V>),
}

fn places<S>(of: S) -> impl Strategy<Value = Places<S::Value>>
where
    S: Strategy<Value: Clone> + Clone + 'static,
{
    let (one, maybe) = (|| of.clone(), || prop::option::of(of.clone()));
    let choice = prop_oneof![
        Just(Choice::Neither),
        one().prop_map(Choice::Alone),
        (any::<u8>(), one(), maybe()).prop_map(|(before, alone, maybe)| Choice::Group(before, alone, maybe)),
    ];
    (
        (one(), any::<bool>(), maybe(), few(one()), few(maybe())),
        (
            prop::option::of(maybe()),
            prop::collection::btree_map(any::<String>(), one(), 0..3),
            (any::<u8>(), one()),
            [one(), one()],
            choice,
        ),
    )
}

macro_rules! rows {
    ($($method:ident $row:ident $choice:ident: $ty:ty = $strategy:expr;)*) => {$(
        impl Random for $row {
            fn random() -> BoxedStrategy<Self> {
                places($strategy)
                    .prop_map(|((alone, flag, maybe, list, maybes), (nested, map, tuple, array, choice))| Self {
                        alone,
                        flag,
                        maybe,
                        list,
                        maybes,
                        nested,
                        map,
                        tuple,
                        array,
                        choice: match choice {
                            Choice::Neither => $choice::Neither,
                            Choice::Alone(alone) => $choice::Alone(alone),
                            Choice::Group(before, alone, maybe) => $choice::Group { before, alone, maybe },
                        },
                    })
                    .boxed()
            }
        }
    )*};
}
crate::each_row!(rows);

/// A few of them: what a list does with many it does with three.
pub fn few<S: Strategy>(of: S) -> prop::collection::VecStrategy<S> {
    prop::collection::vec(of, 0..4)
}

/// What can be sent.
pub fn duration() -> impl Strategy<Value = Duration> + Clone {
    (0..=i64::MAX.unsigned_abs()).prop_map(Duration::from_nanos)
}

/// What can be sent.
pub fn time() -> impl Strategy<Value = SystemTime> + Clone {
    (i64::MIN + 1..=i64::MAX).prop_map(|nanos| {
        let distance = Duration::from_nanos(nanos.unsigned_abs());
        if nanos < 0 { SystemTime::UNIX_EPOCH - distance } else { SystemTime::UNIX_EPOCH + distance }
    })
}

/// Any bytes.
pub fn os_string() -> impl Strategy<Value = OsString> + Clone {
    few(any::<u8>()).prop_map(OsString::from_vec)
}

/// One of all.
pub fn colour() -> impl Strategy<Value = Colour> + Clone {
    prop_oneof![Just(Colour::Red), Just(Colour::Green), Just(Colour::DarkBlue)]
}

/// Some levels of it.
pub fn tree() -> impl Strategy<Value = Tree> + Clone {
    let leaf = any::<String>().prop_map(|label| Tree { label, children: Vec::new(), next: None });
    leaf.prop_recursive(3, 8, 2, |inner| {
        (
            any::<String>(),
            prop::collection::vec(inner.clone(), 0..3),
            prop::option::of(inner.prop_map(Box::new)),
        )
            .prop_map(|(label, children, next)| Tree { label, children, next })
    })
}

/// One or two of them.
pub fn page<S>(of: S) -> impl Strategy<Value = Page<S::Value>> + Clone
where
    S: Strategy<Value: Clone> + Clone + 'static,
{
    let last = (of.clone(), few(of.clone())).prop_map(|(first, items)| Page { first, items, next: None });
    (of.clone(), few(of), prop::option::of(last.prop_map(Box::new))).prop_map(|(first, items, next)| Page {
        first,
        items,
        next,
    })
}

/// Without one in itself, or with one. Boxed: the strategy of one with another as its argument is too large for a stack.
pub fn entry<K, S>(key: K, item: S) -> BoxedStrategy<Entry<K::Value, S::Value>>
where
    K: Strategy<Value: Clone + 'static> + Clone + 'static,
    S: Strategy<Value: Clone + 'static> + Clone + 'static,
{
    let (key, item) = (key.boxed(), item.boxed());
    let next = (item.clone(), prop::option::of(key.clone()))
        .prop_map(|(key, value)| Box::new(Entry { key, value, others: Vec::new(), next: None, count: None }));
    let maybe = prop::option::of(item);
    let others = few((key.clone(), maybe.clone()));
    (key, maybe, others, prop::option::of(next), any::<Option<u16>>())
        .prop_map(|(key, value, others, next, count)| Entry { key, value, others, next, count })
        .boxed()
}

/// Every variant.
pub fn shape() -> impl Strategy<Value = Shape> + Clone {
    let leaf = prop_oneof![
        Just(Shape::Empty),
        any::<f64>().prop_map(Shape::Circle),
        (any::<u16>(), any::<Option<u16>>()).prop_map(|(width, height)| Shape::Rect { width, height }),
        (any::<u32>(), any::<String>()).prop_map(|(height, text)| Shape::Line(Height(height), text)),
    ];
    leaf.prop_recursive(2, 4, 1, |inner| inner.prop_map(|shape| Shape::Inside(Box::new(shape))))
}

macro_rules! arbitrary {
    ($($name:ident)*) => {$(
        impl Arbitrary for $name {
            type Parameters = ();
            type Strategy = BoxedStrategy<Self>;

            fn arbitrary_with((): ()) -> Self::Strategy {
                (any::<u16>(), any::<String>()).prop_map(|(number, text)| Self { number, text }).boxed()
            }
        }
    )*};
}
arbitrary! { T A B C E K V }

impl Arbitrary for Everyday {
    type Parameters = ();
    type Strategy = BoxedStrategy<Self>;

    fn arbitrary_with((): ()) -> Self::Strategy {
        (any::<u32>(), any::<String>(), any::<Option<i8>>(), any::<Option<u32>>())
            .prop_map(|(count, text, level, point)| Self { count, text, level, point: point.map(Height) })
            .boxed()
    }
}
