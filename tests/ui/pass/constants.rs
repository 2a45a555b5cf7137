//! Constants named like what the expansion may bind: in a pattern such a name would be the constant.
#![deny(warnings)]
#![forbid(unsafe_code)]
#![allow(non_upper_case_globals, dead_code, missing_docs)]

use std::sync::Arc;

use ipc_runtime::{IpcException, IpcType, ipc_interface};

macro_rules! constants {
    ($($name:ident)*) => {$(
        const $name: u32 = 7;
    )*};
}

constants! {
    to from at places value call items item
    default number ordinal unknown closure object remote interface
    method inner exception text slot kind error f0
    f1 other index result this output params results
    size answer content encode decode name id file
}

/// Has fields of all kinds.
#[derive(Clone, Debug, IpcType)]
pub struct Fields {
    pub first: u32,
    pub second: Option<u8>,
    #[ipc(default = 7)]
    pub third: u32,
    #[ipc(has)]
    pub fourth: Option<String>,
    #[ipc(union)]
    pub union: Union,
    #[ipc(group)]
    pub group: Group,
    #[ipc(skip)]
    pub fifth: u8,
}

#[derive(Clone, Debug, IpcType)]
pub struct Group {
    pub sixth: Vec<Newtype>,
    pub seventh: Vec<Kind>,
}

#[derive(Clone, Debug, IpcType)]
pub enum Union {
    None,
    One(u32),
    Two { eighth: u8, ninth: u16 },
}

#[derive(Clone, Debug, IpcType)]
pub struct Newtype(u32);

#[derive(Clone, Debug, IpcType)]
pub struct Generic<T>(T);

#[derive(Clone, Debug, IpcType)]
pub struct Page<T> {
    pub entries: Vec<T>,
}

#[derive(Clone, Debug, IpcType)]
pub enum Kind {
    Small,
    Large,
}

#[derive(Clone, Debug, IpcType)]
#[ipc(repr = i32)]
pub enum Code {
    Good = 0,
    Bad = -1,
}

#[derive(Debug, IpcType)]
#[ipc(error)]
pub enum Failure {
    Refused {
        by: String,
    },
    Late(u32),
    #[ipc(exception)]
    Ipc(IpcException),
}

#[derive(Debug, IpcType)]
#[ipc(errors)]
pub enum Failures {
    Refused(String),
    #[ipc(exception)]
    Ipc(IpcException),
}

#[derive(Debug, IpcType)]
#[ipc(error)]
pub struct Single {
    pub reason: String,
    #[ipc(exception)]
    pub ipc: Option<IpcException>,
}

#[derive(Debug, IpcType)]
#[ipc(error)]
pub enum Plain {
    Refused,
    #[ipc(exception)]
    Ipc(IpcException),
}

#[ipc_interface]
pub trait Base {
    #[ipc(oneway)]
    fn ping(&self, a: u8, b: &str) -> Result<(), IpcException>;
}

#[ipc_interface(twin = ServiceAsync)]
pub trait Service: Base {
    fn one(&self, a: Fields, b: &Fields, c: &[u8], d: Option<&str>) -> Result<Fields, Failure>;
    #[ipc(results(x, y))]
    fn two(
        &self,
        a: Page<String>,
        #[ipc(default = 7)] b: u32,
        #[ipc(has)] c: Option<u8>,
    ) -> Result<(u8, Kind), Failures>;
    fn three(&self, a: Generic<u8>, b: Code) -> Result<Arc<dyn Service>, Single>;
    fn four(&self, a: Arc<dyn Fn(u8, &str) -> Result<u8, IpcException> + Send + Sync>) -> Result<(), Plain>;
}

#[ipc_interface]
pub trait Mixed {
    fn lent(&self, a: &dyn Base, b: Option<&dyn Base>) -> Result<(), IpcException>;
    async fn late(&self, a: Vec<u8>, b: &str) -> Result<Vec<Union>, IpcException>;
    #[ipc(cancellable)]
    async fn later(
        &self,
        a: Box<dyn FnOnce(u8) -> Result<(), IpcException> + Send>,
    ) -> Result<(), IpcException>;
}

struct Server;

#[ipc_interface]
impl Mixed for Server {
    fn lent(&self, _: &dyn Base, _: Option<&dyn Base>) -> Result<(), IpcException> {
        Ok(())
    }

    async fn late(&self, a: Vec<u8>, _: &str) -> Result<Vec<Union>, IpcException> {
        Ok(a.into_iter().map(|_| Union::None).collect())
    }

    async fn later(
        &self,
        a: Box<dyn FnOnce(u8) -> Result<(), IpcException> + Send>,
    ) -> Result<(), IpcException> {
        a(1)
    }
}

fn main() {
    let server: Arc<dyn Mixed> = Arc::new(Server);
    drop(server);
}
