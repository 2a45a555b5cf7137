//! libmultiprocess, in C++: both processes are a program that has to be built beforehand, see CONTRIBUTING.md. This one tells
//! them what to do.

use std::io::{BufRead, BufReader, Write};
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use crate::contender::{About, Client, Contender, Floor, Link, Outcome, Ran, Role};
use crate::meter::Meter;

/// libmultiprocess.
pub(super) struct Libmultiprocess(pub(super) Setting);

/// Which methods are called.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Setting {
    /// They run in the server's event loop.
    Plain,
    /// Each thread of the client has one at the server.
    Context,
}

/// Where the program is, if it is anywhere.
const PROGRAM: &str =
    concat!(env!("CARGO_MANIFEST_DIR"), "/target/libmultiprocess/ipc-bench-libmultiprocess");

impl Contender for Libmultiprocess {
    fn about(&self) -> About {
        About {
            name: "libmultiprocess, C++",
            setting: match self.0 {
                Setting::Plain => "no Context",
                Setting::Context => "Context",
            },
            role: Role::SocketPeer,
            floor: Floor::Blocking,
            version: version(),
        }
    }

    fn serve(&self, _link: Link) -> Outcome {
        Err("the program in C++ serves".into())
    }

    fn spawn(&self, directory: &Path) -> Outcome<(Child, Link)> {
        let mut command = Command::new(PROGRAM);
        command.arg("serve").arg(address(directory)).stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut child = command.spawn()?;
        let output = child.stdout.as_mut().ok_or("the server has no standard output")?;
        expect(&mut BufReader::new(output), "listening")?;
        // They meet at an address.
        let (socket, _) = UnixStream::pair()?;
        Ok((child, Link { socket, directory: directory.to_owned() }))
    }

    fn connect(&self, link: Link) -> Outcome<Box<dyn Client>> {
        let setting = match self.0 {
            Setting::Plain => "plain",
            Setting::Context => "context",
        };
        let mut command = Command::new(PROGRAM);
        command.arg("call").arg(address(&link.directory)).arg(setting);
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn()?;
        let orders = child.stdin.take();
        let answers = BufReader::new(child.stdout.take().ok_or("the client has no standard output")?);
        let mut client = CxxClient { setting: self.0, child, orders, answers };
        expect(&mut client.answers, DONE)?;
        Ok(Box::new(client))
    }

    fn spawn_to_answer(&self, _directory: &Path) -> Outcome<Option<f64>> {
        // The client would have to be started as well.
        Ok(None)
    }

    fn missing(&self) -> Option<String> {
        (!Path::new(PROGRAM).exists())
            .then(|| "its program in C++ is not built; CONTRIBUTING.md says how".to_owned())
    }
}

fn address(directory: &Path) -> PathBuf {
    directory.join("libmultiprocess.sock")
}

/// Returns the version as the header has it that the program was built with.
fn version() -> String {
    let cache =
        std::fs::read_to_string(Path::new(PROGRAM).with_file_name("CMakeCache.txt")).unwrap_or_default();
    let source = cache.lines().find_map(|line| line.strip_prefix("LIBMULTIPROCESS:")?.split_once('='));
    let header = source.map(|(_, source)| Path::new(source).join("include/mp/version.h"));
    let header = header.and_then(|header| std::fs::read_to_string(header).ok()).unwrap_or_default();
    let version = header.lines().find_map(|line| line.strip_prefix("#define MP_MAJOR_VERSION "));
    version.unwrap_or("unknown").trim().to_owned()
}

/// What the program answers when it has done what it was told.
const DONE: &str = "done";

fn expect(answers: &mut impl BufRead, expected: &str) -> Outcome {
    let mut answer = String::new();
    answers.read_line(&mut answer)?;
    match answer.trim_end() {
        answer if answer == expected => Ok(()),
        "" => Err("the program in C++ has ended".into()),
        answer => Err(answer.into()),
    }
}

/// The program that calls.
struct CxxClient {
    setting: Setting,
    child: Child,
    /// Absent once it is to end.
    orders: Option<ChildStdin>,
    answers: BufReader<ChildStdout>,
}

impl CxxClient {
    /// Lets it do something. That it is told so, and tells when it is done, is an exchange over pipes in each round.
    fn order(&mut self, order: &str) -> Outcome {
        writeln!(self.orders.as_ref().ok_or("the program in C++ is to end")?, "{order}")?;
        expect(&mut self.answers, DONE)
    }
}

impl Drop for CxxClient {
    fn drop(&mut self) {
        drop(self.orders.take());
        let _ = self.child.wait();
    }
}

impl Client for CxxClient {
    fn process(&self) -> u32 {
        self.child.id()
    }

    fn add(&mut self, calls: u64, meter: &mut Meter) -> Outcome<Ran> {
        meter.measure(|| self.order(&format!("add {calls}")))?;
        Ok(Ran::Measured)
    }

    fn add_on_threads(&mut self, threads: usize, calls: u64, meter: &mut Meter) -> Outcome<Ran> {
        self.order(&format!("prepare {threads}"))?;
        meter.measure(|| self.order(&format!("go {}", calls / threads as u64)))?;
        self.order("release")?;
        Ok(Ran::Measured)
    }

    fn call_back(&mut self, calls: u64, meter: &mut Meter) -> Outcome<Ran> {
        if self.setting == Setting::Plain {
            return Ok(Ran::Unsupported);
        }
        meter.measure(|| self.order(&format!("callback {calls}")))?;
        Ok(Ran::Measured)
    }

    fn echo(&mut self, bytes: usize, calls: u64, meter: &mut Meter) -> Outcome<Ran> {
        meter.measure(|| self.order(&format!("echo {bytes} {calls}")))?;
        Ok(Ran::Measured)
    }
}
