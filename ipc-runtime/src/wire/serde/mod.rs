//! Values that both ends know as Rust types, as opaque `Data`: `#[ipc(serde)]` and [`Serde`].
//!
//! The bytes are postcard's. They hold no names and no types: both ends must have the same declaration.

mod limited;

use ::serde::Serialize;
use ::serde::de::DeserializeOwned;

use self::limited::{Limited, Limits};
use super::{PointerReader, PointerWriter, Type, pointer_type};
use crate::exception::IpcException;

/// A value that travels as opaque bytes, between two Rust programs: any that serde can serialize and deserialize.
///
/// For places where `#[ipc(serde)]` cannot stand: `Vec<Serde<T>>`, `HashMap<String, Serde<T>>`. With the feature `serde`.
///
/// A message that is not of this type, nested deeper than 128 levels, or of more memory than the message may take is an
/// error for the receiver. Types that need a format which describes itself, such as those with `#[serde(untagged)]` or
/// `#[serde(flatten)]`, can be sent, but not received; nor can those with `#[serde(skip_serializing_if = ..)]`.
///
/// # Examples
/// ```
/// use std::collections::BTreeMap;
///
/// use ipc_runtime::{IpcException, Serde, ipc_interface};
///
/// #[derive(serde::Serialize, serde::Deserialize)]
/// pub struct Settings {
///     pub theme: Option<String>,
/// }
///
/// #[ipc_interface]
/// pub trait Profiles {
///     fn all(&self) -> Result<BTreeMap<String, Serde<Settings>>, IpcException>;
///     fn set(&self, name: &str, #[ipc(serde)] settings: &Settings) -> Result<(), IpcException>;
/// }
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Serde<T>(pub T);

pointer_type!([T: Serialize] ['m, T: Serialize + DeserializeOwned] Serde<T> {
    type: Type::Data,
    write: |value: &Serde<T>, to: PointerWriter<'_, '_>| write_serde(&value.0, to),
    read: |from: PointerReader<'m>| read_serde(from).map(Serde),
});

/// Writes a value as bytes.
pub(super) fn write_serde<T: Serialize + ?Sized>(
    value: &T,
    mut to: PointerWriter<'_, '_>,
) -> Result<(), IpcException> {
    let bytes = postcard::to_stdvec(value).map_err(|error| {
        IpcException::failed(format!("a `{}` cannot be serialized: {error}", std::any::type_name::<T>()))
    })?;
    to.set_data(&bytes)
}

/// Reads a value from bytes, all of them.
pub(super) fn read_serde<T: DeserializeOwned>(from: PointerReader<'_>) -> Result<T, IpcException> {
    let limits = Limits::new(&from);
    let mut bytes = postcard::Deserializer::from_bytes(from.data()?);
    let value = T::deserialize(Limited::new(&mut bytes, &limits));
    let value =
        value.map_err(|error| malformed::<T>(&limits.reason().unwrap_or_else(|| error.to_string())))?;
    match bytes.finalize() {
        Ok([]) => Ok(value),
        Ok(rest) => Err(malformed::<T>(&format!("{} bytes behind it", rest.len()))),
        Err(error) => Err(malformed::<T>(&error.to_string())),
    }
}

fn malformed<T>(reason: &str) -> IpcException {
    IpcException::failed(format!("malformed `{}`: {reason}", std::any::type_name::<T>()))
}
