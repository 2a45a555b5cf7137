//! Stand-ins for capnp's `ClientHook`: they know nothing but an index into the message's capability table.
//!
//! capnp reads and writes capability pointers through a table of `Box<dyn ClientHook>`. A stand-in for a low index
//! is zero-sized, one type per index, so boxing it allocates nothing; all reading goes through one table for the
//! whole process.

use std::sync::OnceLock;

use capnp::MessageSize;
use capnp::any_pointer;
use capnp::capability::{Promise, Request};
use capnp::private::capability::{ClientHook, ParamsHook, ResultsHook};
use capnp::private::layout::{CapTable, CapTableReader};

/// The most capabilities that one message may carry.
pub(crate) const LIMIT: usize = 1024;

/// Returns the stand-in for an index.
pub(super) fn hook(index: usize) -> Box<dyn ClientHook> {
    macro_rules! zero_sized {
        ($($i:literal)*) => {
            match index {
                $($i => Box::new(Small::<$i>),)*
                _ => Box::new(Large(index)),
            }
        };
    }
    zero_sized!(0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15)
}

/// Returns the index that a stand-in was made for.
pub(super) fn index_of(hook: &dyn ClientHook) -> usize {
    hook.get_ptr()
}

/// Returns the table of all stand-ins, for readers.
pub(super) fn table() -> CapTableReader {
    static TABLE: OnceLock<Table> = OnceLock::new();
    CapTableReader::from_ref(
        &TABLE.get_or_init(|| Table((0..LIMIT).map(|index| Some(hook(index))).collect())).0,
    )
}

struct Table(CapTable);

// SAFETY: the table is never changed, and the stand-ins in it are immutable numbers whose methods touch nothing
// else; capnp's trait merely lacks the bounds.
#[expect(unsafe_code, reason = "`dyn ClientHook` has no Send and Sync bounds to prove this with")]
unsafe impl Send for Table {}
// SAFETY: as above.
#[expect(unsafe_code, reason = "`dyn ClientHook` has no Send and Sync bounds to prove this with")]
unsafe impl Sync for Table {}

struct Small<const INDEX: usize>;

struct Large(usize);

trait Index {
    fn index(&self) -> usize;
}

impl<const INDEX: usize> Index for Small<INDEX> {
    fn index(&self) -> usize {
        INDEX
    }
}

impl Index for Large {
    fn index(&self) -> usize {
        self.0
    }
}

macro_rules! client_hook {
    ([$($generics:tt)*] $ty:ty) => {
        impl<$($generics)*> ClientHook for $ty {
            fn add_ref(&self) -> Box<dyn ClientHook> {
                hook(self.index())
            }

            /// Returns the index.
            fn get_ptr(&self) -> usize {
                self.index()
            }

            fn get_brand(&self) -> usize {
                0
            }

            fn new_call(
                &self,
                _interface_id: u64,
                _method_id: u16,
                _size_hint: Option<MessageSize>,
            ) -> Request<any_pointer::Owned, any_pointer::Owned> {
                // Nobody but `raw` sees a stand-in, and it asks only for the index.
                unreachable!("a stand-in cannot be called")
            }

            fn call(
                &self,
                _interface_id: u64,
                _method_id: u16,
                _params: Box<dyn ParamsHook>,
                _results: Box<dyn ResultsHook>,
            ) -> Promise<(), capnp::Error> {
                Promise::err(stand_in())
            }

            fn get_resolved(&self) -> Option<Box<dyn ClientHook>> {
                None
            }

            fn when_more_resolved(&self) -> Option<Promise<Box<dyn ClientHook>, capnp::Error>> {
                None
            }

            fn when_resolved(&self) -> Promise<(), capnp::Error> {
                Promise::err(stand_in())
            }
        }
    };
}

client_hook!([const INDEX: usize] Small<INDEX>);
client_hook!([] Large);

fn stand_in() -> capnp::Error {
    capnp::Error::unimplemented("a stand-in cannot be called".into())
}
