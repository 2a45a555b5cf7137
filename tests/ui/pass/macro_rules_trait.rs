//! A trait and its types written by `macro_rules!`.
#![deny(warnings)]

use std::sync::Arc;

use ipc_runtime::{IpcException, IpcType, ipc_interface};

macro_rules! data {
    ($name:ident { $($field:ident: $ty:ty),* }) => {
        #[derive(IpcType)]
        pub struct $name {
            $(pub $field: $ty,)*
            pub own: u32,
        }
    };
}

macro_rules! interface {
    ($name:ident, $method:ident, $param:ident: $ty:ty => $ok:ty) => {
        #[ipc_interface]
        pub trait $name {
            fn $method(&self, $param: $ty, count: u32) -> Result<$ok, IpcException>;
            fn fixed(&self, $param: &str, param: &$ok) -> Result<(), IpcException>;
        }
    };
}

macro_rules! result {
    ($name:ident -> $result:ty, $object:ty) => {
        #[ipc_interface]
        pub trait $name {
            fn method(&self, object: $object) -> $result;
        }
    };
}

data!(Data { first: Vec<String>, second: Option<u64> });
interface!(Store, put, value: &Data => Data);
result!(Other -> Result<u32, IpcException>, Arc<dyn Store>);

fn main() {}
