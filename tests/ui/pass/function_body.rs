//! Interfaces and types declared in a function.
#![deny(warnings)]

use ipc_runtime::{IpcException, IpcType, ipc_interface};

fn main() {
    #[derive(IpcType)]
    struct Local {
        next: Vec<Local>,
    }

    #[derive(IpcType)]
    enum Kind {
        One,
    }

    #[ipc_interface]
    trait Work {
        fn work(&self, local: &Local, kind: Kind) -> Result<Local, IpcException>;
    }

    struct Worker;

    impl Work for Worker {
        fn work(&self, local: &Local, _kind: Kind) -> Result<Local, IpcException> {
            let _ = local.next.len();
            Ok(Local { next: Vec::new() })
        }
    }

    let worker: std::sync::Arc<dyn Work> = std::sync::Arc::new(Worker);
    assert!(worker.work(&Local { next: Vec::new() }, Kind::One).is_ok());
    let _: Option<WorkClient> = None;
}
