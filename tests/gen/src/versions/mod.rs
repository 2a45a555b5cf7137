//! Two versions of some interfaces: what changed between them is all that can change.

#![expect(missing_docs, reason = "what each does, its name says")]

pub mod new;
pub mod old;

use ipc_runtime::wire::Interface;
use ipc_runtime::wire::descriptor::Descriptor;

/// What is the same in both.
pub mod same {
    use ipc_runtime::{IpcException, ipc_interface};

    #[ipc_interface(file = 0xd8f0_11a2_b3c4_d5e6)]
    pub trait Base {
        fn inherited(&self) -> Result<u8, IpcException>;
    }
}

/// The interfaces of the older version.
pub fn old_roots() -> [&'static Descriptor; 1] {
    [<dyn old::Init>::descriptor()]
}

/// The interfaces of the later version.
pub fn new_roots() -> [&'static Descriptor; 1] {
    [<dyn new::Init>::descriptor()]
}
