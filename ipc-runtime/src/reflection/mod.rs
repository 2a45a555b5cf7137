//! What a process says of itself to a peer that asks.
//!
//! Every object of a process answers [`Reflect`], whatever its interface, unless the process is told not to by
//! [`CapnpContext::with_reflection`](crate::CapnpContext::with_reflection). It is an interface like any other, with an id that does not
//! change, so that programs in all languages can ask: `ipc-gen call` and `ipc-gen inspect` do. A peer that does not ask notices
//! nothing of it, and for one that does the answer is made when it does: nothing is kept for it.

mod state;

use std::sync::Arc;

pub use self::state::{CallState, ConnectionState, ObjectState, ProcessState, ThreadState};
use crate::exception::IpcException;
use crate::ipc_interface;
use crate::object::{MethodId, Remote, Reply, ServerCall};
use crate::schema::{group, name_files, reach, request};
use crate::wire::{Descriptor, Interface};

/// What a process tells of itself to a peer that asks, see [`Reflect`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Reflection {
    /// What its objects are, and what the process has: its connections, and the objects, threads and calls of each.
    #[default]
    Full,
    /// What its objects are: the interfaces, methods and types, with their names and comments, as they are in a `.capnp` file.
    Schema,
    /// Nothing: the answer is the one of a process that has no such interface.
    Nothing,
}

/// What an object is, for a peer that does not know.
#[ipc_interface(file = 0xdc14c8fda38abfa6, no_destroy)]
pub trait Reflect {
    /// Returns the id of the object's interface, and the schema of all that it reaches: a `CodeGeneratorRequest` of
    /// `schema.capnp`, as `capnp compile -o-` writes it, with its table of segments.
    #[ipc(no_context, results(interface, schema))]
    fn describe(&self) -> Result<(u64, Vec<u8>), IpcException>;

    /// Returns what the process has at this moment: names and counts, no values.
    #[ipc(no_context)]
    fn inspect(&self) -> Result<ProcessState, IpcException>;
}

/// Asks a remote object what it is.
///
/// # Blocking
/// The caller waits for the answer.
///
/// # Errors
/// Returns an error of kind [`Unimplemented`](crate::ExceptionKind::Unimplemented) if its process does not say; an error if there is no
/// answer.
pub fn describe(object: &Remote) -> Result<(u64, Vec<u8>), IpcException> {
    <dyn Reflect>::from_remote(object.clone()).describe()
}

/// Asks the process of a remote object what it has.
///
/// # Blocking
/// The caller waits for the answer.
///
/// # Errors
/// Returns an error of kind [`Unimplemented`](crate::ExceptionKind::Unimplemented) if the process does not say; an error if there is no
/// answer.
pub fn inspect(object: &Remote) -> Result<ProcessState, IpcException> {
    <dyn Reflect>::from_remote(object.clone()).inspect()
}

/// An object that is asked what it is.
struct Asked {
    descriptor: &'static Descriptor,
    reflection: Reflection,
}

impl Reflect for Asked {
    fn describe(&self) -> Result<(u64, Vec<u8>), IpcException> {
        // Where two have one id, which is a mistake that `ipc-gen` finds, the first is as good as the other.
        let mut files = group(&reach(&[self.descriptor], |_, _| ()));
        name_files(&mut files, &Default::default());
        Ok((self.descriptor.id, capnp::serialize::write_message_to_words(&request(&files))))
    }

    fn inspect(&self) -> Result<ProcessState, IpcException> {
        match self.reflection {
            Reflection::Full => state::of_process(),
            _ => Err(IpcException::unimplemented("this process does not say what it has")),
        }
    }
}

/// Tells whether a call asks an object what it is.
pub(crate) fn is_asked(method: MethodId) -> bool {
    method.interface == <dyn Reflect>::descriptor().id
}

/// Answers a call that asks an object what it is.
///
/// # Errors
/// Returns an error if there is no such method, or the process does not say.
pub(crate) fn answer(
    reflection: Reflection,
    descriptor: &'static Descriptor,
    call: &ServerCall,
) -> Result<Reply, IpcException> {
    match reflection {
        Reflection::Nothing => Err(call.unimplemented(descriptor)),
        reflection => {
            let asked: Arc<dyn Reflect> = Arc::new(Asked { descriptor, reflection });
            asked.dispatch(call)
        }
    }
}
