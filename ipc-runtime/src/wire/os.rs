//! What the operating system names things by: paths, `OsString`, `CString`. Bytes, not always text; and `Bytes`.

use std::ffi::{CStr, CString, OsStr, OsString};
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::path::PathBuf;

use super::{Lend, PointerReader, PointerWriter, Type, pointer_type};
use crate::exception::{ExceptionKind, IpcException};

pointer_type!([] ['m] PathBuf {
    type: Type::Data,
    write: |path: &PathBuf, to: PointerWriter<'_, '_>| write_os(path.as_os_str(), to),
    lend: |path: &'d PathBuf, to: PointerWriter<'_, 'd>| lend_os(path.as_os_str(), to),
    give: |path: PathBuf, mut to: PointerWriter<'_, '_>| to.give_data(path.into_os_string().into_vec()),
    read: |from: PointerReader<'m>| read_os(from).map(PathBuf::from),
});

pointer_type!([] ['m] OsString {
    type: Type::Data,
    write: |text: &OsString, to: PointerWriter<'_, '_>| write_os(text, to),
    lend: |text: &'d OsString, to: PointerWriter<'_, 'd>| lend_os(text, to),
    give: |text: OsString, mut to: PointerWriter<'_, '_>| to.give_data(text.into_vec()),
    read: read_os,
});

pointer_type!([] ['m] CString {
    type: Type::Data,
    write: |text: &CString, to: PointerWriter<'_, '_>| write_c(text, to),
    lend: |text: &'d CString, to: PointerWriter<'_, 'd>| lend_c(text, to),
    give: |text: CString, mut to: PointerWriter<'_, '_>| to.give_data(text.into_bytes()),
    read: read_c,
});

/// Its end is a NUL, which the message has not: it cannot be borrowed.
impl<'m> Lend<'m> for CStr {
    type Held = CString;
}

#[cfg(feature = "bytes")]
pointer_type!([] ['m] bytes::Bytes {
    type: Type::Data,
    write: |bytes: &bytes::Bytes, mut to: PointerWriter<'_, '_>| to.set_data(bytes),
    lend: |bytes: &'d bytes::Bytes, mut to: PointerWriter<'_, 'd>| to.lend_data(bytes),
    give: |bytes: bytes::Bytes, mut to: PointerWriter<'_, '_>| to.give_data(bytes),
    read: |from: PointerReader<'m>| read_data(from).map(bytes::Bytes::from),
});

pub(super) fn write_os(text: &OsStr, mut to: PointerWriter<'_, '_>) -> Result<(), IpcException> {
    to.set_data(text.as_bytes())
}

pub(super) fn lend_os<'d>(text: &'d OsStr, mut to: PointerWriter<'_, 'd>) -> Result<(), IpcException> {
    to.lend_data(text.as_bytes())
}

pub(super) fn borrow_os<'m>(from: &PointerReader<'m>) -> Result<&'m OsStr, IpcException> {
    from.data().map(OsStr::from_bytes)
}

pub(super) fn read_os(from: PointerReader<'_>) -> Result<OsString, IpcException> {
    read_data(from).map(OsString::from_vec)
}

/// Without the NUL at the end.
pub(super) fn write_c(text: &CStr, mut to: PointerWriter<'_, '_>) -> Result<(), IpcException> {
    to.set_data(text.to_bytes())
}

pub(super) fn lend_c<'d>(text: &'d CStr, mut to: PointerWriter<'_, 'd>) -> Result<(), IpcException> {
    to.lend_data(text.to_bytes())
}

pub(super) fn read_c(from: PointerReader<'_>) -> Result<CString, IpcException> {
    CString::new(read_data(from)?).map_err(|error| {
        let text = format!("`CString` with a zero byte at {}", error.nul_position());
        IpcException::with_source(ExceptionKind::Failed, text, error)
    })
}

pub(super) fn read_data(from: PointerReader<'_>) -> Result<Vec<u8>, IpcException> {
    let data = from.data()?;
    from.charge(data.len())?;
    Ok(data.to_vec())
}
