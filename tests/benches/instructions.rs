//! Prints how many instructions one small call takes in user space, of the client and the server together, and fails if they
//! are more than the budget.
//!
//! `cargo bench -p ipc-tests --bench instructions`. Callgrind counts them (Debian package `valgrind`), so the figures are
//! those of the program, not of the machine. Both ends are in one process, with a socket between them; what a run with fewer
//! calls takes is subtracted from what one with more does, so that only calls are left.

use std::hint::black_box;
use std::process::{Command, ExitCode};
use std::sync::Arc;

use ipc_runtime::{
    CapnpContext, Ipc, IpcException, Waiting, ipc_interface, make_capnp_protocol, make_ipc, make_process,
};
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use tempfile::TempDir;

/// What is called.
#[ipc_interface(root)]
pub trait Adder {
    /// Adds two numbers.
    fn add(&self, a: i32, b: i32) -> Result<i32, IpcException>;

    /// Makes objects: many with one call, since what calls take differs a little from run to run.
    fn make_objects(&self, count: u32) -> Result<Vec<Arc<dyn Object>>, IpcException>;
}

/// One of many.
#[ipc_interface]
pub trait Object {
    /// Adds two numbers.
    fn add(&self, a: i32, b: i32) -> Result<i32, IpcException>;
}

struct Server;

impl Adder for Server {
    fn add(&self, a: i32, b: i32) -> Result<i32, IpcException> {
        Ok(a.wrapping_add(b))
    }

    fn make_objects(&self, count: u32) -> Result<Vec<Arc<dyn Object>>, IpcException> {
        Ok((0..count).map(|_| Arc::new(Server) as Arc<dyn Object>).collect())
    }
}

impl Object for Server {
    fn add(&self, a: i32, b: i32) -> Result<i32, IpcException> {
        Ok(a.wrapping_add(b))
    }
}

/// What a call may take, whatever else lives: a sixth more than the 21,200 that it takes today, since on a busy machine threads look in
/// vain, and runs differ by a tenth. It is to fall to 6,000; meanwhile this guards that it does not rise.
const BUDGET: f64 = 25_000.0;
/// What else may live: one look at each would take a multiple.
const LOADS: [(&str, u32); 3] = [("nothing", 0), ("objects", 10_000), ("connections", 1_000)];
/// Objects that are made with one call, which may return only so many.
const AT_ONCE: u32 = 1_000;
/// Attempts to stay within it.
const ATTEMPTS: usize = 5;
/// Calls in the run with fewer.
const CALLS: u64 = 2_000;
/// Calls before, which fill queues and tables, and start threads.
const WARM: u64 = 500;
/// What the first argument of a run is that is counted.
const RUN: &str = "--run";

fn main() -> Result<ExitCode, Box<dyn std::error::Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    if let [RUN, load, count, calls] = *arguments.as_slice() {
        run(load, count.parse()?, calls.parse()?)?;
        return Ok(ExitCode::SUCCESS);
    }
    if Command::new("valgrind").arg("--version").output().is_err() {
        let needed = std::env::var_os("CI").is_some_and(|value| value == "true");
        println!("skipped: `valgrind` is not installed");
        return Ok(if needed { ExitCode::FAILURE } else { ExitCode::SUCCESS });
    }
    println!("| `add(i32, i32)` beside | instructions, client + server | may take |");
    println!("| --- | ---: | ---: |");
    let mut code = ExitCode::SUCCESS;
    for (load, count) in LOADS {
        // `cargo test --benches` only wants to know that it runs.
        if count > 0 && arguments.contains(&"--test") {
            continue;
        }
        let mut each = f64::INFINITY;
        // What else the machine does can only add some: a thread that looks in vain.
        for _ in 0..ATTEMPTS {
            let (fewer, more) = (instructions(load, count, CALLS)?, instructions(load, count, 2 * CALLS)?);
            each = each.min((more as f64 - fewer as f64) / CALLS as f64);
            if each <= BUDGET {
                break;
            }
        }
        let beside = if count == 0 { load.to_owned() } else { format!("{count} {load}") };
        println!("| {beside} | {each:.0} | {BUDGET:.0} |");
        if each > BUDGET {
            code = ExitCode::FAILURE;
            eprintln!("error: a call beside {beside} takes {each:.0} instructions, more than {BUDGET:.0}");
        }
    }
    Ok(code)
}

/// Counts the instructions of a whole run.
fn instructions(load: &str, count: u32, calls: u64) -> Result<u64, Box<dyn std::error::Error>> {
    let output = Command::new("valgrind")
        .args(["--tool=callgrind", "--callgrind-out-file=/dev/null"])
        .arg(std::env::current_exe()?)
        .args([RUN, load, &count.to_string(), &calls.to_string()])
        .output()?;
    let log = String::from_utf8_lossy(&output.stderr);
    let counted = log.lines().find_map(|line| line.split_once("Collected : ")?.1.trim().parse().ok());
    match counted {
        Some(counted) if output.status.success() => Ok(counted),
        _ => Err(format!("callgrind has ended with {}:\n{log}", output.status).into()),
    }
}

/// What is counted.
fn run(load: &str, count: u32, calls: u64) -> Result<(), Box<dyn std::error::Error>> {
    let limit = getrlimit(Resource::Nofile);
    setrlimit(Resource::Nofile, Rlimit { current: limit.maximum, maximum: limit.maximum })?;
    let directory = TempDir::new()?;
    let root: Arc<dyn Adder> = Arc::new(Server);
    // Polling would be counted as well.
    let settings = CapnpContext::new().with_waiting(Waiting::Sleeping);
    let ipc = make_ipc(make_process("bench", directory.path()), make_capnp_protocol(settings), root);
    ipc.listen_address(&mut "unix".to_owned())?;
    let adder = connect(&*ipc)?;
    add(&*adder, WARM)?;
    let (mut objects, mut connections) = (Vec::new(), Vec::new());
    match load {
        "objects" => {
            for _ in 0..count / AT_ONCE {
                objects.extend(adder.make_objects(AT_ONCE)?);
            }
        }
        _ => connections = (0..count).map(|_| connect(&*ipc)).collect::<Result<_, _>>()?,
    }
    add(&*adder, WARM)?;
    if let Some(object) = objects.last() {
        for _ in 0..calls {
            black_box(object.add(black_box(1), black_box(2))?);
        }
        return Ok(());
    }
    add(&*adder, calls)?;
    drop(connections);
    Ok(())
}

fn connect(ipc: &dyn Ipc) -> Result<Arc<dyn Adder>, Box<dyn std::error::Error>> {
    Ok(ipc.connect_address::<dyn Adder>(&mut "unix".to_owned())?.ok_or("nobody listens")?)
}

fn add(adder: &dyn Adder, calls: u64) -> Result<(), IpcException> {
    for _ in 0..calls {
        black_box(adder.add(black_box(1), black_box(2))?);
    }
    Ok(())
}
