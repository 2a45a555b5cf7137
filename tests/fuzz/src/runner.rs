//! Makes inputs, runs targets and watches them.

use std::collections::HashSet;
use std::collections::hash_map::DefaultHasher;
use std::hash::{Hash, Hasher};
use std::panic::{self, AssertUnwindSafe};
use std::path::PathBuf;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::sync::{Mutex, Once, PoisonError};
use std::time::{Duration, Instant};
use std::{fs, io, thread};

use ipc_tests::random::Rng;
use ipc_types_tests::hostile::{Words, mutate};
use peak_alloc::PeakAlloc;

use crate::Target;
use crate::peer::PATIENCE;

/// What one input may make the process allocate beyond eight times its own size: the base of what a message may
/// (`ipc-runtime/src/wire/raw/decoder.rs`), twice for what is copied from a `Vec` to an `Arc`, and the buffers of a connection.
const MEMORY: usize = 24 << 20;

/// The longest input, in words.
const LONGEST: usize = 16 * 1024;

/// How many inputs whose outcomes were new are kept.
const CORPUS: usize = 4096;

/// How long to go on.
#[derive(Clone, Copy, Debug)]
pub enum Until {
    /// So many inputs after the known ones.
    Count(usize),
    /// So long, known ones included.
    Time(Duration),
}

/// What a run found.
#[derive(Clone, Copy, Debug)]
pub struct Summary {
    /// How many inputs there were.
    pub inputs: usize,
    /// How many outcomes.
    pub outcomes: usize,
}

/// A run of one target.
#[derive(Debug)]
pub struct Runner<'a> {
    target: Target,
    memory: &'a PeakAlloc,
    folder: Option<PathBuf>,
    corpus: Vec<Words>,
    seen: HashSet<u64>,
    rng: Rng,
    inputs: usize,
}

impl<'a> Runner<'a> {
    /// Begins a run. Inputs in the folder are tried first, and those with new outcomes and failing ones are written there.
    ///
    /// # Errors
    /// Returns the operating system's error.
    pub fn new(
        target: Target,
        memory: &'a PeakAlloc,
        folder: Option<PathBuf>,
        seed: u64,
    ) -> io::Result<Self> {
        watch_panics();
        let mut corpus = (target.seeds)();
        if let Some(folder) = &folder {
            fs::create_dir_all(folder)?;
            for entry in fs::read_dir(folder)? {
                corpus.push(read(&entry?.path())?);
            }
        }
        Ok(Self { target, memory, folder, corpus, seen: HashSet::new(), rng: Rng(seed), inputs: 0 })
    }

    /// Tries the known inputs, then new ones.
    ///
    /// # Errors
    /// Returns the operating system's error.
    ///
    /// # Panics
    /// Panics at the first failure, and says where the input is or what it was.
    pub fn run(mut self, until: Until) -> io::Result<Summary> {
        let start = Instant::now();
        let over = |made: usize| match until {
            Until::Count(count) => made >= count,
            Until::Time(limit) => start.elapsed() >= limit,
        };
        for known in self.corpus.clone() {
            if matches!(until, Until::Time(_)) && over(0) {
                break;
            }
            self.seen.insert(self.attempt(&known));
            self.inputs += 1;
        }
        let mut made = 0;
        while !over(made) {
            let mut input = self.rng.pick(&self.corpus).cloned().unwrap_or_default();
            mutate(&mut input, &self.corpus, &mut self.rng);
            input.truncate(LONGEST);
            if self.seen.insert(self.attempt(&input)) {
                self.keep(input)?;
            }
            self.inputs += 1;
            made += 1;
        }
        Ok(Summary { inputs: self.inputs, outcomes: self.seen.len() })
    }

    /// Runs the target on one input, and returns what tells its outcome from others.
    ///
    /// # Panics
    /// Panics if the input makes the target fail.
    pub fn attempt(&self, input: &[u64]) -> u64 {
        let panics = PANICS.load(Ordering::SeqCst);
        let before = self.memory.current_usage();
        self.memory.reset_peak_usage();
        let run = AssertUnwindSafe(|| watched(self.target, input));
        let outcome = panic::catch_unwind(run);
        let used = self.memory.peak_usage().saturating_sub(before);
        if outcome.is_err() || PANICS.load(Ordering::SeqCst) != panics {
            self.fail(input, "a panic");
        }
        if used > MEMORY + 64 * input.len() {
            self.fail(input, &format!("{used} bytes of memory"));
        }
        signature(&outcome.unwrap_or_default())
    }

    fn keep(&mut self, input: Words) -> io::Result<()> {
        if let Some(folder) = &self.folder {
            fs::write(folder.join(format!("{:016x}", hash(&input))), bytes(&input))?;
        }
        if self.corpus.len() < CORPUS {
            self.corpus.push(input);
        } else {
            let place = self.rng.below(CORPUS);
            self.corpus.splice(place..=place, [input]);
        }
        Ok(())
    }

    fn fail(&self, input: &[u64], what: &str) -> ! {
        let name = self.target.name;
        if let Some(folder) = &self.folder {
            let path = folder.join(format!("failed-{:016x}", hash(&input)));
            if fs::write(&path, bytes(input)).is_ok() {
                panic!("{what} in `{name}`; again: `ipc-fuzz {name} --input {}`", path.display());
            }
        }
        panic!("{what} in `{name}`: {input:#x?}");
    }
}

/// How many panics there were on any thread. A method's is caught and becomes an exception, and none of the methods here
/// has a reason for one.
static PANICS: AtomicUsize = AtomicUsize::new(0);

fn watch_panics() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let report = panic::take_hook();
        panic::set_hook(Box::new(move |info| {
            PANICS.fetch_add(1, Ordering::SeqCst);
            report(info);
        }));
    });
}

/// Runs a target on a thread of its own; one that does not end ends the process, since nothing else would.
fn watched(target: Target, input: &[u64]) -> String {
    static WORKER: Mutex<Option<Worker>> = Mutex::new(None);
    let mut worker = WORKER.lock().unwrap_or_else(PoisonError::into_inner);
    let used = worker.take().unwrap_or_else(Worker::new);
    if used.inputs.send((target, input.to_vec())).is_err() {
        panic!("the thread of the targets has ended");
    }
    match used.outcomes.recv_timeout(PATIENCE) {
        Ok(outcome) => {
            *worker = Some(used);
            outcome
        }
        Err(RecvTimeoutError::Timeout) => panic!("no end within {PATIENCE:?}"),
        Err(RecvTimeoutError::Disconnected) => panic!("the target panicked"),
    }
}

struct Worker {
    inputs: mpsc::Sender<(Target, Words)>,
    outcomes: mpsc::Receiver<String>,
}

impl Worker {
    fn new() -> Self {
        let (inputs, to_run) = mpsc::channel::<(Target, Words)>();
        let (ran, outcomes) = mpsc::channel();
        thread::spawn(move || {
            for (target, input) in to_run {
                // The other side may have given up.
                let _ = ran.send((target.run)(&input));
            }
        });
        Self { inputs, outcomes }
    }
}

/// An outcome without its numbers, of which there are too many.
fn signature(outcome: &str) -> u64 {
    hash(&outcome.chars().filter(|c| !c.is_ascii_digit()).collect::<String>())
}

fn hash(value: &impl Hash) -> u64 {
    let mut hasher = DefaultHasher::new();
    value.hash(&mut hasher);
    hasher.finish()
}

fn bytes(input: &[u64]) -> Vec<u8> {
    input.iter().flat_map(|word| word.to_le_bytes()).collect()
}

/// Reads an input.
///
/// # Errors
/// Returns the operating system's error.
pub fn read(path: &std::path::Path) -> io::Result<Words> {
    Ok(crate::targets::messages::words(&fs::read(path)?))
}
