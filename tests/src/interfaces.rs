//! What the processes of the tests offer each other.

use std::sync::Arc;

use ipc_runtime::{IpcError, IpcException, IpcStream, ipc_interface};

/// The first object of every process in the tests.
#[ipc_interface(root)]
pub trait Peer {
    /// Adds two numbers.
    fn add(&self, a: i64, b: i64) -> Result<i64, IpcException>;

    /// Returns its argument.
    fn echo(&self, data: &[u8]) -> Result<Vec<u8>, IpcException>;

    /// Returns the number of the process.
    fn process_id(&self) -> Result<u32, IpcException>;

    /// Returns the text in the application's state, as the running call sees it.
    fn state(&self) -> Result<Option<String>, IpcException>;

    /// Connects to the socket at the path and returns when it is closed.
    fn wait_for(&self, path: &str) -> Result<(), IpcException>;

    /// Panics.
    fn panic(&self, text: &str) -> Result<(), IpcException>;

    /// Divides; has errors of its own.
    fn divide(&self, a: i64, b: i64) -> Result<i64, DivideError>;

    /// Ends the process.
    fn exit(&self, code: u8) -> Result<(), IpcException>;

    /// Calls the object.
    fn call(&self, callback: Arc<dyn Callback>, value: i64) -> Result<i64, IpcException>;

    /// Calls the object if there is one.
    fn call_if_any(
        &self,
        callback: Option<Arc<dyn Callback>>,
        value: i64,
    ) -> Result<Option<i64>, IpcException>;

    /// Calls all objects and adds what they return.
    fn call_all(&self, callbacks: Vec<Arc<dyn Callback>>, value: i64) -> Result<i64, IpcException>;

    /// Sends bytes to an object until it has got as many as asked for, in pieces of the given size; returns how many
    /// came back.
    fn flood(&self, callback: Arc<dyn Callback>, pieces: u32, size: u32) -> Result<u64, IpcException>;

    /// Keeps an object, in place of the one that was kept before.
    fn keep(&self, callback: Option<Arc<dyn Callback>>) -> Result<(), IpcException>;

    /// Calls the object that is kept.
    fn call_kept(&self, value: i64) -> Result<i64, IpcException>;

    /// Returns the object that is kept.
    fn kept(&self) -> Result<Option<Arc<dyn Callback>>, IpcException>;

    /// Destroys the object that is kept, and keeps the handle.
    fn destroy_kept(&self) -> Result<(), IpcException>;

    /// Makes a counter.
    fn make_counter(&self) -> Result<Arc<dyn Counter>, IpcException>;

    /// Returns how many counters are alive in this process.
    fn live_counters(&self) -> Result<u32, IpcException>;

    /// Adds to a counter of any process.
    fn add_to(&self, counter: Arc<dyn Counter>, amount: i64) -> Result<i64, IpcException>;

    /// Tells whether a counter is an object of this process.
    fn is_home(&self, counter: Arc<dyn Counter>) -> Result<bool, IpcException>;

    /// Goes on to the next process until none are left; returns how many there were.
    fn hop(&self, left: u32) -> Result<u32, IpcException>;

    /// Connects to the process that `hop` goes on to.
    fn connect_next(&self, address: &str) -> Result<(), IpcException>;

    /// Spawns another process of this kind, keeps it and returns its number.
    fn spawn_another(&self) -> Result<u32, IpcException>;

    /// Listens at the address and returns the resolved one.
    fn listen(&self, address: &str, queued_calls: Option<u32>) -> Result<String, IpcException>;

    /// Ends the connections that came in through `listen`.
    fn disconnect_incoming(&self) -> Result<(), IpcException>;

    /// Connects to the address and calls `call` there, from a thread that nobody waits for, with an object that waits
    /// for the socket at the path.
    fn visit(&self, address: &str, path: &str) -> Result<(), IpcException>;

    /// Counts from 0, so many numbers; then the stream goes on without any.
    fn count_and_wait(&self, count: u64) -> Result<IpcStream<u64>, IpcException>;

    /// Sends a number in every stream of `count_and_wait`.
    fn feed(&self, number: u64) -> Result<(), IpcException>;

    /// Returns how many threads the process has.
    fn threads(&self) -> Result<u64, IpcException>;

    /// Adds numbers up.
    fn total(&self, numbers: IpcStream<u64>) -> Result<u64, IpcException>;

    /// Keeps a stream and does not read it, in place of the one that was kept before.
    fn keep_stream(&self, stream: IpcStream<u64>) -> Result<(), IpcException>;

    /// Calls the object that is lent for this.
    fn call_lent(&self, callback: &dyn Callback, value: i64) -> Result<i64, IpcException>;
}

/// An object of the caller's.
#[ipc_interface]
pub trait Callback {
    /// Returns a number for a number.
    fn call(&self, value: i64) -> Result<i64, IpcException>;

    /// Returns its argument.
    fn echo(&self, data: &[u8]) -> Result<Vec<u8>, IpcException>;
}

/// An object with a state.
#[ipc_interface]
pub trait Counter {
    /// Adds to the value and returns it.
    fn add(&self, amount: i64) -> Result<i64, IpcException>;

    /// Connects to the socket at the path and returns when it is closed.
    fn wait_for(&self, path: &str) -> Result<(), IpcException>;
}

/// Why a division fails.
#[derive(Debug)]
pub enum DivideError {
    /// The divisor is zero.
    ByZero,
    /// The call failed.
    Call(IpcException),
}

const BY_ZERO: &str = "division by zero";

impl From<IpcException> for DivideError {
    fn from(exception: IpcException) -> Self {
        if exception.text().ends_with(BY_ZERO) { Self::ByZero } else { Self::Call(exception) }
    }
}

impl IpcError for DivideError {
    fn into_exception(self) -> IpcException {
        match self {
            Self::ByZero => IpcException::failed(BY_ZERO),
            Self::Call(exception) => exception,
        }
    }
}
