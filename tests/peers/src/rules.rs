//! `cpp/rules.capnp` as Rust traits: what libmultiprocess's own test interface leaves open.

use std::collections::BTreeMap;
use std::sync::Arc;

use ipc_runtime::{IpcException, IpcType, ipc_interface};

/// A method for each rule that is about values.
#[ipc_interface(file = 0xe93f_2a6c_b1d0_4c57, root)]
pub trait Rules {
    /// Returns its argument: a presence field says whether it is there.
    #[ipc(no_context)]
    fn pass_int(&self, arg: Option<i32>) -> Result<Option<i32>, IpcException>;

    /// Returns its argument: null or not.
    #[ipc(no_context)]
    fn pass_text(&self, arg: Option<String>) -> Result<Option<String>, IpcException>;

    /// Returns its argument: a presence field decides, though it could be null.
    #[ipc(no_context, results(result, has(result)))]
    fn pass_both(&self, #[ipc(has)] arg: Option<String>) -> Result<Option<String>, IpcException>;

    /// Returns its argument: null or not.
    #[ipc(no_context)]
    fn pass_point(&self, arg: Option<Point>) -> Result<Option<Point>, IpcException>;

    /// 0: returns 1. 1: fails with `Refused`. 2: with another text. 3: with an empty one.
    #[ipc(no_context)]
    fn fail(&self, how: i32) -> Result<i32, Failure>;

    /// Fails with what is no result.
    #[ipc(no_context)]
    fn fail_uncaught(&self, text: &str) -> Result<i32, IpcException>;

    /// Throws what is no `std::exception`.
    #[ipc(no_context)]
    fn fail_oddly(&self) -> Result<(), IpcException>;

    /// Divides; the rest is there if it is wanted.
    #[ipc(no_context, results(rest, result))]
    fn divide(
        &self,
        dividend: i32,
        divisor: i32,
        #[ipc(want)] want_rest: bool,
    ) -> Result<(i32, i32), IpcException>;

    /// Returns what the map has at the key, or nothing.
    #[ipc(no_context)]
    fn look_up(&self, map: &[Pair], key: &str) -> Result<String, IpcException>;

    /// Returns what the map has at the key, or -1.
    #[ipc(no_context)]
    fn look_up_entry(&self, map: &BTreeMap<String, i32>, key: &str) -> Result<i32, IpcException>;

    /// Returns its argument.
    #[ipc(no_context)]
    fn echo_text(&self, text: &str) -> Result<String, IpcException>;

    /// Returns its argument, which is a number of 8 bits in C++.
    #[ipc(no_context)]
    fn pass_small(&self, arg: i32) -> Result<i32, IpcException>;

    /// Returns its argument.
    #[ipc(no_context)]
    fn pass_colour(&self, arg: Colour) -> Result<Colour, IpcException>;

    /// Adds up.
    #[ipc(no_context)]
    fn sum(&self, point: Option<Point>) -> Result<i64, IpcException>;

    /// Tells whether it got a listener.
    #[ipc(no_context)]
    fn is_there(&self, listener: Option<Arc<dyn Listener>>) -> Result<bool, IpcException>;

    /// Makes none.
    #[ipc(no_context)]
    fn make_nothing(&self) -> Result<Option<Arc<dyn Listener>>, IpcException>;

    /// Makes one that returns what it hears.
    #[ipc(no_context)]
    fn make_listener(&self) -> Result<Arc<dyn Listener>, IpcException>;

    /// Counts the listeners that live.
    #[ipc(no_context)]
    fn made(&self) -> Result<i32, IpcException>;
}

/// An object without `destroy`.
#[ipc_interface(file = 0xe93f_2a6c_b1d0_4c57, no_destroy)]
pub trait Listener {
    /// Makes a number of another.
    #[ipc(no_context)]
    fn hear(&self, number: i32) -> Result<i32, IpcException>;
}

/// With defaults that are not zero.
#[derive(Clone, Copy, Debug, IpcType, PartialEq, Eq)]
#[ipc(file = 0xe93f_2a6c_b1d0_4c57)]
pub struct Point {
    /// To the right.
    #[ipc(default = -1)]
    pub x: i32,
    /// Up.
    #[ipc(default = 7)]
    pub y: i32,
}

/// The errors of [`Rules::fail`]: the broad one is declared first.
#[derive(Debug, IpcType)]
#[ipc(errors)]
pub enum Failure {
    /// Any exception: what it says.
    Error(String),
    /// One of them.
    Refused(Refused),
    /// The call failed.
    #[ipc(exception)]
    Ipc(IpcException),
}

/// What is refused.
#[derive(Clone, Debug, IpcType, PartialEq, Eq)]
#[ipc(file = 0xe93f_2a6c_b1d0_4c57)]
pub struct Refused {
    /// A number.
    pub code: i32,
    /// Why.
    pub reason: String,
}

/// An entry of a map of texts. There it is a generic struct, which has another id.
#[derive(Clone, Debug, IpcType, PartialEq, Eq)]
#[ipc(file = 0xe93f_2a6c_b1d0_4c57, name = "PairOfTexts")]
pub struct Pair {
    /// The key.
    pub first: String,
    /// The value.
    pub second: String,
}

/// A C++ enum: a number.
#[derive(Clone, Copy, Debug, IpcType, PartialEq, Eq)]
#[ipc(repr = i32)]
pub enum Colour {
    /// 1.
    Red = 1,
    /// 2.
    Green = 2,
}
