//! What a received call says about threads, and what the runtime answers itself about them.

use std::sync::Arc;

use super::{HostedThread, PeerThread, Peers};
use crate::driver::link::Link;
use crate::exception::IpcException;
use crate::object::server::{AtOnce, ServedCall};
use crate::object::{Capabilities, Capability, Destination, LocalObject, MethodId};
use crate::rpc::{Cap, Known, OutgoingResults, Payload};
use crate::schema::display_name;
use crate::wire::raw::{self, Decoder};
use crate::wire::{Encoder, Size, StructWriter};

/// The capabilities in the context of a received call. Each carries a reference.
#[derive(Default)]
pub(crate) struct ContextCaps {
    pub(crate) thread: Option<Cap<LocalObject>>,
    pub(crate) callback: Option<Cap<LocalObject>>,
}

impl ContextCaps {
    /// Takes them out of the parameters, which begin with the context. One that cannot be read is like a null one: what is
    /// wrong is found when the parameters are read.
    pub(crate) fn take(params: &mut Payload<LocalObject>) -> Self {
        if params.caps.is_empty() {
            return Self::default();
        }
        let [thread, callback] = match params.plain_content().and_then(raw::plain_context_of) {
            Some(indices) => {
                params.take_first();
                indices
            }
            None => {
                params.content().ok().and_then(|content| raw::context_of(content).ok()).unwrap_or_default()
            }
        };
        let mut take = |index: Option<usize>| params.caps.get_mut(index?)?.take();
        Self { thread: take(thread), callback: take(callback) }
    }

    pub(crate) fn into_caps(self) -> impl Iterator<Item = Cap<LocalObject>> {
        self.thread.into_iter().chain(self.callback)
    }
}

/// Where a call runs.
pub(crate) enum Assigned {
    /// On any thread.
    Anywhere,
    /// In the order of that one.
    To(Arc<HostedThread>),
    /// Its thread is not known yet.
    Later,
    /// Nowhere.
    Refused(IpcException),
}

impl Assigned {
    /// Finds the thread that a call names. The errors are those of libmultiprocess (`type-context.h`); where it has no
    /// thread and no pool, any thread will do here.
    pub(crate) fn of(link: &Link, named: Option<Known<LocalObject>>) -> Self {
        let Some(named) = named else {
            return link.hosts().least_occupied().map_or(Self::Anywhere, |thread| Self::To(thread.clone()));
        };
        let thread = match named {
            Known::Object(object) => object.thread().filter(|thread| thread.is_of(link)),
            Known::Elsewhere => None,
            Known::Nothing => return Self::Later,
            Known::Broken(exception) => return Self::Refused(exception),
        };
        thread.map_or_else(|| Self::Refused(IpcException::failed(INVALID_HANDLE)), Self::To)
    }
}

/// What libmultiprocess says of a thread that is none of its own.
const INVALID_HANDLE: &str = "std::exception: invalid thread handle";

/// A call whose thread is not known yet.
pub(crate) struct Parked {
    pub(crate) call: ServedCall,
    pub(crate) context: ContextCaps,
}

/// Returns the thread of the peer that waits for a call. What is to be given up outside of the locks goes to `spare`: a
/// reference that is not needed, or the one before.
pub(crate) fn caller_of_call(
    link: &Arc<Link>,
    thread: Option<&HostedThread>,
    cap: Cap<LocalObject>,
    spare: &mut Peers,
    release: impl FnOnce(Cap<LocalObject>),
) -> Arc<PeerThread> {
    if let Some(last) = thread.and_then(|thread| thread.last_caller(&cap)) {
        release(cap);
        return last;
    }
    let caller = PeerThread::waiting(link, cap);
    if let Some(thread) = thread {
        spare.extend(thread.set_caller(caller.clone()));
    }
    caller
}

/// What the runtime answers itself, while it receives the call: no code of the application runs.
///
/// # Errors
/// Returns what the peer gets instead of results.
pub(crate) fn answer_at_once(
    link: &Link,
    method: MethodId,
    at_once: AtOnce,
    params: &Payload<LocalObject>,
) -> Result<OutgoingResults<LocalObject>, IpcException> {
    // Of the capabilities only the thread map is of interest, which is not read from here.
    let decoder = Decoder::new(Capabilities::new(), params.words());
    let from = || decoder.root(params.content()?);
    match at_once {
        AtOnce::Construct => results(ONE_POINTER, |to| to.pointer(0).set_capability(link.hosts().map())),
        AtOnce::MakeThread => {
            let thread = link.hosts().make_thread(link, from()?.pointer(0).text()?)?;
            results(ONE_POINTER, |to| to.pointer(0).set_capability(thread))
        }
        AtOnce::MakePool => {
            link.hosts().make_pool(link, from()?.get(0))?;
            results(Size::default(), |_| Ok(()))
        }
        AtOnce::ThreadName(name) => results(ONE_POINTER, |to| to.pointer(0).set_text(&name)),
        AtOnce::Unknown(interface) => Err(method.unimplemented(interface.id, &display_name(interface))),
    }
}

const ONE_POINTER: Size = Size { data: 0, pointers: 1 };

fn results(
    size: Size,
    encode: impl FnOnce(&mut StructWriter<'_, '_>) -> Result<(), IpcException>,
) -> Result<OutgoingResults<LocalObject>, IpcException> {
    let mut encoder = Encoder::new(Destination::none());
    let mut results = OutgoingResults::with_content(|words, content| {
        encoder.encode(words, content, size, encode)?;
        Ok::<_, IpcException>(encoder.caps().len())
    })?;
    let caps = encoder.into_caps();
    results.set_caps(caps.iter().map(|cap| cap.as_ref().map(Capability::to_cap)).collect());
    Ok(results)
}
