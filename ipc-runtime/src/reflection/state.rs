//! What a process has: its connections, and what is behind each.

use std::collections::BTreeMap;

use super::Reflect;
use crate::IpcType;
use crate::driver::poller::Poller;
use crate::exception::IpcException;
use crate::object::{LocalObject, MethodId};
use crate::rpc::Counts;
use crate::wire::Interface;

/// Connections, and threads of each, that are listed at most. The others are counted.
const MOST_LISTED: usize = 1000;

/// What a process has at this moment.
#[derive(Clone, Debug, PartialEq, Eq, IpcType)]
#[ipc(file = 0xdc14c8fda38abfa6)]
pub struct ProcessState {
    /// Its number.
    pub pid: u32,
    /// Its connections, the oldest first; a thousand at most.
    pub connections: Vec<ConnectionState>,
    /// How many connections are not listed.
    pub more_connections: u32,
}

/// What one connection of a process has at this moment.
#[derive(Clone, Debug, PartialEq, Eq, IpcType)]
#[ipc(file = 0xdc14c8fda38abfa6)]
pub struct ConnectionState {
    /// Whether the other process has opened it, or has spawned this one.
    pub accepted: bool,
    /// The number of the other process, where the system tells it.
    pub peer: Option<u32>,
    /// The objects of this process that the other one has, by their interfaces.
    pub objects: Vec<ObjectState>,
    /// How many objects of the other process this one has.
    pub remote_objects: u32,
    /// The threads of this process that the other one can name; a thousand at most.
    pub threads: Vec<ThreadState>,
    /// The calls of the other process that are not answered yet, by their methods.
    pub calls: Vec<CallState>,
    /// How many calls of this process are not over.
    pub sent_calls: u32,
}

/// Objects of one interface.
#[derive(Clone, Debug, PartialEq, Eq, IpcType)]
#[ipc(file = 0xdc14c8fda38abfa6)]
pub struct ObjectState {
    /// The name of the interface.
    pub interface: String,
    /// How many there are.
    pub count: u32,
}

/// One thread that the other process can name.
#[derive(Clone, Debug, PartialEq, Eq, IpcType)]
#[ipc(file = 0xdc14c8fda38abfa6)]
pub struct ThreadState {
    /// What a debugger shows.
    pub name: String,
    /// How many calls it has.
    pub calls: u32,
}

/// Calls of one method.
#[derive(Clone, Debug, PartialEq, Eq, IpcType)]
#[ipc(file = 0xdc14c8fda38abfa6)]
pub struct CallState {
    /// The id of the interface that declares it.
    pub interface: u64,
    /// Its ordinal there.
    pub method: u16,
    /// How many there are.
    pub count: u32,
}

/// Gathers what this process has.
///
/// # Errors
/// Returns the operating system's error if there is nothing that waits for connections, which cannot be while one asks.
pub(super) fn of_process() -> Result<ProcessState, IpcException> {
    let sources = Poller::shared()?.sources();
    let mut connections: Vec<ConnectionState> = sources.iter().filter_map(|source| source.state()).collect();
    let more_connections = count(connections.len().saturating_sub(MOST_LISTED));
    connections.truncate(MOST_LISTED);
    Ok(ProcessState { pid: std::process::id(), connections, more_connections })
}

impl ConnectionState {
    /// Makes it of what the peer has of this process, and of what it has called.
    pub(crate) fn new<'o>(
        accepted: bool,
        peer: Option<u32>,
        objects: impl Iterator<Item = &'o LocalObject>,
        calls: impl Iterator<Item = MethodId>,
        counts: Counts,
    ) -> Self {
        let mut by_interface: BTreeMap<&'static str, u32> = BTreeMap::new();
        let mut threads = Vec::new();
        for object in objects {
            match object.thread_state() {
                Some(thread) if threads.len() < MOST_LISTED => threads.push(thread),
                _ => *by_interface.entry(object.interface()).or_default() += 1,
            }
        }
        let mut by_method: BTreeMap<(u64, u16), u32> = BTreeMap::new();
        // Who asks knows that it does.
        for MethodId { interface, ordinal } in
            calls.filter(|method| method.interface != <dyn Reflect>::descriptor().id)
        {
            *by_method.entry((interface, ordinal)).or_default() += 1;
        }
        let objects = by_interface.into_iter();
        let calls = by_method.into_iter();
        Self {
            accepted,
            peer,
            objects: objects
                .map(|(interface, count)| ObjectState { interface: interface.to_owned(), count })
                .collect(),
            remote_objects: count(counts.imports),
            threads,
            calls: calls.map(|((interface, method), count)| CallState { interface, method, count }).collect(),
            sent_calls: count(counts.questions),
        }
    }
}

impl ThreadState {
    pub(crate) fn new(name: &str, calls: usize) -> Self {
        Self { name: name.to_owned(), calls: count(calls) }
    }
}

fn count(count: usize) -> u32 {
    u32::try_from(count).unwrap_or(u32::MAX)
}
