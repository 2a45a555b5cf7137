//! Binding and connecting to socket files.

use std::io::{Read, Write};
use std::os::unix::fs::{MetadataExt, PermissionsExt, symlink};
use std::os::unix::net::{UnixListener, UnixStream};
use std::sync::Barrier;
use std::thread;

use rustix::io::FdFlags;

use super::*;

fn mode(path: &Path) -> u32 {
    path.metadata().unwrap().permissions().mode() & 0o777
}

/// Leaves a socket file behind at which nobody listens. It never did: a child being forked by another test would
/// keep a listener alive for a moment.
fn dead_socket(path: &Path) {
    let address = rustix::net::SocketAddrUnix::new(path).unwrap();
    rustix::net::bind(bind::stream_socket().unwrap(), &address).unwrap();
}

#[test]
fn what_is_bound_can_be_connected_to() {
    let directory = tempfile::tempdir().unwrap();
    let process = process_in(directory.path());
    for (address, file) in [("unix", "node.sock"), ("unix:deep/er/x", "deep/er/x")] {
        let mut bound = address.to_owned();
        let listener = process.bind(&mut bound).unwrap();
        let path = directory.path().join(file);
        assert_eq!(bound, format!("unix:{}", path.display()));
        assert_eq!(rustix::io::fcntl_getfd(&listener).unwrap(), FdFlags::CLOEXEC);

        let mut reached = address.to_owned();
        let client = process.connect(&mut reached).unwrap().unwrap();
        assert_eq!(reached, bound);
        assert_eq!(rustix::io::fcntl_getfd(&client).unwrap(), FdFlags::CLOEXEC);
        let (mut served, _) = UnixListener::from(listener).accept().unwrap();
        UnixStream::from(client).write_all(b"hi").unwrap();
        let mut read = String::new();
        served.read_to_string(&mut read).unwrap();
        assert_eq!(read, "hi");

        // The resolved address leads to the same socket.
        let refused = |error: IpcException| error.to_string().contains("refused");
        eventually("the listener is gone", || process.connect(&mut bound).is_err_and(refused));
    }
    let listener = process.bind(&mut "unix".to_owned()).unwrap();
    assert!(process.connect(&mut "auto".to_owned()).unwrap().is_some());
    drop(listener);
}

#[test]
fn the_socket_and_the_directories_made_for_it_are_private() {
    let directory = tempfile::tempdir().unwrap();
    let existing = directory.path().join("existing");
    std::fs::create_dir(&existing).unwrap();
    std::fs::set_permissions(&existing, PermissionsExt::from_mode(0o755)).unwrap();
    let process = process_in(&existing);
    let _listener = process.bind(&mut "unix:a/b/x".to_owned()).unwrap();
    assert_eq!(mode(&existing), 0o755);
    assert_eq!(mode(&existing.join("a")), 0o700);
    assert_eq!(mode(&existing.join("a/b")), 0o700);
    assert_eq!(mode(&existing.join("a/b/x")), 0o600);
}

#[test]
fn a_dead_socket_is_replaced_and_a_live_one_is_not() {
    let directory = tempfile::tempdir().unwrap();
    let process = process_in(directory.path());
    let path = directory.path().join("node.sock");
    dead_socket(&path);

    let listener = process.bind(&mut "unix".to_owned()).unwrap();
    let inode = path.metadata().unwrap().ino();
    let error = process.bind(&mut "unix".to_owned()).unwrap_err().to_string();
    let start =
        format!("cannot listen on `{}`, another listener has it: Address already in use", path.display());
    assert!(error.starts_with(&start), "{error}");
    assert_eq!(path.metadata().unwrap().ino(), inode);

    // The file outlives its listener, and is then replaced.
    drop(listener);
    assert!(path.exists());
    eventually("the listener is gone", || process.bind(&mut "unix".to_owned()).is_ok());
}

#[test]
fn what_is_not_a_socket_stays() {
    let directory = tempfile::tempdir().unwrap();
    let process = process_in(directory.path());
    let at = |name: &str| directory.path().join(name);
    std::fs::write(at("file"), "precious").unwrap();
    std::fs::create_dir(at("directory")).unwrap();
    dead_socket(&at("dead"));
    symlink(at("dead"), at("link")).unwrap();
    symlink(at("nothing"), at("dangling")).unwrap();

    for name in ["file", "directory", "link", "dangling"] {
        let error = process.bind(&mut format!("unix:{name}")).unwrap_err();
        let reason = "it is not a socket, and only a dead socket is replaced";
        assert_eq!(error.to_string(), format!("cannot listen on `{}`: {reason}", at(name).display()));
    }
    assert_eq!(std::fs::read_to_string(at("file")).unwrap(), "precious");
    assert!(at("link").is_symlink() && at("dead").exists());

    let below_a_file = process.bind(&mut "unix:file/x".to_owned()).unwrap_err().to_string();
    let start = format!("cannot create the directory `{}`: ", at("file").display());
    assert!(below_a_file.starts_with(&start), "{below_a_file}");
}

#[test]
fn of_many_that_replace_a_dead_socket_one_wins() {
    let directory = tempfile::tempdir().unwrap();
    for round in 0..300 {
        let path = directory.path().join(format!("{round}.sock"));
        dead_socket(&path);
        let start = Barrier::new(4);
        let address = format!("unix:{}", path.display());
        let won: Vec<_> = thread::scope(|scope| {
            let bind = || {
                start.wait();
                process_in(directory.path()).bind(&mut address.clone())
            };
            let binders: Vec<_> = (0..4).map(|_| scope.spawn(bind)).collect();
            binders.into_iter().filter_map(|binder| binder.join().unwrap().ok()).collect()
        });
        assert_eq!(won.len(), 1);
        UnixStream::connect(&path).unwrap();
    }
}

#[test]
fn a_listener_whose_queue_is_full_is_alive() {
    let directory = tempfile::tempdir().unwrap();
    let process = process_in(directory.path());
    let _listener = process.bind(&mut "unix".to_owned()).unwrap();
    let address = rustix::net::SocketAddrUnix::new(directory.path().join("node.sock")).unwrap();
    let mut queue = Vec::new();
    loop {
        let client = bind::stream_socket().unwrap();
        rustix::io::ioctl_fionbio(&client, true).unwrap();
        match rustix::net::connect(&client, &address) {
            Ok(()) => queue.push(client),
            Err(error) => {
                assert_eq!(error, rustix::io::Errno::AGAIN);
                break;
            }
        }
    }
    let error = process.bind(&mut "unix".to_owned()).unwrap_err();
    assert!(error.to_string().contains("already in use"), "{error}");
}

#[test]
fn addresses_that_ask_for_no_connection() {
    let directory = tempfile::tempdir().unwrap();
    let process = process_in(directory.path());
    for nowhere in ["", "0"] {
        let mut address = nowhere.to_owned();
        assert!(process.connect(&mut address).unwrap().is_none());
        assert_eq!(address, nowhere);
    }

    let auto = |process: &dyn Process| {
        let mut address = "auto".to_owned();
        assert!(process.connect(&mut address).unwrap().is_none());
        address
    };
    let path = directory.path().join("node.sock");
    assert_eq!(auto(&*process), format!("unix:{}", path.display()));
    dead_socket(&path);
    auto(&*process);
    auto(&*process_in(&path));
    assert_eq!(auto(&*process_in(Path::new(&format!("/{}", "x".repeat(200))))), "auto");

    // Something is wrong, not absent.
    std::fs::remove_file(&path).unwrap();
    let _datagrams = std::os::unix::net::UnixDatagram::bind(&path).unwrap();
    assert!(process.connect(&mut "auto".to_owned()).is_err());
}

#[test]
fn a_failed_connection_names_the_path() {
    let directory = tempfile::tempdir().unwrap();
    let process = process_in(directory.path());
    let path = directory.path().join("node.sock");
    let mut address = "unix".to_owned();
    let error = process.connect(&mut address).unwrap_err().to_string();
    let expected = format!("cannot connect to `{}`: No such file or directory (os error 2)", path.display());
    assert_eq!(error, expected);
    assert_eq!(address, format!("unix:{}", path.display()));

    dead_socket(&path);
    let error = process.connect(&mut address).unwrap_err().to_string();
    assert!(error.starts_with(&format!("cannot connect to `{}`: Connection refused", path.display())));

    let mut too_long = format!("unix:{}", "x".repeat(200));
    for error in [process.connect(&mut too_long).unwrap_err(), process.bind(&mut too_long).unwrap_err()] {
        assert!(error.to_string().contains("is too long: it has"), "{error}");
    }
}

#[test]
fn the_peer_of_a_local_socket_is_known() {
    let directory = tempfile::tempdir().unwrap();
    let process = process_in(directory.path());
    let listener = process.bind(&mut "unix".to_owned()).unwrap();
    let client = process.connect(&mut "unix".to_owned()).unwrap().unwrap();
    let (served, _) = UnixListener::from(listener).accept().unwrap();
    let (ours, theirs) = socketpair().unwrap();
    let (uid, gid) = (rustix::process::geteuid().as_raw(), rustix::process::getegid().as_raw());
    let pid = cfg!(target_os = "linux").then(std::process::id);
    for socket in [client, served.into(), ours, theirs] {
        assert_eq!(peer_credentials(&socket).unwrap(), PeerCredentials { pid, uid, gid });
    }

    let file = std::fs::File::open("/dev/null").unwrap();
    let error = peer_credentials(&file).unwrap_err().to_string();
    assert!(error.starts_with("cannot read the credentials of the peer: "), "{error}");
    assert!(peer_credentials(bind::stream_socket().unwrap()).is_err());
}
