/// A struct.
#[derive(IpcType)]
pub struct Entry {
    /// Text.
    pub key: String,
    /// With a presence field.
    pub size: Option<u64>,
    /// With a default.
    #[ipc(default = 7)]
    pub level: u32,
    /// Not sent.
    #[ipc(skip)]
    pub cache: Vec<u8>,
}
/// A union.
#[derive(IpcType)]
pub enum Shape {
    /// Without fields.
    Empty,
    /// With one.
    Circle(f64),
    /// A group.
    Rect {
        /// To the right.
        width: u32,
        /// Up.
        height: Option<u32>,
    },
}
/// An enum.
#[derive(IpcType)]
pub enum Colour {
    /// The first.
    Red,
    /// The second.
    Green,
}
/// A newtype.
#[derive(IpcType)]
pub struct Height(pub u32);
/// An error.
#[derive(IpcType)]
#[ipc(error)]
pub enum StoreError {
    /// Travels as a value.
    Full(u64),
    /// Travels as an exception.
    #[ipc(exception)]
    Ipc(IpcException),
}
