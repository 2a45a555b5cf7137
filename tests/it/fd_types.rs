//! Every type that is a file descriptor, alone, in a list and in an option, as parameter and as result.

use std::fs::File;
use std::io::{PipeReader, PipeWriter};
use std::net::{TcpListener, TcpStream, UdpSocket};
use std::os::fd::{AsFd, OwnedFd};
use std::os::unix::fs::MetadataExt;
use std::os::unix::net::{UnixDatagram, UnixListener, UnixStream};
use std::process::{ChildStderr, ChildStdin, ChildStdout};
use std::sync::Arc;

use ipc_runtime::{IpcException, ipc_interface};
use ipc_tests::steps::{PATIENCE, bounded};

use super::util::Pair;

/// What of a descriptor stays the same on its way.
fn identity(fd: &impl AsFd) -> (u64, u64) {
    let metadata = File::from(fd.as_fd().try_clone_to_owned().unwrap()).metadata().unwrap();
    (metadata.dev(), metadata.ino())
}

macro_rules! fd_types {
    ($($method:ident: $ty:ty;)*) => {
        /// Returns its arguments.
        #[ipc_interface(root)]
        trait Echo {
            $(
                #[ipc(results(alone, list, maybe))]
                fn $method(
                    &self,
                    alone: $ty,
                    list: Vec<$ty>,
                    maybe: Option<$ty>,
                ) -> Result<($ty, Vec<$ty>, Option<$ty>), IpcException>;
            )*
        }

        struct Echoes;

        impl Echo for Echoes {
            $(
                fn $method(
                    &self,
                    alone: $ty,
                    list: Vec<$ty>,
                    maybe: Option<$ty>,
                ) -> Result<($ty, Vec<$ty>, Option<$ty>), IpcException> {
                    Ok((alone, list, maybe))
                }
            )*
        }

        $(
            #[test]
            fn $method() {
                bounded(PATIENCE, || {
                    let root: Arc<dyn Echo> = Arc::new(Echoes);
                    let pair = Pair::new(root);
                    // To send and to receive, a descriptor needs not be what its type says.
                    let files: Vec<File> = (0..4).map(|_| tempfile::tempfile().unwrap()).collect();
                    let sent = |index: usize| <$ty>::from(OwnedFd::from(files[index].try_clone().unwrap()));
                    let (alone, list, maybe) =
                        pair.remote.$method(sent(0), vec![sent(1), sent(2)], Some(sent(3))).unwrap();
                    assert_eq!(identity(&alone), identity(&files[0]));
                    let received: Vec<_> = list.iter().map(identity).collect();
                    assert_eq!(received, [identity(&files[1]), identity(&files[2])]);
                    assert_eq!(maybe.as_ref().map(identity), Some(identity(&files[3])));
                    let (_, list, maybe) = pair.remote.$method(alone, Vec::new(), None).unwrap();
                    assert!(list.is_empty() && maybe.is_none());
                });
            }
        )*
    };
}

fd_types! {
    owned_fd: OwnedFd;
    file: File;
    pipe_reader: PipeReader;
    pipe_writer: PipeWriter;
    unix_stream: UnixStream;
    unix_listener: UnixListener;
    unix_datagram: UnixDatagram;
    tcp_stream: TcpStream;
    tcp_listener: TcpListener;
    udp_socket: UdpSocket;
    child_stdin: ChildStdin;
    child_stdout: ChildStdout;
    child_stderr: ChildStderr;
}
