//! Prints the round trip of a call between two processes beside a raw blocking exchange of 64 bytes over a socket pair,
//! in the same run, on all cores and pinned to one.
//!
//! `cargo bench -p ipc-tests --bench round_trip`. Figures are medians of interleaved rounds: compare the ratios, the
//! microseconds are the machine's.

use std::hint::black_box;
use std::io::{Read, Write};
use std::os::unix::net::UnixStream;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::{Duration, Instant};

use ipc_runtime::{
    CapnpContext, Ipc, IpcException, ipc_interface, make_capnp_protocol, make_ipc, make_process,
};

/// What is called.
#[ipc_interface(root)]
pub trait Adder {
    /// Adds two numbers.
    fn add(&self, a: i32, b: i32) -> Result<i32, IpcException>;

    /// Returns its argument.
    fn echo(&self, data: &[u8]) -> Result<Vec<u8>, IpcException>;

    /// Answers raw exchanges on an address until its peer closes it.
    fn serve_raw(&self, path: &str) -> Result<(), IpcException>;
}

struct AdderServer;

impl Adder for AdderServer {
    fn add(&self, a: i32, b: i32) -> Result<i32, IpcException> {
        Ok(a.wrapping_add(b))
    }

    fn echo(&self, data: &[u8]) -> Result<Vec<u8>, IpcException> {
        Ok(data.to_vec())
    }

    fn serve_raw(&self, path: &str) -> Result<(), IpcException> {
        let socket = UnixStream::connect(path).map_err(|error| IpcException::system("raw socket", error))?;
        std::thread::spawn(move || raw_echo(socket));
        Ok(())
    }
}

fn raw_echo(mut socket: UnixStream) {
    let mut buffer = [0; RAW_BYTES];
    while socket.read_exact(&mut buffer).and_then(|()| socket.write_all(&buffer)).is_ok() {}
}

const RAW_BYTES: usize = 64;
const ROUNDS: usize = 15;
const CALLS: u32 = 2_000;

fn main() -> Result<ExitCode, Box<dyn std::error::Error>> {
    let root: Arc<dyn Adder> = Arc::new(AdderServer);
    let ipc =
        make_ipc(make_process("bench", std::env::temp_dir()), make_capnp_protocol(CapnpContext::new()), root);
    if let Some(code) = ipc.start_spawned_process(std::env::args_os())? {
        return Ok(code);
    }
    if std::env::args().any(|arg| arg == "--test") {
        // `cargo test --benches` only wants to know that it runs.
        measure(&*ipc, "all cores", 1, 10)?;
        return Ok(ExitCode::SUCCESS);
    }
    println!("| case | cores | raw exchange, us | call, us | ratio |");
    println!("| --- | --- | ---: | ---: | ---: |");
    measure(&*ipc, "all", ROUNDS, CALLS)?;
    // Children inherit the affinity, so the next pair of processes shares one core.
    pin_to_one_core()?;
    measure(&*ipc, "one", ROUNDS, CALLS)?;
    Ok(ExitCode::SUCCESS)
}

fn measure(ipc: &dyn Ipc, cores: &str, rounds: usize, calls: u32) -> Result<(), Box<dyn std::error::Error>> {
    let exe = std::env::current_exe()?;
    let adder =
        ipc.spawn_process::<dyn Adder>(exe.to_str().ok_or("the path of the benchmark is not UTF-8")?)?;
    let path = std::env::temp_dir().join(format!("ipc-bench-{}.sock", std::process::id()));
    let listener = std::os::unix::net::UnixListener::bind(&path)?;
    adder.serve_raw(path.to_str().ok_or("the temporary directory is not UTF-8")?)?;
    let (mut raw, _) = listener.accept()?;
    std::fs::remove_file(&path)?;

    let mut buffer = [0; RAW_BYTES];
    let mut raw_times = Vec::new();
    let mut call_times = Vec::new();
    // Interleaved, so that whatever else the machine does hits both.
    for _ in 0..rounds {
        raw_times.push(time(calls, || {
            raw.write_all(&buffer)?;
            raw.read_exact(&mut buffer)?;
            Ok(())
        })?);
        call_times.push(time(calls, || {
            black_box(adder.add(black_box(1), black_box(2))?);
            Ok(())
        })?);
    }
    let (raw, call) = (median(raw_times), median(call_times));
    println!("| `add(i32, i32)` | {cores} | {raw:.1} | {call:.1} | {:.2} |", call / raw);
    Ok(())
}

fn time(
    calls: u32,
    mut exchange: impl FnMut() -> Result<(), Box<dyn std::error::Error>>,
) -> Result<Duration, Box<dyn std::error::Error>> {
    let start = Instant::now();
    for _ in 0..calls {
        exchange()?;
    }
    Ok(start.elapsed() / calls)
}

fn median(mut times: Vec<Duration>) -> f64 {
    times.sort_unstable();
    times.get(times.len() / 2).map_or(f64::NAN, |time| time.as_secs_f64() * 1e6)
}

fn pin_to_one_core() -> std::io::Result<()> {
    let mut cores = rustix::thread::CpuSet::new();
    cores.set(0);
    Ok(rustix::thread::sched_setaffinity(None, &cores)?)
}
