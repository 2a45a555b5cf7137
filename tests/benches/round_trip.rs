//! Prints the round trip of a call between two processes beside a raw exchange of 64 bytes over a socket pair, in the
//! same run: sleeping and with adaptive waiting, on all cores and pinned to one.
//!
//! `cargo bench -p ipc-tests --bench round_trip`. Figures are medians of interleaved rounds: compare the ratios, the
//! microseconds are the machine's. Context switches are those of both processes.

use std::fs;
use std::hint::black_box;
use std::io::{self, Read, Write};
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::Path;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::{Duration, Instant};

use ipc_runtime::{
    CapnpContext, Interface, Ipc, IpcException, Remote, Waiting, ipc_interface, make_capnp_protocol,
    make_ipc, make_process,
};
use tempfile::TempDir;

/// What is called.
#[ipc_interface(root)]
pub trait Adder {
    /// Adds two numbers.
    fn add(&self, a: i32, b: i32) -> Result<i32, IpcException>;

    /// Calls back with the sum.
    fn add_through(&self, other: Arc<dyn Sum>, a: i32, b: i32) -> Result<i32, IpcException>;

    /// Answers raw exchanges on an address until its peer closes it.
    fn serve_raw(&self, path: &str) -> Result<(), IpcException>;
}

/// What is called back.
#[ipc_interface]
pub trait Sum {
    /// Returns its argument.
    fn sum(&self, sum: i32) -> Result<i32, IpcException>;
}

struct AdderServer(Waiting);

impl Adder for AdderServer {
    fn add(&self, a: i32, b: i32) -> Result<i32, IpcException> {
        Ok(a.wrapping_add(b))
    }

    fn add_through(&self, other: Arc<dyn Sum>, a: i32, b: i32) -> Result<i32, IpcException> {
        other.sum(a.wrapping_add(b))
    }

    fn serve_raw(&self, path: &str) -> Result<(), IpcException> {
        let socket = UnixStream::connect(path).map_err(|error| IpcException::system("raw socket", error))?;
        let waiting = self.0;
        std::thread::spawn(move || raw_echo(socket, waiting));
        Ok(())
    }
}

struct SumServer;

impl Sum for SumServer {
    fn sum(&self, sum: i32) -> Result<i32, IpcException> {
        Ok(sum)
    }
}

fn raw_echo(mut socket: UnixStream, waiting: Waiting) {
    let mut buffer = [0; RAW_BYTES];
    while raw_read(&mut socket, &mut buffer, waiting).and_then(|()| socket.write_all(&buffer)).is_ok() {}
}

fn raw_read(socket: &mut UnixStream, buffer: &mut [u8], waiting: Waiting) -> io::Result<()> {
    if waiting == Waiting::Adaptive {
        socket.set_nonblocking(true)?;
        let begun = Instant::now();
        while begun.elapsed() < POLL {
            match socket.read_exact(buffer) {
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => std::thread::yield_now(),
                done => return done,
            }
        }
        socket.set_nonblocking(false)?;
    }
    socket.read_exact(buffer)
}

const RAW_BYTES: usize = 64;
/// How long a raw exchange polls before it sleeps, as long as the runtime does.
const POLL: Duration = Duration::from_micros(50);
const ROUNDS: usize = 15;
const CALLS: u32 = 2_000;

/// What this program is called where it sleeps.
const SLEEPING: &str = "bench-sleeping";

fn main() -> Result<ExitCode, Box<dyn std::error::Error>> {
    let program = std::env::args().next().unwrap_or_default();
    let waiting = if program.ends_with(SLEEPING) { Waiting::Sleeping } else { Waiting::Adaptive };
    let ipc = facade(waiting);
    if let Some(code) = ipc.start_spawned_process(std::env::args_os())? {
        return Ok(code);
    }
    // `cargo test --benches` only wants to know that it runs.
    let test = std::env::args().any(|arg| arg == "--test");
    let (rounds, calls) = if test { (1, 10) } else { (ROUNDS, CALLS) };
    println!("| case | waiting | cores | raw, us | call, us | ratio | context switches a call |");
    println!("| --- | --- | --- | ---: | ---: | ---: | ---: |");
    for cores in ["all", "one"] {
        if cores == "one" {
            // Children inherit the affinity, so the next pair of processes shares one core.
            pin_to_one_core()?;
        }
        for waiting in [Waiting::Sleeping, Waiting::Adaptive] {
            measure(cores, waiting, rounds, calls)?;
        }
    }
    Ok(ExitCode::SUCCESS)
}

fn facade(waiting: Waiting) -> Arc<dyn Ipc> {
    let root: Arc<dyn Adder> = Arc::new(AdderServer(waiting));
    let settings = CapnpContext::new().with_waiting(waiting);
    make_ipc(make_process("bench", std::env::temp_dir()), make_capnp_protocol(settings), root)
}

fn measure(
    cores: &str,
    waiting: Waiting,
    rounds: usize,
    calls: u32,
) -> Result<(), Box<dyn std::error::Error>> {
    let directory = TempDir::new()?;
    let mut program = std::env::current_exe()?;
    if waiting == Waiting::Sleeping {
        // The other process knows by its name.
        let link = directory.path().join(SLEEPING);
        std::os::unix::fs::symlink(&program, &link)?;
        program = link;
    }
    let ipc = facade(waiting);
    let adder = ipc.spawn_process::<dyn Adder>(program.to_str().ok_or("the program's path is not UTF-8")?)?;
    let path = directory.path().join("raw.sock");
    let listener = UnixListener::bind(&path)?;
    adder.serve_raw(path.to_str().ok_or("the temporary directory is not UTF-8")?)?;
    let (mut raw, _) = listener.accept()?;

    let sum: Arc<dyn Sum> = Arc::new(SumServer);
    let mut buffer = [0; RAW_BYTES];
    let (mut raws, mut adds, mut callbacks) = (Vec::new(), Vec::new(), Vec::new());
    // Interleaved, so that whatever else the machine does hits all.
    for _ in 0..rounds {
        raws.push(time(&adder, calls, || {
            raw.set_nonblocking(false)?;
            raw.write_all(&buffer)?;
            raw_read(&mut raw, &mut buffer, waiting)?;
            Ok(())
        })?);
        adds.push(time(&adder, calls, || {
            black_box(adder.add(black_box(1), black_box(2))?);
            Ok(())
        })?);
        callbacks.push(time(&adder, calls, || {
            black_box(adder.add_through(sum.clone(), black_box(1), black_box(2))?);
            Ok(())
        })?);
    }
    let raw = median(raws.iter().map(|sample| sample.micros));
    println!("| raw exchange | {waiting:?} | {cores} | {raw:.1} | | | {:.1} |", switches(&raws));
    for (case, samples) in [("`add(i32, i32)`", adds), ("with a callback", callbacks)] {
        let call = median(samples.iter().map(|sample| sample.micros));
        println!(
            "| {case} | {waiting:?} | {cores} | {raw:.1} | {call:.1} | {:.2} | {:.1} |",
            call / raw,
            switches(&samples)
        );
    }
    Ok(())
}

/// What one exchange has cost.
struct Sample {
    micros: f64,
    switches: f64,
}

fn time(
    adder: &Arc<dyn Adder>,
    calls: u32,
    mut exchange: impl FnMut() -> Result<(), Box<dyn std::error::Error>>,
) -> Result<Sample, Box<dyn std::error::Error>> {
    let child = adder.as_remote().and_then(Remote::child).ok_or("the peer is no child")?;
    let processes = [std::process::id(), child.id()];
    let before = context_switches(processes)?;
    let start = Instant::now();
    for _ in 0..calls {
        exchange()?;
    }
    let micros = start.elapsed().as_secs_f64() * 1e6 / f64::from(calls);
    let switches = context_switches(processes)?.saturating_sub(before) as f64 / f64::from(calls);
    Ok(Sample { micros, switches })
}

fn context_switches(processes: [u32; 2]) -> io::Result<u64> {
    let mut switches = 0;
    for process in processes {
        for task in fs::read_dir(Path::new("/proc").join(process.to_string()).join("task"))? {
            let status = fs::read_to_string(task?.path().join("status")).unwrap_or_default();
            let counts = status.lines().filter(|line| line.contains("ctxt_switches"));
            switches +=
                counts.filter_map(|line| line.split_whitespace().last()?.parse::<u64>().ok()).sum::<u64>();
        }
    }
    Ok(switches)
}

fn switches(samples: &[Sample]) -> f64 {
    median(samples.iter().map(|sample| sample.switches))
}

fn median(values: impl Iterator<Item = f64>) -> f64 {
    let mut values: Vec<f64> = values.collect();
    values.sort_unstable_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or(f64::NAN)
}

fn pin_to_one_core() -> io::Result<()> {
    let mut cores = rustix::thread::CpuSet::new();
    cores.set(0);
    Ok(rustix::thread::sched_setaffinity(None, &cores)?)
}
