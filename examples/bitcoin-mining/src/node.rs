//! Connecting to a node, of whichever release.

use std::fmt;
use std::sync::Arc;

use ipc_runtime::{ExceptionKind, Interface, Ipc, IpcException, Remote};

use crate::v30::{self, OldMining, OldMiningAsync};
use crate::{Echo, Init, InitClient, Mining, MiningAsync, MiningAsyncClient, Rpc};

/// A connection to a node. It lives as long as this or an object that came through it.
pub struct Node {
    init: Remote,
    mining: Arc<dyn Mining>,
    /// The node's own object.
    remote: Remote,
    release: Release,
}

/// Which schema a node has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Release {
    /// Bitcoin Core 30.
    V30,
    /// Bitcoin Core 31 and later.
    V31,
}

impl Node {
    /// Connects to the node at an address; nothing if the address asks for no connection, or is `auto` and nobody listens.
    ///
    /// # Blocking
    /// The caller waits for the node, which answers when it has loaded the chain.
    ///
    /// # Errors
    /// Returns an error if nobody listens there, or not a node.
    pub fn connect(ipc: &dyn Ipc, address: &mut String) -> Result<Option<Self>, IpcException> {
        let Some(init) = ipc.connect_address::<dyn Init>(address)? else { return Ok(None) };
        let init = own(init.as_remote())?.clone();
        // The newer schema has the method at another ordinal, which the older one lacks.
        let newer = InitClient::new(init.clone()).make_mining();
        let (mining, remote, release): (Arc<dyn Mining>, _, _) = match newer {
            Ok(mining) => (mining.clone(), own(mining.as_remote())?.clone(), Release::V31),
            Err(error) if error.kind() == ExceptionKind::Unimplemented => {
                let old = v30::Init::make_mining(&v30::InitClient::new(init.clone()))?;
                let remote = own(old.as_remote())?.clone();
                (Arc::new(OldMining(old)), remote, Release::V30)
            }
            Err(error) => return Err(error),
        };
        Ok(Some(Self { init, mining, remote, release }))
    }

    /// Returns which schema the node has.
    pub fn release(&self) -> Release {
        self.release
    }

    /// Returns what makes templates.
    pub fn mining(&self) -> Arc<dyn Mining> {
        self.mining.clone()
    }

    /// Returns what makes templates, for callers that do not block.
    pub fn mining_async(&self) -> Arc<dyn MiningAsync> {
        match self.release {
            Release::V30 => Arc::new(OldMiningAsync(v30::MiningAsyncClient::new(self.remote.clone()))),
            Release::V31 => Arc::new(MiningAsyncClient::new(self.remote.clone())),
        }
    }

    /// Returns what says what it is told.
    ///
    /// # Errors
    /// Returns an error if the call fails.
    pub fn echo(&self) -> Result<Arc<dyn Echo>, IpcException> {
        InitClient::new(self.init.clone()).make_echo()
    }

    /// Returns what runs JSON-RPC commands.
    ///
    /// # Errors
    /// Returns an error of kind `Unimplemented` if the node is older than Bitcoin Core 32.
    pub fn rpc(&self) -> Result<Arc<dyn Rpc>, IpcException> {
        InitClient::new(self.init.clone()).make_rpc()
    }
}

impl fmt::Debug for Node {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Node")
            .field("init", &self.init)
            .field("release", &self.release)
            .finish_non_exhaustive()
    }
}

fn own(remote: Option<&Remote>) -> Result<&Remote, IpcException> {
    remote.ok_or_else(|| IpcException::failed("the object is not one of the node's"))
}
