//! Emitted text, committed in `golden/`.

use std::path::Path;

use ipc_gen::{Mode, Origin, check_or_update};
use ipc_gen_tests::everything;

#[test]
fn everything_is_emitted_as_committed() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("golden/everything.capnp");
    let origin = Origin {
        package: env!("CARGO_PKG_NAME").into(),
        command: format!("IPC_GEN_UPDATE=1 cargo test -p {} --test golden", env!("CARGO_PKG_NAME")),
    };
    if let Err(error) = check_or_update(&path, &everything::roots(), &origin, Mode::from_env()) {
        panic!("{error}");
    }
}
