//! Names that the expansion, the runtime and the prelude use too, wherever a user may put them.
#![deny(warnings)]
#![forbid(unsafe_code)]

use std::sync::Arc;

use ipc_runtime::{IpcException, IpcType, ipc_interface};

/// Methods as the runtime's.
#[ipc_interface(twin = NamesAsync)]
pub trait Names {
    fn remote(&self) -> Result<(), IpcException>;
    fn call(&self, call: u32) -> Result<u32, IpcException>;
    fn new(&self) -> Result<Arc<dyn Names>, IpcException>;
    fn dispatch(&self, to: u8, from: u16, value: String) -> Result<u32, IpcException>;
    fn dispatch_async(&self) -> Result<(), IpcException>;
    fn descriptor(&self) -> Result<String, IpcException>;
    fn from_remote(&self, remote: Arc<dyn Names>) -> Result<(), IpcException>;
    fn as_remote(&self) -> Result<(), IpcException>;
    fn encode(&self, at: u32, size: u32, layout: u32, method: u32) -> Result<(), IpcException>;
    fn decode(&self, self_: u32, this: u32, ipc: u32, output: u32) -> Result<(), IpcException>;
    fn clone(&self) -> Result<(), IpcException>;
    fn drop(&self) -> Result<(), IpcException>;
    fn borrow(&self) -> Result<(), IpcException>;
    fn into(&self) -> Result<(), IpcException>;
    fn implements(&self, interface: u64, ordinal: u16) -> Result<(), IpcException>;
    fn is_oneway(&self, f0: u8, f1: u8, params: Vec<u8>, results: &str) -> Result<(), IpcException>;
    fn reply(&self, reply: u8, error: u8, output: u8, future: u8) -> Result<(), IpcException>;
    fn fields(&self, unknown: u8, started: u8, arguments: u8, exception: u8) -> Result<(), IpcException>;
}

/// Traits as those of the prelude.
mod prelude {
    use ipc_runtime::{IpcException, ipc_interface};

    #[ipc_interface]
    pub trait Clone {
        fn clone(&self) -> Result<(), IpcException>;
    }

    #[ipc_interface]
    pub trait Iterator: Client {
        fn next(&self) -> Result<(), IpcException>;
    }

    #[ipc_interface]
    pub trait From {
        async fn from(&self, value: u8) -> Result<(), IpcException>;
    }

    #[ipc_interface]
    pub trait Client {
        fn client(&self) -> Result<(), IpcException>;
    }

    #[ipc_interface]
    pub trait Interface {
        fn interface(&self) -> Result<(), IpcException>;
    }

    #[ipc_interface]
    pub trait Struct {
        fn of(&self) -> Result<(), IpcException>;
    }
}

/// Types and variants as those of the prelude.
mod types {
    use ipc_runtime::IpcType;

    #[derive(IpcType)]
    pub struct Option {
        pub some: u8,
        pub none: bool,
        pub at: u8,
        pub from: u8,
        pub to: u8,
    }

    #[derive(IpcType)]
    pub enum Result {
        Ok(u8),
        Err { error: Option, from: u8, to: u8 },
        None,
        Some,
        Self_,
    }

    #[derive(IpcType)]
    pub enum Colour {
        Ok,
        None,
        Some,
    }

    #[derive(IpcType)]
    pub struct Wire(pub u8);

    #[derive(IpcType)]
    pub struct Box<'a> {
        pub r#ref: &'a str,
    }

    #[derive(Debug, IpcType)]
    #[ipc(error)]
    pub enum Error {
        None,
        Ok(u8),
        #[ipc(exception)]
        Exception(ipc_runtime::IpcException),
    }
}

#[ipc_interface]
pub trait Typed {
    fn typed(
        &self,
        of: types::Option,
        or: &types::Result,
        c: types::Colour,
        w: types::Wire,
    ) -> Result<types::Result, types::Error>;
    fn lent(&self, of: types::Box<'_>) -> Result<(), IpcException>;
}

/// Two interfaces of one name, used in one place.
mod one {
    use ipc_runtime::{IpcException, ipc_interface};

    #[ipc_interface(name = "OneNode")]
    pub trait Node {
        fn node(&self) -> Result<(), IpcException>;
    }
}

mod two {
    use ipc_runtime::{IpcException, ipc_interface};

    #[ipc_interface(name = "TwoNode")]
    pub trait Node: super::one::Node {
        fn node(&self) -> Result<(), IpcException>;
    }
}

#[derive(IpcType)]
pub struct Nodes {
    pub one: Option<Arc<dyn one::Node>>,
    pub two: Option<Arc<dyn two::Node>>,
}

type Text = String;
type Answer<T> = Result<T, IpcException>;
type Pairs<K, V = u8> = std::collections::HashMap<K, V>;

#[ipc_interface]
pub trait Aliases {
    fn aliased(&self, text: &Text, pairs: Pairs<Text>) -> Answer<Option<Pairs<Text, Vec<Text>>>>;
    async fn later(&self, text: Text) -> Answer<Text>;
}

fn main() {}
