//! Starting processes, and how they end.

use std::sync::mpsc;
use std::thread;

use ipc_runtime::wire::Interface;
use ipc_runtime::{ExceptionKind, Remote, closed, destroy};
use ipc_tests::interfaces::Peer;
use ipc_tests::steps::{LONG_PATIENCE, PATIENCE, bounded, eventually};

use super::util::{Here, assert_disconnected, kill};

#[test]
fn wait_spawned_gives_the_exit_status_of_a_process_that_served_until_its_parent_closed() {
    bounded(PATIENCE, || {
        let here = Here::new();
        let peer = here.spawn();
        peer.add(1, 1).unwrap();
        let status = here.ipc.wait_spawned(&peer).unwrap();
        assert_eq!(status.code(), Some(0), "{status}");
        assert_disconnected_or_destroyed(&peer.add(1, 1).unwrap_err());
    });
}

fn assert_disconnected_or_destroyed(error: &ipc_runtime::IpcException) {
    assert!(error.is_disconnected() || error.text().ends_with("the object was destroyed"), "{error:?}");
}

#[test]
fn wait_spawned_gives_the_exit_status_of_a_process_that_ended_by_itself() {
    bounded(PATIENCE, || {
        let here = Here::new();
        let peer = here.spawn();
        assert_disconnected(peer.exit(9));
        let status = here.ipc.wait_spawned(&peer).unwrap();
        assert_eq!(status.code(), Some(9), "{status}");
    });
}

#[test]
fn wait_spawned_gives_the_signal_of_a_process_that_was_killed() {
    use std::os::unix::process::ExitStatusExt;

    bounded(PATIENCE, || {
        let here = Here::new();
        let peer = here.spawn();
        kill(&peer);
        let status = here.ipc.wait_spawned(&peer).unwrap();
        assert_eq!(status.signal(), Some(9), "{status}");
    });
}

#[test]
fn wait_spawned_refuses_an_object_of_no_child() {
    bounded(PATIENCE, || {
        let here = Here::new();
        let address = here.listen("socket");
        let peer = here.connect(&address);
        let error = here.ipc.wait_spawned(&peer).unwrap_err();
        assert!(error.text().contains("not of a process that this one spawned"), "{error}");
        assert_eq!(peer.add(1, 1).unwrap(), 2);
    });
}

#[test]
fn destroying_the_root_closes_its_connection_and_ends_the_child() {
    bounded(PATIENCE, || {
        let here = Here::new();
        let peer = here.spawn();
        let counter = peer.make_counter().unwrap();
        let child = peer.as_remote().and_then(Remote::child).unwrap();
        destroy(&peer).unwrap();
        assert!(closed(&peer).is_some());
        assert!(closed(&counter).is_some());
        assert_disconnected(counter.add(1));
        let status = child.wait().unwrap();
        assert_eq!(status.code(), Some(0), "{status}");
        destroy(&peer).unwrap();
    });
}

#[test]
fn a_program_that_cannot_be_started_is_an_error_that_names_it_and_the_reason() {
    bounded(PATIENCE, || {
        let here = Here::new();
        let error = here.ipc.spawn_process::<dyn Peer>("/no/such/program").err().unwrap();
        assert_eq!(error.kind(), ExceptionKind::System, "{error}");
        assert!(error.text().contains("/no/such/program"), "{error}");
        assert!(error.text().contains("No such file or directory"), "{error}");
        let plain = here.path("plain");
        std::fs::write(&plain, "text").unwrap();
        let error = here.ipc.spawn_process::<dyn Peer>(plain.to_str().unwrap()).err().unwrap();
        assert!(error.text().contains(plain.to_str().unwrap()), "{error}");
        assert!(error.text().contains("Permission denied"), "{error}");
    });
}

#[test]
fn a_program_that_ends_without_serving_is_an_error_that_names_it_and_its_status() {
    bounded(PATIENCE, || {
        let here = Here::new();
        let deserter = env!("CARGO_BIN_EXE_deserter");
        let error = here.ipc.spawn_process::<dyn Peer>(deserter).err().unwrap();
        assert_eq!(error.kind(), ExceptionKind::Disconnected, "{error}");
        assert!(error.text().contains(deserter), "{error}");
        assert!(error.text().contains("exit status: 7"), "{error}");
    });
}

#[test]
fn many_threads_spawn_at_once_and_each_has_its_own_process() {
    bounded(LONG_PATIENCE, || {
        let here = Here::new();
        let (sender, receiver) = mpsc::channel();
        thread::scope(|scope| {
            for _ in 0..8 {
                let (here, sender) = (&here, sender.clone());
                scope.spawn(move || {
                    for _ in 0..5 {
                        let peer = here.spawn();
                        let id = peer.process_id().unwrap();
                        sender.send((peer, id)).unwrap();
                    }
                });
            }
        });
        drop(sender);
        let peers: Vec<_> = receiver.iter().collect();
        let mut ids: Vec<_> = peers.iter().map(|(_, id)| *id).collect();
        ids.sort_unstable();
        ids.dedup();
        assert_eq!(ids.len(), 40);
        // No process holds another one's socket open: each ends when its own is closed.
        for (peer, id) in peers {
            let status = here.ipc.wait_spawned(&peer).unwrap();
            assert_eq!(status.code(), Some(0), "process {id}: {status}");
        }
    });
}

#[test]
fn a_process_ends_when_its_parent_was_killed() {
    bounded(PATIENCE, || {
        let here = Here::new();
        let parent = here.spawn();
        let child = parent.spawn_another().unwrap();
        assert!(runs(child), "process {child} of {}", parent.process_id().unwrap());
        kill(&parent);
        eventually("the orphan ends", || !runs(child));
    });
}

/// Tells whether a process runs: one that has ended may stay as a zombie if nobody collects orphans here.
fn runs(process: u32) -> bool {
    let Ok(status) = std::fs::read_to_string(format!("/proc/{process}/stat")) else { return false };
    let state = status.rsplit(") ").next().and_then(|rest| rest.chars().next());
    !matches!(state, Some('Z' | 'X'))
}
