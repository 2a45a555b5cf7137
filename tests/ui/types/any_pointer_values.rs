//! What an `AnyPointer` cannot hold, as the build finds out.
//! Worded by rustc.

use ipc_runtime::AnyPointer;

fn main() {
    let _ = AnyPointer::new(&5_u32);
    let _ = AnyPointer::default().get::<bool>();
}
