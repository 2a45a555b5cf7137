//! The object behind a stream, and its interface.

use std::sync::Arc;

use super::item::StreamItem;
use super::producer::{Answer, Producer};
use crate::exception::IpcException;
use crate::object::{Destination, MethodId, Params, Remote, Reply, ServerCall, Started, call_async};
use crate::wire::layout::Size;
use crate::wire::stream::{DESTROY_ORDINAL, NEXT_ORDINAL, PARAMS, RESULTS, describe};
use crate::wire::{At, Decode, Descriptor, Encode, Interface};

/// The object behind a stream: `interface StreamT`.
pub(crate) enum StreamObject<T: Send + 'static> {
    /// One of this process.
    Local(Producer<T>),
    /// One of another process.
    Remote(Remote),
}

impl<T: StreamItem> StreamObject<T> {
    /// Tells whether the object can be passed to `destination` as it is: it is ours, or lives there.
    pub(super) fn is_direct(&self, destination: Destination<'_>) -> bool {
        match self {
            Self::Local(_) => true,
            Self::Remote(remote) => destination.is_of(remote),
        }
    }

    /// Asks for the next items.
    ///
    /// # Errors
    /// Returns the error of the source, or why there is no answer.
    pub(super) async fn next(self: Arc<Self>, interface: u64) -> Result<Answer<T>, IpcException> {
        let remote = match &*self {
            Self::Local(producer) => return producer.next(0).await,
            Self::Remote(remote) => remote,
        };
        let method = MethodId { interface, ordinal: NEXT_ORDINAL };
        let [_, count_at] = PARAMS.at;
        let [items_at, ended_at] = RESULTS.at;
        call_async(
            remote,
            method,
            Params::with_context(PARAMS.size),
            |to| (super::producer::ANSWER_ITEMS as u32).encode(to, count_at),
            |from| {
                let items = T::decode_list(from.pointer(items_at.offset))?;
                Ok(Answer { items, ended: bool::decode(from, ended_at)? })
            },
        )
        .await
    }
}

impl<T: StreamItem> Interface for StreamObject<T> {
    /// Its id is known at run time only, so the object answers `destroy` itself.
    const DESTROY: Option<MethodId> = None;
    const CONSTRUCT: Option<MethodId> = None;

    fn descriptor() -> &'static Descriptor {
        describe::<T>()
    }

    fn from_remote(remote: Remote) -> Arc<Self> {
        Arc::new(Self::Remote(remote))
    }

    fn as_remote(&self) -> Option<&Remote> {
        match self {
            Self::Local(_) => None,
            Self::Remote(remote) => Some(remote),
        }
    }

    fn dispatch(&self, call: &ServerCall) -> Result<Reply, IpcException> {
        match self {
            Self::Local(producer) if call.method() == method::<T>(DESTROY_ORDINAL) => {
                producer.destroy();
                call.reply(Size::default(), |_| Ok(()))
            }
            _ => Err(call.unimplemented(describe::<T>())),
        }
    }

    /// A reader that has gone no longer waits: the call lets go of the source.
    fn dispatch_async(self: Arc<Self>, call: ServerCall) -> Started {
        if call.method() != method::<T>(NEXT_ORDINAL) || self.as_remote().is_some() {
            return Started::NotAsync(call);
        }
        Started::Cancellable(Box::pin(async move {
            let [_, count_at] = PARAMS.at;
            let count = u32::decode(&call.params()?, count_at)?;
            let Self::Local(producer) = &*self else {
                return Err(call.unimplemented(describe::<T>()));
            };
            let answer = producer.next(count).await?;
            reply(&call, &answer, RESULTS.at)
        }))
    }
}

fn method<T: StreamItem>(ordinal: u16) -> MethodId {
    MethodId { interface: describe::<T>().id, ordinal }
}

fn reply<T: StreamItem>(
    call: &ServerCall,
    answer: &Answer<T>,
    [items_at, ended_at]: [At; 2],
) -> Result<Reply, IpcException> {
    call.reply(RESULTS.size, |to| {
        T::encode_list(&answer.items, to.pointer(items_at.offset))?;
        answer.ended.encode(to, ended_at)
    })
}
