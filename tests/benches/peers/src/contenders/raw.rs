//! The floor: 64 bytes over a socket pair, without any library. Waits by sleeping, or polls before it sleeps.

use std::io::{self, Write};
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::{Path, PathBuf};
use std::thread;
use std::time::{Duration, Instant};

use ipc_runtime::Waiting;
use rustix::io::Errno;
use rustix::net::{RecvFlags, recv};

use crate::callers::call_on_threads;
use crate::contender::{About, Client, Contender, Floor, Link, Outcome, Ran, Role};
use crate::executor::Executor;
use crate::meter::Meter;
use crate::version;

/// Raw exchanges. Each is [`MESSAGE`] bytes, the first four of which say how many follow.
pub(super) struct Raw(pub(super) Waiting);

/// About as many as a call has.
const MESSAGE: usize = 64;
/// How long it polls before it sleeps, as long as the runtime does.
const POLL: Duration = Duration::from_micros(50);
/// Messages that are read at once.
const BATCH: usize = 1024;

impl Contender for Raw {
    fn about(&self) -> About {
        let sleeping = self.0 == Waiting::Sleeping;
        let (setting, floor) =
            if sleeping { ("blocking", Floor::Blocking) } else { ("polling", Floor::Polling) };
        About { name: "raw socket", setting, role: Role::Floor, floor, version: version::of_kernel() }
    }

    fn serve(&self, link: Link) -> Outcome {
        let (listener, waiting) = (UnixListener::bind(address(&link.directory))?, self.0);
        thread::spawn(move || {
            // Each thread of the client has a socket of its own, and a thread that serves it.
            for socket in listener.incoming().map_while(Result::ok) {
                thread::spawn(move || serve(socket, waiting));
            }
        });
        serve(link.socket, waiting)
    }

    fn connect(&self, link: Link) -> Outcome<Box<dyn Client>> {
        let exchange = Exchange::new(link.socket, self.0);
        Ok(Box::new(RawClient { exchange, directory: link.directory, waiting: self.0 }))
    }
}

fn address(directory: &Path) -> PathBuf {
    directory.join("raw.sock")
}

/// Sends every message back, as many at once as there are.
fn serve(mut socket: UnixStream, waiting: Waiting) -> Outcome {
    let mut chunk = vec![0; BATCH * MESSAGE];
    let (mut received, mut body) = (Vec::new(), Vec::new());
    loop {
        let length = read(&socket, &mut chunk, waiting)?;
        if length == 0 {
            return Ok(());
        }
        received.extend_from_slice(chunk.get(..length).unwrap_or_default());
        let following = received.first_chunk().map_or(0, |length| u32::from_le_bytes(*length)) as usize;
        if following == 0 {
            let rest = received.split_off(received.len() - received.len() % MESSAGE);
            socket.write_all(&received)?;
            received = rest;
            continue;
        }
        // Bytes come alone.
        body.clear();
        body.append(&mut received);
        let begun = body.len();
        body.resize(MESSAGE + following, 0);
        read_exact(&socket, body.get_mut(begun..).unwrap_or_default(), waiting)?;
        socket.write_all(&body)?;
    }
}

fn read(socket: &UnixStream, buffer: &mut [u8], waiting: Waiting) -> io::Result<usize> {
    if waiting == Waiting::Adaptive {
        let begun = Instant::now();
        while begun.elapsed() < POLL {
            match recv(socket, &mut *buffer, RecvFlags::DONTWAIT) {
                Ok((length, _)) => return Ok(length),
                Err(Errno::AGAIN) => thread::yield_now(),
                Err(error) => return Err(error.into()),
            }
        }
    }
    Ok(rustix::io::read(socket, buffer)?)
}

fn read_exact(socket: &UnixStream, mut buffer: &mut [u8], waiting: Waiting) -> io::Result<()> {
    while !buffer.is_empty() {
        let length = read(socket, buffer, waiting)?;
        if length == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        buffer = buffer.get_mut(length..).unwrap_or_default();
    }
    Ok(())
}

struct RawClient {
    exchange: Exchange,
    directory: PathBuf,
    waiting: Waiting,
}

/// One end of a socket, and what goes through it.
struct Exchange {
    socket: UnixStream,
    waiting: Waiting,
    buffer: Vec<u8>,
}

impl Exchange {
    fn new(socket: UnixStream, waiting: Waiting) -> Self {
        Self { socket, waiting, buffer: vec![0; MESSAGE] }
    }

    /// Sends messages of which each has `body` more bytes behind it, and waits until all are back.
    fn run(&mut self, messages: usize, body: usize) -> Outcome {
        self.buffer.resize(messages * (MESSAGE + body), 0);
        for message in self.buffer.chunks_exact_mut(MESSAGE + body) {
            if let Some(length) = message.first_chunk_mut() {
                *length = u32::try_from(body)?.to_le_bytes();
            }
        }
        self.socket.write_all(&self.buffer)?;
        Ok(read_exact(&self.socket, &mut self.buffer, self.waiting)?)
    }
}

impl Client for RawClient {
    fn add(&mut self, calls: u64, meter: &mut Meter) -> Outcome<Ran> {
        meter.measure(|| (0..calls).try_for_each(|_| self.exchange.run(1, 0)))?;
        Ok(Ran::Measured)
    }

    fn add_on_threads(&mut self, threads: usize, calls: u64, meter: &mut Meter) -> Outcome<Ran> {
        // It listens before it answers.
        self.exchange.run(1, 0)?;
        call_on_threads(&Executor::Plain, threads, calls, meter, || {
            let mut exchange = Exchange::new(UnixStream::connect(address(&self.directory))?, self.waiting);
            Ok(move |calls| (0..calls).try_for_each(|_| exchange.run(1, 0)))
        })
    }

    fn add_in_futures(&mut self, futures: usize, calls: u64, meter: &mut Meter) -> Outcome<Ran> {
        // All that are in flight at once, written with one call of the system and read with as few as it takes.
        let rounds = calls / futures as u64;
        meter.measure(|| (0..rounds).try_for_each(|_| self.exchange.run(futures, 0)))?;
        Ok(Ran::Measured)
    }

    fn call_back(&mut self, calls: u64, meter: &mut Meter) -> Outcome<Ran> {
        // There, back for the callback, there with its answer, back with the call's.
        meter.measure(|| (0..2 * calls).try_for_each(|_| self.exchange.run(1, 0)))?;
        Ok(Ran::Measured)
    }

    fn echo(&mut self, bytes: usize, calls: u64, meter: &mut Meter) -> Outcome<Ran> {
        meter.measure(|| (0..calls).try_for_each(|_| self.exchange.run(1, bytes)))?;
        Ok(Ran::Measured)
    }
}
