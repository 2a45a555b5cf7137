//! Types that travel as Data of a fixed size: `i128`, `u128`, `Uuid`.

use std::num::NonZero;

use super::converted::zero;
use super::{PointerReader, PointerWriter, Type, pointer_type};
use crate::exception::IpcException;

macro_rules! wide {
    ($($number:ident)*) => {$(
        pointer_type!([] ['m] $number {
            type: Type::Data,
            write: |number: &$number, mut to: PointerWriter<'_, '_>| to.set_data(&number.to_le_bytes()),
            read: |from: PointerReader<'m>| Ok($number::from_le_bytes(read_fixed(from, stringify!($number))?)),
        });

        pointer_type!([] ['m] NonZero<$number> {
            type: Type::Data,
            write: |number: &NonZero<$number>, mut to: PointerWriter<'_, '_>| {
                to.set_data(&number.get().to_le_bytes())
            },
            read: |from: PointerReader<'m>| {
                let number = $number::from_le_bytes(read_fixed(from, stringify!($number))?);
                NonZero::new(number).ok_or_else(|| zero(stringify!($number)))
            },
        });
    )*};
}

wide! { i128 u128 }

#[cfg(feature = "uuid")]
pointer_type!([] ['m] uuid::Uuid {
    type: Type::Data,
    write: |uuid: &uuid::Uuid, mut to: PointerWriter<'_, '_>| to.set_data(uuid.as_bytes()),
    read: |from: PointerReader<'m>| read_fixed(from, "Uuid").map(uuid::Uuid::from_bytes),
});

/// Reads Data of exactly `N` bytes; null reads as zeros.
fn read_fixed<const N: usize>(from: PointerReader<'_>, name: &str) -> Result<[u8; N], IpcException> {
    if from.is_null() {
        return Ok([0; N]);
    }
    let data = from.data()?;
    data.try_into().map_err(|_| {
        IpcException::failed(format!("{} bytes where a `{name}` of {N} bytes is required", data.len()))
    })
}
