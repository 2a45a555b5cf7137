//! Names that say whether another field is there.

use ipc_runtime::{IpcException, IpcType, ipc_interface};

#[ipc_interface]
pub trait Calculator {
    fn find(&self, key: u32, has_key: bool) -> Result<(), IpcException>;
    fn fetch(&self, key: u32, want_key: bool) -> Result<(), IpcException>;
    #[ipc(results(reason, result))]
    fn check(&self, want_reason: bool) -> Result<(String, bool), IpcException>;
    #[ipc(results(sum, has_sum))]
    fn add(&self, sum: u64) -> Result<(u64, bool), IpcException>;
    #[ipc(results(count, has_count))]
    fn tally(&self, wanted: bool, want_none: bool) -> Result<(u64, bool), IpcException>;
}

#[derive(IpcType)]
pub struct Data {
    pub x: u32,
    pub has_x: bool,
    pub has_y: bool,
}

fn main() {}
