//! What is a stream has the type of one.

use ipc_runtime::{IpcException, IpcStream, ipc_interface};

/// As the crate `futures` has it.
pub trait Stream {
    type Item;
}

#[ipc_interface]
pub trait Calculator {
    fn sum(&self, numbers: impl Iterator<Item = u32>) -> Result<u32, IpcException>;
    fn any(&self, numbers: impl IntoIterator<Item = u32>) -> Result<u32, IpcException>;
    fn boxed(&self, numbers: Box<dyn Iterator<Item = u32> + Send>) -> Result<u32, IpcException>;
    fn squares(&self) -> Result<impl Iterator<Item = u32>, IpcException>;
    fn stream(&self) -> Result<std::pin::Pin<Box<dyn Stream<Item = u32>>>, IpcException>;
    fn bare(&self) -> IpcStream<u32>;
}

fn main() {}
