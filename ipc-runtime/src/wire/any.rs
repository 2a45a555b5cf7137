//! [`AnyPointer`]: data that only others understand.

use std::fmt;
use std::sync::Arc;

use super::generic::PointerArgument;
use super::layout::Slot;
use super::raw::Opaque;
use super::{At, Decode, Encode, IpcType, Shape, Single, StructReader, StructWriter, Type};
use crate::exception::IpcException;

/// Any value that is a pointer in Cap'n Proto (text, bytes, a list, a struct, an object), kept as it was encoded.
///
/// The type of what is inside is settled between whoever makes the value and whoever reads it: a process in between passes
/// it on as it is, without knowing more. In the schema it is an `AnyPointer`. A clone shares the content.
///
/// Objects inside are passed on like others, but that an object which is behind one connection cannot be passed over
/// another: what it would have to be here, its type says, and nothing knows that. Take it out with [`get`](Self::get) and
/// pass it as an `Arc<dyn Trait>`. A file descriptor cannot be inside: none can be put there, and of one that a peer
/// puts there the object without its descriptor arrives.
///
/// A received value is copied out of its message once, and a value is copied into each message that it is sent in; reading
/// it counts twice, so it can take at most half of the 64 MiB that a message can have.
///
/// # Examples
///
/// ```
/// use ipc_runtime::{AnyPointer, IpcException};
///
/// # fn main() -> Result<(), IpcException> {
/// let any = AnyPointer::new(&vec!["one".to_owned(), "two".to_owned()])?;
/// assert_eq!(any.get::<Vec<String>>()?, ["one", "two"]);
/// assert!(any.get::<String>().is_err());
/// assert!(AnyPointer::default().is_null());
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Default)]
pub struct AnyPointer(Option<Arc<Opaque>>);

impl AnyPointer {
    /// Encodes a value. A number, a bool and an enum without fields are no pointers: put them into a struct, or
    /// a tuple. That is checked when the call is compiled, by `cargo build` and not by `cargo check`.
    ///
    /// # Errors
    /// Returns an error if the value cannot be sent: if it is too large, nested too deeply, or contains a file
    /// descriptor or the `Box` of a closure.
    pub fn new<T: Encode + ?Sized>(value: &T) -> Result<Self, IpcException> {
        const { check::<T>() };
        let opaque = Opaque::of(value)?;
        Ok(Self((!opaque.is_null()?).then(|| Arc::new(opaque))))
    }

    /// Returns the value that is inside; of null, what a field is that a message lacks.
    ///
    /// # Errors
    /// Returns an error if something else is inside, as far as that can be told: one struct is read as another, like
    /// those of an older or newer version.
    pub fn get<T: for<'m> Decode<'m>>(&self) -> Result<T, IpcException> {
        const { check::<T>() };
        match &self.0 {
            Some(opaque) => opaque.decode(),
            None => Opaque::null().decode(),
        }
    }

    /// Tells whether there is nothing inside, as in a field that nobody has set.
    pub fn is_null(&self) -> bool {
        self.0.is_none()
    }
}

impl From<Opaque> for AnyPointer {
    fn from(opaque: Opaque) -> Self {
        Self(Some(Arc::new(opaque)))
    }
}

/// Checks that a type is a pointer.
///
/// # Panics
/// Panics, at compile time, if it is not.
const fn check<T: IpcType + ?Sized>() {
    assert!(
        matches!(T::SHAPE.slot, Slot::Pointer),
        "an `AnyPointer` holds text, bytes, a list, a struct or an object: put a number, a bool or an enum without fields \
         into a struct or a tuple"
    );
}

impl fmt::Debug for AnyPointer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Some(opaque) => write!(f, "AnyPointer({opaque:?})"),
            None => f.write_str("AnyPointer(null)"),
        }
    }
}

impl IpcType for AnyPointer {
    type This = Self;
    const SHAPE: Shape = Shape::of(Slot::Pointer);
    const TYPE: Type = Type::AnyPointer;
}

impl Single for AnyPointer {}

impl PointerArgument for AnyPointer {}

impl Encode for AnyPointer {
    fn encode(&self, to: &mut StructWriter<'_, '_>, at: At) -> Result<(), IpcException> {
        match &self.0 {
            Some(opaque) => to.pointer(at.offset).set_opaque(opaque),
            None => Ok(()),
        }
    }

    /// Null there is `None`.
    fn encode_inner(&self, to: &mut StructWriter<'_, '_>, at: At) -> Result<(), IpcException> {
        if self.is_null() {
            return Err(IpcException::failed(
                "`Some` of a null `AnyPointer` would arrive as `None`: pass `None`, or the `AnyPointer` without an `Option`",
            ));
        }
        self.encode(to, at)
    }
}

impl<'m> Decode<'m> for AnyPointer {
    fn decode(from: &StructReader<'m>, at: At) -> Result<Self, IpcException> {
        let from = from.pointer(at.offset);
        if from.is_null() {
            return Ok(Self::default());
        }
        from.charge(size_of::<Opaque>())?;
        Ok(Self(Some(Arc::new(from.to_opaque()?))))
    }
}
