//! A server, and a peer that says anything the protocol has a message for, in any order. Each word of an input is a
//! message.

use std::sync::Arc;

use ipc_runtime::{IpcException, ipc_interface};
use ipc_tests::random::Rng;
use ipc_types_tests::hostile::Words;

use super::messages;
use crate::Target;
use crate::peer::Served;

/// The target.
pub const TARGET: Target = Target { name: "server", seeds, run };

/// Takes and returns objects, and calls them.
#[ipc_interface(root)]
pub trait Nest {
    /// Returns the last of its arguments.
    fn give(
        &self,
        one: Option<Arc<dyn Nest>>,
        many: Vec<Arc<dyn Nest>>,
    ) -> Result<Option<Arc<dyn Nest>>, IpcException>;

    /// Returns itself.
    fn same(&self) -> Result<Arc<dyn Nest>, IpcException>;

    /// Asks an object for itself.
    fn ask(&self, one: Arc<dyn Nest>) -> Result<Arc<dyn Nest>, IpcException>;

    /// Keeps an order.
    #[ipc(oneway)]
    fn note(&self, one: Option<Arc<dyn Nest>>) -> Result<(), IpcException>;
}

/// Implements [`Nest`].
#[derive(Debug)]
pub struct Nests;

impl Nest for Nests {
    fn give(
        &self,
        one: Option<Arc<dyn Nest>>,
        many: Vec<Arc<dyn Nest>>,
    ) -> Result<Option<Arc<dyn Nest>>, IpcException> {
        Ok(many.into_iter().next_back().or(one))
    }

    fn same(&self) -> Result<Arc<dyn Nest>, IpcException> {
        Ok(Arc::new(Self))
    }

    fn ask(&self, one: Arc<dyn Nest>) -> Result<Arc<dyn Nest>, IpcException> {
        one.same()
    }

    fn note(&self, _one: Option<Arc<dyn Nest>>) -> Result<(), IpcException> {
        Ok(())
    }
}

/// Conversations of any words, after the word for Bootstrap.
pub(super) fn seeds() -> Vec<Words> {
    let mut rng = Rng(1);
    (0..64).map(|length| [vec![0], (0..length).map(|_| rng.any()).collect()].concat()).collect()
}

fn run(input: &[u64]) -> String {
    let mut peer = Served::new::<dyn Nest>(Arc::new(Nests));
    // A peer that says more than that has said it before.
    for word in input.iter().take(256) {
        if !peer.send(&messages::any(*word)) {
            break;
        }
    }
    peer.end()
}
