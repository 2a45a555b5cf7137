//! What has no meaning of its own in the schema, and so is no row: opaque data, and what holds objects. Hostile peers send it all
//! the same.

use ipc_runtime::{AnyPointer, IpcException, IpcStream, IpcType, ipc_interface};

use crate::rows::*;

/// An `AnyPointer` wherever one can stand.
#[derive(Clone, Debug, IpcType)]
#[ipc(file = 0xd2f3_0b51_77aa_4e01)]
pub struct Opaque {
    /// As it is.
    pub alone: AnyPointer,
    /// Behind another field.
    pub flag: bool,
    /// Null or not.
    pub maybe: Option<AnyPointer>,
    /// In structs in a list.
    pub list: Vec<Wrapped>,
    /// The value of a map.
    pub map: BTreeMap<String, AnyPointer>,
    /// In a struct without a Rust item.
    pub tuple: (u8, AnyPointer),
    /// In a union.
    pub result: Result<AnyPointer, Option<AnyPointer>>,
}

/// What can be in a list.
#[derive(Clone, Debug, IpcType)]
#[ipc(file = 0xd2f3_0b51_77aa_4e01)]
pub struct Wrapped {
    /// What cannot.
    pub any: AnyPointer,
}

/// A closure that anybody may call.
pub type Shared = Arc<dyn Fn(u32, String) -> Result<T, IpcException> + Send + Sync>;

/// A closure that one calls.
pub type Once = Box<dyn FnOnce(T) -> Result<(), IpcException> + Send>;

/// Objects wherever one can stand.
#[derive(IpcType)]
#[ipc(file = 0xd2f3_0b51_77aa_4e01)]
#[expect(missing_debug_implementations, reason = "a closure has none")]
pub struct Objects {
    /// A closure.
    pub closure: Shared,
    /// Behind another field.
    pub flag: bool,
    /// Null or not.
    pub maybe: Option<Once>,
    /// In a list.
    pub list: Vec<Once>,
    /// In structs in a list.
    pub maybes: Vec<Option<Shared>>,
    /// The value of a map.
    pub map: BTreeMap<String, Once>,
    /// In a struct without a Rust item.
    pub tuple: (u8, Shared),
    /// In a union.
    pub result: Result<Once, Shared>,
    /// An object.
    pub object: Option<Arc<dyn Callee>>,
    /// A stream.
    pub streams: Vec<IpcStream<T>>,
}

/// An object.
#[ipc_interface(file = 0xd2f3_0b51_77aa_4e01)]
pub trait Callee {
    /// Does nothing.
    fn call(&self) -> Result<(), IpcException>;
}

/// Makes a few values.
///
/// # Errors
/// Returns what `AnyPointer::new` says.
pub fn opaques() -> Result<Vec<Opaque>, IpcException> {
    let some = [
        AnyPointer::default(),
        AnyPointer::new("text")?,
        AnyPointer::new(&vec![1_u16, 2, 3])?,
        AnyPointer::new(&(vec![Some(1_u8), None], vec!["a".to_owned()], T { number: 1, text: "t".into() }))?,
    ];
    let make = |any: &AnyPointer| Opaque {
        alone: any.clone(),
        flag: true,
        maybe: some.iter().find(|other| !other.is_null()).cloned(),
        list: some.iter().map(|any| Wrapped { any: any.clone() }).collect(),
        map: BTreeMap::from([("key".to_owned(), any.clone())]),
        tuple: (7, any.clone()),
        result: Ok(any.clone()),
    };
    Ok(some.iter().map(make).collect())
}
