//! `Box<T>` and `Arc<T>`: of a value, what the value is; of an object, a capability.
//!
//! Whether `T` is the one or the other, [`Passable`] says. The wire traits of `Box` and `Arc` then go through the kind:
//! a single bound on `T` alone could not tell a `T` with a size from a `dyn Trait` that another crate declares. What is
//! asked of a value is asked of its `This`, so that of one that is no IPC type rustc says that and nothing more.

use std::ops::Deref;
use std::sync::Arc;

use super::generic::PointerArgument;
use super::{
    At, Decode, DecodeElement, Element, Encode, Interface, IpcType, PointerReader, PointerWriter, Shape,
    Single, StructReader, StructWriter, Type,
};
use crate::exception::IpcException;
use crate::object::Capability;
use crate::wire::layout::Slot;

/// What can be behind a `Box` or an `Arc`: every [`IpcType`], and `dyn Trait` of an interface.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot cross a process boundary",
    label = "neither an IPC type nor an `#[ipc_interface]` trait object",
    note = "for a struct or an enum of your own, add `#[derive(IpcType)]`",
    note = "for an object that stays in its process, pass `Arc<dyn Trait>` of a trait with `#[ipc_interface]`",
    note = "for a closure, pass `Arc<dyn Fn(..) -> Result<.., IpcException> + Send + Sync>`"
)]
pub trait Passable {
    /// [`ByValue`] or [`ByReference`].
    type Kind;
}

/// The kind of values: the receiver gets a copy.
#[derive(Debug)]
pub enum ByValue {}

/// The kind of objects: the receiver gets a capability.
#[derive(Debug)]
pub enum ByReference {}

#[diagnostic::do_not_recommend]
impl<T: IpcType> Passable for T {
    type Kind = ByValue;
}

/// How a `Box` or an `Arc` is an [`IpcType`].
pub trait PassType<H> {
    const SHAPE: Shape;
    const TYPE: Type;
    const INNER_SHAPE: Shape;
    const INNER_TYPE: Type;
}

/// How a `Box` or an `Arc` is [`Encode`].
pub trait PassEncode<H>: PassType<H> {
    fn encode(holder: &H, to: &mut StructWriter<'_, '_>, at: At) -> Result<(), IpcException>;
    fn encode_inner(holder: &H, to: &mut StructWriter<'_, '_>, at: At) -> Result<(), IpcException>;
    fn lend<'d>(holder: &'d H, to: &mut StructWriter<'_, 'd>, at: At) -> Result<(), IpcException>;
    fn lend_inner<'d>(holder: &'d H, to: &mut StructWriter<'_, 'd>, at: At) -> Result<(), IpcException>;
    fn give(holder: H, to: &mut StructWriter<'_, '_>, at: At) -> Result<(), IpcException>;
    fn give_inner(holder: H, to: &mut StructWriter<'_, '_>, at: At) -> Result<(), IpcException>;
    fn encode_owned(holder: &mut H, to: &mut StructWriter<'_, '_>, at: At) -> Result<(), IpcException>;
    fn encode_inner_owned(holder: &mut H, to: &mut StructWriter<'_, '_>, at: At) -> Result<(), IpcException>;
}

/// How a `Box` or an `Arc` is [`Decode`].
pub trait PassDecode<'m, H>: PassType<H> {
    fn decode(from: &StructReader<'m>, at: At) -> Result<H, IpcException>;
    fn decode_inner(from: &StructReader<'m>, at: At) -> Result<H, IpcException>;
}

/// How a `Box` or an `Arc` is [`Single`].
pub trait PassSingle<H>: PassType<H> {}

/// How a `Box` or an `Arc` is a [`PointerArgument`].
pub trait PassPointer<H>: PassSingle<H> + PassEncode<H> {}

/// How a `Box` or an `Arc` is an [`Element`].
pub trait PassElement<H>: PassType<H> {
    const LIST: Type;

    fn encode_items<'i>(
        items: impl ExactSizeIterator<Item = &'i H>,
        to: PointerWriter<'_, '_>,
    ) -> Result<(), IpcException>
    where
        H: 'i;

    fn encode_items_owned<'i>(
        items: impl ExactSizeIterator<Item = &'i mut H>,
        to: PointerWriter<'_, '_>,
    ) -> Result<(), IpcException>
    where
        H: 'i;
}

/// How a `Box` or an `Arc` is a [`DecodeElement`].
pub trait PassDecodeElement<'m, H>: PassElement<H> {
    fn decode_list(from: PointerReader<'m>) -> Result<Vec<H>, IpcException>;
}

impl<H: Deref<Target: IpcType>> PassType<H> for ByValue {
    const SHAPE: Shape = H::Target::SHAPE;
    const TYPE: Type = H::Target::TYPE;
    const INNER_SHAPE: Shape = H::Target::INNER_SHAPE;
    const INNER_TYPE: Type = H::Target::INNER_TYPE;
}

impl<T: IpcType<This = T>, H: Holder<T> + Deref<Target = T>> PassEncode<H> for ByValue
where
    T::This: Encode,
{
    fn encode(holder: &H, to: &mut StructWriter<'_, '_>, at: At) -> Result<(), IpcException> {
        (**holder).encode(to, at)
    }

    fn encode_inner(holder: &H, to: &mut StructWriter<'_, '_>, at: At) -> Result<(), IpcException> {
        (**holder).encode_inner(to, at)
    }

    fn lend<'d>(holder: &'d H, to: &mut StructWriter<'_, 'd>, at: At) -> Result<(), IpcException> {
        holder.lend_value(to, at)
    }

    fn lend_inner<'d>(holder: &'d H, to: &mut StructWriter<'_, 'd>, at: At) -> Result<(), IpcException> {
        holder.lend_value_inner(to, at)
    }

    fn give(holder: H, to: &mut StructWriter<'_, '_>, at: At) -> Result<(), IpcException> {
        match holder.into_value() {
            Ok(value) => value.give(to, at),
            Err(holder) => holder.encode(to, at),
        }
    }

    fn give_inner(holder: H, to: &mut StructWriter<'_, '_>, at: At) -> Result<(), IpcException> {
        match holder.into_value() {
            Ok(value) => value.give_inner(to, at),
            Err(holder) => holder.encode_inner(to, at),
        }
    }

    fn encode_owned(holder: &mut H, to: &mut StructWriter<'_, '_>, at: At) -> Result<(), IpcException> {
        match holder.value_mut() {
            Some(value) => value.encode_owned(to, at),
            None => (**holder).encode(to, at),
        }
    }

    fn encode_inner_owned(holder: &mut H, to: &mut StructWriter<'_, '_>, at: At) -> Result<(), IpcException> {
        match holder.value_mut() {
            Some(value) => value.encode_inner_owned(to, at),
            None => (**holder).encode_inner(to, at),
        }
    }
}

impl<'m, T: IpcType<This = T>, H: Deref<Target = T> + From<T>> PassDecode<'m, H> for ByValue
where
    T::This: Decode<'m>,
{
    fn decode(from: &StructReader<'m>, at: At) -> Result<H, IpcException> {
        from.charge(heap_size::<T>())?;
        T::decode(from, at).map(H::from)
    }

    fn decode_inner(from: &StructReader<'m>, at: At) -> Result<H, IpcException> {
        from.charge(heap_size::<T>())?;
        T::decode_inner(from, at).map(H::from)
    }
}

impl<T: IpcType<This = T>, H: Deref<Target = T>> PassSingle<H> for ByValue where T::This: Single {}

impl<T: PointerArgument, H: Holder<T> + Deref<Target = T>> PassPointer<H> for ByValue where
    T::This: Encode + Single
{
}

impl<T: IpcType<This = T>, H: ElementHolder<T> + Deref<Target = T>> PassElement<H> for ByValue
where
    T::This: Element,
{
    const LIST: Type = T::LIST;

    fn encode_items<'i>(
        items: impl ExactSizeIterator<Item = &'i H>,
        to: PointerWriter<'_, '_>,
    ) -> Result<(), IpcException>
    where
        H: 'i,
    {
        T::encode_items(items.map(|item| &**item), to)
    }

    fn encode_items_owned<'i>(
        items: impl ExactSizeIterator<Item = &'i mut H>,
        to: PointerWriter<'_, '_>,
    ) -> Result<(), IpcException>
    where
        H: 'i,
    {
        H::encode_items_owned(items, to)
    }
}

impl<'m, T: IpcType<This = T>, H> PassDecodeElement<'m, H> for ByValue
where
    T::This: DecodeElement<'m>,
    H: ElementHolder<T> + Deref<Target = T> + From<T>,
{
    fn decode_list(from: PointerReader<'m>) -> Result<Vec<H>, IpcException> {
        let items = T::decode_list(from)?;
        from.charge(items.len().saturating_mul(heap_size::<T>() + size_of::<H>()))?;
        Ok(items.into_iter().map(H::from).collect())
    }
}

/// A `Box` or an `Arc` of a value.
pub trait Holder<T>: Deref<Target = T> + Sized {
    /// Returns the value for changing, if nobody else holds it.
    fn value_mut(&mut self) -> Option<&mut T>;

    /// Takes the value out, if nobody else holds it.
    ///
    /// # Errors
    /// Returns the holder if somebody does.
    fn into_value(self) -> Result<T, Self>;

    /// Lends the value to a message; here its lifetime is known to be long enough.
    ///
    /// # Errors
    /// Returns an error if the message becomes too large or too deep.
    fn lend_value<'d>(&'d self, to: &mut StructWriter<'_, 'd>, at: At) -> Result<(), IpcException>
    where
        T: Encode;

    /// Like `lend_value`, inside an `Option`.
    ///
    /// # Errors
    /// Returns an error if the message becomes too large or too deep.
    fn lend_value_inner<'d>(&'d self, to: &mut StructWriter<'_, 'd>, at: At) -> Result<(), IpcException>
    where
        T: Encode;
}

macro_rules! holders {
    ($($holder:ident: $value_mut:expr, $into_value:expr;)*) => {$(
        impl<T> Holder<T> for $holder<T> {
            fn value_mut(&mut self) -> Option<&mut T> {
                $value_mut(self)
            }

            fn into_value(self) -> Result<T, Self> {
                $into_value(self)
            }

            fn lend_value<'d>(&'d self, to: &mut StructWriter<'_, 'd>, at: At) -> Result<(), IpcException>
            where
                T: Encode,
            {
                T::lend(self, to, at)
            }

            fn lend_value_inner<'d>(
                &'d self,
                to: &mut StructWriter<'_, 'd>,
                at: At,
            ) -> Result<(), IpcException>
            where
                T: Encode,
            {
                T::lend_inner(self, to, at)
            }
        }
    )*};
}

holders! {
    Box: |value| Some(Box::as_mut(value)), |value: Self| Ok(*value);
    Arc: Arc::get_mut, Arc::try_unwrap;
}

/// A `Box` or an `Arc` of what may stand in a list.
pub trait ElementHolder<T>: Deref<Target = T> + Sized {
    /// Writes a list of values that are given away, as far as nobody else can hold them.
    ///
    /// # Errors
    /// Returns an error if the message becomes too large or too deep.
    fn encode_items_owned<'i>(
        items: impl ExactSizeIterator<Item = &'i mut Self>,
        to: PointerWriter<'_, '_>,
    ) -> Result<(), IpcException>
    where
        T: Element,
        Self: 'i;
}

impl<T> ElementHolder<T> for Box<T> {
    fn encode_items_owned<'i>(
        items: impl ExactSizeIterator<Item = &'i mut Self>,
        to: PointerWriter<'_, '_>,
    ) -> Result<(), IpcException>
    where
        T: Element,
        Self: 'i,
    {
        T::encode_items_owned(items.map(|item| &mut **item), to)
    }
}

impl<T> ElementHolder<T> for Arc<T> {
    fn encode_items_owned<'i>(
        items: impl ExactSizeIterator<Item = &'i mut Self>,
        to: PointerWriter<'_, '_>,
    ) -> Result<(), IpcException>
    where
        T: Element,
        Self: 'i,
    {
        T::encode_items(items.map(|item| &**item), to)
    }
}

/// What holding a value takes beside its holder: an `Arc` has two counters.
const fn heap_size<T>() -> usize {
    size_of::<T>() + 2 * size_of::<usize>()
}

/// A `Box` or an `Arc` of an object.
pub trait Reference: Sized {
    /// The interface.
    const TYPE: Type;

    /// Writes the capability.
    ///
    /// # Errors
    /// Returns an error if the message holds too many.
    fn write(&self, to: PointerWriter<'_, '_>) -> Result<(), IpcException>;

    /// Writes the capability of an object that is given away.
    ///
    /// # Errors
    /// Returns an error if the message holds too many.
    fn write_owned(&mut self, to: PointerWriter<'_, '_>) -> Result<(), IpcException> {
        self.write(to)
    }

    /// Reads a capability.
    ///
    /// # Errors
    /// Returns an error if there is none.
    fn read(from: PointerReader<'_>) -> Result<Self, IpcException>;
}

impl<T: Interface + ?Sized> Reference for Arc<T> {
    const TYPE: Type = Type::Interface(T::descriptor);

    fn write(&self, mut to: PointerWriter<'_, '_>) -> Result<(), IpcException> {
        let capability = Capability::of(self, to.destination());
        to.set_capability(capability)
    }

    fn read(from: PointerReader<'_>) -> Result<Self, IpcException> {
        match from.capability()? {
            Some(capability) => capability.into_interface(),
            None => {
                Err(IpcException::failed(format!("null object where `{}` is required", T::descriptor().name)))
            }
        }
    }
}

impl<H: Reference> PassType<H> for ByReference {
    const SHAPE: Shape = Shape::of(Slot::Pointer);
    const TYPE: Type = H::TYPE;
    const INNER_SHAPE: Shape = <Self as PassType<H>>::SHAPE;
    const INNER_TYPE: Type = H::TYPE;
}

impl<H: Reference> PassEncode<H> for ByReference {
    fn encode(holder: &H, to: &mut StructWriter<'_, '_>, at: At) -> Result<(), IpcException> {
        holder.write(to.pointer(at.offset))
    }

    fn encode_inner(holder: &H, to: &mut StructWriter<'_, '_>, at: At) -> Result<(), IpcException> {
        holder.write(to.pointer(at.offset))
    }

    fn lend<'d>(holder: &'d H, to: &mut StructWriter<'_, 'd>, at: At) -> Result<(), IpcException> {
        holder.write(to.pointer(at.offset))
    }

    fn lend_inner<'d>(holder: &'d H, to: &mut StructWriter<'_, 'd>, at: At) -> Result<(), IpcException> {
        holder.write(to.pointer(at.offset))
    }

    fn give(mut holder: H, to: &mut StructWriter<'_, '_>, at: At) -> Result<(), IpcException> {
        holder.write_owned(to.pointer(at.offset))
    }

    fn give_inner(mut holder: H, to: &mut StructWriter<'_, '_>, at: At) -> Result<(), IpcException> {
        holder.write_owned(to.pointer(at.offset))
    }

    fn encode_owned(holder: &mut H, to: &mut StructWriter<'_, '_>, at: At) -> Result<(), IpcException> {
        holder.write_owned(to.pointer(at.offset))
    }

    fn encode_inner_owned(holder: &mut H, to: &mut StructWriter<'_, '_>, at: At) -> Result<(), IpcException> {
        holder.write_owned(to.pointer(at.offset))
    }
}

impl<'m, H: Reference> PassDecode<'m, H> for ByReference {
    fn decode(from: &StructReader<'m>, at: At) -> Result<H, IpcException> {
        H::read(from.pointer(at.offset))
    }

    fn decode_inner(from: &StructReader<'m>, at: At) -> Result<H, IpcException> {
        H::read(from.pointer(at.offset))
    }
}

impl<H: Reference> PassSingle<H> for ByReference {}

impl<H: Reference> PassPointer<H> for ByReference {}

impl<H: Reference> PassElement<H> for ByReference {
    const LIST: Type = Type::List(&H::TYPE);

    fn encode_items<'i>(
        items: impl ExactSizeIterator<Item = &'i H>,
        mut to: PointerWriter<'_, '_>,
    ) -> Result<(), IpcException>
    where
        H: 'i,
    {
        to.write_pointers(items, |item, to| item.write(to))
    }

    fn encode_items_owned<'i>(
        items: impl ExactSizeIterator<Item = &'i mut H>,
        mut to: PointerWriter<'_, '_>,
    ) -> Result<(), IpcException>
    where
        H: 'i,
    {
        to.write_pointers(items, |item, to| item.write_owned(to))
    }
}

impl<'m, H: Reference> PassDecodeElement<'m, H> for ByReference {
    fn decode_list(from: PointerReader<'m>) -> Result<Vec<H>, IpcException> {
        from.read_pointers(H::read)
    }
}

macro_rules! holder {
    ($holder:ident) => {
        impl<T: Passable<Kind: PassType<Self>> + ?Sized> IpcType for $holder<T> {
            type This = Self;
            const SHAPE: Shape = T::Kind::SHAPE;
            const TYPE: Type = T::Kind::TYPE;
            const INNER_SHAPE: Shape = T::Kind::INNER_SHAPE;
            const INNER_TYPE: Type = T::Kind::INNER_TYPE;
        }

        impl<T: Passable<Kind: PassEncode<Self>> + ?Sized> Encode for $holder<T> {
            fn encode(&self, to: &mut StructWriter<'_, '_>, at: At) -> Result<(), IpcException> {
                T::Kind::encode(self, to, at)
            }

            fn encode_inner(&self, to: &mut StructWriter<'_, '_>, at: At) -> Result<(), IpcException> {
                T::Kind::encode_inner(self, to, at)
            }

            fn lend<'d>(&'d self, to: &mut StructWriter<'_, 'd>, at: At) -> Result<(), IpcException> {
                T::Kind::lend(self, to, at)
            }

            fn lend_inner<'d>(&'d self, to: &mut StructWriter<'_, 'd>, at: At) -> Result<(), IpcException> {
                T::Kind::lend_inner(self, to, at)
            }

            fn give(self, to: &mut StructWriter<'_, '_>, at: At) -> Result<(), IpcException> {
                T::Kind::give(self, to, at)
            }

            fn give_inner(self, to: &mut StructWriter<'_, '_>, at: At) -> Result<(), IpcException> {
                T::Kind::give_inner(self, to, at)
            }

            fn encode_owned(&mut self, to: &mut StructWriter<'_, '_>, at: At) -> Result<(), IpcException> {
                T::Kind::encode_owned(self, to, at)
            }

            fn encode_inner_owned(
                &mut self,
                to: &mut StructWriter<'_, '_>,
                at: At,
            ) -> Result<(), IpcException> {
                T::Kind::encode_inner_owned(self, to, at)
            }
        }

        impl<'m, T: Passable<Kind: PassDecode<'m, Self>> + ?Sized> Decode<'m> for $holder<T> {
            fn decode(from: &StructReader<'m>, at: At) -> Result<Self, IpcException> {
                T::Kind::decode(from, at)
            }

            fn decode_inner(from: &StructReader<'m>, at: At) -> Result<Self, IpcException> {
                T::Kind::decode_inner(from, at)
            }
        }

        impl<T: Passable<Kind: PassSingle<Self>> + ?Sized> Single for $holder<T> {}

        impl<T: Passable<Kind: PassPointer<Self>> + ?Sized> PointerArgument for $holder<T> {}

        impl<T: Passable<Kind: PassElement<Self>> + ?Sized> Element for $holder<T> {
            const LIST: Type = T::Kind::LIST;

            fn encode_items<'i>(
                items: impl ExactSizeIterator<Item = &'i Self>,
                to: PointerWriter<'_, '_>,
            ) -> Result<(), IpcException>
            where
                Self: 'i,
            {
                T::Kind::encode_items(items, to)
            }

            fn encode_items_owned<'i>(
                items: impl ExactSizeIterator<Item = &'i mut Self>,
                to: PointerWriter<'_, '_>,
            ) -> Result<(), IpcException>
            where
                Self: 'i,
            {
                T::Kind::encode_items_owned(items, to)
            }
        }

        impl<'m, T> DecodeElement<'m> for $holder<T>
        where
            T: Passable<Kind: PassEncode<Self> + PassDecode<'m, Self> + PassDecodeElement<'m, Self>> + ?Sized,
        {
            type Slice = Vec<Self>;

            fn decode_list(from: PointerReader<'m>) -> Result<Vec<Self>, IpcException> {
                T::Kind::decode_list(from)
            }
        }
    };
}

holder!(Box);
holder!(Arc);
