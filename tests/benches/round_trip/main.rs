//! Prints the round trip of a call between two processes beside a raw exchange of 64 bytes over a socket pair, in the
//! same run: sleeping and with adaptive waiting, on all cores and pinned to one; by one caller and by many, on one
//! connection.
//!
//! `cargo bench -p ipc-tests --bench round_trip`, with a part of their names behind `--` for some of the rows only. Figures are medians of
//! interleaved rounds: compare the ratios, the microseconds are the machine's. Those of many callers are the time divided by all their calls. Context switches are
//! those of both processes.

use std::hint::black_box;
use std::io;
use std::os::unix::net::{UnixListener, UnixStream};
use std::process::ExitCode;
use std::sync::{Arc, Barrier};
use std::thread;

use futures::executor::block_on;
use futures::future::try_join_all;
use ipc_runtime::{
    CapnpContext, Client, Interface, Ipc, IpcException, Remote, Waiting, ipc_interface, make_capnp_protocol,
    make_ipc, make_process,
};
use tempfile::TempDir;

use self::meter::{Meter, Sample, micros, switches};
use self::raw::Raw;

mod meter;
mod raw;

/// What is called.
#[ipc_interface(root, twin = AdderAsync)]
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
        let raw = Raw::new(socket, self.0);
        thread::spawn(move || raw.echo());
        Ok(())
    }
}

struct SumServer;

impl Sum for SumServer {
    fn sum(&self, sum: i32) -> Result<i32, IpcException> {
        Ok(sum)
    }
}

type Outcome<T = ()> = Result<T, Box<dyn std::error::Error + Send + Sync>>;

const ROUNDS: usize = 15;
const CALLS: u32 = 2_000;

/// What this program is called where it sleeps.
const SLEEPING: &str = "bench-sleeping";

fn main() -> Outcome<ExitCode> {
    let program = std::env::args().next().unwrap_or_default();
    let waiting = if program.ends_with(SLEEPING) { Waiting::Sleeping } else { Waiting::Adaptive };
    let ipc = facade(waiting);
    if let Some(code) = ipc.start_spawned_process(std::env::args_os())? {
        return Ok(code);
    }
    // `cargo test --benches` only wants to know that it runs.
    let test = std::env::args().any(|arg| arg == "--test");
    let (rounds, calls) = if test { (1, 10) } else { (ROUNDS, CALLS) };
    let filter: Vec<String> = std::env::args().skip(1).filter(|arg| !arg.starts_with("--")).collect();
    let rows = Rows { rounds, calls, filter };
    println!("| case | waiting | cores | us | of raw | of one caller | context switches |");
    println!("| --- | --- | --- | ---: | ---: | ---: | ---: |");
    for cores in ["all", "one"] {
        if cores == "one" {
            // Children inherit the affinity, so the next pair of processes shares one core.
            pin_to_one_core()?;
        }
        for waiting in [Waiting::Sleeping, Waiting::Adaptive] {
            rows.measure(cores, waiting)?;
        }
    }
    Ok(ExitCode::SUCCESS)
}

fn facade(waiting: Waiting) -> Arc<dyn Ipc> {
    let root: Arc<dyn Adder> = Arc::new(AdderServer(waiting));
    let settings = CapnpContext::new().with_waiting(waiting);
    make_ipc(make_process("bench", std::env::temp_dir()), make_capnp_protocol(settings), root)
}

/// What calls.
#[derive(Clone, Copy)]
enum Case {
    /// Nobody: bytes go there and back.
    Raw,
    /// So many threads, on one connection.
    Threads(u32),
    /// So many futures in one task, on one connection.
    Futures(u32),
    /// One thread, which is called back.
    Callback,
}

const CASES: [Case; 6] =
    [Case::Raw, Case::Threads(1), Case::Threads(4), Case::Threads(16), Case::Futures(1_000), Case::Callback];

impl Case {
    fn name(self) -> String {
        match self {
            Self::Raw => "raw exchange".to_owned(),
            Self::Threads(1) => "`add(i32, i32)`".to_owned(),
            Self::Threads(threads) => format!("by {threads} threads"),
            Self::Futures(futures) => format!("by {futures} futures in one task"),
            Self::Callback => "with a callback".to_owned(),
        }
    }

    /// Returns how often each caller calls, and how many calls that are in all.
    fn share(self, calls: u32) -> (u32, u32) {
        let (Self::Threads(callers) | Self::Futures(callers)) = self else { return (calls, calls) };
        // A future is done with few.
        let each = calls.div_ceil(callers).max(10.min(calls));
        (each, each * callers)
    }
}

/// A connection, and a raw socket beside it.
struct Pair {
    adder: Arc<dyn Adder>,
    sum: Arc<dyn Sum>,
    raw: Raw,
    meter: Meter,
}

impl Pair {
    fn spawn(waiting: Waiting, directory: &TempDir) -> Outcome<Self> {
        let mut program = std::env::current_exe()?;
        if waiting == Waiting::Sleeping {
            // The other process knows by its name.
            let link = directory.path().join(SLEEPING);
            std::os::unix::fs::symlink(&program, &link)?;
            program = link;
        }
        let program = program.to_str().ok_or("the program's path is not UTF-8")?;
        let adder = facade(waiting).spawn_process::<dyn Adder>(program)?;
        let path = directory.path().join("raw.sock");
        let listener = UnixListener::bind(&path)?;
        adder.serve_raw(path.to_str().ok_or("the temporary directory is not UTF-8")?)?;
        let (socket, _) = listener.accept()?;
        let child = adder.as_remote().and_then(Remote::child).ok_or("the peer is no child")?;
        let meter = Meter::new([std::process::id(), child.id()]);
        Ok(Self { adder, sum: Arc::new(SumServer), raw: Raw::new(socket, waiting), meter })
    }

    fn run(&mut self, case: Case, calls: u32) -> Outcome<Sample> {
        let (each, calls) = case.share(calls);
        match case {
            Case::Raw => self.meter.measure(calls, || Ok((0..each).try_for_each(|_| self.raw.exchange())?)),
            Case::Threads(1) => self.meter.measure(calls, || add(&*self.adder, each)),
            Case::Threads(threads) => self.add_on_threads(threads, each),
            Case::Futures(futures) => self.meter.measure(calls, || self.add_in_futures(futures, each)),
            Case::Callback => self.meter.measure(calls, || {
                for _ in 0..each {
                    black_box(self.adder.add_through(self.sum.clone(), black_box(1), black_box(2))?);
                }
                Ok(())
            }),
        }
    }

    /// Measures from when all threads are ready, each after a first call, until the last one is done.
    fn add_on_threads(&self, threads: u32, each: u32) -> Outcome<Sample> {
        let all = threads as usize + 1;
        let (begin, end, leave) = (Barrier::new(all), Barrier::new(all), Barrier::new(all));
        let run = || {
            let ready = add(&*self.adder, 1);
            begin.wait();
            let done = ready.and_then(|()| add(&*self.adder, each));
            end.wait();
            // Its context switches are counted as long as it is there.
            leave.wait();
            done
        };
        thread::scope(|scope| {
            let running: Vec<_> = (0..threads).map(|_| scope.spawn(run)).collect();
            // The others wait for each other, and for this one.
            begin.wait();
            let sample = self.meter.measure(threads * each, || {
                end.wait();
                Outcome::Ok(())
            });
            leave.wait();
            for thread in running {
                thread.join().map_err(|_| "a calling thread has panicked")??;
            }
            sample
        })
    }

    fn add_in_futures(&self, futures: u32, each: u32) -> Outcome {
        let remote = self.adder.as_remote().ok_or("the adder is not remote")?.clone();
        let adder = Client::<dyn AdderAsync>::new(remote);
        let adder = &adder;
        let caller = |_| async move {
            for _ in 0..each {
                black_box(adder.add(black_box(1), black_box(2)).await?);
            }
            Outcome::Ok(())
        };
        block_on(try_join_all((0..futures).map(caller))).map(drop)
    }
}

fn add(adder: &dyn Adder, calls: u32) -> Outcome {
    for _ in 0..calls {
        black_box(adder.add(black_box(1), black_box(2))?);
    }
    Ok(())
}

/// What is measured.
struct Rows {
    rounds: usize,
    calls: u32,
    /// Parts of the names of the rows that are wanted; all, if there is none.
    filter: Vec<String>,
}

impl Rows {
    fn measure(&self, cores: &str, waiting: Waiting) -> Outcome {
        let title = |case: Case| format!("{} | {waiting:?} | {cores}", case.name());
        let wanted = |case: &Case| self.filter.iter().all(|part| title(*case).contains(part.as_str()));
        let cases: Vec<Case> = CASES.into_iter().filter(wanted).collect();
        if cases.is_empty() {
            return Ok(());
        }
        let directory = TempDir::new()?;
        let mut pair = Pair::spawn(waiting, &directory)?;
        let mut samples = vec![Vec::new(); cases.len()];
        // Interleaved, so that whatever else the machine does hits all.
        for _ in 0..self.rounds {
            for (case, samples) in cases.iter().zip(&mut samples) {
                samples.push(pair.run(*case, self.calls)?);
            }
        }
        let time_of = |wanted: fn(&Case) -> bool| {
            let found = cases.iter().position(wanted).and_then(|index| samples.get(index));
            found.map(|samples| micros(samples))
        };
        let raw = time_of(|case| matches!(case, Case::Raw));
        let one = time_of(|case| matches!(case, Case::Threads(1)));
        for (case, samples) in cases.iter().zip(&samples) {
            let (call, switches) = (micros(samples), switches(samples));
            let of =
                |floor: Option<f64>| floor.map(|floor| format!("{:.2}", call / floor)).unwrap_or_default();
            println!("| {} | {call:.1} | {} | {} | {switches:.1} |", title(*case), of(raw), of(one));
        }
        Ok(())
    }
}

fn pin_to_one_core() -> io::Result<()> {
    let mut cores = rustix::thread::CpuSet::new();
    cores.set(0);
    Ok(rustix::thread::sched_setaffinity(None, &cores)?)
}
