//! File descriptors: `OwnedFd` and what the standard library makes of one.
//!
//! A descriptor is a capability that it is attached to (`attachedFd` in rpc.capnp); the socket carries it beside the
//! message's bytes. The sender duplicates it, since a value is encoded from a reference: both ends then have a
//! descriptor of one open file, with one position and one set of flags.

use std::fs::File;
use std::io::{PipeReader, PipeWriter};
use std::net::{TcpListener, TcpStream, UdpSocket};
use std::os::fd::{AsFd, OwnedFd};
use std::os::unix::net::{UnixDatagram, UnixListener, UnixStream};
use std::process::{ChildStderr, ChildStdin, ChildStdout};
use std::sync::Arc;

use super::{Interface, PointerReader, PointerWriter, Type, anonymous, pointer_type};
use crate::exception::IpcException;
use crate::ipc_interface;
use crate::object::{Capability, LocalObject};

/// A file descriptor in the schema: a capability without methods that the descriptor is attached to.
///
/// A peer in another language gets at it with its `getFd()`, if its side of the connection accepts descriptors.
#[ipc_interface(file = 0xb835_0204_9889_bf0f, no_destroy)]
pub trait FileDescriptor {}

/// What a descriptor is attached to.
struct Holder;

impl FileDescriptor for Holder {}

/// Makes a capability for a descriptor to be attached to.
pub(super) fn holder() -> Capability {
    Capability::Local(LocalObject::new(Arc::new(Holder) as Arc<dyn FileDescriptor>))
}

fn write_fd(file: &impl AsFd, mut to: PointerWriter<'_, '_>) -> Result<(), IpcException> {
    if to.destination().is_scales() {
        return to.set_capability(holder());
    }
    let fd = file.as_fd().try_clone_to_owned();
    to.set_descriptor(fd.map_err(|error| IpcException::system("cannot duplicate a file descriptor", error))?)
}

macro_rules! file_descriptor {
    ($($ty:ty,)*) => {$(
        pointer_type!([] ['m] $ty {
            type: Type::Interface(<dyn FileDescriptor>::descriptor),
            write: write_fd,
            read: |from: PointerReader<'m>| from.descriptor().map(<$ty>::from),
        });
    )*};
}

file_descriptor! {
    OwnedFd, File, PipeReader, PipeWriter, UnixStream, UnixListener, UnixDatagram, TcpStream, TcpListener, UdpSocket,
    ChildStdin, ChildStdout, ChildStderr,
}

// The attribute takes a number only.
const _: () = assert!(anonymous::FILE == 0xb835_0204_9889_bf0f);
