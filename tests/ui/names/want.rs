//! Parameters that ask for a result.

use ipc_runtime::{IpcException, ipc_interface};

mod millis {
    pub type Wire = u64;
    pub fn to_wire(value: &bool) -> Result<Wire, ipc_runtime::IpcException> {
        Ok(u64::from(*value))
    }
    pub fn from_wire(wire: Wire) -> Result<bool, ipc_runtime::IpcException> {
        Ok(wire != 0)
    }
}

#[ipc_interface]
pub trait Calculator {
    fn none(&self, #[ipc(want)] want_reason: bool) -> Result<(), IpcException>;
    #[ipc(results(reason, result))]
    fn named(&self, #[ipc(want)] reason_wanted: bool) -> Result<(String, bool), IpcException>;
    fn whole(&self, #[ipc(want)] want_result: bool) -> Result<u32, IpcException>;
    #[ipc(results(reason, result))]
    fn of_both(&self, reason: &str, #[ipc(want)] want_reason: bool) -> Result<(String, bool), IpcException>;
    #[ipc(results(reason, result))]
    fn counted(&self, #[ipc(want)] want_reason: u32) -> Result<(String, bool), IpcException>;
    #[ipc(results(reason, result))]
    fn valued(&self, #[ipc(want = reason)] want_reason: bool) -> Result<(String, bool), IpcException>;
    #[ipc(results(reason, result))]
    fn converted(&self, #[ipc(want, with = millis)] want_reason: bool) -> Result<(String, bool), IpcException>;
}

fn main() {}
