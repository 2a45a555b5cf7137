//! Processes under test, and what the system knows of them.

use std::fs;
use std::io::{self, BufRead, BufReader, Read, Write};
use std::process::{Child, ChildStderr, ChildStdin, ChildStdout, Command, ExitStatus, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};

/// Beyond this a test has failed. No test waits for it.
const PATIENCE: Duration = Duration::from_secs(60);

/// What a finished program has left.
pub struct Finished {
    pub stdout: String,
    pub stderr: String,
    pub code: Option<i32>,
}

/// Runs a program to its end with the given standard input. The end of its output is also the end of its children.
pub fn run(mut command: Command, input: &[u8]) -> Finished {
    let mut child =
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let mut stdin = child.stdin.take().unwrap();
    let input = input.to_owned();
    let writer = thread::spawn(move || {
        // The program may have stopped reading.
        let _ = stdin.write_all(&input);
    });
    let output = child.wait_with_output().unwrap();
    writer.join().unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    Finished { stdout: text(output.stdout), stderr: text(output.stderr), code: output.status.code() }
}

/// A program that is talked to while it runs.
pub struct Talk {
    child: Child,
    stdin: Option<ChildStdin>,
    pub stdout: BufReader<ChildStdout>,
    pub stderr: BufReader<ChildStderr>,
}

impl Talk {
    pub fn start(mut command: Command) -> Self {
        let mut child =
            command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let stdin = child.stdin.take();
        let stdout = BufReader::new(child.stdout.take().unwrap());
        let stderr = BufReader::new(child.stderr.take().unwrap());
        Self { child, stdin, stdout, stderr }
    }

    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    /// Writes a line to standard input.
    pub fn say(&mut self, line: &str) {
        self.stdin.as_mut().unwrap().write_all(format!("{line}\n").as_bytes()).unwrap();
    }

    /// Takes standard input, so that another thread can write to it.
    pub fn take_stdin(&mut self) -> ChildStdin {
        self.stdin.take().unwrap()
    }

    /// Ends standard input, reads the rest of the outputs and waits for the program.
    pub fn finish(mut self) -> (String, String, ExitStatus) {
        drop(self.stdin.take());
        let (mut stdout, mut stderr) = (String::new(), String::new());
        self.stdout.read_to_string(&mut stdout).unwrap();
        self.stderr.read_to_string(&mut stderr).unwrap();
        (stdout, stderr, self.child.wait().unwrap())
    }
}

impl Drop for Talk {
    fn drop(&mut self) {
        // After a failed assertion; in all other cases the program has ended.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Reads a line, without its terminator.
pub fn line(stream: &mut impl BufRead) -> String {
    let mut line = String::new();
    stream.read_line(&mut line).unwrap();
    assert_eq!(line.pop(), Some('\n'), "the stream ended after `{line}`");
    line
}

/// Waits until a stream has something to read, and reads nothing.
pub fn wait_readable(stream: &mut impl BufRead) {
    assert!(!stream.fill_buf().unwrap().is_empty(), "the stream ended");
}

/// A process of the system.
#[derive(Debug, PartialEq)]
pub struct Process {
    pub pid: u32,
    pub name: String,
    pub state: char,
}

/// Returns the children of a process, zombies included.
pub fn children(parent: u32) -> Vec<Process> {
    let parent = parent.to_string();
    let mut found = Vec::new();
    for entry in fs::read_dir("/proc").unwrap() {
        let Ok(pid) = entry.unwrap().file_name().to_string_lossy().parse() else { continue };
        // The process may be gone by now.
        let Ok(stat) = fs::read_to_string(format!("/proc/{pid}/stat")) else { continue };
        // `pid (name) state parent ...`, and a name may contain anything.
        let (start, rest) = stat.rsplit_once(')').unwrap();
        let mut fields = rest.split_whitespace();
        let state = fields.next().unwrap().chars().next().unwrap();
        if fields.next() == Some(&parent) {
            let name = start.split_once('(').unwrap().1.to_owned();
            found.push(Process { pid, name, state });
        }
    }
    found.sort_by(|a, b| a.name.cmp(&b.name));
    found
}

/// Returns the one child of that name.
pub fn child(parent: u32, name: &str) -> u32 {
    let children = children(parent);
    let mut named = children.iter().filter(|child| child.name == name && child.state != 'Z');
    let found = named.next().unwrap_or_else(|| panic!("no `{name}` in {children:?}"));
    assert!(named.next().is_none(), "{children:?}");
    found.pid
}

/// Sends SIGKILL to a process that a process under test has started.
pub fn kill(pid: u32) {
    let pid = Pid::from_raw(pid.try_into().unwrap()).unwrap();
    kill_process(pid, Signal::KILL).unwrap();
}

/// Counts the open descriptors of a process.
pub fn descriptors(pid: u32) -> usize {
    fs::read_dir(format!("/proc/{pid}/fd")).unwrap().count()
}

/// Waits until `what` holds, of which nothing tells but looking.
pub fn wait_until(what: &str, mut holds: impl FnMut() -> bool) {
    let deadline = Instant::now() + PATIENCE;
    while !holds() {
        assert!(Instant::now() < deadline, "still not: {what}");
        thread::yield_now();
    }
}

/// Makes a directory with links to the given programs and nothing else.
pub fn directory_with(programs: &[&str]) -> io::Result<tempfile::TempDir> {
    // Beside the programs, so that it is on the same file system: links, unlike copies, can be executed at once.
    let directory = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR"))?;
    for program in programs {
        let name = std::path::Path::new(program).file_name().unwrap();
        fs::hard_link(program, directory.path().join(name))?;
    }
    Ok(directory)
}
