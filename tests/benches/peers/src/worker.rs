//! The two processes of a pair, as they run.

use std::io::{self, BufRead, Write};
use std::os::fd::AsFd;
use std::path::Path;
use std::process::Child;

use rustix::process::{Resource, Rlimit, Signal, getrlimit, set_parent_process_death_signal, setrlimit};

use crate::case::Case;
use crate::contender::{Client, Contender, Link, Outcome, Ran};
use crate::meter::{Meter, Sample};

/// The answer where a contender does not offer a case.
pub(crate) const UNSUPPORTED: &str = "unsupported";
/// What stands before a failure.
pub(crate) const FAILED: &str = "failed: ";

/// Serves the socket that is this process's standard input.
pub(crate) fn serve(contender: &dyn Contender, directory: &Path) -> Outcome {
    prepare()?;
    let socket = io::stdin().as_fd().try_clone_to_owned()?.into();
    contender.serve(Link { socket, directory: directory.to_owned() })
}

/// Starts a process that serves, and does with it what each line of the standard input says: a case and a number of
/// calls. Answers with a line.
pub(crate) fn call(contender: &dyn Contender, directory: &Path) -> Outcome {
    prepare()?;
    let mut pair: Option<Running> = None;
    for line in io::stdin().lock().lines() {
        let line = line?;
        let (case, calls) = line.split_once(' ').ok_or("a case and a number of calls are expected")?;
        let answer = match run(contender, directory, &mut pair, case.parse()?, calls.parse()?) {
            Ok(Some(sample)) => sample.to_line(),
            Ok(None) => UNSUPPORTED.to_owned(),
            Err(error) => format!("{FAILED}{error}").replace('\n', "; "),
        };
        writeln!(io::stdout(), "{answer}")?;
    }
    if let Some(Running { client, mut server, .. }) = pair {
        // Without a client the server ends, and takes with it what it has in the file system.
        drop(client);
        server.wait()?;
    }
    Ok(())
}

/// The other process, and what calls it.
struct Running {
    client: Box<dyn Client>,
    server: Child,
    /// It keeps what the first run of a case has weighed.
    meter: Meter,
}

fn run(
    contender: &dyn Contender,
    directory: &Path,
    pair: &mut Option<Running>,
    case: Case,
    calls: u64,
) -> Outcome<Option<Sample>> {
    if case == Case::Spawn {
        let mut seconds = 0.0;
        for _ in 0..calls {
            let directory = tempfile::tempdir_in(directory)?;
            let Some(answered) = contender.spawn_to_answer(directory.path())? else { return Ok(None) };
            seconds += answered;
        }
        return Ok(Some(Sample::of_micros(seconds * 1e6 / calls as f64)));
    }
    let Running { client, meter, .. } = match pair {
        Some(pair) => pair,
        None => {
            let (server, link) = contender.spawn(directory)?;
            let client = contender.connect(link)?;
            let meter = Meter::new(&[client.process(), server.id()]);
            pair.insert(Running { client, server, meter })
        }
    };
    match case.run(client.as_mut(), calls, meter)? {
        Ran::Measured => meter.sample(calls).map(Some),
        Ran::Unsupported => Ok(None),
    }
}

/// Returns how many sockets a process may have, beside a few for other things.
pub(crate) fn most_sockets() -> usize {
    let limit = getrlimit(Resource::Nofile).maximum.unwrap_or(u64::MAX);
    usize::try_from(limit).unwrap_or(usize::MAX).saturating_sub(100)
}

/// Makes the process end with the one that has started it, and allows it as many sockets as the system does.
fn prepare() -> Outcome {
    set_parent_process_death_signal(Some(Signal::KILL))?;
    let limit = getrlimit(Resource::Nofile);
    setrlimit(Resource::Nofile, Rlimit { current: limit.maximum, maximum: limit.maximum })?;
    Ok(())
}
