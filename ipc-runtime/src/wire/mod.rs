//! How Rust values are laid out in Cap'n Proto messages.
//!
//! ```text
//! IpcType            shape (storage) and schema type, as constants
//! ├─ Encode          writes itself into a field of a struct
//! ├─ Decode<'m>      reads itself from a field of a message that lives for 'm
//! ├─ Single          exactly one schema field: may stand under an `Option`
//! ├─ Element         may stand in a list
//! │  └─ DecodeElement<'m>
//! ├─ Struct          derived structs and enums with fields: size, fields
//! │  └─ DecodeStruct<'m>
//! └─ Lend<'m>        how a `&T` parameter is held by the server: `&'m str`, or an owned `T`
//! Interface          `dyn Trait` of an annotated trait; `Arc<dyn Trait>` is an IpcType through it
//! Passable            what may be behind an `Arc` or a `Box`: a value or an object
//! ```
//!
//! The derive implements these for structs and enums; the layout of every struct is computed by the compiler
//! ([`layout`]). An unsupported type is a compile error at that type.

pub mod anonymous;
pub mod composite;
pub mod default;
pub mod descriptor;
pub mod generic;
pub mod id;
pub mod instance;
pub mod layout;
pub mod ordinal;
pub mod proxy;
pub mod raw;
#[cfg(feature = "serde")]
pub mod serde;
pub(crate) mod stream;
pub mod union;
pub mod with;

mod any;
mod borrowed;
mod converted;
mod enumeration;
mod fd;
mod fixed;
mod function;
mod holes;
mod hooks;
mod interface;
mod list;
mod map;
mod number;
mod option;
mod os;
mod passable;
mod reference;
mod result;
mod set;
mod spelling;
mod stand_in;
mod structure;
mod text;
mod time;
mod tuple;

use std::borrow::Borrow;

pub use self::any::AnyPointer;
pub use self::converted::Byte;
pub use self::descriptor::{Descriptor, Type};
use self::descriptor::{Member, Places};
pub use self::fd::FileDescriptor;
pub use self::interface::Interface;
pub use self::layout::{At, Shape, Size};
pub(crate) use self::option::{is_present, note_presence};
pub(crate) use self::passable::Reference;
pub use self::passable::{ByReference, ByValue, Passable};
pub use self::raw::{Encoder, HasSize, PointerReader, PointerWriter, StructReader, StructWriter};
pub use self::stand_in::{Callable, StandIn};

use crate::exception::IpcException;

/// A type that can cross a process boundary.
///
/// Implemented for the standard library's values, for `Arc<dyn Trait>` of an interface, and by `#[derive(IpcType)]`
/// for structs and enums. [The manual](crate::manual::types) has a table of all.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot cross a process boundary",
    label = "not an IPC type",
    note = "for a struct or a field-less enum of your own, add `#[derive(IpcType)]`",
    note = "for an object that stays in its process, pass `Arc<dyn Trait>` of an `#[ipc_interface]` trait",
    note = "for a closure, pass `Arc<dyn Fn(..) -> Result<.., IpcException> + Send + Sync>`"
)]
pub trait IpcType {
    /// `Self`, reached by a path that exists for IPC types only: generated code goes through it, so that rustc
    /// complains about any other type once and not for each use.
    #[doc(hidden)]
    type This: ?Sized;

    /// The storage that a value takes in a struct.
    const SHAPE: Shape;
    /// The type in the schema.
    const TYPE: Type;

    /// The storage inside an `Option`. An `Option` there has a struct of its own, since there is one presence field
    /// only; everything else is the same as outside.
    #[doc(hidden)]
    const INNER_SHAPE: Shape = Self::SHAPE;
    /// The type in the schema inside an `Option`.
    #[doc(hidden)]
    const INNER_TYPE: Type = Self::TYPE;
}

/// Writes a value into a field of a message.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be sent to another process",
    label = "not an IPC type",
    note = "for a struct or a field-less enum of your own, add `#[derive(IpcType)]`"
)]
pub trait Encode: IpcType {
    /// Writes the value into the field at `at`, its presence field included.
    ///
    /// # Errors
    /// Returns an error if the message becomes too large or too deep.
    fn encode(&self, to: &mut StructWriter<'_, '_>, at: At) -> Result<(), IpcException>;

    /// Writes the value as it stands inside an `Option`.
    ///
    /// # Errors
    /// Returns an error if the message becomes too large or too deep.
    #[doc(hidden)]
    #[inline]
    fn encode_inner(&self, to: &mut StructWriter<'_, '_>, at: At) -> Result<(), IpcException> {
        self.encode(to, at)
    }

    /// Writes a value that is given away: what cannot be shared, a `Box<dyn FnOnce(..)>`, is taken out of it, and
    /// a closure that fails is left there.
    ///
    /// # Errors
    /// Returns an error if the message becomes too large or too deep.
    #[doc(hidden)]
    #[inline]
    fn encode_owned(&mut self, to: &mut StructWriter<'_, '_>, at: At) -> Result<(), IpcException> {
        self.encode(to, at)
    }

    /// Like [`encode_owned`](Encode::encode_owned), inside an `Option`.
    ///
    /// # Errors
    /// Returns an error if the message becomes too large or too deep.
    #[doc(hidden)]
    #[inline]
    fn encode_inner_owned(&mut self, to: &mut StructWriter<'_, '_>, at: At) -> Result<(), IpcException> {
        self.encode_inner(to, at)
    }

    /// Writes the value, or lends it to the message: large bytes stay where they are until it is written.
    ///
    /// # Errors
    /// Returns an error if the message becomes too large or too deep.
    #[doc(hidden)]
    #[inline]
    fn lend<'d>(&'d self, to: &mut StructWriter<'_, 'd>, at: At) -> Result<(), IpcException> {
        self.encode(to, at)
    }

    /// Like [`lend`](Encode::lend), inside an `Option`.
    ///
    /// # Errors
    /// Returns an error if the message becomes too large or too deep.
    #[doc(hidden)]
    #[inline]
    fn lend_inner<'d>(&'d self, to: &mut StructWriter<'_, 'd>, at: At) -> Result<(), IpcException> {
        self.encode_inner(to, at)
    }

    /// Writes the value, or gives it to the message, which keeps large bytes and does not copy them.
    ///
    /// # Errors
    /// Returns an error if the message becomes too large or too deep.
    #[doc(hidden)]
    #[inline]
    fn give(self, to: &mut StructWriter<'_, '_>, at: At) -> Result<(), IpcException>
    where
        Self: Sized,
    {
        let mut value = self;
        value.encode_owned(to, at)
    }

    /// Like [`give`](Encode::give), inside an `Option`.
    ///
    /// # Errors
    /// Returns an error if the message becomes too large or too deep.
    #[doc(hidden)]
    #[inline]
    fn give_inner(self, to: &mut StructWriter<'_, '_>, at: At) -> Result<(), IpcException>
    where
        Self: Sized,
    {
        let mut value = self;
        value.encode_inner_owned(to, at)
    }
}

/// Reads a value from a field of a message that lives for `'m`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be received from another process",
    label = "not an owned IPC type",
    note = "for a struct or a field-less enum of your own, add `#[derive(IpcType)]`"
)]
pub trait Decode<'m>: IpcType + Sized {
    /// Reads the value of the field at `at`; a field that a shorter message lacks reads as its default.
    ///
    /// # Errors
    /// Returns an error if the message does not hold a value of the type.
    fn decode(from: &StructReader<'m>, at: At) -> Result<Self, IpcException>;

    /// Reads a value that stands inside an `Option`.
    ///
    /// # Errors
    /// Returns an error if the message does not hold a value of the type.
    #[doc(hidden)]
    #[inline]
    fn decode_inner(from: &StructReader<'m>, at: At) -> Result<Self, IpcException> {
        Self::decode(from, at)
    }
}

/// A type that is exactly one schema field, so that an `Option` of it can be told apart from it.
#[diagnostic::on_unimplemented(
    message = "an `Option` of `{Self}` cannot cross a process boundary",
    label = "not a type that an `Option` can hold here",
    note = "for a struct or a field-less enum of your own, add `#[derive(IpcType)]`"
)]
pub trait Single: IpcType<This = Self> + Sized {}

/// A type that may stand in a list.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be the element of a list",
    label = "not an element type",
    note = "for a struct or a field-less enum of your own, add `#[derive(IpcType)]`",
    note = "what Cap'n Proto has no lists of, such as an `AnyPointer`, can be in a list of structs: wrap it in one"
)]
pub trait Element: IpcType<This = Self> + Sized {
    /// The schema type of a list of these: `List(T)`, or `Data` for bytes.
    const LIST: Type;

    /// Writes a list of values, wherever they lie.
    ///
    /// # Errors
    /// Returns an error if the message becomes too large or too deep.
    fn encode_items<'i>(
        items: impl ExactSizeIterator<Item = &'i Self>,
        to: PointerWriter<'_, '_>,
    ) -> Result<(), IpcException>
    where
        Self: 'i;

    /// Writes a list of values that lie side by side.
    ///
    /// # Errors
    /// Returns an error if the message becomes too large or too deep.
    fn encode_list(items: &[Self], to: PointerWriter<'_, '_>) -> Result<(), IpcException> {
        Self::encode_items(items.iter(), to)
    }

    /// Writes a list of values that are given away, wherever they lie.
    ///
    /// # Errors
    /// Returns an error if the message becomes too large or too deep.
    #[doc(hidden)]
    fn encode_items_owned<'i>(
        items: impl ExactSizeIterator<Item = &'i mut Self>,
        to: PointerWriter<'_, '_>,
    ) -> Result<(), IpcException>
    where
        Self: 'i,
    {
        Self::encode_items(items.map(|item| &*item), to)
    }

    /// Writes a list of values that are given away and lie side by side.
    ///
    /// # Errors
    /// Returns an error if the message becomes too large or too deep.
    #[doc(hidden)]
    fn encode_list_owned(items: &mut [Self], to: PointerWriter<'_, '_>) -> Result<(), IpcException> {
        Self::encode_items_owned(items.iter_mut(), to)
    }

    /// Writes a list of values that lie side by side, or lends it to the message.
    ///
    /// # Errors
    /// Returns an error if the message becomes too large or too deep.
    #[doc(hidden)]
    fn lend_list<'d>(items: &'d [Self], to: PointerWriter<'_, 'd>) -> Result<(), IpcException> {
        Self::encode_list(items, to)
    }

    /// Writes a list of values, or gives it to the message.
    ///
    /// # Errors
    /// Returns an error if the message becomes too large or too deep.
    #[doc(hidden)]
    fn give_list(mut items: Vec<Self>, to: PointerWriter<'_, '_>) -> Result<(), IpcException> {
        Self::encode_list_owned(&mut items, to)
    }
}

/// An [`Element`] that can be read from a list of a message that lives for `'m`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be the element of a list",
    label = "not an element type",
    note = "for a struct or a field-less enum of your own, add `#[derive(IpcType)]`",
    note = "what Cap'n Proto has no lists of, such as an `AnyPointer`, can be in a list of structs: wrap it in one"
)]
pub trait DecodeElement<'m>: Element + Decode<'m> {
    /// What a server holds while a method with a parameter `&[Self]` runs.
    type Slice: Decode<'m> + Borrow<[Self]>;

    /// Reads a list of values; null reads as empty.
    ///
    /// # Errors
    /// Returns an error if the message does not hold such a list.
    fn decode_list(from: PointerReader<'m>) -> Result<Vec<Self>, IpcException>;
}

/// How a server holds a `&Self` parameter while the method runs.
///
/// Text and bytes are lent from the received message, everything else is decoded and lent from the stack.
pub trait Lend<'m> {
    /// The holder.
    type Held: Decode<'m> + Borrow<Self>;
}

#[diagnostic::do_not_recommend]
impl<'m, T: Decode<'m>> Lend<'m> for T {
    type Held = T;
}

/// A struct, or an enum with fields, with `#[derive(IpcType)]`.
pub trait Struct: HasSize + IpcType {
    /// What it consists of in the schema, also where it lies within another struct.
    #[doc(hidden)]
    const MEMBERS: &'static [Member];
    /// Where that lies in a struct of its own.
    #[doc(hidden)]
    const PLACES: Places;

    /// Returns the compiled-in schema.
    fn descriptor() -> &'static Descriptor;

    /// Writes every field to its place.
    ///
    /// # Errors
    /// Returns an error if the message becomes too large or too deep.
    #[doc(hidden)]
    fn encode_members(&self, to: &mut StructWriter<'_, '_>, places: Places) -> Result<(), IpcException>;

    /// Writes every field of a value that is given away to its place.
    ///
    /// # Errors
    /// Returns an error if the message becomes too large or too deep.
    #[doc(hidden)]
    fn encode_members_owned(
        &mut self,
        to: &mut StructWriter<'_, '_>,
        places: Places,
    ) -> Result<(), IpcException> {
        self.encode_members(to, places)
    }

    /// Writes every field of a value that is given away into a struct of its own.
    ///
    /// # Errors
    /// Returns an error if the message becomes too large or too deep.
    #[doc(hidden)]
    fn encode_fields_owned(&mut self, to: &mut StructWriter<'_, '_>) -> Result<(), IpcException> {
        self.encode_members_owned(to, Self::PLACES)
    }

    /// Writes every field into a struct of its own.
    ///
    /// # Errors
    /// Returns an error if the message becomes too large or too deep.
    fn encode_fields(&self, to: &mut StructWriter<'_, '_>) -> Result<(), IpcException> {
        self.encode_members(to, Self::PLACES)
    }
}

/// A [`Struct`] that can be read from a message that lives for `'m`.
pub trait DecodeStruct<'m>: Struct + Sized {
    /// Reads every field from its place.
    ///
    /// # Errors
    /// Returns an error if a field does not hold a value of its type.
    #[doc(hidden)]
    fn decode_members(from: &StructReader<'m>, places: Places) -> Result<Self, IpcException>;

    /// Reads every field of a struct of its own.
    ///
    /// # Errors
    /// Returns an error if a field does not hold a value of its type.
    fn decode_fields(from: &StructReader<'m>) -> Result<Self, IpcException> {
        Self::decode_members(from, Self::PLACES)
    }
}

/// An enum with fields.
#[doc(hidden)]
pub trait Variants: Struct {}

/// A field-less enum with `#[derive(IpcType)]`.
pub trait Enum: IpcType + Sized {
    /// Returns the compiled-in schema.
    fn descriptor() -> &'static Descriptor;

    /// Returns the ordinal of the variant.
    fn to_ordinal(&self) -> u16;

    /// Returns the variant with the given ordinal.
    fn from_ordinal(ordinal: u16) -> Option<Self>;
}

#[doc(hidden)]
pub use self::{enumeration::*, structure::*};

/// The functions of [`Encode`] that lend a value, from one that lends it to a pointer.
macro_rules! lend_by {
    ($lend:expr) => {
        fn lend<'d>(
            &'d self,
            to: &mut $crate::wire::StructWriter<'_, 'd>,
            at: $crate::wire::At,
        ) -> Result<(), $crate::IpcException> {
            $lend(self, to.pointer(at.offset))
        }

        fn lend_inner<'d>(
            &'d self,
            to: &mut $crate::wire::StructWriter<'_, 'd>,
            at: $crate::wire::At,
        ) -> Result<(), $crate::IpcException> {
            $lend(self, to.pointer(at.offset))
        }
    };
}
use lend_by;

/// The functions of [`Encode`] that give a value away, from one that gives it to a pointer.
macro_rules! give_by {
    ($give:expr) => {
        fn give(
            self,
            to: &mut $crate::wire::StructWriter<'_, '_>,
            at: $crate::wire::At,
        ) -> Result<(), $crate::IpcException> {
            $give(self, to.pointer(at.offset))
        }

        fn give_inner(
            self,
            to: &mut $crate::wire::StructWriter<'_, '_>,
            at: $crate::wire::At,
        ) -> Result<(), $crate::IpcException> {
            $give(self, to.pointer(at.offset))
        }
    };
}
use give_by;

/// Implements the wire traits of a type that is one pointer, from two functions: one that writes the pointer and
/// one that reads it. Where the value may be large bytes, two more lend it and give it to the message; where it may
/// hold closures, another one writes it as it is given away.
macro_rules! pointer_type {
    ([$($generics:tt)*] [$m:lifetime $(, $($decode_generics:tt)+)?] $ty:ty {
        type: $schema:expr,
        write: $write:expr,
        $(lend: $lend:expr,)?
        $(give: $give:expr,)?
        $(write_owned: $write_owned:expr,)?
        read: $read:expr $(,)?
    }) => {
        impl<$($generics)*> $crate::wire::IpcType for $ty {
            type This = Self;
            const SHAPE: $crate::wire::Shape = $crate::wire::Shape::of($crate::wire::layout::Slot::Pointer);
            const TYPE: $crate::wire::Type = $schema;
        }

        impl<$($generics)*> $crate::wire::Encode for $ty {
            fn encode(
                &self,
                to: &mut $crate::wire::StructWriter<'_, '_>,
                at: $crate::wire::At,
            ) -> Result<(), $crate::IpcException> {
                $write(self, to.pointer(at.offset))
            }

            $($crate::wire::lend_by! { $lend })?
            $($crate::wire::give_by! { $give })?

            $(
                fn encode_owned(
                    &mut self,
                    to: &mut $crate::wire::StructWriter<'_, '_>,
                    at: $crate::wire::At,
                ) -> Result<(), $crate::IpcException> {
                    $write_owned(self, to.pointer(at.offset))
                }

                fn encode_inner_owned(
                    &mut self,
                    to: &mut $crate::wire::StructWriter<'_, '_>,
                    at: $crate::wire::At,
                ) -> Result<(), $crate::IpcException> {
                    $write_owned(self, to.pointer(at.offset))
                }
            )?
        }

        impl<$m $(, $($decode_generics)+)?> $crate::wire::Decode<$m> for $ty {
            fn decode(
                from: &$crate::wire::StructReader<$m>,
                at: $crate::wire::At,
            ) -> Result<Self, $crate::IpcException> {
                $read(from.pointer(at.offset))
            }
        }

        impl<$($generics)*> $crate::wire::Single for $ty {}

        impl<$($generics)*> $crate::wire::generic::PointerArgument for $ty {}

        impl<$($generics)*> $crate::wire::Element for $ty {
            const LIST: $crate::wire::Type = $crate::wire::Type::List(&<$ty as $crate::wire::IpcType>::TYPE);

            fn encode_items<'i>(
                items: impl ExactSizeIterator<Item = &'i Self>,
                mut to: $crate::wire::PointerWriter<'_, '_>,
            ) -> Result<(), $crate::IpcException>
            where
                Self: 'i,
            {
                to.write_pointers(items, |item, to| $write(item, to))
            }
            $(
                fn encode_items_owned<'i>(
                    items: impl ExactSizeIterator<Item = &'i mut Self>,
                    mut to: $crate::wire::PointerWriter<'_, '_>,
                ) -> Result<(), $crate::IpcException>
                where
                    Self: 'i,
                {
                    to.write_pointers(items, |item, to| $write_owned(item, to))
                }
            )?
        }

        impl<$m $(, $($decode_generics)+)?> $crate::wire::DecodeElement<$m> for $ty {
            type Slice = Vec<Self>;

            fn decode_list(from: $crate::wire::PointerReader<$m>) -> Result<Vec<Self>, $crate::IpcException> {
                from.read_pointers(|from| $read(from))
            }
        }
    };
}
use pointer_type;
