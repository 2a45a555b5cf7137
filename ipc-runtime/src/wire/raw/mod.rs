//! The one room that uses `capnp::private::layout`, which is documented as not for clients: the capnp version
//! is therefore pinned to `~0.27`. What users send is read through capnp's checked readers, but for what is plain
//! (`plain.rs`), and written by [`Words`].
//!
//! What is added here: a budget for decoded memory, a limit for nesting and size when encoding, and
//! capabilities. The engine's capabilities live in a `Vec` beside each message; capnp's own table holds
//! `Box<dyn ClientHook>`, which is not `Send`, so only stand-ins go there that know nothing but their index.

mod context;
mod decoder;
mod element;
mod encoder;
mod large;
mod number;
mod opaque;
mod plain;
mod reader;
mod words;
mod writer;

pub(crate) use self::context::{context_of, first_capability_of, plain_context_of};
pub use self::decoder::Decoder;
pub use self::encoder::{Encoder, MESSAGE_LIMIT_WORDS};
pub use self::number::{Number, Primitive};
pub(crate) use self::opaque::Opaque;
pub(crate) use self::plain::{Plain, PlainList};
pub use self::reader::{PointerReader, StructReader};
pub use self::words::Words;
pub(crate) use self::words::{LARGE_WORDS, Place, ROOT, unlimited};
pub use self::writer::{NESTING_LIMIT, PointerWriter, StructWriter};

use super::layout::Size;

/// A type that is a struct on the wire, of a size known at compile time.
pub trait HasSize {
    /// The size of the struct.
    const SIZE: Size;
}

/// Names the type: what is inside are pointers into a message.
macro_rules! opaque_debug {
    ($($ty:ty),*) => {$(
        impl std::fmt::Debug for $ty {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(stringify!($ty))
            }
        }
    )*};
}
use opaque_debug;
