//! Interfaces with every kind of method.
//!
//! The build script includes this file too: it generates capnp-rpc's code from it.

use std::collections::BTreeMap;
use std::net::{IpAddr, Ipv4Addr};
use std::sync::Arc;

use ipc_runtime::{AnyPointer, IpcException, IpcStream, IpcType, ipc_interface};

/// The first object of a connection.
#[ipc_interface(root)]
pub trait Init {
    /// Returns its argument.
    fn every(&self, value: &Every) -> Result<Every, IpcException>;
    /// Returns its argument.
    fn blob(&self, data: &[u8]) -> Result<Vec<u8>, IpcException>;
    /// Says which of the options were there: bit 0 for the number, bit 1 for the text, bit 2 for the object.
    fn present(
        &self,
        number: Option<i32>,
        text: Option<String>,
        object: Option<Arc<dyn Counter>>,
    ) -> Result<u32, IpcException>;
    /// Returns an option: of 0 and 1 something, of anything else nothing.
    fn maybe_number(&self, which: i32) -> Result<Option<i32>, IpcException>;
    /// Returns an option: nothing for `none`, else what is asked for.
    fn maybe_text(&self, text: &str) -> Result<Option<String>, IpcException>;
    /// Fails with the text.
    fn fail(&self, text: &str) -> Result<(), IpcException>;
    /// Makes a counter; fails if `start` is negative.
    fn make_counter(&self, start: i64) -> Result<Arc<dyn Counter>, IpcException>;
    /// Makes no counter.
    fn make_nothing(&self) -> Result<Option<Arc<dyn Counter>>, IpcException>;
    /// Makes some counters, starting at 0, 1, 2 and so on.
    fn make_counters(&self, count: u32) -> Result<Vec<Arc<dyn Counter>>, IpcException>;
    /// Adds to a counter of anybody's.
    fn add_to(&self, counter: Arc<dyn Counter>, amount: i64) -> Result<i64, IpcException>;
    /// Keeps a counter of anybody's; returns the one that was kept before.
    fn keep(&self, counter: Option<Arc<dyn Counter>>) -> Result<Option<Arc<dyn Counter>>, IpcException>;
    /// Adds to the counter that is kept.
    fn add_to_kept(&self, amount: i64) -> Result<i64, IpcException>;
    /// Waits until `open_gate` is called, then makes a counter; fails if `start` is negative.
    fn make_counter_later(&self, start: i64) -> Result<Arc<dyn Counter>, IpcException>;
    /// Lets the calls of `make_counter_later` go on.
    fn open_gate(&self) -> Result<(), IpcException>;
    /// Calls the closure.
    fn describe(&self, describe: Describe, number: i64) -> Result<String, IpcException>;
    /// Calls the closures, one after the other.
    fn fold(
        &self,
        #[ipc(as = Step)] steps: Vec<Box<dyn FnOnce(i64) -> Result<i64, IpcException> + Send>>,
        start: i64,
    ) -> Result<i64, IpcException>;
    /// Makes a closure that adds up what it is called with, and fails with a negative number.
    fn make_sum(&self) -> Result<Box<dyn FnMut(i64) -> Result<i64, IpcException> + Send>, IpcException>;
    /// Counts from 0 to below `count`; fails then, if the text says why.
    fn count(&self, count: u64, failure: &str) -> Result<IpcStream<u64>, IpcException>;
    /// Joins texts that come one by one.
    fn join(&self, texts: IpcStream<String>) -> Result<String, IpcException>;
    /// Returns its argument.
    fn any(&self, value: AnyPointer) -> Result<AnyPointer, IpcException>;
    /// Fails in three ways, of 1, 2 and 3; returns any other number.
    fn attempt(&self, which: u32) -> Result<u32, Failure>;
    /// Returns its arguments, the other way round: numbers for capnp-rpc.
    #[ipc(with = address)]
    fn addresses(
        &self,
        #[ipc(with = address)] first: Ipv4Addr,
        #[ipc(with = address)] others: Vec<Ipv4Addr>,
    ) -> Result<Vec<Ipv4Addr>, IpcException>;
    /// Makes the value the key and the other way round, in both, and counts what is on the page.
    fn turn(
        &self,
        entry: Entry<String, Vec<u16>>,
        page: &Page<Colour>,
    ) -> Result<Entry<Vec<u16>, Entry<Point, String>>, IpcException>;
    /// Keeps hosts, opaque bytes for capnp-rpc; returns those that were kept before.
    #[ipc(serde)]
    fn keep_hosts(&self, #[ipc(serde)] hosts: Hosts) -> Result<Hosts, IpcException>;
}

/// A type of serde's.
pub type Hosts = BTreeMap<String, IpAddr>;

/// Generic in the schema too.
#[derive(Clone, Debug, IpcType, PartialEq)]
#[ipc(generic)]
pub struct Entry<K, V> {
    /// The first.
    pub key: K,
    /// The second.
    pub value: Option<V>,
    /// How many there are.
    #[ipc(default = 1)]
    pub count: u32,
    /// In another form.
    #[ipc(union)]
    pub form: Form<K, V>,
}

/// Lies among the fields.
#[derive(Clone, Debug, IpcType, PartialEq)]
#[ipc(generic)]
pub enum Form<K, V> {
    /// In none.
    Missing,
    /// The value.
    Same(V),
    /// Both.
    Both {
        /// The one.
        one: V,
        /// The other.
        other: K,
    },
}

/// Another struct for each argument.
#[derive(Clone, Debug, IpcType, PartialEq)]
pub struct Page<T> {
    /// What is on it.
    pub items: Vec<T>,
    /// What comes next.
    pub next: Option<T>,
}

/// Several ways to fail.
#[derive(Debug, IpcType)]
#[ipc(errors)]
pub enum Failure {
    /// With a number.
    Refused(Point),
    /// With a text.
    #[ipc(name = "text")]
    Other(String),
    /// As every call can.
    #[ipc(exception)]
    Ipc(IpcException),
}

/// An address as a number.
pub mod address {
    use std::net::Ipv4Addr;

    use ipc_runtime::IpcException;

    /// What travels.
    pub type Wire = u32;

    /// Makes a number of an address.
    ///
    /// # Errors
    /// None.
    pub fn to_wire(address: &Ipv4Addr) -> Result<Wire, IpcException> {
        Ok(address.to_bits())
    }

    /// Makes an address of a number.
    ///
    /// # Errors
    /// None.
    pub fn from_wire(wire: Wire) -> Result<Ipv4Addr, IpcException> {
        Ok(Ipv4Addr::from_bits(wire))
    }
}

/// Makes text of a number and a text.
pub type Describe = Arc<dyn Fn(i64, &str) -> Result<String, IpcException> + Send + Sync>;

/// Makes one number of another.
#[ipc_interface]
pub trait Step {
    /// Does it.
    fn step(&self, number: i64) -> Result<i64, IpcException>;
}

/// Something with a state.
#[ipc_interface]
pub trait Counter {
    /// Adds to the value and returns it.
    fn add(&self, amount: i64) -> Result<i64, IpcException>;
    /// Makes another counter, which starts at the same value.
    fn fork(&self) -> Result<Arc<dyn Counter>, IpcException>;
}

/// A field of every type.
#[derive(Clone, Debug, Default, IpcType, PartialEq)]
pub struct Every {
    /// Nothing.
    pub void: (),
    /// A bit.
    pub bool: bool,
    /// 8 bits.
    pub int8: i8,
    /// 16 bits.
    pub int16: i16,
    /// 32 bits.
    pub int32: i32,
    /// 64 bits.
    pub int64: i64,
    /// 8 bits.
    pub uint8: u8,
    /// 16 bits.
    pub uint16: u16,
    /// 32 bits.
    pub uint32: u32,
    /// 64 bits.
    pub uint64: u64,
    /// 32 bits.
    pub float32: f32,
    /// 64 bits.
    pub float64: f64,
    /// Text.
    pub text: String,
    /// Bytes.
    pub data: Vec<u8>,
    /// An enum.
    pub colour: Colour,
    /// A list of bits.
    pub bools: Vec<bool>,
    /// A list of numbers.
    pub numbers: Vec<i32>,
    /// A list of texts.
    pub texts: Vec<String>,
    /// A list of enums.
    pub colours: Vec<Colour>,
    /// A list of lists.
    pub lists: Vec<Vec<u16>>,
    /// A list of structs.
    pub points: Vec<Point>,
    /// A struct.
    pub point: Point,
    /// With a presence field.
    pub maybe_number: Option<i32>,
    /// Null or not.
    pub maybe_text: Option<String>,
    /// Itself.
    pub next: Option<Box<Every>>,
}

/// A small struct.
#[derive(Clone, Debug, Default, IpcType, PartialEq)]
pub struct Point {
    /// To the right.
    pub x: i32,
    /// Up.
    pub y: i32,
}

/// What light is.
#[derive(Clone, Copy, Debug, Default, IpcType, PartialEq, Eq)]
pub enum Colour {
    /// Like blood.
    #[default]
    Red,
    /// Like leaves.
    Green,
    /// Like the sea.
    DarkBlue,
}
