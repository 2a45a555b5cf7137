//! An interface with a method for every row.

use std::ffi::{CStr, OsStr};
use std::os::fd::OwnedFd;
use std::os::unix::net::UnixStream;
use std::sync::Arc;
use std::thread;

use ipc_runtime::object::LocalObject;
use ipc_runtime::{CapnpContext, Interface, IpcException, Remote, ipc_interface, make_capnp_protocol};

use crate::opaque::{Objects, Opaque};
use crate::rows::*;

/// Hands every type that a parameter can borrow to the macro `$then`: a method, the type as the manual writes it, the
/// type that a result has in its place, and how the second is made of the first.
#[macro_export]
macro_rules! each_lent {
    ($then:ident $($more:tt)*) => {
        $then! {
            $($more)*
            lent_text: &str, String, str::to_owned;
            lent_bytes: &[u8], Vec<u8>, <[u8]>::to_owned;
            lent_path: &Path, PathBuf, Path::to_owned;
            lent_os_text: &OsStr, OsString, OsStr::to_owned;
            lent_c_text: &CStr, CString, CStr::to_owned;
            lent_list: &[T], Vec<T>, <[T]>::to_owned;
            lent_struct: &Everyday, Everyday, Clone::clone;
            lent_union: &Shape, Shape, Clone::clone;
        }
    };
}

macro_rules! interface {
    (
        { $($method:ident $row:ident: $ty:ty;)* }
        $($lent_method:ident: $lent:ty, $owned:ty, $_to_owned:expr;)*
    ) => {
        /// Returns what it gets, in every place where a method can have a type.
        #[ipc_interface(root, twin = EchoAsync)]
        pub trait Echo {
            $(
                /// Returns its arguments.
                #[ipc(results(value, maybe, list, row))]
                fn $method(
                    &self,
                    value: $ty,
                    maybe: Option<$ty>,
                    list: &[$ty],
                    row: &$row,
                ) -> Result<($ty, Option<$ty>, Vec<$ty>, $row), IpcException>;
            )*
            $(
                /// Returns its argument.
                fn $lent_method(&self, value: $lent) -> Result<$owned, IpcException>;
            )*
            /// Returns its argument.
            fn opaque(&self, value: &Opaque) -> Result<Opaque, IpcException>;
            /// Returns its argument.
            fn objects(&self, value: Objects) -> Result<Objects, IpcException>;
        }
    };
}

macro_rules! implementations {
    (
        { $($method:ident $row:ident: $ty:ty;)* }
        $($lent_method:ident: $lent:ty, $owned:ty, $to_owned:expr;)*
    ) => {
        impl Echo for Echoes {
            $(
                fn $method(
                    &self,
                    value: $ty,
                    maybe: Option<$ty>,
                    list: &[$ty],
                    row: &$row,
                ) -> Result<($ty, Option<$ty>, Vec<$ty>, $row), IpcException> {
                    Ok((value, maybe, list.to_vec(), row.clone()))
                }
            )*
            $(
                fn $lent_method(&self, value: $lent) -> Result<$owned, IpcException> {
                    Ok($to_owned(value))
                }
            )*

            fn opaque(&self, value: &Opaque) -> Result<Opaque, IpcException> {
                Ok(value.clone())
            }

            fn objects(&self, value: Objects) -> Result<Objects, IpcException> {
                Ok(value)
            }
        }

        #[ipc_interface]
        impl EchoAsync for Echoes {
            $(
                async fn $method(
                    &self,
                    value: $ty,
                    maybe: Option<$ty>,
                    list: &[$ty],
                    row: &$row,
                ) -> Result<($ty, Option<$ty>, Vec<$ty>, $row), IpcException> {
                    Ok((value, maybe, list.to_vec(), row.clone()))
                }
            )*
            $(
                async fn $lent_method(&self, value: $lent) -> Result<$owned, IpcException> {
                    Ok($to_owned(value))
                }
            )*

            async fn opaque(&self, value: &Opaque) -> Result<Opaque, IpcException> {
                Ok(value.clone())
            }

            async fn objects(&self, value: Objects) -> Result<Objects, IpcException> {
                Ok(value)
            }
        }
    };
}

macro_rules! rows {
    ($($method:ident $row:ident $choice:ident: $ty:ty = $_strategy:expr;)*) => {
        each_lent! { interface { $($method $row: $ty;)* } }
        each_lent! { implementations { $($method $row: $ty;)* } }
    };
}
crate::each_row!(rows);

/// Implements [`Echo`] in both forms.
#[derive(Debug)]
pub struct Echoes;

/// Serves an object on one end of a connection, and returns it as the other end sees it.
///
/// # Panics
/// Panics if the connection cannot be made.
pub fn connected<Served, Seen>(object: Arc<Served>) -> Arc<Seen>
where
    Served: Interface + ?Sized,
    Seen: Interface + ?Sized,
{
    let (ours, theirs) = UnixStream::pair().expect("a pair of sockets");
    thread::spawn(move || {
        let protocol = make_capnp_protocol(CapnpContext::new());
        protocol.serve(OwnedFd::from(theirs), LocalObject::new(object))
    });
    let protocol = make_capnp_protocol(CapnpContext::new());
    let remote: Remote = protocol.connect(OwnedFd::from(ours), Seen::descriptor()).expect("a connection");
    Seen::from_remote(remote)
}
