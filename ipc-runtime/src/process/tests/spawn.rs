//! Spawning, waiting, and what is left behind.

use std::io::{Read, Write};
use std::net::Shutdown;
use std::os::unix::net::UnixStream;
use std::os::unix::process::ExitStatusExt;
use std::sync::Mutex;
use std::thread;

use rustix::io::{Errno, FdFlags};
use rustix::process::{WaitId, WaitIdOptions, waitid};

use super::*;
use crate::ExceptionKind;

#[test]
fn a_child_answers_on_its_socket_and_ends_with_it() {
    let directory = tempfile::tempdir().unwrap();
    let process = process_in(directory.path());
    let Spawned { child, socket } = process.spawn(&role(directory.path(), "echo")).unwrap();

    let mut socket = UnixStream::from(socket);
    socket.write_all(b"hello").unwrap();
    let mut answer = [0; 5];
    socket.read_exact(&mut answer).unwrap();
    assert_eq!(&answer, b"hello");

    drop(socket);
    assert_eq!(process.wait_spawned(&child).unwrap().code(), Some(7));
}

#[test]
fn a_bare_name_is_looked_up_beside_the_running_executable() {
    let process = make_process("node", "/nowhere");
    let beside = std::env::current_exe().unwrap().with_file_name("no-such-program");
    let error = process.spawn("no-such-program").unwrap_err();
    assert!(error.to_string().starts_with(&format!("cannot start `{}`: No such file", beside.display())));
    // `true` is in PATH, and not beside the tests.
    assert!(process.spawn("true").is_err());
    for name in ["", ".", ".."] {
        let error = process.spawn(name).unwrap_err().to_string();
        assert_eq!(error, format!("invalid program name `{name}`: give the name of a file, or a path"));
    }
}

#[test]
fn a_program_that_cannot_run_is_an_error_of_spawn() {
    let directory = tempfile::tempdir().unwrap();
    let at = |name: &str| directory.path().join(name).to_str().unwrap().to_owned();
    std::fs::write(at("plain"), "text").unwrap();
    std::fs::create_dir(at("directory")).unwrap();
    for (name, text) in
        [("garbage", "no program, and not for the shell either"), ("interpreter", "#!/no/such/x\n")]
    {
        executable(directory.path(), name, text);
    }

    let process = process_in(directory.path());
    for (name, reason, number) in [
        ("missing", "No such file or directory", Errno::NOENT),
        ("plain/below", "Not a directory", Errno::NOTDIR),
        ("plain", "Permission denied", Errno::ACCESS),
        ("directory", "Permission denied", Errno::ACCESS),
        ("garbage", "Exec format error", Errno::NOEXEC),
        ("interpreter", "No such file or directory", Errno::NOENT),
    ] {
        let path = at(name);
        let error = process.spawn(&path).unwrap_err();
        assert_eq!(error.kind(), ExceptionKind::System);
        let number = number.raw_os_error();
        assert_eq!(error.to_string(), format!("cannot start `{path}`: {reason} (os error {number})"));
    }
    let error = process.spawn("/bin/tr\0ue").unwrap_err();
    assert!(error.to_string().contains("nul byte"), "{error}");
}

#[test]
fn a_status_is_a_code_or_a_signal_and_can_be_asked_for_again() {
    let directory = tempfile::tempdir().unwrap();
    let process = process_in(directory.path());

    let exits = process.spawn(&script(directory.path(), "exits", "exit 3")).unwrap();
    // Its end of the socket closes when it ends: it is dead before the wait.
    UnixStream::from(exits.socket).read_to_end(&mut Vec::new()).unwrap();
    for _ in 0..2 {
        assert_eq!(process.wait_spawned(&exits.child).unwrap().code(), Some(3));
    }
    exits.child.kill().unwrap();

    let killed = process.spawn(&script(directory.path(), "killed", "kill -TERM $$")).unwrap();
    let status = process.wait_spawned(&killed.child).unwrap();
    assert_eq!((status.code(), status.signal()), (None, Some(15)));
    assert_eq!(status.to_string(), "signal: 15 (SIGTERM)");
}

#[test]
fn a_child_is_killed_while_others_wait_for_it() {
    let directory = tempfile::tempdir().unwrap();
    let process = process_in(directory.path());
    let spawned = process.spawn(&role(directory.path(), "echo")).unwrap();
    thread::scope(|scope| {
        let wait = || process.wait_spawned(&spawned.child).unwrap().signal();
        let waiters: Vec<_> = (0..3).map(|_| scope.spawn(wait)).collect();
        spawned.child.kill().unwrap();
        for waiter in waiters {
            assert_eq!(waiter.join().unwrap(), Some(9));
        }
    });
}

#[test]
fn a_detached_handle_has_nothing_to_wait_for() {
    let child = ChildProcess::detached(42);
    assert_eq!(child.id(), 42);
    let expected = "child process `42` was not started by this process";
    assert_eq!(child.wait().unwrap_err().to_string(), expected);
    assert_eq!(child.kill().unwrap_err().to_string(), expected);
}

#[test]
fn a_status_that_somebody_else_took_is_an_error() {
    let child = Command::new("/bin/true").spawn().unwrap();
    let pid = rustix::process::Pid::from_child(&child);
    waitid(WaitId::Pid(pid), WaitIdOptions::EXITED).unwrap();
    let child = ChildProcess::from(child);
    let error = child.wait().unwrap_err().to_string();
    assert!(
        error.starts_with(&format!("cannot wait for child process `{}`: No child", child.id())),
        "{error}"
    );
}

#[test]
fn a_child_inherits_its_own_descriptor_only_when_many_are_spawned_at_once() {
    let test =
        "process::tests::spawn::a_child_inherits_its_own_descriptor_only_when_many_are_spawned_at_once";
    if !alone(test) {
        return;
    }
    let directory = tempfile::tempdir().unwrap();
    let process = process_in(directory.path());
    let program = role(directory.path(), "descriptors");
    // Something that would be inherited, and far above the others.
    let (stray, _peer) = socketpair().unwrap();
    let stray = rustix::io::fcntl_dupfd_cloexec(&stray, 500).unwrap();
    rustix::io::fcntl_setfd(&stray, FdFlags::empty()).unwrap();

    thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(|| {
                for _ in 0..5 {
                    let Spawned { child, socket } = process.spawn(&program).unwrap();
                    let mut listed = String::new();
                    UnixStream::from(socket).read_to_string(&mut listed).unwrap();
                    assert_eq!(process.wait_spawned(&child).unwrap().code(), Some(0));
                    let above: Vec<&str> = listed.lines().skip(3).collect();
                    assert!(matches!(above[..], [one] if one.contains(" socket:")), "{listed}");
                }
            });
        }
    });
}

#[test]
fn a_grandchild_inherits_nothing() {
    let directory = tempfile::tempdir().unwrap();
    let process = process_in(directory.path());
    let spawned = process.spawn(&role(directory.path(), "grandchild")).unwrap();
    let mut listed = String::new();
    UnixStream::from(spawned.socket).read_to_string(&mut listed).unwrap();
    assert!(listed.contains("/proc/") && !listed.contains("socket:"), "{listed}");
}

/// Nothing of ours leaks into a child that another part of the program starts in the meantime.
#[test]
fn a_plain_command_inherits_nothing_of_ours() {
    let test = "process::tests::spawn::a_plain_command_inherits_nothing_of_ours";
    if !alone(test) {
        return;
    }
    let sockets = || {
        let output = Command::new("ls").args(["-l", "/proc/self/fd"]).output().unwrap();
        String::from_utf8(output.stdout).unwrap().matches("socket:").count()
    };
    let before = sockets();
    let process = make_process("node", "/nowhere");
    let children = Mutex::new(Vec::new());
    thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| {
                for _ in 0..50 {
                    children.lock().unwrap().push(process.spawn("/bin/true").unwrap());
                }
            });
        }
        for _ in 0..50 {
            assert_eq!(sockets(), before);
        }
    });
}

#[test]
fn spawning_and_dropping_leaves_nothing_behind() {
    let test = "process::tests::spawn::spawning_and_dropping_leaves_nothing_behind";
    if !alone(test) {
        return;
    }
    let directory = tempfile::tempdir().unwrap();
    let process = process_in(directory.path());
    let lives = role(directory.path(), "echo");
    let threads = || std::fs::read_dir("/proc/self/task").unwrap().count();
    let before = (open_descriptors(), threads());

    for round in 0..200 {
        // Ends by itself, before or after the drop; ends with its socket, after the drop; never runs.
        match round % 4 {
            0 | 1 => drop(process.spawn("/bin/true").unwrap()),
            2 => drop(process.spawn(&lives).unwrap()),
            _ => assert!(process.spawn("/no/such/program").is_err()),
        }
    }
    let any_child =
        || waitid(WaitId::All, WaitIdOptions::EXITED | WaitIdOptions::NOHANG | WaitIdOptions::NOWAIT);
    eventually("every child is collected", || any_child().err() == Some(Errno::CHILD));
    eventually("threads and descriptors are as before", || (open_descriptors(), threads()) == before);
}

#[test]
fn a_dropped_child_goes_on_until_it_ends() {
    let directory = tempfile::tempdir().unwrap();
    let process = process_in(directory.path());
    let Spawned { child, socket } = process.spawn(&role(directory.path(), "echo")).unwrap();
    let id = child.id();
    drop(child);

    let mut socket = UnixStream::from(socket);
    socket.write_all(b"still there").unwrap();
    socket.shutdown(Shutdown::Write).unwrap();
    let mut answer = String::new();
    socket.read_to_string(&mut answer).unwrap();
    assert_eq!(answer, "still there");
    let stat = format!("/proc/{id}/stat");
    eventually("the child is collected", || !Path::new(&stat).exists());
}

/// The traits can be implemented by an application: here, children are threads.
#[test]
fn a_double_for_tests() {
    struct Double;
    impl Process for Double {
        fn spawn(&self, _exe: &str) -> Result<Spawned, IpcException> {
            let (socket, end) = socketpair()?;
            thread::spawn(move || UnixStream::from(end).write_all(b"hi"));
            Ok(Spawned { child: ChildProcess::detached(1), socket })
        }
        fn wait_spawned(&self, _child: &ChildProcess) -> Result<ExitStatus, IpcException> {
            Ok(ExitStatus::from_raw(0))
        }
        fn check_spawned(&self, _args: &[OsString]) -> Result<Option<OwnedFd>, IpcException> {
            Ok(None)
        }
        fn connect(&self, _address: &mut String) -> Result<Option<OwnedFd>, IpcException> {
            Ok(None)
        }
        fn bind(&self, _address: &mut String) -> Result<OwnedFd, IpcException> {
            Err(IpcException::unimplemented("a double does not listen"))
        }
    }
    let process: Arc<dyn Process> = Arc::new(Double);
    let spawned = process.spawn("any").unwrap();
    let mut read = String::new();
    UnixStream::from(spawned.socket).read_to_string(&mut read).unwrap();
    assert_eq!(read, "hi");
    assert!(process.wait_spawned(&spawned.child).unwrap().success());
}
