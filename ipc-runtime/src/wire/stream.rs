//! `IpcStream<T>`: an object of an interface that no Rust item declares.
//!
//! ```text
//! interface StreamT {
//!   destroy @0 (context :Context);
//!   next @1 (context :Context, count :UInt32) -> (items :List(T), ended :Bool);
//! }
//! ```
//!
//! Each item type has one of its own, named after it, in the file of the [anonymous](super::anonymous) structs.

use super::anonymous::{FILE, member};
use super::descriptor::{Descriptor, Interface, Kind, Method, Struct, Type};
use super::layout::{Layout, Shape, Slot, layout};
use super::proxy::{CONTEXT, DESTROY};
use super::spelling::{self, find_or_make, made_id, spell_type};
use super::{IpcType, PointerReader, PointerWriter, pointer_type};
use crate::exception::IpcException;
use crate::private::placed;
use crate::stream::{IpcStream, StreamItem};

/// The ordinal of `destroy`.
pub(crate) const DESTROY_ORDINAL: u16 = DESTROY.ordinal;

/// The ordinal of `next`.
pub(crate) const NEXT_ORDINAL: u16 = 1;

/// The parameters of `next`: the context, the count.
pub(crate) const PARAMS: Layout<2> = layout([CONTEXT.shape, <u32 as IpcType>::SHAPE]);

/// The results of `next`: the items, and whether the stream has ended.
pub(crate) const RESULTS: Layout<2> = layout([Shape::of(Slot::Pointer), <bool as IpcType>::SHAPE]);

pointer_type!([T: StreamItem] ['m, T: StreamItem] IpcStream<T> {
    type: Type::Interface(describe::<T>),
    write: |stream: &IpcStream<T>, mut to: PointerWriter<'_, '_>| {
        let capability = stream.give_away(to.destination())?;
        to.set_capability(capability)
    },
    read: |from: PointerReader<'m>| match from.capability()? {
        Some(capability) => capability.into_interface().map(IpcStream::of_object),
        None => Err(IpcException::failed(format!(
            "null stream where `{}` is required",
            describe::<T>().name
        ))),
    },
});

/// Returns the descriptor of the interface of a stream.
pub(crate) fn describe<T: StreamItem>() -> &'static Descriptor {
    // A list is called after its elements, and bytes are a list that has another name.
    let item = match const { &T::LIST } {
        Type::List(item) => item,
        _ => const { &T::TYPE },
    };
    let name = format!("Stream{}", spell_type(item, &[], &spelling::name));
    let unique =
        format!("Stream{}", spell_type(item, &[], &|declared| spelling::unique_name(FILE, declared)));
    let (id, id_source) = made_id(FILE, &name, &unique);
    let methods: &'static [Method] = const { &[DESTROY, next::<T>()] };
    // Equal items make equal streams, wherever they lie.
    find_or_make(id, std::ptr::null(), &[], || Descriptor {
        id,
        id_source,
        file: FILE,
        name: name.leak(),
        module: module_path!(),
        doc: DOC,
        parameters: &[],
        kind: Kind::Interface(Interface { methods, construct: None, superclasses: &[] }),
    })
}

const fn next<T: StreamItem>() -> Method {
    Method {
        name: "next",
        doc: NEXT_DOC,
        ordinal: NEXT_ORDINAL,
        params: Struct {
            fields: const { &placed([CONTEXT, member::<u32>("count")], PARAMS) },
            size: PARAMS.size,
        },
        results: Struct {
            fields: const { &placed([member::<Vec<T>>("items"), member::<bool>("ended")], RESULTS) },
            size: RESULTS.size,
        },
    }
}

const DOC: &str = "A stream: items that come one after the other.";

const NEXT_DOC: &str = "\
Waits for items and returns them in order: at least one, unless the stream ends with this answer.
The receiver may return less than `count`; 0 leaves it to the receiver how many.
An exception is the stream's own and ends it. One call at a time is enough; others wait for it.";
