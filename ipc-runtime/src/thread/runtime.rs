//! Where the futures of `async` methods run if the application has named no runtime.

use std::sync::OnceLock;

use tokio::runtime::{Builder, Handle, Runtime};

/// Returns a runtime of our own, started at the first use.
///
/// # Panics
/// Panics if its threads cannot be started; the caller answers its call with that.
#[expect(clippy::expect_used, reason = "as tokio's own `spawn` does where there is no thread for it")]
pub(crate) fn fallback() -> &'static Handle {
    static FALLBACK: OnceLock<Runtime> = OnceLock::new();
    FALLBACK
        .get_or_init(|| {
            Builder::new_multi_thread()
                .thread_name("ipc-async")
                .enable_all()
                .build()
                .expect("the threads of the runtime for async methods start")
        })
        .handle()
}
