//! Paths into results that are not there yet, and finding the capability at the end of one.

use std::fmt;
use std::sync::Arc;

use capnp::any_pointer;
use capnp::message::{Builder, HeapAllocator};
use capnp::private::capability::{ClientHook, ParamsHook, PipelineOp, ResultsHook};
use capnp::traits::Imbue;

use super::{Cap, Payload};
use crate::exception::IpcException;
use crate::wire::raw::{Place, Words};

/// The path from the results of a call to a capability in them: pointer fields, outermost first.
///
/// The empty path is the results pointer itself, as for Bootstrap. Short paths are stored in place.
#[derive(Clone)]
pub struct Transform(Repr);

#[derive(Clone)]
enum Repr {
    Short(u8, [u16; SHORT]),
    Long(Arc<[u16]>),
}

/// Paths up to this length need no allocation; method results are rarely nested deeper.
const SHORT: usize = 5;

impl Transform {
    /// The path to the results pointer itself.
    pub const ROOT: Self = Self(Repr::Short(0, [0; SHORT]));

    /// Makes the path through the given pointer fields, outermost first.
    pub fn new(fields: &[u16]) -> Self {
        let mut short = [0; SHORT];
        match short.get_mut(..fields.len()) {
            Some(start) => {
                start.copy_from_slice(fields);
                Self(Repr::Short(fields.len() as u8, short))
            }
            None => Self(Repr::Long(fields.into())),
        }
    }

    /// Extends the path by a pointer field.
    #[must_use]
    pub fn field(&self, index: u16) -> Self {
        let mut fields = self.fields().to_vec();
        fields.push(index);
        Self::new(&fields)
    }

    /// Returns the pointer fields, outermost first.
    pub fn fields(&self) -> &[u16] {
        match &self.0 {
            Repr::Short(length, fields) => fields.get(..usize::from(*length)).unwrap_or_default(),
            Repr::Long(fields) => fields,
        }
    }
}

impl PartialEq for Transform {
    fn eq(&self, other: &Self) -> bool {
        self.fields() == other.fields()
    }
}

impl Eq for Transform {}

impl fmt::Debug for Transform {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.fields().fmt(f)
    }
}

/// Finds the capability at the end of a path. What is no capability yields a broken one: it is the caller of
/// it who learns of the mistake.
pub(crate) fn follow<O: Clone>(
    content: capnp::Result<any_pointer::Reader<'_>>,
    caps: &[Option<Cap<O>>],
    transform: &Transform,
) -> Cap<O> {
    let table = index_table(caps.len());
    let ops: Vec<_> = transform.fields().iter().map(|field| PipelineOp::GetPointerField(*field)).collect();
    let found = content.and_then(|mut content| {
        content.imbue(&table);
        content.get_pipelined_cap(&ops)
    });
    match found {
        Ok(hook) => match caps.get(hook.get_ptr()) {
            Some(Some(cap)) => cap.clone(),
            _ => null_capability(),
        },
        Err(error) => {
            let text = format!("the results hold no capability at {transform:?}: {error}");
            Cap::Broken(IpcException::failed(text))
        }
    }
}

/// What Cap'n Proto in C++ says of a call of nothing.
const NULL_CAPABILITY: &str = "Called null capability.";

pub(crate) fn null_capability<O>() -> Cap<O> {
    Cap::Broken(IpcException::failed(NULL_CAPABILITY))
}

/// Copies content to another message. Returns, for each capability of the copy in order, its index in the
/// original's table.
pub(crate) fn copy_content<O>(
    payload: &Payload<O>,
    words: &mut Words,
    to: Place,
) -> capnp::Result<Vec<usize>> {
    let original = index_table(payload.caps.len());
    let mut copied = Vec::new();
    let mut from = payload.content()?;
    from.imbue(&original);
    words.copy(to, from, payload.words() as u64, &mut copied)?;
    Ok(copied.iter().map(|hook| hook.as_ref().map_or(usize::MAX, |hook| hook.get_ptr())).collect())
}

/// Copies content of this side, whose capabilities are numbered in the order in which they are met.
pub(crate) fn copy_built(
    message: &Builder<HeapAllocator>,
    words: &mut Words,
    to: Place,
) -> capnp::Result<()> {
    let table = index_table(message.size_in_words());
    let mut from = message.get_root_as_reader::<any_pointer::Reader<'_>>()?;
    from.imbue(&table);
    words.copy(to, from, message.size_in_words() as u64, &mut Vec::new())
}

/// What `capnp` reads as a capability table, each entry of which knows only its place.
pub(crate) fn index_table(length: usize) -> Vec<Option<Box<dyn ClientHook>>> {
    (0..length).map(|index| Some(Box::new(Index(index)) as Box<dyn ClientHook>)).collect()
}

/// A hook that stands for the capability at an index of a table. It exists while a pointer is read or copied
/// and is never called.
struct Index(usize);

impl ClientHook for Index {
    fn add_ref(&self) -> Box<dyn ClientHook> {
        Box::new(Self(self.0))
    }

    fn new_call(
        &self,
        _interface_id: u64,
        _method_id: u16,
        _size_hint: Option<capnp::MessageSize>,
    ) -> capnp::capability::Request<any_pointer::Owned, any_pointer::Owned> {
        unreachable!("an index is not called")
    }

    fn call(
        &self,
        _interface_id: u64,
        _method_id: u16,
        _params: Box<dyn ParamsHook>,
        _results: Box<dyn ResultsHook>,
    ) -> capnp::capability::Promise<(), capnp::Error> {
        unreachable!("an index is not called")
    }

    fn get_brand(&self) -> usize {
        0
    }

    fn get_ptr(&self) -> usize {
        self.0
    }

    fn get_resolved(&self) -> Option<Box<dyn ClientHook>> {
        None
    }

    fn when_more_resolved(&self) -> Option<capnp::capability::Promise<Box<dyn ClientHook>, capnp::Error>> {
        None
    }

    fn when_resolved(&self) -> capnp::capability::Promise<(), capnp::Error> {
        capnp::capability::Promise::ok(())
    }
}
