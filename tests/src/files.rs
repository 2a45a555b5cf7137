//! What passes file descriptors between processes.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{self, PipeReader, PipeWriter, Read, Write};
use std::os::fd::OwnedFd;
use std::os::unix::net::UnixStream;
use std::sync::Arc;

use ipc_runtime::{
    CapnpContext, Ipc, IpcException, IpcType, ipc_interface, make_capnp_protocol, make_ipc, make_process,
};

use crate::steps::pass;

/// The first object of a process that works with the files of another one.
#[ipc_interface(root, twin = FilesAsync)]
pub trait Files {
    /// Reads to the end.
    fn read(&self, file: File) -> Result<String, IpcException>;

    /// Reads to the end, if there is a file.
    fn read_if_any(&self, file: Option<File>) -> Result<Option<String>, IpcException>;

    /// Reads to the end of a file that the caller lends; the process has a descriptor of its own.
    fn read_lent(&self, file: &File) -> Result<String, IpcException>;

    /// Opens a file.
    fn open(&self, path: &str) -> Result<File, IpcException>;

    /// Opens a file if it exists.
    fn open_if_there(&self, path: &str) -> Result<Option<File>, IpcException>;

    /// Makes a pipe.
    fn pipe(&self) -> Result<(PipeReader, PipeWriter), IpcException>;

    /// Writes to a socket and returns what comes back until its end.
    fn talk(&self, stream: UnixStream, text: &str) -> Result<String, IpcException>;

    /// Writes its place in the list into each.
    fn number(&self, writers: Vec<OwnedFd>) -> Result<(), IpcException>;

    /// Returns as many ends of pipes; what comes out of each is its place in the list.
    fn numbered(&self, count: u32) -> Result<Vec<PipeReader>, IpcException>;

    /// Returns its argument.
    fn send_back(&self, bundle: Bundle) -> Result<Bundle, IpcException>;

    /// Passes a file on, and waits.
    fn pass_on(&self, to: Arc<dyn Files>, file: File) -> Result<String, IpcException>;

    /// Takes a descriptor and fails.
    fn refuse(&self, fd: OwnedFd) -> Result<OwnedFd, IpcException>;

    /// Takes a descriptor and waits at a gate.
    fn hold(&self, fd: OwnedFd, gate: &str) -> Result<(), IpcException>;

    /// Returns how many descriptors the process has open.
    fn count(&self) -> Result<u32, IpcException>;
}

/// Descriptors wherever they can be.
#[derive(Debug, IpcType)]
pub struct Bundle {
    /// Something else.
    pub name: String,
    /// A field.
    pub file: File,
    /// A field that may be missing.
    pub stream: Option<UnixStream>,
    /// A list.
    pub more: Vec<OwnedFd>,
    /// A list in which some are missing.
    pub some: Vec<Option<OwnedFd>>,
    /// Values of a map.
    pub named: BTreeMap<String, PipeWriter>,
    /// A field of a variant.
    pub source: Source,
    /// A tuple.
    pub pair: (u32, Box<OwnedFd>),
}

/// Where something comes from.
#[derive(Debug, IpcType)]
pub enum Source {
    /// Nowhere.
    Nothing,
    /// A file.
    File(File),
    /// Bytes.
    Bytes(Vec<u8>),
}

/// Serves the processes of the tests.
#[derive(Debug, Default)]
pub struct FileServer;

impl Files for FileServer {
    fn read(&self, file: File) -> Result<String, IpcException> {
        read_all(file)
    }

    fn read_if_any(&self, file: Option<File>) -> Result<Option<String>, IpcException> {
        file.map(read_all).transpose()
    }

    fn read_lent(&self, file: &File) -> Result<String, IpcException> {
        read_all(file)
    }

    fn open(&self, path: &str) -> Result<File, IpcException> {
        File::open(path).map_err(system)
    }

    fn open_if_there(&self, path: &str) -> Result<Option<File>, IpcException> {
        match File::open(path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            opened => opened.map(Some).map_err(system),
        }
    }

    fn pipe(&self) -> Result<(PipeReader, PipeWriter), IpcException> {
        io::pipe().map_err(system)
    }

    fn talk(&self, mut stream: UnixStream, text: &str) -> Result<String, IpcException> {
        stream.write_all(text.as_bytes()).map_err(system)?;
        stream.shutdown(std::net::Shutdown::Write).map_err(system)?;
        read_all(stream)
    }

    fn number(&self, writers: Vec<OwnedFd>) -> Result<(), IpcException> {
        for (index, writer) in writers.into_iter().enumerate() {
            File::from(writer).write_all(index.to_string().as_bytes()).map_err(system)?;
        }
        Ok(())
    }

    fn numbered(&self, count: u32) -> Result<Vec<PipeReader>, IpcException> {
        let numbered = |index: u32| {
            let (reader, mut writer) = io::pipe()?;
            writer.write_all(index.to_string().as_bytes())?;
            Ok(reader)
        };
        (0..count).map(numbered).collect::<io::Result<_>>().map_err(system)
    }

    fn send_back(&self, bundle: Bundle) -> Result<Bundle, IpcException> {
        Ok(bundle)
    }

    fn pass_on(&self, to: Arc<dyn Files>, file: File) -> Result<String, IpcException> {
        to.read(file)
    }

    fn refuse(&self, fd: OwnedFd) -> Result<OwnedFd, IpcException> {
        drop(fd);
        Err(IpcException::failed("refused"))
    }

    fn hold(&self, fd: OwnedFd, gate: &str) -> Result<(), IpcException> {
        let passed = pass(gate).map_err(system);
        drop(fd);
        passed
    }

    fn count(&self) -> Result<u32, IpcException> {
        let open = fs::read_dir("/proc/self/fd").map_err(system)?;
        // The one of the directory itself does not count.
        Ok(u32::try_from(open.count()).unwrap_or(u32::MAX).saturating_sub(1))
    }
}

/// Makes what a process needs that offers [`Files`].
pub fn make_files() -> Arc<dyn Ipc> {
    let process = make_process("files", std::env::temp_dir());
    let root: Arc<dyn Files> = Arc::new(FileServer);
    make_ipc(process, make_capnp_protocol(CapnpContext::new()), root)
}

fn read_all(mut from: impl Read) -> Result<String, IpcException> {
    let mut text = String::new();
    from.read_to_string(&mut text).map_err(system)?;
    Ok(text)
}

fn system(error: io::Error) -> IpcException {
    IpcException::system("the file", error)
}
