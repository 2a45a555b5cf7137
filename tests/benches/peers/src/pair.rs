//! A pair of processes, as the one that measures sees it.

use std::io::{BufRead, BufReader, Write};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::thread;
use std::time::Duration;

use tempfile::TempDir;

use crate::affinity::{Cores, on_cores};
use crate::case::Case;
use crate::contender::{Contender, Outcome};
use crate::meter::Sample;
use crate::worker::{FAILED, UNSUPPORTED};

/// How long a run may take before its contender is given up: far more than any takes.
const PATIENCE: Duration = Duration::from_secs(60);

/// How long a pair may take to end by itself.
const END_PATIENCE: Duration = Duration::from_secs(5);

/// A client and its server, which stay until this is dropped.
pub(crate) struct Pair {
    client: Child,
    /// Absent once it is to end.
    orders: Option<ChildStdin>,
    answers: Receiver<String>,
    /// Its files go with it.
    _directory: TempDir,
}

impl Pair {
    /// Starts the client, which starts its server. Both stay on these cores.
    pub(crate) fn start(contender: &dyn Contender, cores: Cores) -> Outcome<Self> {
        let directory = tempfile::tempdir()?;
        let about = contender.about();
        let mut command = Command::new(std::env::current_exe()?);
        command.args(["client", about.name, about.setting]).arg(directory.path());
        command.stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut client = on_cores(cores, || Ok(command.spawn()?))?;
        let orders = client.stdin.take().ok_or("the client has no standard input")?;
        let output = client.stdout.take().ok_or("the client has no standard output")?;
        let (sender, answers) = channel();
        thread::Builder::new().name("answers".to_owned()).spawn(move || {
            for line in BufReader::new(output).lines().map_while(Result::ok) {
                if sender.send(line).is_err() {
                    break;
                }
            }
        })?;
        Ok(Self { client, orders: Some(orders), answers, _directory: directory })
    }

    /// Runs a case; `None` where the contender does not offer it.
    pub(crate) fn run(&mut self, case: Case, calls: u64) -> Outcome<Option<Sample>> {
        let orders = self.orders.as_mut().ok_or("the client is to end")?;
        writeln!(orders, "{case} {calls}").map_err(|_| "the client has ended")?;
        let answer = self
            .answers
            .recv_timeout(PATIENCE)
            .map_err(|_| format!("no answer within {} s, or the client has ended", PATIENCE.as_secs()))?;
        if answer == UNSUPPORTED {
            return Ok(None);
        }
        if let Some(error) = answer.strip_prefix(FAILED) {
            return Err(error.into());
        }
        Sample::from_line(&answer).map(Some).ok_or_else(|| format!("`{answer}` is no sample").into())
    }
}

impl Drop for Pair {
    fn drop(&mut self) {
        // Without orders it ends its server and then itself; its output is closed then. If not, its server ends with it.
        drop(self.orders.take());
        while self.answers.recv_timeout(END_PATIENCE).is_ok() {}
        let _ = self.client.kill();
        let _ = self.client.wait();
    }
}
