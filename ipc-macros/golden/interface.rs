/// Keeps what it is given.
#[ipc_interface(name = "KeyValueStore")]
pub trait Store: Base {
    /// Has no parameters.
    fn clear(&self) -> Result<(), IpcException>;
    /// Borrows.
    fn put(&self, key: &str, value: &[u8]) -> Result<(), IpcException>;
    /// Owns, and waits elsewhere.
    async fn find(&self, key: String) -> Result<Option<Vec<u8>>, IpcException>;
    /// Has options of both kinds.
    fn list(&self, first: Option<u32>, prefix: Option<&str>) -> Result<Vec<String>, IpcException>;
    /// Lends a struct.
    fn describe(&self, entry: &Entry) -> Result<Entry, IpcException>;
    /// Passes objects.
    fn watch(&self, watcher: Arc<dyn Watcher>) -> Result<Arc<dyn Watch>, IpcException>;
    /// Has an error of its own.
    fn lock(&self, key: &str) -> Result<u64, StoreError>;
    /// Has names for what it returns.
    #[ipc(results(count, size))]
    fn count(&self) -> Result<(u32, u64), IpcException>;
    /// Waits for nobody.
    #[ipc(oneway)]
    fn touch(&self, key: &str) -> Result<(), IpcException>;
    /// Has a body, which implementations inherit.
    fn version(&self) -> Result<u32, IpcException> {
        Ok(1)
    }
}
