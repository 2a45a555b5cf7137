//! The floor: an exchange of bytes over a socket, with nothing else.

use std::io::{self, Read, Write};
use std::os::unix::net::UnixStream;
use std::time::{Duration, Instant};

use ipc_runtime::Waiting;

const BYTES: usize = 64;
/// How long an exchange polls before it sleeps, as long as the runtime does.
const POLL: Duration = Duration::from_micros(50);

/// One end of the socket.
pub(crate) struct Raw {
    socket: UnixStream,
    waiting: Waiting,
    buffer: [u8; BYTES],
}

impl Raw {
    pub(crate) fn new(socket: UnixStream, waiting: Waiting) -> Self {
        Self { socket, waiting, buffer: [0; BYTES] }
    }

    /// Sends, and waits for what comes back.
    pub(crate) fn exchange(&mut self) -> io::Result<()> {
        self.socket.write_all(&self.buffer)?;
        self.receive()
    }

    /// Sends everything back until the peer closes.
    pub(crate) fn echo(mut self) {
        while self.receive().and_then(|()| self.socket.write_all(&self.buffer)).is_ok() {}
    }

    fn receive(&mut self) -> io::Result<()> {
        if self.waiting == Waiting::Adaptive {
            self.socket.set_nonblocking(true)?;
            let begun = Instant::now();
            while begun.elapsed() < POLL {
                match self.socket.read_exact(&mut self.buffer) {
                    Err(error) if error.kind() == io::ErrorKind::WouldBlock => std::thread::yield_now(),
                    done => {
                        self.socket.set_nonblocking(false)?;
                        return done;
                    }
                }
            }
            self.socket.set_nonblocking(false)?;
        }
        self.socket.read_exact(&mut self.buffer)
    }
}
