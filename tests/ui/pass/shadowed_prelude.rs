//! Generated code takes nothing from the prelude or from the user's names.
#![no_implicit_prelude]
#![deny(warnings, missing_docs)]
#![forbid(unsafe_code)]

use ::ipc_runtime::{IpcException, IpcType, ipc_interface};
use ::std::sync::Arc;

/// Shadows.
pub mod shadows {
    #![allow(missing_docs, dead_code, non_camel_case_types)]
    pub struct Option;
    pub struct Vec;
    pub struct Some;
    pub struct None;
    pub struct Ok;
    pub struct Err;
    pub struct Box;
    pub struct Send;
    pub struct Sync;
    pub struct Sized;
    pub struct Copy;
    pub struct Clone;
    pub struct From;
    pub struct Borrow;
    pub struct Client;
    pub struct Remote;
    pub struct Interface;
    pub struct Encode;
    pub struct Decode;
    pub struct u16;
    pub struct u64;
    pub struct T;
    pub mod std {}
    pub mod core {}
    pub mod alloc {}
    pub mod ipc_runtime {}
}

#[allow(unused_imports)]
use shadows::*;

#[allow(unused_macros)]
macro_rules! env {
    ($($t:tt)*) => {
        ::std::compile_error!("shadowed")
    };
}
#[allow(unused_macros)]
macro_rules! module_path {
    ($($t:tt)*) => {
        ::std::compile_error!("shadowed")
    };
}
#[allow(unused_macros)]
macro_rules! matches {
    ($($t:tt)*) => {
        ::std::compile_error!("shadowed")
    };
}
#[allow(unused_imports)]
use {env, matches, module_path};

/// Options.
#[derive(IpcType)]
pub struct Options {
    /// Digits.
    pub precision: u8,
    /// Names.
    pub names: ::std::vec::Vec<::std::string::String>,
    /// Inner.
    pub inner: ::std::option::Option<::std::boxed::Box<Self>>,
    /// Kind.
    pub kind: Kind,
}

/// Kinds.
#[derive(IpcType)]
pub enum Kind {
    /// First.
    First,
    /// Second.
    Second,
}

/// Nothing.
#[derive(IpcType)]
pub struct Empty;

/// Nothing either.
#[derive(IpcType)]
pub struct Braces {}

/// Calculates.
#[ipc_interface]
pub trait Calculator {
    /// Solves.
    fn solve(&self, equation: &str, opts: &Options) -> ::std::result::Result<f64, IpcException>;
    /// Every kind of parameter, with the names that generated code uses.
    #[allow(clippy::too_many_arguments)]
    fn all(
        &self,
        to: &[bool],
        from: &[u8],
        call: Kind,
        method: ::std::vec::Vec<Options>,
        remote: ::std::option::Option<i32>,
        at: Arc<dyn Calculator>,
        items: ::std::option::Option<Arc<dyn Calculator>>,
    ) -> ::std::result::Result<(), IpcException>;
    /// Two that are lent, named like what generated code calls.
    fn lend(
        &self,
        from: &dyn Calculator,
        to: ::std::option::Option<&dyn Calculator>,
    ) -> ::std::result::Result<(), IpcException>;
    /// A method named like the client's own.
    fn remote(&self) -> ::std::result::Result<Arc<dyn Calculator>, IpcException>;
    /// One like the dispatcher's.
    fn dispatch(&self, call: u32) -> ::std::result::Result<Empty, IpcException>;
    /// And one more.
    fn descriptor(&self) -> ::std::result::Result<Braces, IpcException>;
}

fn main() {}
