//! What an exchange costs: time, and context switches of both processes.

use std::fs;
use std::io;
use std::path::Path;
use std::time::Instant;

/// Measures two processes.
pub(crate) struct Meter {
    processes: [u32; 2],
}

/// What one exchange has cost.
#[derive(Clone, Copy)]
pub(crate) struct Sample {
    micros: f64,
    switches: f64,
}

impl Meter {
    pub(crate) fn new(processes: [u32; 2]) -> Self {
        Self { processes }
    }

    /// Measures what makes so many exchanges.
    pub(crate) fn measure<E: From<io::Error>>(
        &self,
        exchanges: u32,
        make: impl FnOnce() -> Result<(), E>,
    ) -> Result<Sample, E> {
        let before = self.context_switches()?;
        let start = Instant::now();
        make()?;
        let micros = start.elapsed().as_secs_f64() * 1e6 / f64::from(exchanges);
        let switches = self.context_switches()?.saturating_sub(before) as f64 / f64::from(exchanges);
        Ok(Sample { micros, switches })
    }

    fn context_switches(&self) -> io::Result<u64> {
        let mut switches = 0;
        for process in self.processes {
            for task in fs::read_dir(Path::new("/proc").join(process.to_string()).join("task"))? {
                let status = fs::read_to_string(task?.path().join("status")).unwrap_or_default();
                let counts = status.lines().filter(|line| line.contains("ctxt_switches"));
                switches += counts
                    .filter_map(|line| line.split_whitespace().last()?.parse::<u64>().ok())
                    .sum::<u64>();
            }
        }
        Ok(switches)
    }
}

/// Returns the median of the times.
pub(crate) fn micros(samples: &[Sample]) -> f64 {
    median(samples.iter().map(|sample| sample.micros))
}

/// Returns the median of the context switches.
pub(crate) fn switches(samples: &[Sample]) -> f64 {
    median(samples.iter().map(|sample| sample.switches))
}

fn median(values: impl Iterator<Item = f64>) -> f64 {
    let mut values: Vec<f64> = values.collect();
    values.sort_unstable_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or(f64::NAN)
}
