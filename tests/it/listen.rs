//! Many clients of one address.

use std::io::{ErrorKind, Read};
use std::os::unix::net::UnixStream;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Barrier};
use std::thread;

use ipc_runtime::wire::Interface;
use ipc_runtime::{closed, make_capnp_protocol, make_ipc, make_process};
use ipc_tests::interfaces::Peer;
use ipc_tests::server::{PeerServer, state_of};
use ipc_tests::steps::{LONG_PATIENCE, PATIENCE, bounded, eventually, joined, received};

use super::util::{Here, Recorder, assert_disconnected};

#[test]
fn a_hundred_clients_connect_to_one_address_at_once_and_call() {
    bounded(LONG_PATIENCE, || {
        let here = Here::new();
        let host = here.spawn();
        let address = host.listen(&here.address("socket"), None).unwrap();
        let start = Barrier::new(100);
        thread::scope(|scope| {
            for client in 0..100_i64 {
                let (here, address, start) = (&here, &address, &start);
                scope.spawn(move || {
                    start.wait();
                    let peer = here.connect(address);
                    for i in 0..20 {
                        assert_eq!(peer.add(client, i).unwrap(), client + i, "client {client}, call {i}");
                    }
                });
            }
        });
    });
}

#[test]
fn disconnect_incoming_ends_the_connections_of_clients_and_spares_the_parent() {
    bounded(PATIENCE, || {
        let here = Here::new();
        let host = here.spawn();
        let address = host.listen(&here.address("socket"), None).unwrap();
        let clients: Vec<_> = (0..3).map(|_| here.connect(&address)).collect();
        for client in &clients {
            assert_eq!(client.process_id().unwrap(), host.process_id().unwrap());
        }
        host.disconnect_incoming().unwrap();
        for client in &clients {
            eventually("the client's connection ends", || closed(client).is_some());
            assert_disconnected(client.add(1, 1));
        }
        assert_eq!(host.add(1, 1).unwrap(), 2);
        assert_eq!(here.connect(&address).add(1, 1).unwrap(), 2, "it still listens");
    });
}

#[test]
fn a_method_reaches_the_state_of_the_process_that_serves_it() {
    bounded(PATIENCE, || {
        let here = Here::new();
        let peer = here.spawn();
        let id = peer.process_id().unwrap();
        assert_eq!(peer.state().unwrap(), Some(state_of(id)));
        let own = here.connect(&here.listen("socket"));
        assert_eq!(own.state().unwrap(), Some(state_of(std::process::id())));
        assert_eq!(here.server.state().unwrap(), None, "nobody serves this call");
    });
}

#[test]
fn an_automatic_address_at_which_nobody_listens_gives_no_connection() {
    bounded(PATIENCE, || {
        let here = Here::new();
        let root: Arc<dyn Peer> = Arc::new(PeerServer::default());
        let process = make_process("nobody", here.path("data"));
        let ipc = make_ipc(process, make_capnp_protocol(Default::default()), root);
        let mut address = String::from("auto");
        assert!(ipc.connect_address::<dyn Peer>(&mut address).unwrap().is_none());
        assert!(address.ends_with("/data/nobody.sock"), "{address}");
        let mut address = String::from("unix");
        let error = ipc.connect_address::<dyn Peer>(&mut address).err().unwrap();
        assert!(error.text().contains("/data/nobody.sock"), "{error}");
        for none in ["", "0"] {
            assert!(ipc.connect_address::<dyn Peer>(&mut none.to_owned()).unwrap().is_none());
        }
        ipc.listen_address(&mut String::from("unix")).unwrap();
        let peer = ipc.connect_address::<dyn Peer>(&mut String::from("auto")).unwrap().unwrap();
        assert_eq!(peer.add(1, 1).unwrap(), 2);
    });
}

#[test]
fn dropping_the_ipc_stops_listening_and_ends_what_came_in() {
    bounded(PATIENCE, || {
        let (here, other) = (Here::new(), Here::new());
        let address = here.listen("socket");
        let peer = other.connect(&address);
        assert_eq!(peer.add(1, 1).unwrap(), 2);
        let Here { ipc, .. } = &here;
        assert_eq!(Arc::strong_count(ipc), 1, "the test holds the only handle");
        let path = here.path("socket");
        drop(here.ipc);
        eventually("the connection ends", || closed(&peer).is_some());
        assert_disconnected(peer.add(1, 1));
        let error = other.ipc.connect_address::<dyn Peer>(&mut address.clone()).err();
        let error = error.unwrap_or_else(|| panic!("somebody listens at {}", path.display()));
        assert!(error.text().contains(path.to_str().unwrap()), "{error}");
    });
}

#[test]
fn a_connection_that_comes_in_while_the_ipc_is_dropped_ends_too() {
    bounded(LONG_PATIENCE, || {
        for round in 0..50 {
            let here = Here::new();
            here.listen("socket");
            let path = here.path("socket");
            let (sender, connections) = std::sync::mpsc::channel();
            let connecting = thread::spawn(move || {
                while let Ok(stream) = UnixStream::connect(&path) {
                    if sender.send(stream).is_err() {
                        return;
                    }
                }
            });
            let mut streams: Vec<_> =
                (0..5).map(|_| received("a connection comes in", &connections)).collect();
            drop(here.ipc);
            joined("nobody can connect any more", connecting);
            streams.extend(connections);
            let all = streams.len();
            for (i, mut stream) in streams.into_iter().enumerate() {
                stream.set_read_timeout(Some(PATIENCE)).unwrap();
                let read = stream.read(&mut [0]);
                let ended = match &read {
                    Ok(read) => *read == 0,
                    Err(error) => error.kind() == ErrorKind::ConnectionReset,
                };
                assert!(ended, "round {round}: connection {i} of {all} lives on: {read:?}");
            }
        }
    });
}

#[test]
fn the_objects_that_a_client_held_are_freed_when_it_goes() {
    bounded(PATIENCE, || {
        let here = Here::new();
        let host = here.spawn();
        let address = host.listen(&here.address("socket"), None).unwrap();
        let client = here.connect(&address);
        let counters: Vec<_> = (0..10).map(|_| client.make_counter().unwrap()).collect();
        assert_eq!(host.live_counters().unwrap(), 10);
        ipc_runtime::destroy(&client).unwrap();
        eventually("the counters are freed", || host.live_counters().unwrap() == 0);
        assert_disconnected(counters[0].add(1));
    });
}

#[test]
fn a_cleanup_function_runs_once_when_the_last_handle_is_dropped() {
    bounded(PATIENCE, || {
        let here = Here::new();
        let peer = here.spawn();
        let cleaned = Arc::new(AtomicUsize::new(0));
        let counter = peer.make_counter().unwrap();
        let count = cleaned.clone();
        here.ipc.add_cleanup(&counter, move || {
            count.fetch_add(1, Ordering::SeqCst);
        });
        let clone = counter.clone();
        drop(counter);
        assert_eq!(clone.add(1).unwrap(), 1);
        assert_eq!(cleaned.load(Ordering::SeqCst), 0, "a handle is left");
        drop(clone);
        assert_eq!(cleaned.load(Ordering::SeqCst), 1, "it runs where the handle is dropped");
        here.ipc.wait_spawned(&peer).unwrap();
        assert_eq!(cleaned.load(Ordering::SeqCst), 1, "it has run before");
    });
}

#[test]
fn a_cleanup_function_of_the_last_handle_of_a_connection_runs_where_the_handle_is_dropped() {
    bounded(PATIENCE, || {
        let here = Here::new();
        let peer = here.spawn();
        let (sender, cleaned) = std::sync::mpsc::channel();
        here.ipc.add_cleanup(&peer, move || sender.send(thread::current().id()).unwrap());
        drop(peer);
        let id = received("the cleanup function runs", &cleaned);
        assert_eq!(id, thread::current().id());
        assert!(cleaned.try_recv().is_err());
    });
}

#[test]
fn a_cleanup_function_that_panics_does_not_keep_the_others_from_running() {
    bounded(PATIENCE, || {
        let here = Here::new();
        let peer = here.spawn();
        let (sender, cleaned) = std::sync::mpsc::channel();
        for i in 0..3 {
            let sender = sender.clone();
            here.ipc.add_cleanup(&peer, move || {
                assert!(i != 1, "as told");
                sender.send(i).unwrap();
            });
        }
        super::util::kill(&peer);
        for i in [0, 2] {
            assert_eq!(received("a cleanup function runs", &cleaned), i);
        }
    });
}

#[test]
fn calls_that_race_with_the_end_of_their_connection_end_too() {
    const CALLERS: usize = 8;
    bounded(LONG_PATIENCE, || {
        for round in 0..60 {
            let here = Here::new();
            let address = here.listen("socket");
            let peer = here.connect(&address);
            let begun = Arc::new(AtomicUsize::new(0));
            let calling: Vec<_> = (0..CALLERS)
                .map(|_| {
                    let (peer, begun) = (peer.clone(), begun.clone());
                    thread::spawn(move || {
                        for i in 0.. {
                            let (callback, _calls) = Recorder::with_calls();
                            let outcome = peer.make_counter().and_then(|counter| {
                                counter.add(i)?;
                                peer.call(callback, i)
                            });
                            match outcome {
                                Ok(result) => assert_eq!(result, i + 1),
                                Err(error) => return error,
                            }
                            begun.fetch_add(1, Ordering::SeqCst);
                        }
                        unreachable!("it calls until a call fails")
                    })
                })
                .collect();
            eventually("calls are made", || begun.load(Ordering::SeqCst) > 3 * CALLERS);
            match round % 3 {
                0 => here.ipc.disconnect_incoming(),
                1 => peer.as_remote().unwrap().disconnect(),
                _ => drop(here.ipc),
            }
            drop(peer);
            for calls in calling {
                let error = joined("a call that races with the end ends", calls);
                assert!(error.is_disconnected(), "round {round}: {error:?}");
            }
        }
    });
}
