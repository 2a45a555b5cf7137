//! One-way methods that somebody would wait for.

use ipc_runtime::{IpcException, ipc_interface};

type Outcome<T> = std::result::Result<T, IpcException>;

#[ipc_interface]
pub trait Calculator {
    #[ipc(oneway)]
    fn solve(&self) -> Result<f64, IpcException>;
    #[ipc(oneway)]
    fn alias(&self) -> Outcome<u32>;
    #[ipc(oneway, cancellable)]
    async fn later(&self) -> Result<(), IpcException>;
}

fn main() {}
