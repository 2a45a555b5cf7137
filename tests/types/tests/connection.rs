//! Every type through a client, a connection and a dispatcher, as parameter and as result, in both forms of methods.

// Always on here; clippy takes it for the sign that a helper may panic.
#![cfg(test)]

use std::fmt::Debug;

use futures::executor::block_on;
use ipc_runtime::Interface;
use ipc_tests::steps::{LONG_PATIENCE, bounded};
use ipc_types_tests::echo::{Echo, EchoAsync, Echoes, connected};
use ipc_types_tests::random::{Random, colour, duration, entry, few, os_string, page, shape, time, tree};
use ipc_types_tests::rows::*;
use ipc_types_tests::{each_lent, each_row};
use proptest::prelude::*;

/// How many calls each row is tried with.
const CASES: u32 = 24;

/// A client whose calls block.
fn client<Served: Interface + ?Sized>(object: Arc<Served>) -> Arc<dyn Echo> {
    connected(object)
}

/// A client whose calls are futures.
fn async_client<Served: Interface + ?Sized>(object: Arc<Served>) -> Arc<dyn EchoAsync> {
    connected(object)
}

fn values<V: Debug, Row: Random, S>(of: S) -> impl Strategy<Value = (V, Option<V>, Vec<V>, Row)>
where
    S: Strategy<Value = V> + Clone,
{
    (of.clone(), prop::option::of(of.clone()), few(of), Row::random())
}

macro_rules! row_tests {
    ($($method:ident $row:ident $choice:ident: $ty:ty = $strategy:expr;)*) => {
        mod blocking {
            use super::*;

            $(
                #[test]
                fn $method() {
                    bounded(LONG_PATIENCE, || {
                        let echo = client::<dyn EchoAsync>(Arc::new(Echoes));
                        let values = values::<$ty, $row, _>($strategy);
                        proptest!(ProptestConfig::with_cases(CASES), |((value, maybe, list, row) in values)| {
                            let returned = echo.$method(value.clone(), maybe.clone(), &list, &row).unwrap();
                            prop_assert_eq!(returned, (value, maybe, list, row));
                        });
                    });
                }
            )*
        }

        mod asynchronous {
            use super::*;

            $(
                #[test]
                fn $method() {
                    bounded(LONG_PATIENCE, || {
                        let echo = async_client::<dyn Echo>(Arc::new(Echoes));
                        let values = values::<$ty, $row, _>($strategy);
                        proptest!(ProptestConfig::with_cases(CASES), |((value, maybe, list, row) in values)| {
                            let returned = block_on(echo.$method(value.clone(), maybe.clone(), &list, &row)).unwrap();
                            prop_assert_eq!(returned, (value, maybe, list, row));
                        });
                    });
                }
            )*
        }
    };
}
each_row!(row_tests);

macro_rules! lent_tests {
    ($($method:ident: $lent:ty, $owned:ty, $_to_owned:expr;)*) => {
        mod lent {
            use super::*;

            $(
                #[test]
                fn $method() {
                    bounded(LONG_PATIENCE, || {
                        let blocking = client::<dyn EchoAsync>(Arc::new(Echoes));
                        let asynchronous = async_client::<dyn Echo>(Arc::new(Echoes));
                        proptest!(ProptestConfig::with_cases(CASES), |(value in <$owned as Owned>::values())| {
                            prop_assert_eq!(&blocking.$method(&value).unwrap(), &value);
                            prop_assert_eq!(&block_on(asynchronous.$method(&value)).unwrap(), &value);
                        });
                    });
                }
            )*
        }
    };
}
each_lent!(lent_tests);

/// What a borrowed parameter is borrowed from.
trait Owned: Sized {
    fn values() -> BoxedStrategy<Self>;
}

macro_rules! owned {
    ($($ty:ty = $strategy:expr;)*) => {$(
        impl Owned for $ty {
            fn values() -> BoxedStrategy<Self> {
                $strategy.boxed()
            }
        }
    )*};
}
owned! {
    String = any::<String>();
    Vec<u8> = any::<Vec<u8>>();
    PathBuf = os_string().prop_map(PathBuf::from);
    OsString = os_string();
    CString = any::<CString>();
    Vec<T> = few(any::<T>());
    Everyday = any::<Everyday>();
    Shape = shape();
}
