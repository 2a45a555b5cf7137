/// Has another form.
#[ipc_interface(twin = ClockAsync)]
pub trait Clock {
    /// Returns the time.
    fn now(&self) -> Result<SystemTime, IpcException>;
    /// Returns when it is time.
    fn wait(&self, until: SystemTime) -> Result<(), IpcException>;
}
