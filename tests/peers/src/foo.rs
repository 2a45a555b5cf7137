//! The test interface of libmultiprocess, `foo.capnp`, as Rust traits: ids, ordinals and layouts are the same.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use ipc_runtime::{IpcException, IpcType, ipc_interface};

/// A method of every kind.
#[ipc_interface(file = 0xe102_a54b_33a4_3a20, root(name = "initThreadMap", ordinal = 4))]
pub trait FooInterface {
    /// Adds.
    #[ipc(no_context)]
    fn add(&self, a: i32, b: i32) -> Result<i32, IpcException>;

    /// Counts the entries.
    #[ipc(no_context)]
    fn map_size(&self, map: &BTreeMap<String, String>) -> Result<i32, IpcException>;

    /// Returns its argument.
    #[ipc(no_context)]
    fn pass(&self, arg: &FooStruct) -> Result<FooStruct, IpcException>;

    /// Fails with its argument.
    #[ipc(no_context)]
    fn raise(&self, arg: &FooStruct) -> Result<(), FooError>;

    /// Calls the callback.
    fn callback(&self, callback: &dyn FooCallback, arg: i32) -> Result<i32, IpcException>;

    /// Calls the callback.
    fn callback_unique(&self, callback: Arc<dyn FooCallback>, arg: i32) -> Result<i32, IpcException>;

    /// Calls the callback.
    fn callback_shared(&self, callback: Arc<dyn FooCallback>, arg: i32) -> Result<i32, IpcException>;

    /// Keeps the callback in place of the one before.
    fn save_callback(&self, callback: Option<Arc<dyn FooCallback>>) -> Result<(), IpcException>;

    /// Calls the callback that is kept.
    fn callback_saved(&self, arg: i32) -> Result<i32, IpcException>;

    /// Calls what the callback has beside `call`.
    fn callback_extended(&self, callback: &dyn ExtendedCallback, arg: i32) -> Result<i32, IpcException>;

    /// Returns its argument.
    #[ipc(no_context)]
    fn pass_custom(&self, arg: &FooCustom) -> Result<FooCustom, IpcException>;

    /// Returns its argument.
    #[ipc(no_context)]
    fn pass_empty(&self, arg: &FooEmpty) -> Result<FooEmpty, IpcException>;

    /// Adds ` call` to the message.
    #[ipc(no_context)]
    fn pass_message(&self, arg: &FooMessage) -> Result<FooMessage, IpcException>;

    /// Changes its argument: adds ` call` to the message.
    #[ipc(no_context, results(arg))]
    fn pass_mutable(&self, arg: &FooMutable) -> Result<FooMutable, IpcException>;

    /// Returns its argument.
    #[ipc(no_context)]
    fn pass_enum(&self, arg: FooEnum) -> Result<FooEnum, IpcException>;

    /// Calls the function.
    fn pass_fn(
        &self,
        #[ipc(name = "fn", as = FooFn)] function: Arc<dyn Fn() -> Result<i32, IpcException> + Send + Sync>,
    ) -> Result<i32, IpcException>;

    /// Calls a function that the server has.
    #[ipc(no_context)]
    fn call_fn(&self) -> Result<(), IpcException>;

    /// Calls it on a thread that may wait.
    fn call_fn_async(&self) -> Result<(), IpcException>;

    /// Adds; the sum is an argument that the method sets.
    #[ipc(no_context, results(ret))]
    fn add_out(&self, a: i32, b: i32) -> Result<i32, IpcException>;

    /// Adds to an argument that the method changes.
    #[ipc(no_context, results(sum))]
    fn add_in_out(&self, x: i32, sum: i32) -> Result<i32, IpcException>;

    /// Calls another function that the server has.
    fn call_int_fn_async(&self, arg: i32) -> Result<i32, IpcException>;

    /// Returns its argument. To the server an element without bytes is none.
    #[ipc(no_context)]
    fn pass_data_pointers(&self, arg: &[Vec<u8>]) -> Result<Vec<Vec<u8>>, IpcException>;

    /// Returns its argument.
    #[ipc(no_context)]
    fn pass_double(&self, arg: f64) -> Result<f64, IpcException>;

    /// Returns its argument.
    #[ipc(no_context)]
    fn pass_data(&self, arg: &[u8]) -> Result<Vec<u8>, IpcException>;
}

/// What a server calls back.
#[ipc_interface(file = 0xe102_a54b_33a4_3a20)]
pub trait FooCallback {
    /// Makes a number of another.
    fn call(&self, arg: i32) -> Result<i32, IpcException>;
}

/// What a server calls back in two ways.
#[ipc_interface(file = 0xe102_a54b_33a4_3a20)]
pub trait ExtendedCallback: FooCallback {
    /// Makes another number of it.
    fn call_extended(&self, arg: i32) -> Result<i32, IpcException>;
}

/// A `std::function<int()>`.
#[ipc_interface(file = 0xe102_a54b_33a4_3a20)]
pub trait FooFn {
    /// Calls it.
    fn call(&self) -> Result<i32, IpcException>;
}

/// The error of [`FooInterface::raise`].
#[derive(Debug, IpcType)]
#[ipc(errors)]
pub enum FooError {
    /// The one that is declared.
    Error(Box<FooStruct>),
    /// The call failed.
    #[ipc(exception)]
    Ipc(IpcException),
}

/// A field of every kind.
#[derive(Clone, Debug, Default, IpcType, PartialEq)]
#[ipc(file = 0xe102_a54b_33a4_3a20)]
pub struct FooStruct {
    /// Text.
    pub name: String,
    /// A `std::set`.
    pub set_int: BTreeSet<i32>,
    /// Bits.
    pub vector_bool: Vec<bool>,
    /// With a field that says whether it is there.
    pub optional_int: Option<i32>,
    /// A `std::unordered_set`.
    pub unordered_set_int: BTreeSet<i32>,
    /// A `std::map`.
    pub map_string_int: Vec<StringIntPair>,
}

/// Converted by functions of its own in C++.
#[derive(Clone, Debug, Default, IpcType, PartialEq, Eq)]
#[ipc(file = 0xe102_a54b_33a4_3a20)]
pub struct FooCustom {
    /// Text.
    pub v1: String,
    /// A number.
    pub v2: i32,
}

/// Nothing.
#[derive(Clone, Debug, Default, IpcType, PartialEq, Eq)]
#[ipc(file = 0xe102_a54b_33a4_3a20)]
pub struct FooEmpty {}

/// The C++ side adds ` build` where it sends one, ` read` where it receives one.
#[derive(Clone, Debug, Default, IpcType, PartialEq, Eq)]
#[ipc(file = 0xe102_a54b_33a4_3a20)]
pub struct FooMessage {
    /// Text.
    pub message: String,
}

/// As [`FooMessage`], in both directions.
#[derive(Clone, Debug, Default, IpcType, PartialEq, Eq)]
#[ipc(file = 0xe102_a54b_33a4_3a20)]
pub struct FooMutable {
    /// Text.
    pub message: String,
}

/// An entry of a map.
#[derive(Clone, Debug, Default, IpcType, PartialEq, Eq)]
#[ipc(file = 0xe102_a54b_33a4_3a20)]
pub struct StringIntPair {
    /// The key.
    pub first: String,
    /// The value.
    pub second: i32,
}

/// A C++ enum: a number.
#[derive(Clone, Copy, Debug, IpcType, PartialEq, Eq)]
#[ipc(repr = i32)]
pub enum FooEnum {
    /// 1.
    One = 1,
    /// 2.
    Two = 2,
}

/// What the C++ server does in `call_int_fn_async`; `cpp/foo_server.cpp` has the same numbers.
pub mod order {
    /// Returns the number of the thread that it runs on.
    pub const THREAD: i32 = 0;
    /// Waits until `call_fn` is called.
    pub const WAIT: i32 = 1;
    /// Calls the saved callback on a thread that serves nobody.
    pub const ELSEWHERE: i32 = 2;
    /// Throws an exception that no slot takes.
    pub const THROW: i32 = 3;
    /// Throws what is no exception.
    pub const STRANGE: i32 = 4;
    /// This and higher: says how many of these came one after the other, beginning with this one.
    pub const COUNT: i32 = 100;
}
