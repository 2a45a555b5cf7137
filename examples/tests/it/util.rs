//! Programs under test: what goes in, what comes out.

use std::fs;
use std::io::{self, BufRead, BufReader, Read, Write};
use std::process::{Child, ChildStderr, ChildStdin, ChildStdout, Command, ExitStatus, Stdio};
use std::thread;

/// What a finished program has left.
pub(crate) struct Finished {
    pub(crate) stdout: String,
    pub(crate) stderr: String,
    pub(crate) code: Option<i32>,
}

/// Runs a program to its end with the given standard input. The end of its output is also the end of its children.
pub(crate) fn run(mut command: Command, input: &[u8]) -> Finished {
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
pub(crate) struct Talk {
    child: Child,
    stdin: Option<ChildStdin>,
    pub(crate) stdout: BufReader<ChildStdout>,
    pub(crate) stderr: BufReader<ChildStderr>,
}

impl Talk {
    pub(crate) fn start(mut command: Command) -> Self {
        let mut child =
            command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let stdin = child.stdin.take();
        let stdout = BufReader::new(child.stdout.take().unwrap());
        let stderr = BufReader::new(child.stderr.take().unwrap());
        Self { child, stdin, stdout, stderr }
    }

    pub(crate) fn pid(&self) -> u32 {
        self.child.id()
    }

    /// Writes a line to standard input.
    pub(crate) fn say(&mut self, line: &str) {
        self.stdin.as_mut().unwrap().write_all(format!("{line}\n").as_bytes()).unwrap();
    }

    /// Takes standard input, so that another thread can write to it.
    pub(crate) fn take_stdin(&mut self) -> ChildStdin {
        self.stdin.take().unwrap()
    }

    /// Ends standard input, reads the rest of the outputs and waits for the program.
    pub(crate) fn finish(mut self) -> (String, String, ExitStatus) {
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
pub(crate) fn line(stream: &mut impl BufRead) -> String {
    let mut line = String::new();
    stream.read_line(&mut line).unwrap();
    assert_eq!(line.pop(), Some('\n'), "the stream ended after `{line}`");
    line
}

/// Waits until a stream has something to read, and reads nothing.
pub(crate) fn wait_readable(stream: &mut impl BufRead) {
    assert!(!stream.fill_buf().unwrap().is_empty(), "the stream ended");
}

/// Makes a directory with links to the given programs and nothing else.
pub(crate) fn directory_with(programs: &[&str]) -> io::Result<tempfile::TempDir> {
    // Beside the programs, so that it is on the same file system: links, unlike copies, can be executed at once.
    let directory = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR"))?;
    for program in programs {
        let name = std::path::Path::new(program).file_name().unwrap();
        fs::hard_link(program, directory.path().join(name))?;
    }
    Ok(directory)
}
