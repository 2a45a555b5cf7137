//! What a number of calls costs both processes of a pair.

use std::fs;
use std::time::{Duration, Instant};

use crate::contender::Outcome;

/// Measures between `begin` and `end`: the clock, and what the system has counted for each process.
#[derive(Debug)]
pub(crate) struct Meter {
    processes: Vec<u32>,
    begun: Option<(Instant, Vec<Usage>)>,
    measured: Duration,
    /// For each process.
    spent: Vec<Usage>,
    /// What one of many things takes, in bytes, for each process.
    each: Vec<f64>,
}

/// What the system has counted for the threads that a process has now.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Usage {
    pub(crate) cpu_nanos: u64,
    pub(crate) switches: u64,
}

impl Meter {
    /// Makes one for these processes, the client's first.
    pub(crate) fn new(processes: &[u32]) -> Self {
        Self {
            processes: processes.to_vec(),
            begun: None,
            measured: Duration::ZERO,
            spent: vec![Usage::default(); processes.len()],
            each: Vec::new(),
        }
    }

    /// Makes one that only looks at the clock.
    pub(crate) fn clock() -> Self {
        Self::new(&[])
    }

    /// Begins; call this before what is measured can begin.
    pub(crate) fn begin(&mut self) -> Outcome {
        let usage = self.usage()?;
        self.begun = Some((Instant::now(), usage));
        Ok(())
    }

    /// Ends; the threads that have done the work must still be there.
    pub(crate) fn end(&mut self) -> Outcome {
        let Some((begun, before)) = self.begun.take() else { return Err("the meter has not begun".into()) };
        self.measured = begun.elapsed();
        let after = self.usage()?;
        self.spent = before.iter().zip(&after).map(|(before, after)| after.since(*before)).collect();
        Ok(())
    }

    /// Measures all that a function does.
    pub(crate) fn measure<T>(&mut self, run: impl FnOnce() -> Outcome<T>) -> Outcome<T> {
        self.begin()?;
        let done = run()?;
        self.end()?;
        Ok(done)
    }

    /// Notes how much memory both processes take for each of `count` things that `make` makes.
    pub(crate) fn weigh<T>(&mut self, count: usize, make: impl FnOnce() -> Outcome<T>) -> Outcome<T> {
        let before = self.memory()?;
        let made = make()?;
        let after = self.memory()?;
        self.each =
            before.iter().zip(&after).map(|(before, after)| (after - before) / count as f64).collect();
        Ok(made)
    }

    /// Returns how long it was, in seconds.
    pub(crate) fn seconds(&self) -> f64 {
        self.measured.as_secs_f64()
    }

    /// Returns all that it knows, for each call.
    pub(crate) fn sample(&self, calls: u64) -> Outcome<Sample> {
        let calls = calls as f64;
        let [client, server] = [0, 1].map(|index| self.spent.get(index).copied().unwrap_or_default());
        let memory = self.memory()?;
        let threads = self.processes.iter().map(|&process| threads(process)).collect::<Outcome<Vec<_>>>()?;
        let of = |figures: &[f64], index: usize| figures.get(index).copied().unwrap_or(f64::NAN);
        Ok(Sample {
            micros: self.seconds() * 1e6 / calls,
            cpu_client: client.cpu_nanos as f64 / 1e3 / calls,
            cpu_server: server.cpu_nanos as f64 / 1e3 / calls,
            switches: (client.switches + server.switches) as f64 / calls,
            memory_client: of(&memory, 0),
            memory_server: of(&memory, 1),
            threads_client: of(&threads, 0),
            threads_server: of(&threads, 1),
            each_client: of(&self.each, 0),
            each_server: of(&self.each, 1),
        })
    }

    fn usage(&self) -> Outcome<Vec<Usage>> {
        self.processes.iter().map(|&process| usage(process)).collect()
    }

    fn memory(&self) -> Outcome<Vec<f64>> {
        self.processes.iter().map(|&process| memory(process)).collect()
    }
}

impl Usage {
    fn since(self, before: Self) -> Self {
        Self {
            cpu_nanos: self.cpu_nanos.saturating_sub(before.cpu_nanos),
            switches: self.switches.saturating_sub(before.switches),
        }
    }
}

/// What one call has cost, and what both processes have at its end. Not a number is what was not measured.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Sample {
    pub(crate) micros: f64,
    /// Microseconds.
    pub(crate) cpu_client: f64,
    pub(crate) cpu_server: f64,
    /// Of both processes.
    pub(crate) switches: f64,
    /// Bytes that are in memory.
    pub(crate) memory_client: f64,
    pub(crate) memory_server: f64,
    pub(crate) threads_client: f64,
    pub(crate) threads_server: f64,
    /// Bytes for each of the things that the case is about.
    pub(crate) each_client: f64,
    pub(crate) each_server: f64,
}

impl Sample {
    /// Makes one of a time alone.
    pub(crate) fn of_micros(micros: f64) -> Self {
        Self::of([f64::NAN; 10].map(|_| f64::NAN)).with_micros(micros)
    }

    /// Returns the sample as one line of text.
    pub(crate) fn to_line(self) -> String {
        self.figures().map(|figure| figure.to_string()).join(" ")
    }

    /// Reads what `to_line` has written.
    pub(crate) fn from_line(line: &str) -> Option<Self> {
        let figures: Vec<f64> = line.split_whitespace().map(str::parse).collect::<Result<_, _>>().ok()?;
        figures.try_into().ok().map(Self::of)
    }

    /// Returns the median of each figure.
    pub(crate) fn median(samples: &[Self]) -> Self {
        let columns: Vec<[f64; 10]> = samples.iter().map(|sample| sample.figures()).collect();
        let mut index = 0;
        Self::of([(); 10].map(|()| {
            let mut column: Vec<f64> =
                columns.iter().filter_map(|row| row.get(index).copied()).filter(|f| !f.is_nan()).collect();
            index += 1;
            column.sort_unstable_by(f64::total_cmp);
            column.get(column.len() / 2).copied().unwrap_or(f64::NAN)
        }))
    }

    fn with_micros(mut self, micros: f64) -> Self {
        self.micros = micros;
        self
    }

    fn figures(self) -> [f64; 10] {
        [
            self.micros,
            self.cpu_client,
            self.cpu_server,
            self.switches,
            self.memory_client,
            self.memory_server,
            self.threads_client,
            self.threads_server,
            self.each_client,
            self.each_server,
        ]
    }

    fn of(figures: [f64; 10]) -> Self {
        let [
            micros,
            cpu_client,
            cpu_server,
            switches,
            memory_client,
            memory_server,
            threads_client,
            threads_server,
            each_client,
            each_server,
        ] = figures;
        Self {
            micros,
            cpu_client,
            cpu_server,
            switches,
            memory_client,
            memory_server,
            threads_client,
            threads_server,
            each_client,
            each_server,
        }
    }
}

fn usage(process: u32) -> Outcome<Usage> {
    let mut usage = Usage::default();
    for task in fs::read_dir(format!("/proc/{process}/task"))? {
        let task = task?.path();
        // A thread may end in between.
        let statistics = fs::read_to_string(task.join("schedstat")).unwrap_or_default();
        usage.cpu_nanos +=
            statistics.split_whitespace().next().and_then(|text| text.parse().ok()).unwrap_or(0);
        let status = fs::read_to_string(task.join("status")).unwrap_or_default();
        usage.switches += status
            .lines()
            .filter(|line| line.contains("ctxt_switches"))
            .filter_map(|line| line.split_whitespace().last()?.parse::<u64>().ok())
            .sum::<u64>();
    }
    Ok(usage)
}

/// Returns how many bytes of a process are in memory and its own: files and shared memory are left out.
fn memory(process: u32) -> Outcome<f64> {
    Ok(status(process, "RssAnon:")? * 1024.0)
}

fn threads(process: u32) -> Outcome<f64> {
    status(process, "Threads:")
}

fn status(process: u32, name: &str) -> Outcome<f64> {
    let status = fs::read_to_string(format!("/proc/{process}/status"))?;
    let line = status.lines().find_map(|line| line.strip_prefix(name)).ok_or("`status` lacks a line")?;
    Ok(line.split_whitespace().next().ok_or("a line of `status` lacks its number")?.parse()?)
}
