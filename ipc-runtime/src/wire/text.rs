//! `String`, and what a server borrows from the message: `&str`, `&[u8]`, `&Path`, `&OsStr`.

use std::ffi::OsStr;
use std::path::Path;

use super::os::borrow_os;
use super::{
    At, Decode, DecodeElement, Lend, PointerReader, PointerWriter, StructReader, Type, pointer_type,
};
use crate::exception::IpcException;

pointer_type!([] ['m] String {
    type: Type::Text,
    write: |text: &String, mut to: PointerWriter<'_, '_>| to.set_text(text),
    lend: |text: &'d String, mut to: PointerWriter<'_, 'd>| to.lend_text(text),
    give: |text: String, mut to: PointerWriter<'_, '_>| to.give_text(text),
    read: read_text,
});

pub(super) fn read_text(from: PointerReader<'_>) -> Result<String, IpcException> {
    let text = from.text()?;
    from.charge(text.len())?;
    Ok(text.to_owned())
}

macro_rules! borrowed {
    ($($ty:ty: $borrow:expr;)*) => {$(
        impl<'m> Decode<'m> for &'m $ty {
            fn decode(from: &StructReader<'m>, at: At) -> Result<Self, IpcException> {
                $borrow(&from.pointer(at.offset))
            }
        }

        impl<'m> DecodeElement<'m> for &'m $ty {
            type Slice = Vec<Self>;

            fn decode_list(from: PointerReader<'m>) -> Result<Vec<Self>, IpcException> {
                from.read_pointers(|from| $borrow(&from))
            }
        }
    )*};
}

borrowed! {
    str: PointerReader::<'m>::text;
    [u8]: PointerReader::<'m>::data;
    Path: |from: &PointerReader<'m>| borrow_os(from).map(Path::new);
    OsStr: borrow_os;
}

impl<'m> Lend<'m> for str {
    type Held = &'m str;
}

impl<'m> Lend<'m> for Path {
    type Held = &'m Path;
}

impl<'m> Lend<'m> for OsStr {
    type Held = &'m OsStr;
}
