//! What happens in a spawned child, and tests of `check_spawned`.

use std::fs::File;
use std::io::{Read, Write};
use std::os::fd::{AsRawFd, IntoRawFd};
use std::os::unix::net::{UnixDatagram, UnixStream};

use rustix::io::FdFlags;

use super::*;

/// Not a test of its own: what the programs made by [`super::role`] run.
#[test]
fn role() {
    let Some(role) = std::env::var_os("IPC_TEST_ROLE") else { return };
    let number = std::env::var("IPC_TEST_FD").unwrap();
    let process = make_process("node", "/nowhere");
    let as_spawned = args(&["child", "-ipcfd", &number]);
    let socket = process.check_spawned(&as_spawned).unwrap().unwrap();
    let mut socket = UnixStream::from(socket);
    match role.to_str().unwrap() {
        "echo" => {
            let mut bytes = [0; 64];
            while let Ok(count @ 1..) = socket.read(&mut bytes) {
                socket.write_all(&bytes[..count]).unwrap();
            }
            std::process::exit(7);
        }
        "descriptors" => {
            assert_eq!(socket.as_raw_fd().to_string(), number);
            for (number, target) in open_descriptors() {
                writeln!(socket, "{number} {}", target.display()).unwrap();
            }
        }
        "grandchild" => {
            let output = Command::new("ls").args(["-l", "/proc/self/fd"]).output().unwrap();
            socket.write_all(&output.stdout).unwrap();
        }
        other => panic!("no such role: {other}"),
    }
    std::process::exit(0);
}

#[test]
fn other_arguments_are_not_those_of_a_spawned_process() {
    let process = make_process("node", "/nowhere");
    for list in [
        &[][..],
        &["node"],
        &["node", "-ipcfd"],
        &["node", "3", "-ipcfd"],
        &["node", "-ipcfd", "3", "4"],
        &["node", "--ipcfd", "3"],
    ] {
        assert!(process.check_spawned(&args(list)).unwrap().is_none(), "{list:?}");
    }
}

#[test]
fn numbers_that_are_no_inherited_socket() {
    let test = "process::tests::child_side::numbers_that_are_no_inherited_socket";
    if !alone(test) {
        return;
    }
    let process = make_process("node", "/nowhere");
    let check = |number: &str| {
        let error = process.check_spawned(&args(&["node", "-ipcfd", number])).unwrap_err().to_string();
        error.strip_prefix(&format!("invalid -ipcfd number `{number}`: ")).unwrap_or(&error).to_owned()
    };
    let not_a_number = "it must be a decimal number from 3 to 2147483647, given by the parent process";
    for number in ["", "x", "-1", "+5", "5x", " 5", "0", "1", "2", "2147483648", "99999999999999999999"] {
        assert_eq!(check(number), not_a_number, "{number:?}");
    }
    assert_eq!(check("1000000"), "no such descriptor is open");

    // These descriptors look inherited: they are not close-on-exec.
    let file = File::open("/dev/null").unwrap();
    rustix::io::fcntl_setfd(&file, FdFlags::empty()).unwrap();
    assert_eq!(check(&file.as_raw_fd().to_string()), "it is not a socket");

    let (datagrams, _peer) = UnixDatagram::pair().unwrap();
    rustix::io::fcntl_setfd(&datagrams, FdFlags::empty()).unwrap();
    assert_eq!(check(&datagrams.as_raw_fd().to_string()), "it is a socket, but not a stream socket");

    // These belong to someone in this process.
    let (ours, _peer) = socketpair().unwrap();
    assert_eq!(check(&ours.as_raw_fd().to_string()), "it was not inherited from the parent process");
}

#[test]
fn a_descriptor_is_taken_once_and_goes_no_further() {
    let test = "process::tests::child_side::a_descriptor_is_taken_once_and_goes_no_further";
    if !alone(test) {
        return;
    }
    let process = make_process("node", "/nowhere");
    let (ours, _peer) = socketpair().unwrap();
    rustix::io::fcntl_setfd(&ours, FdFlags::empty()).unwrap();
    let number = ours.into_raw_fd().to_string();
    let as_spawned = args(&["node", "-ipcfd", &number]);

    let socket = process.check_spawned(&as_spawned).unwrap().unwrap();
    assert_eq!(socket.as_raw_fd().to_string(), number);
    assert_eq!(rustix::io::fcntl_getfd(&socket).unwrap(), FdFlags::CLOEXEC);

    let error = make_process("other", "/").check_spawned(&as_spawned).unwrap_err();
    let again = format!("invalid -ipcfd number `{number}`: it has been taken before in this process");
    assert_eq!(error.to_string(), again);
    // The number stays refused when its owner is gone and somebody else may have it.
    drop(socket);
    assert_eq!(process.check_spawned(&as_spawned).unwrap_err().to_string(), again);
}
