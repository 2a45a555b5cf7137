//! Spawns, connects, calls and drops many times, and fails if something is left of it.
//!
//! A process of its own, because what it counts is the process's: descriptors, threads, memory, children.
//!
//! `soak <path of the peer> <path of a program that does not serve> <rounds>`

use std::error::Error;
use std::fs;
use std::process::ExitCode;
use std::time::{Duration, Instant};

use ipc_tests::interfaces::Peer;
use ipc_tests::server::make_peer;
use rustix::process::{WaitId, WaitIdOptions, waitid};

/// Enough for the allocator and the pool to have what they keep.
const WARM_UP: usize = 50;

/// What may be left after all rounds; one leaked page a round is as much.
const TOLERATED_KIB: u64 = 2 * 1024;

fn main() -> Result<ExitCode, Box<dyn Error>> {
    let mut args = std::env::args().skip(1);
    let (Some(peer), Some(deserter), Some(rounds)) = (args.next(), args.next(), args.next()) else {
        return Err("three arguments".into());
    };
    let rounds: usize = rounds.parse()?;
    let (_server, ipc) = make_peer();
    let path = std::env::temp_dir().join(format!("ipc-soak-{}.sock", std::process::id()));
    let mut address = format!("unix:{}", path.display());
    ipc.listen_address(&mut address)?;
    let round = |i: usize| -> Result<(), Box<dyn Error>> {
        cycle(&*ipc.spawn_process::<dyn Peer>(&peer)?)?;
        cycle(&*ipc.connect_address::<dyn Peer>(&mut address.clone())?.ok_or("nobody listens")?)?;
        if i.is_multiple_of(10) {
            for program in [deserter.as_str(), "/no/such/program"] {
                if ipc.spawn_process::<dyn Peer>(program).is_ok() {
                    return Err(format!("`{program}` serves").into());
                }
            }
        }
        Ok(())
    };
    for i in 0..WARM_UP {
        round(i)?;
    }
    let before = settled(|left| left.children == 0)?;
    for i in 0..rounds {
        round(i)?;
    }
    // Threads are kept while they are warm; at the end there are as many as before.
    let after = settled(|left| {
        left.children == 0 && left.descriptors <= before.descriptors && left.threads <= before.threads
    })?;
    fs::remove_file(path)?;
    println!("before {before:?}, after {after:?}");
    let grown = after.resident_kib.saturating_sub(before.resident_kib);
    let leaks = after.children > 0
        || after.descriptors > before.descriptors
        || after.threads > before.threads
        || grown > TOLERATED_KIB;
    Ok(if leaks { ExitCode::FAILURE } else { ExitCode::SUCCESS })
}

fn cycle(peer: &dyn Peer) -> Result<(), Box<dyn Error>> {
    let counter = peer.make_counter()?;
    if peer.add(20, 22)? != 42 || counter.add(7)? != 7 {
        return Err("a wrong answer".into());
    }
    Ok(())
}

#[derive(Debug)]
struct Left {
    descriptors: usize,
    threads: usize,
    children: usize,
    resident_kib: u64,
}

fn left() -> Result<Left, Box<dyn Error>> {
    let status = fs::read_to_string("/proc/self/status")?;
    let number = |name: &str| -> Result<u64, Box<dyn Error>> {
        let line = status.lines().find_map(|line| line.strip_prefix(name)).ok_or("no such line")?;
        Ok(line.split_whitespace().next().ok_or("no number")?.parse()?)
    };
    let any = WaitIdOptions::EXITED | WaitIdOptions::NOHANG | WaitIdOptions::NOWAIT;
    // With a child, dead or alive, it is no error.
    let children = usize::from(waitid(WaitId::All, any).is_ok());
    Ok(Left {
        descriptors: fs::read_dir("/proc/self/fd")?.count(),
        threads: number("Threads:")? as usize,
        children,
        resident_kib: number("VmRSS:")?,
    })
}

/// Returns what is left as soon as it is as it should be, or after a while in any case.
fn settled(enough: impl Fn(&Left) -> bool) -> Result<Left, Box<dyn Error>> {
    let deadline = Instant::now() + Duration::from_secs(20);
    loop {
        let left = left()?;
        if enough(&left) || Instant::now() > deadline {
            return Ok(left);
        }
        std::thread::park_timeout(Duration::from_millis(5));
    }
}
