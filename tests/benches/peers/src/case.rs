//! What is measured.

use std::fmt;
use std::str::FromStr;

use crate::contender::{Client, Outcome, Ran};
use crate::meter::Meter;

/// What a pair of processes is measured at.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Case {
    /// One thread calls `add(i32, i32)`.
    Add,
    /// So many threads of the system do, on one connection.
    Threads(usize),
    /// So many futures in one task do, on one connection.
    Futures(usize),
    /// A method calls back.
    CallBack,
    /// So many bytes go there and back.
    Echo(usize),
    /// `add`, beside so many live remote objects.
    Objects(usize),
    /// `add`, beside so many idle connections.
    Connections(usize),
    /// From the start of a process to its first answer.
    Spawn,
}

/// How the speed of a case is said.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Unit {
    Micros,
    CallsPerSecond,
    MebibytesPerSecond,
}

impl Case {
    /// Runs it.
    pub(crate) fn run(self, client: &mut dyn Client, calls: u64, meter: &mut Meter) -> Outcome<Ran> {
        match self {
            Self::Add => client.add(calls, meter),
            Self::Threads(threads) => client.add_on_threads(threads, calls, meter),
            Self::Futures(futures) => client.add_in_futures(futures, calls, meter),
            Self::CallBack => client.call_back(calls, meter),
            Self::Echo(bytes) => client.echo(bytes, calls, meter),
            Self::Objects(objects) => client.add_beside_objects(objects, calls, meter),
            Self::Connections(connections) => client.add_beside_connections(connections, calls, meter),
            Self::Spawn => Err("spawning needs no client".into()),
        }
    }

    /// Returns a number of calls that is at least `calls`, and that all callers can share.
    pub(crate) fn rounded(self, calls: u64) -> u64 {
        let callers = self.callers();
        calls.div_ceil(callers) * callers
    }

    fn callers(self) -> u64 {
        match self {
            Self::Threads(callers) | Self::Futures(callers) => callers as u64,
            _ => 1,
        }
    }

    /// Returns how its speed is said.
    pub(crate) fn unit(self) -> Unit {
        match self {
            Self::Threads(_) | Self::Futures(_) => Unit::CallsPerSecond,
            Self::Echo(_) => Unit::MebibytesPerSecond,
            _ => Unit::Micros,
        }
    }

    /// Returns the speed, in its unit, of a call that takes so many microseconds.
    pub(crate) fn speed(self, micros: f64) -> f64 {
        match (self.unit(), self) {
            (Unit::CallsPerSecond, _) => 1e6 / micros,
            (Unit::MebibytesPerSecond, Self::Echo(bytes)) => bytes as f64 / f64::from(1 << 20) / micros * 1e6,
            _ => micros,
        }
    }

    /// Returns what it is, in words.
    pub(crate) fn title(self) -> String {
        match self {
            Self::Add => "one thread calls `add(i32, i32)`".to_owned(),
            Self::Threads(threads) => format!("{threads} threads on one connection"),
            Self::Futures(futures) => format!("{futures} futures in one task on one connection"),
            Self::CallBack => "a nested callback inside a call".to_owned(),
            Self::Echo(bytes) => format!("{} there and back", bytes_in_words(bytes)),
            Self::Objects(objects) => format!("`add`, beside {objects} live remote objects"),
            Self::Connections(connections) => format!("`add`, beside {connections} idle connections"),
            Self::Spawn => "from spawning a process to its first answer".to_owned(),
        }
    }
}

impl Unit {
    /// Returns its name.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Micros => "µs",
            Self::CallsPerSecond => "calls/s",
            Self::MebibytesPerSecond => "MiB/s",
        }
    }
}

/// Says a number of bytes in the largest unit that needs no fraction.
pub(crate) fn bytes_in_words(bytes: usize) -> String {
    match bytes {
        bytes if bytes >= 1 << 20 && bytes % (1 << 20) == 0 => format!("{} MiB", bytes >> 20),
        bytes if bytes >= 1 << 10 && bytes % (1 << 10) == 0 => format!("{} KiB", bytes >> 10),
        bytes => format!("{bytes} bytes"),
    }
}

impl fmt::Display for Case {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Add => write!(f, "add"),
            Self::Threads(threads) => write!(f, "threads:{threads}"),
            Self::Futures(futures) => write!(f, "futures:{futures}"),
            Self::CallBack => write!(f, "callback"),
            Self::Echo(bytes) => write!(f, "echo:{bytes}"),
            Self::Objects(objects) => write!(f, "objects:{objects}"),
            Self::Connections(connections) => write!(f, "connections:{connections}"),
            Self::Spawn => write!(f, "spawn"),
        }
    }
}

impl FromStr for Case {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (name, size) = text.split_once(':').unwrap_or((text, ""));
        let unknown = |_| format!("the case `{text}` is unknown");
        Ok(match name {
            "add" => Self::Add,
            "threads" => Self::Threads(size.parse().map_err(unknown)?),
            "futures" => Self::Futures(size.parse().map_err(unknown)?),
            "callback" => Self::CallBack,
            "echo" => Self::Echo(size.parse().map_err(unknown)?),
            "objects" => Self::Objects(size.parse().map_err(unknown)?),
            "connections" => Self::Connections(size.parse().map_err(unknown)?),
            "spawn" => Self::Spawn,
            _ => return Err(format!("the case `{text}` is unknown")),
        })
    }
}
