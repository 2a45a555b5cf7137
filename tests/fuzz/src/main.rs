//! `ipc-fuzz [--seconds N] [--corpus FOLDER] [--seed N] [--input FILE] [TARGET..]`: arbitrary bytes for the targets, by
//! default for all of them, each for its share of the time.

use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use ipc_fuzz::runner::{Runner, Until, read};
use ipc_fuzz::{TARGETS, Target};
use peak_alloc::PeakAlloc;

#[global_allocator]
static ALLOCATED: PeakAlloc = PeakAlloc;

const USAGE: &str = "usage: ipc-fuzz [--seconds N] [--corpus FOLDER] [--seed N] [--input FILE] [TARGET..]";

fn main() -> ExitCode {
    match parse(std::env::args().skip(1)).and_then(|arguments| fuzz(&arguments)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(text) => {
            eprintln!("{text}");
            ExitCode::FAILURE
        }
    }
}

struct Arguments {
    seconds: u64,
    corpus: Option<PathBuf>,
    seed: u64,
    input: Option<PathBuf>,
    targets: Vec<Target>,
}

fn parse(mut arguments: impl Iterator<Item = String>) -> Result<Arguments, String> {
    let mut parsed = Arguments { seconds: 60, corpus: None, seed: 0, input: None, targets: Vec::new() };
    while let Some(argument) = arguments.next() {
        let mut value = || arguments.next().ok_or_else(|| format!("`{argument}` needs a value\n{USAGE}"));
        let number = |text: String| text.parse().map_err(|_| format!("`{text}` is no number\n{USAGE}"));
        match argument.as_str() {
            "--seconds" => parsed.seconds = number(value()?)?,
            "--seed" => parsed.seed = number(value()?)?,
            "--corpus" => parsed.corpus = Some(value()?.into()),
            "--input" => parsed.input = Some(value()?.into()),
            name => {
                let target = TARGETS.into_iter().find(|target| target.name == name);
                let names = TARGETS.map(|target| target.name).join(", ");
                let unknown = || format!("`{name}` is no target; there are {names}\n{USAGE}");
                parsed.targets.push(target.ok_or_else(unknown)?);
            }
        }
    }
    if parsed.targets.is_empty() {
        parsed.targets = TARGETS.to_vec();
    }
    Ok(parsed)
}

fn fuzz(arguments: &Arguments) -> Result<(), String> {
    let share = Duration::from_secs(arguments.seconds) / u32::try_from(arguments.targets.len()).unwrap_or(1);
    for target in &arguments.targets {
        let folder = arguments.corpus.as_ref().map(|corpus| corpus.join(target.name));
        let runner = Runner::new(*target, &ALLOCATED, folder, arguments.seed);
        let runner = runner.map_err(|error| format!("cannot use the corpus: {error}"))?;
        if let Some(path) = &arguments.input {
            let input = read(path).map_err(|error| format!("cannot read `{}`: {error}", path.display()))?;
            runner.attempt(&input);
            println!("{}: the input is taken", target.name);
            continue;
        }
        let summary =
            runner.run(Until::Time(share)).map_err(|error| format!("cannot write the corpus: {error}"))?;
        println!("{}: {} inputs, {} outcomes", target.name, summary.inputs, summary.outcomes);
    }
    Ok(())
}
