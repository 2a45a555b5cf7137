//! The printer process of the example: prints the lines that other processes send it.

use std::fs::File;
use std::io::{self, Write};
use std::os::fd::AsFd;
use std::process::ExitCode;
use std::sync::Arc;

use ipc_examples::{CANNOT_PRINT, Printer, PrinterInit};
use ipc_runtime::{CapnpContext, IpcException, make_capnp_protocol, make_ipc, make_process};

struct StandardOutput;

impl Printer for StandardOutput {
    fn print(&self, line: &str) -> Result<(), IpcException> {
        write_line(line).map_err(|error| IpcException::system(CANNOT_PRINT, error))
    }
}

fn write_line(line: &str) -> io::Result<()> {
    // Locked, so that lines do not mix; written as a file, because `Stdout` takes a bad descriptor for success.
    let stdout = io::stdout().lock();
    let mut output = File::from(stdout.as_fd().try_clone_to_owned()?);
    // In one piece: what this process is in the middle of when it is killed is at most one line.
    output.write_all(format!("{line}\n").as_bytes())
}

struct Init;

impl PrinterInit for Init {
    fn make_printer(&self) -> Result<Arc<dyn Printer>, IpcException> {
        Ok(Arc::new(StandardOutput))
    }
}

fn main() -> ExitCode {
    let root: Arc<dyn PrinterInit> = Arc::new(Init);
    let ipc = make_ipc(make_process("ipc-printer", "."), make_capnp_protocol(CapnpContext::new()), root);
    match ipc.start_spawned_process(std::env::args_os()) {
        Ok(Some(code)) => code,
        Ok(None) => {
            eprintln!("ipc-printer: this program is started by `ipc-example`; run that one");
            ExitCode::from(2)
        }
        Err(error) => {
            eprintln!("ipc-printer: {error}");
            ExitCode::from(2)
        }
    }
}
