//! Measures all contenders at all cases, in rounds that are interleaved.

use std::collections::BTreeMap;

use crate::affinity::Cores;
use crate::case::Case;
use crate::contender::{About, Contender, Floor, Outcome, Role};
use crate::contenders;
use crate::meter::Sample;
use crate::options::{Effort, Options};
use crate::pair::Pair;
use crate::worker::most_sockets;

/// What everybody is measured at who offers it.
pub(crate) const CASES: [Case; 7] = [
    Case::Add,
    Case::Threads(4),
    Case::Threads(16),
    Case::Futures(1000),
    Case::CallBack,
    Case::Echo(1 << 20),
    Case::Spawn,
];

/// What ours is measured at beside many things that live, each in pairs of its own: nothing else, objects, connections.
pub(crate) const LOADED: [Case; 4] =
    [Case::Objects(0), Case::Objects(OBJECTS), Case::Connections(0), Case::Connections(CONNECTIONS)];
pub(crate) const OBJECTS: usize = 10_000;
pub(crate) const CONNECTIONS: usize = 1_000;

/// How many there are of what the time of a call may depend on.
pub(crate) const THREADS: [usize; 8] = [1, 2, 4, 8, 16, 32, 64, 128];
pub(crate) const SIZES: [usize; 7] = [64, 1 << 10, 1 << 14, 1 << 18, 1 << 20, 1 << 22, 1 << 24];
pub(crate) const MANY_OBJECTS: [usize; 6] = [1, 10, 100, 1_000, 10_000, 100_000];
pub(crate) const MANY_CONNECTIONS: [usize; 5] = [1, 10, 100, 1_000, 5_000];

/// Calls of one run at most: a round of the fastest, and not for ever if it is disturbed.
const MOST_CALLS: f64 = 100_000.0;

/// All that has been measured.
pub(crate) struct Results {
    pub(crate) contenders: Vec<About>,
    /// Medians: of which contender, where, at what.
    samples: BTreeMap<(usize, Cores, Case), Sample>,
    /// Who was not measured, and why.
    pub(crate) skipped: Vec<String>,
    pub(crate) failures: Vec<String>,
    pub(crate) effort: Effort,
}

impl Results {
    /// Returns the median of a contender at a case.
    pub(crate) fn sample(&self, contender: usize, cores: Cores, case: Case) -> Option<&Sample> {
        self.samples.get(&(contender, cores, case))
    }

    /// Returns the number of a contender.
    pub(crate) fn find(&self, name: &str, setting: &str) -> Option<usize> {
        self.contenders.iter().position(|about| about.name == name && about.setting == setting)
    }

    /// Returns the number of a floor.
    pub(crate) fn floor(&self, floor: Floor) -> Option<usize> {
        self.contenders.iter().position(|about| about.role == Role::Floor && about.floor == floor)
    }

    /// Returns the numbers of those with a role.
    pub(crate) fn with_role(&self, role: Role) -> impl Iterator<Item = usize> + '_ {
        let numbered = self.contenders.iter().enumerate();
        numbered.filter(move |(_, about)| about.role == role).map(|(contender, _)| contender)
    }
}

/// Measures everything.
pub(crate) fn measure(options: &Options) -> Outcome<Results> {
    let mut contenders = contenders::all();
    contenders.retain(|contender| {
        let About { name, setting, role, .. } = contender.about();
        let full = format!("{name} {setting}");
        options.only.is_empty()
            || matches!(role, Role::Floor | Role::Ours)
            || options.only.iter().any(|only| full.contains(only.as_str()))
    });
    let mut skipped = Vec::new();
    contenders.retain(|contender| {
        let (missing, About { name, setting, .. }) = (contender.missing(), contender.about());
        skipped.extend(missing.as_ref().map(|why| format!("{name}, {setting}: {why}")));
        missing.is_none()
    });
    let results = Results {
        contenders: contenders.iter().map(|contender| contender.about()).collect(),
        samples: BTreeMap::new(),
        skipped,
        failures: Vec::new(),
        effort: options.effort,
    };
    let mut harness = Harness { contenders, results };
    for cores in Cores::EACH {
        harness.measure_cases(cores);
        harness.measure_loaded(cores, &LOADED);
    }
    harness.measure_scales();
    Ok(harness.results)
}

struct Harness {
    contenders: Vec<Box<dyn Contender>>,
    results: Results,
}

/// A contender at a case.
struct Lane<'a> {
    contender: usize,
    case: Case,
    /// Absent if it is not started, or has failed.
    pair: &'a mut Option<Pair>,
}

impl Harness {
    /// Measures everybody at every case; the processes stay from one case to the next.
    fn measure_cases(&mut self, cores: Cores) {
        let mut pairs: Vec<Option<Pair>> = self.contenders.iter().map(|_| None).collect();
        for case in CASES {
            self.measure_all(cores, case, &mut pairs);
        }
    }

    /// Measures ours beside many things that live. These are not torn down between the rounds, so each case has processes of
    /// its own.
    fn measure_loaded(&mut self, cores: Cores, cases: &[Case]) {
        let ours: Vec<usize> = self.results.with_role(Role::Ours).collect();
        let mut pairs: Vec<(usize, Case, Option<Pair>)> = ours
            .iter()
            .flat_map(|&contender| cases.iter().map(move |&case| (contender, case, None)))
            .collect();
        let lanes =
            pairs.iter_mut().map(|(contender, case, pair)| Lane { contender: *contender, case: *case, pair });
        self.measure_lanes(cores, lanes.collect());
    }

    /// Measures how the time of a call depends on how much there is.
    fn measure_scales(&mut self) {
        let effort = self.results.effort;
        let mut pairs: Vec<Option<Pair>> = self.contenders.iter().map(|_| None).collect();
        let threads = effort.scale(&THREADS).into_iter().map(Case::Threads);
        let sizes = effort.scale(&SIZES).into_iter().map(Case::Echo);
        for case in threads.chain(sizes) {
            self.measure_all(Cores::All, case, &mut pairs);
        }
        drop(pairs);
        let objects = effort.scale(&MANY_OBJECTS).into_iter().map(Case::Objects);
        let most = most_sockets();
        let connections = effort.scale(&MANY_CONNECTIONS).into_iter().filter(|&count| count < most);
        let connections = connections.map(Case::Connections);
        for case in objects.chain(connections) {
            self.measure_loaded(Cores::All, &[case]);
        }
    }

    fn measure_all(&mut self, cores: Cores, case: Case, pairs: &mut [Option<Pair>]) {
        let lanes = pairs.iter_mut().enumerate().map(|(contender, pair)| Lane { contender, case, pair });
        self.measure_lanes(cores, lanes.collect());
    }

    /// Measures in rounds, in each of which everybody has a turn, so that whatever else the machine does hits all.
    fn measure_lanes(&mut self, cores: Cores, mut lanes: Vec<Lane<'_>>) {
        if let Some(lane) = lanes.first() {
            eprintln!("{cores:?}: {}", lane.case);
        }
        let mut running = Vec::new();
        for lane in &mut lanes {
            // What is known already need not be measured again.
            if self.results.samples.contains_key(&(lane.contender, cores, lane.case)) {
                continue;
            }
            match self.prepare(cores, lane) {
                Ok(Some(calls)) => running.push((lane, calls, Vec::new())),
                Ok(None) => {}
                Err(error) => self.fail(lane, error.as_ref()),
            }
        }
        for _ in 0..self.results.effort.rounds() {
            for (lane, calls, samples) in &mut running {
                let Some(pair) = lane.pair else { continue };
                match pair.run(lane.case, *calls) {
                    Ok(sample) => samples.extend(sample),
                    Err(error) => self.fail(lane, error.as_ref()),
                }
            }
        }
        for (lane, _, samples) in running {
            if !samples.is_empty() {
                let key = (lane.contender, cores, lane.case);
                self.results.samples.insert(key, Sample::median(&samples));
            }
        }
    }

    /// Starts the pair if there is none, warms it up, and returns how many calls fill a round; `None` where the contender
    /// does not offer the case.
    fn prepare(&self, cores: Cores, lane: &mut Lane<'_>) -> Outcome<Option<u64>> {
        let pair = match lane.pair {
            Some(pair) => pair,
            None => {
                let contender = self.contenders.get(lane.contender).ok_or("there is no such contender")?;
                lane.pair.insert(Pair::start(&**contender, cores)?)
            }
        };
        let round = self.results.effort.round().as_secs_f64() * 1e6;
        let mut calls = lane.case.rounded(1);
        // The first ones tell little: they are slow.
        for _ in 0..3 {
            let Some(sample) = pair.run(lane.case, calls)? else { return Ok(None) };
            calls = lane.case.rounded((round / sample.micros).clamp(1.0, MOST_CALLS) as u64);
        }
        Ok(Some(calls))
    }

    fn fail(&mut self, lane: &mut Lane<'_>, error: &dyn std::error::Error) {
        *lane.pair = None;
        let about = self.results.contenders.get(lane.contender);
        let who = about.map(|about| format!("{}, {}", about.name, about.setting)).unwrap_or_default();
        let failure = format!("{who}: {}: {error}", lane.case);
        eprintln!("{failure}");
        self.results.failures.push(failure);
    }
}
