//! What must be reached, and what was. Nothing fails because of it: a timed test on a busy machine would.

use std::fmt::Write as _;

use super::number;
use crate::affinity::Cores;
use crate::case::Case;
use crate::contender::Role;
use crate::harness::{CONNECTIONS, OBJECTS, Results};
use crate::meter::Sample;

/// Writes the table.
pub(super) fn write(results: &Results, text: &mut String) -> std::fmt::Result {
    writeln!(text, "## What must be reached\n")?;
    writeln!(text, "| what | must reach | reached | |\n| --- | --- | --- | --- |")?;
    for Requirement { what, bounds } in requirements(results) {
        let must: Vec<String> = bounds.iter().map(Bound::must).collect();
        let reached: Vec<String> = bounds.iter().map(Bound::reached_in_words).collect();
        let known: Vec<bool> = bounds.iter().filter_map(Bound::is_met).collect();
        let judgement = match () {
            () if known.len() < bounds.len() => "not measured",
            () if known.contains(&false) => "**missed**",
            () => "met",
        };
        writeln!(text, "| {what} | {} | {} | {judgement} |", must.join("; "), reached.join("; "))?;
    }
    writeln!(
        text,
        "| instructions of one small call | `cargo bench -p ipc-tests --bench instructions` | | |\n"
    )
}

struct Requirement {
    what: String,
    bounds: Vec<Bound>,
}

/// A figure, and what it must be.
struct Bound {
    /// What the figure is; it begins where `{}` stands.
    words: &'static str,
    limit: Limit,
    reached: Option<f64>,
}

#[derive(Clone, Copy)]
enum Limit {
    AtMost(f64),
    AtLeast(f64),
}

impl Bound {
    fn at_most(limit: f64, words: &'static str, reached: Option<f64>) -> Self {
        Self { words, limit: Limit::AtMost(limit), reached }
    }

    fn at_least(limit: f64, words: &'static str, reached: Option<f64>) -> Self {
        Self { words, limit: Limit::AtLeast(limit), reached }
    }

    fn must(&self) -> String {
        match self.limit {
            Limit::AtMost(limit) => format!("at most {}", self.words.replace("{}", &limit.to_string())),
            Limit::AtLeast(limit) => format!("at least {}", self.words.replace("{}", &limit.to_string())),
        }
    }

    fn reached_in_words(&self) -> String {
        let Some(reached) = self.reached.filter(|reached| !reached.is_nan()) else { return "?".to_owned() };
        let figure = if reached.fract() == 0.0 { reached.to_string() } else { number(reached) };
        self.words.replace("{}", &figure)
    }

    fn is_met(&self) -> Option<bool> {
        let reached = self.reached.filter(|reached| !reached.is_nan())?;
        Some(match self.limit {
            Limit::AtMost(limit) => reached <= limit,
            Limit::AtLeast(limit) => reached >= limit,
        })
    }
}

const BLOCKING: (&str, &str) = ("raw socket", "blocking");
const POLLING: (&str, &str) = ("raw socket", "polling");
const SLEEPING: (&str, &str) = ("ours", "sleeping");
const ADAPTIVE: (&str, &str) = ("ours", "adaptive");

fn requirements(results: &Results) -> Vec<Requirement> {
    let sample = |(name, setting), cores, case| results.sample(results.find(name, setting)?, cores, case);
    let micros = |who, cores, case| sample(who, cores, case).map(|sample: &Sample| sample.micros);
    let ratio = |who, other, cores, case| Some(micros(who, cores, case)? / micros(other, cores, case)?);
    let best = |role: Role, case: Case| {
        let times = results.with_role(role).filter_map(|who| results.sample(who, Cores::All, case));
        times.map(|sample| sample.micros).min_by(f64::total_cmp)
    };
    let best_peer = |case| best(Role::SocketPeer, case);
    let faster_than_peers = |case| Some(best_peer(case)? / best(Role::Ours, case)?);
    let (all, one, add) = (Cores::All, Cores::One, Case::Add);

    let mut requirements = Vec::new();
    let mut require = |what: String, bounds: Vec<Bound>| requirements.push(Requirement { what, bounds });
    require(
        "one thread calls `add(i32, i32)`, waiting by sleeping only".to_owned(),
        vec![
            Bound::at_most(1.15, "{} × the raw blocking exchange", ratio(SLEEPING, BLOCKING, all, add)),
            Bound::at_most(1.5, "{} × pinned to one core", ratio(SLEEPING, BLOCKING, one, add)),
        ],
    );
    require(
        "the same with the default, adaptive waiting".to_owned(),
        vec![
            Bound::at_most(1.5, "{} × the raw polling exchange", ratio(ADAPTIVE, POLLING, all, add)),
            Bound::at_most(1.5, "{} × pinned to one core", ratio(ADAPTIVE, POLLING, one, add)),
            Bound::at_least(
                5.0,
                "{} × faster than every peer that uses a socket",
                best_peer(add).zip(micros(ADAPTIVE, all, add)).map(|(peer, ours)| peer / ours),
            ),
        ],
    );
    for threads in [4, 16] {
        let faster = faster_than_peers(Case::Threads(threads));
        let bound = Bound::at_least(2.0, "{} × the best peer from as many threads", faster);
        require(format!("{threads} caller threads on one connection"), vec![bound]);
    }
    let faster = faster_than_peers(Case::Futures(1000));
    let bound = Bound::at_least(1.5, "{} × the best peer's rate with as many", faster);
    require("1,000 futures in one task on one connection".to_owned(), vec![bound]);
    let of_a_call = |who| Some(micros(who, all, Case::CallBack)? / micros(who, all, add)?);
    require(
        "a nested callback inside a call".to_owned(),
        vec![
            Bound::at_most(2.1, "{} × a call, sleeping", of_a_call(SLEEPING)),
            Bound::at_most(2.1, "{} × a call, adaptive", of_a_call(ADAPTIVE)),
        ],
    );
    let echo = Case::Echo(1 << 20);
    let rate = best(Role::Floor, echo).zip(best(Role::Ours, echo)).map(|(raw, ours)| raw / ours);
    require(
        "1 MiB of bytes there and back".to_owned(),
        vec![Bound::at_least(0.8, "{} × the raw socket's rate", rate)],
    );

    let beside = |who, case, plain| Some(micros(who, all, case)? / micros(who, all, plain)?);
    let each = |case| sample(ADAPTIVE, all, case).map(|sample| sample.each_client.max(sample.each_server));
    let objects = Case::Objects(OBJECTS);
    require(
        "10,000 live remote objects".to_owned(),
        vec![
            Bound::at_most(1.15, "{} × the plain one's time", beside(ADAPTIVE, objects, Case::Objects(0))),
            Bound::at_most(300.0, "{} bytes for each, on either side", each(objects)),
        ],
    );
    let connections = Case::Connections(CONNECTIONS);
    let threads = |case| sample(ADAPTIVE, all, case).map(|it| it.threads_client + it.threads_server);
    let more_threads =
        threads(connections).zip(threads(Case::Connections(0))).map(|(many, none)| (many - none).max(0.0));
    require(
        "1,000 idle connections".to_owned(),
        vec![
            Bound::at_most(
                1.15,
                "{} × the plain one's time",
                beside(ADAPTIVE, connections, Case::Connections(0)),
            ),
            Bound::at_most(16384.0, "{} bytes for each, on either side", each(connections)),
            // One that reads for all of them, in each process.
            Bound::at_most(2.0, "{} more threads", more_threads),
        ],
    );
    require(
        "context switches of a sleeping call, both processes".to_owned(),
        vec![Bound::at_most(2.1, "{}", sample(SLEEPING, all, add).map(|sample| sample.switches))],
    );
    require(
        "spawn to first answer".to_owned(),
        vec![Bound::at_most(
            1.3,
            "{} × an empty process and one exchange",
            ratio(ADAPTIVE, BLOCKING, all, Case::Spawn),
        )],
    );
    requirements
}
