//! The [`Process`] of Unix systems.

use std::ffi::{CString, OsString};
use std::io;
use std::os::fd::OwnedFd;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::process::ExitStatus;

use super::address::{Address, Base, PathError, parse_bind, parse_connect};
use super::{ChildProcess, Process, Spawned, bind, fd};
use crate::exception::IpcException;

/// Sockets in the file system, children by `fork` and `exec`.
pub(super) struct UnixProcess {
    base: Base,
}

impl UnixProcess {
    pub(super) fn new(name: String, data_dir: PathBuf) -> Self {
        // An error here (no working directory) comes back with the first relative path.
        let data_dir = std::path::absolute(data_dir.join(".")).unwrap_or(data_dir);
        Self { base: Base { name, data_dir } }
    }
}

impl Process for UnixProcess {
    fn spawn(&self, exe: &str) -> Result<Spawned, IpcException> {
        let program = program_path(exe)?;
        let failed =
            |error| IpcException::system(format_args!("cannot start `{}`", program.display()), error);
        let path = CString::new(program.as_os_str().as_bytes()).map_err(|error| failed(error.into()))?;
        let (socket, end) = fd::socketpair()?;
        let child = fd::spawn_connected(&path, end).map_err(failed)?;
        Ok(Spawned { child: child.into(), socket })
    }

    fn wait_spawned(&self, child: &ChildProcess) -> Result<ExitStatus, IpcException> {
        child.wait()
    }

    fn check_spawned(&self, args: &[OsString]) -> Result<Option<OwnedFd>, IpcException> {
        let [_, flag, number] = args else { return Ok(None) };
        if flag.as_bytes() != fd::FD_FLAG.to_bytes() {
            return Ok(None);
        }
        let number = number.to_string_lossy();
        match fd::take_inherited(&number) {
            Ok(socket) => Ok(Some(socket)),
            Err(reason) => {
                let number = number.escape_debug();
                Err(IpcException::failed(format!("invalid -ipcfd number `{number}`: {reason}")))
            }
        }
    }

    fn connect(&self, address: &mut String) -> Result<Option<OwnedFd>, IpcException> {
        let parsed = parse_connect(address)?;
        if parsed == Address::Nowhere {
            return Ok(None);
        }
        let auto = parsed == Address::Auto;
        let target = match self.base.resolve(&parsed) {
            Err(PathError::TooLong(_)) if auto => return Ok(None),
            resolved => resolved?,
        };
        *address = target.address;
        match connect_stream(&target.path) {
            Ok(socket) => Ok(Some(socket)),
            Err(error) if auto && nobody_listens(&error) => Ok(None),
            Err(error) => {
                let operation = format_args!("cannot connect to `{}`", target.path.display());
                Err(IpcException::system(operation, error))
            }
        }
    }

    fn bind(&self, address: &mut String) -> Result<OwnedFd, IpcException> {
        let target = self.base.resolve(&parse_bind(address)?)?;
        *address = target.address;
        bind::bind_private(&target.path)
    }
}

/// Finds the program: beside the running executable, or where its path says.
fn program_path(exe: &str) -> Result<PathBuf, IpcException> {
    if exe.contains('/') {
        return Ok(exe.into());
    }
    if matches!(exe, "" | "." | "..") {
        let text = format!("invalid program name `{exe}`: give the name of a file, or a path");
        return Err(IpcException::failed(text));
    }
    let running = std::env::current_exe().map_err(|error| {
        IpcException::system(
            format_args!("cannot look for `{exe}` beside the running executable, which is not known"),
            error,
        )
    })?;
    Ok(running.with_file_name(exe))
}

fn connect_stream(path: &Path) -> io::Result<OwnedFd> {
    loop {
        match UnixStream::connect(path) {
            // A local connection is made at once or waits for room in the queue: interrupted, it was not made.
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            result => return result.map(OwnedFd::from),
        }
    }
}

fn nobody_listens(error: &io::Error) -> bool {
    use io::ErrorKind::{ConnectionRefused, NotADirectory, NotFound};
    matches!(error.kind(), ConnectionRefused | NotFound | NotADirectory)
}
